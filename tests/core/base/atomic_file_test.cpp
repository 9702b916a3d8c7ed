#include "core/base/atomic_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

int files_in(const std::filesystem::path& folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

TEST(AtomicFile, ReplacesTheTargetWhole) {
  const test::TempDir dir;
  ASSERT_TRUE(write_file_atomically(dir / "sub/a.json", "old"));
  ASSERT_TRUE(write_file_atomically(dir / "sub/a.json", "new"));
  EXPECT_EQ(read_file(dir / "sub/a.json").value(), "new");
  EXPECT_EQ(files_in(dir / "sub"), 1);
}

TEST(AtomicFile, WithoutCommitNothingChangesAndNothingStays) {
  const test::TempDir dir;
  ASSERT_TRUE(write_file_atomically(dir / "a.txt", "kept"));
  {
    auto file = AtomicFile::create(dir / "a.txt");
    ASSERT_TRUE(file);
    std::ofstream(file->temporary_path()) << "half";
  }
  EXPECT_EQ(read_file(dir / "a.txt").value(), "kept");
  EXPECT_EQ(files_in(dir.path()), 1);
}

TEST(AtomicFile, AHalfWrittenFileNeverMatchesTheTargetsEnding) {
  const test::TempDir dir;
  for (const std::string name : {"weights_best.h5", "a.ome.tif", "RoiSet.zip", "config", ".b.tmp"}) {
    const auto file = AtomicFile::create(dir / name);
    ASSERT_TRUE(file) << file.error().what;
    EXPECT_EQ(file->temporary_path().parent_path(), dir.path());
    const std::string temporary = file->temporary_path().filename().string();
    EXPECT_TRUE(temporary.starts_with(".")) << temporary;
    EXPECT_TRUE(temporary.ends_with(".tmp")) << temporary;
    EXPECT_NE(temporary, name);
  }
}

TEST(AtomicFile, AFolderThatCannotBeMadeIsSaid) {
  const test::TempDir dir;
  ASSERT_TRUE(write_file_atomically(dir / "file", "x"));
  const auto failed = write_file_atomically(dir / "file/below/a.txt", "x");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
  EXPECT_NE(failed.error().what.find("below"), std::string::npos);
}

TEST(AtomicFile, CommitOntoAFolderFailsAndCleansUp) {
  const test::TempDir dir;
  std::filesystem::create_directories(dir / "taken/inside");
  EXPECT_FALSE(write_file_atomically(dir / "taken", "x"));
  EXPECT_EQ(files_in(dir.path()), 1);
}

TEST(ReadFile, RefusesMoreThanTheLimit) {
  const test::TempDir dir;
  ASSERT_TRUE(write_file_atomically(dir / "a", "12345"));
  EXPECT_EQ(read_file(dir / "a", 4).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(read_file(dir / "absent").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace karyo
