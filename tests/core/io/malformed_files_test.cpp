// Broken files: a clear error, in a second, in 256 MiB.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/core/io/io_support.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

struct Outcome {
  bool ended = false;   ///< by itself, not by a signal
  bool opened = false;  ///< the file was read
  std::string what, fix;
  double seconds = 0;
  long peak_mib = 0;
};

/// Reads the file in a process of its own, so that a crash or a hang is an outcome.
Outcome read_apart(const std::filesystem::path& path) {
  int ends[2];
  Outcome outcome;
  if (pipe(ends) != 0) return outcome;
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    const auto image = read_image(path);
    const std::string text = image ? "" : image.error().what + "\n" + image.error().fix;
    const bool sent = write(ends[1], text.data(), text.size()) >= 0;
    _exit(sent ? (image ? 0 : 1) : 2);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  outcome.peak_mib = usage.ru_maxrss / 1024;
  outcome.ended = WIFEXITED(status) && WEXITSTATUS(status) < 2;
  outcome.opened = outcome.ended && WEXITSTATUS(status) == 0;
  const auto line = text.find('\n');
  outcome.what = text.substr(0, line);
  if (line != std::string::npos) outcome.fix = text.substr(line + 1);
  return outcome;
}

#if defined(__SANITIZE_ADDRESS__)
constexpr long kMostMib = 1024;  // shadow memory and quarantine
constexpr double kMostSeconds = 5;
#else
constexpr long kMostMib = 256;
constexpr double kMostSeconds = 1;
#endif

void expect_clean(const Outcome& outcome) {
  EXPECT_TRUE(outcome.ended);
  EXPECT_LT(outcome.seconds, kMostSeconds);
  EXPECT_LT(outcome.peak_mib, kMostMib);
  if (!outcome.opened) {
    EXPECT_GT(outcome.what.size(), 10U) << outcome.what;
    EXPECT_GT(outcome.fix.size(), 10U) << outcome.fix;
  }
}

TEST(MalformedFiles, OfTheCollectionEndInAClearError) {
  KARYO_NEEDS_SHARED();
  int checked = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::shared_dir() / "data/formats/malformed")) {
    if (entry.path().extension() != ".tif") continue;
    SCOPED_TRACE(entry.path().filename().string());
    ++checked;
    const Outcome outcome = read_apart(entry.path());
    expect_clean(outcome);
    const std::string name = entry.path().filename().string();
    // Changed at random, or a sound PNG under another name: those may be read.
    if (name.starts_with("fuzz_") || name == "png_named.tif") continue;
    EXPECT_FALSE(outcome.opened);
    EXPECT_NE(outcome.what.find(name), std::string::npos) << outcome.what;
  }
  EXPECT_GE(checked, 45);
}

/// Inputs that once broke the reader (found by tests/fuzz).
TEST(MalformedFiles, ThatOnceBrokeUsDoNotAnyMore) {
  const std::filesystem::path folder = std::filesystem::path(KARYOSCOPE_TEST_DATA) / "fuzz";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().filename().string());
    expect_clean(read_apart(entry.path()));
  }
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// One sound file of each make.
std::vector<std::filesystem::path> sound_files(const test::TempDir& dir) {
  Volume stack = test::random_volume(VoxelType::kUInt16, {2, 2, 2, 9, 11});
  stack.grid = {1.75, 0.2155, 0.1, "um", 900, "sec"};
  stack.channels.resize(2);
  stack.channels[0] = {"DNA", true, 1, 5, test::green_lut()};
  Volume colour = test::random_volume(VoxelType::kUInt8, {1, 3, 1, 9, 11});
  colour.rgb = true;
  const std::vector<std::filesystem::path> files{dir / "imagej.tif", dir / "deflate.tif",
                                                 dir / "ome.ome.tif", dir / "rgb.tif"};
  EXPECT_TRUE(write_image(files[0], stack));
  EXPECT_TRUE(write_image(files[1], stack, {.compress = true}));
  EXPECT_TRUE(write_image(files[2], stack));
  EXPECT_TRUE(write_image(files[3], colour));
  return files;
}

TEST(MalformedFiles, CutAnywhereTheyAreRefused) {
  const test::TempDir dir;
  for (const auto& file : sound_files(dir)) {
    const std::string whole = content_of(file);
    for (std::size_t size = 0; size < whole.size(); size += size < 16 ? 1 : 7) {
      // The last bytes only pad the last table.
      if (whole.find_first_not_of('\0', size) == std::string::npos) break;
      std::ofstream(dir / "cut.tif", std::ios::binary) << whole.substr(0, size);
      const auto image = read_image(dir / "cut.tif");
      EXPECT_FALSE(image) << file.filename() << " cut to " << size << " of " << whole.size();
    }
  }
}

TEST(MalformedFiles, WithAnyByteChangedTheyEndCleanly) {
  const test::TempDir dir;
  for (const auto& file : sound_files(dir)) {
    const std::string whole = content_of(file);
    for (std::size_t at = 0; at < whole.size(); at += at < 16 ? 1 : 11) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (at % 2 == 0 ? 0xff : 0x01));
      std::ofstream(dir / "changed.tif", std::ios::binary) << changed;
      const auto image = read_image(dir / "changed.tif");
      EXPECT_TRUE(image || !image.error().fix.empty());
    }
  }
}

TEST(MalformedFiles, FoldersAndMissingFilesAreNamed) {
  const test::TempDir dir;
  EXPECT_EQ(read_image(dir / "absent.tif").error().code, ErrorCode::kNotFound);
  EXPECT_NE(read_image(dir / "absent.tif").error().what.find("absent.tif"), std::string::npos);
  EXPECT_EQ(read_image(dir.path()).error().code, ErrorCode::kBadFile);
}

}  // namespace
}  // namespace karyo
