// What `karyoscope screenshot` refuses before anything is drawn; what it draws is tested with the
// window (tests/app/gui/screenshot_test.cpp).

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "app/cli/commands.h"
#include "core/io/image_io.h"
#include "core/io/png_writer.h"
#include "tests/app/cli/run_cli.h"
#include "tests/support/temp_dir.h"

namespace karyo::cli {
namespace {

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "screenshot");
  return run_cli(add_screenshot_command, std::move(words));
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// `screenshot cells.png --output cells.png` replaced the image by its picture.
TEST(ScreenshotCommand, NeverReplacesAnImage) {
  const test::TempDir dir;
  const auto png = dir / "cells.png", labels = dir / "mask.png";
  ASSERT_TRUE(write_png(png, RgbPicture(30, 20)));
  ASSERT_TRUE(write_png(labels, RgbPicture(30, 20)));
  std::filesystem::create_symlink(png, dir / "link.png");
  const auto before = bytes_of(png);
  for (const auto& output : {png, dir / "link.png", labels}) {
    const auto outcome = run({png.string(), "--labels", labels.string(), "--output", output.string(),
                              "--size", "100x100"});
    expect_refused(outcome, 2);
    EXPECT_THAT(outcome.err, testing::HasSubstr("never overwritten"));
  }
  EXPECT_EQ(bytes_of(png), before);
}

// A PNG was written under any name, among them the image's own.
TEST(ScreenshotCommand, WritesPngOnly) {
  const test::TempDir dir;
  ASSERT_TRUE(write_image(dir / "a.tif", Volume(VoxelType::kUInt8, {1, 1, 1, 8, 8})));
  const auto before = bytes_of(dir / "a.tif");
  for (const char* name : {"a.tif", "b.jpg", "c"}) {
    expect_refused(run({(dir / "a.tif").string(), "--output", (dir / name).string()}), 2);
  }
  EXPECT_EQ(bytes_of(dir / "a.tif"), before);
  EXPECT_FALSE(std::filesystem::exists(dir / "b.jpg"));
}

TEST(ScreenshotCommand, WrongUsageIsTold) {
  const test::TempDir dir;
  ASSERT_TRUE(write_image(dir / "a.tif", Volume(VoxelType::kUInt8, {1, 1, 1, 8, 8})));
  const std::string in = (dir / "a.tif").string(), out = (dir / "a.png").string();
  expect_refused(run({in}), 2);
  expect_refused(run({"--output", out}), 2);
  expect_refused(run({in, "--output", out, "--size", "0x0"}), 2);
  expect_refused(run({in, "--output", out, "--view", "side"}), 2);
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace karyo::cli
