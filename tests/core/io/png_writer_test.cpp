// Pictures by our own writer, read back by libpng.

#include "core/io/png_writer.h"

#include <gtest/gtest.h>

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

void expect_comes_back(const RgbPicture& picture) {
  const test::TempDir dir;
  const auto written = write_png(dir / "a.png", picture);
  ASSERT_TRUE(written) << written.error().what;
  const auto read = read_image(dir / "a.png");
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->shape(), (VolumeShape{1, 3, 1, picture.height, picture.width}));
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto view = read->view<std::uint8_t>(0, c);
    for (std::int64_t y = 0; y < picture.height; ++y) {
      for (std::int64_t x = 0; x < picture.width; ++x) {
        const auto at = static_cast<std::size_t>((y * picture.width + x) * 3 + c);
        ASSERT_EQ(view(0, y, x), picture.bytes[at]) << c << " " << y << " " << x;
      }
    }
  }
  EXPECT_EQ(*read_file(dir / "a.png"), *encode_png(picture));
}

TEST(PngWriter, EveryPixelComesBack) {
  Random random(5);
  for (const auto& [width, height] :
       {std::pair{1, 1}, std::pair{1, 9}, std::pair{17, 1}, std::pair{31, 23}}) {
    RgbPicture noise(width, height);
    for (auto& byte : noise.bytes) byte = static_cast<std::uint8_t>(random.uniform(0, 256));
    expect_comes_back(noise);
    expect_comes_back(RgbPicture(width, height));
  }
}

TEST(PngWriter, WhatChangesLittleIsSmall) {
  RgbPicture picture(300, 200);  // rows that differ from the one above by 1
  for (std::int64_t y = 0; y < 200; ++y) {
    for (std::int64_t x = 0; x < 300; ++x) {
      for (int c = 0; c < 3; ++c) {
        picture.pixel(y, x)[c] = static_cast<std::uint8_t>((x * x / 7 + y) % 256);
      }
    }
  }
  expect_comes_back(picture);
  EXPECT_LT(encode_png(picture)->size(), picture.bytes.size() / 50);
}

TEST(PngWriter, APictureWithoutPixelsIsRefused) {
  const auto empty = encode_png(RgbPicture());
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace karyo
