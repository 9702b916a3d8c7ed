// Every file of the reference collection: shape, axes, type, pixels.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/sha256.h"
#include "tests/core/io/io_support.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

/// Voxels in the order of the file's axes, as little-endian bytes.
std::vector<std::byte> in_file_order(const Volume& volume, const ImageDescription& description) {
  const std::size_t size = bytes_of(volume.type());
  const VolumeShape shape = volume.shape();
  const std::string memory = "TCZYX";
  const std::array<std::int64_t, 5> extents{shape.t, shape.c, shape.z, shape.y, shape.x};
  std::array<std::int64_t, 5> strides{};
  for (std::int64_t i = 4, stride = 1; i >= 0; stride *= extents[static_cast<std::size_t>(i--)]) {
    strides[static_cast<std::size_t>(i)] = stride;
  }
  std::vector<std::byte> bytes;
  bytes.reserve(volume.size_bytes());
  const auto walk = [&](auto&& self, std::size_t axis, std::int64_t offset) -> void {
    if (axis == description.axes.size()) {
      const std::byte* voxel = volume.data() + static_cast<std::size_t>(offset) * size;
      bytes.insert(bytes.end(), voxel, voxel + size);
      return;
    }
    const char letter = description.axes[axis] == 'S' ? 'C' : description.axes[axis];
    const std::int64_t stride = strides[memory.find(letter)];
    for (std::int64_t i = 0; i < description.file_shape[axis]; ++i) {
      self(self, axis + 1, offset + i * stride);
    }
  };
  walk(walk, 0, 0);
  return bytes;
}

TEST(ExpectedFiles, AllComeOutAsTheReferenceReadThem) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "data/formats";
  std::ifstream in(folder / "expected.json");
  const auto files = nlohmann::json::parse(in);
  int checked = 0;
  for (const auto& [name, expected] : files.items()) {
    if (name.ends_with(".npy")) continue;  // the collection's own copy of a PNG
    SCOPED_TRACE(name);
    ++checked;
    const auto described = describe_image(folder / name);
    ASSERT_TRUE(described) << described.error().what;
    const auto volume = read_image(folder / name);
    ASSERT_TRUE(volume) << volume.error().what;
    EXPECT_EQ(described->file_shape, expected["shape"].get<std::vector<std::int64_t>>());
    EXPECT_EQ(described->dtype, expected["dtype"].get<std::string>());
    EXPECT_EQ(described->shape, volume->shape());
    EXPECT_EQ(described->type, volume->type());
    if (expected.contains("axes")) {
      auto axes = expected["axes"].get<std::string>();
      axes = axes.substr(0, axes.find(' '));
      if (axes == "QYX") axes = "ZYX";  // plain pages are a Z stack here
      EXPECT_EQ(described->axes, axes);
    }
    const bool lossy = name.find("jpeg") != std::string::npos || name.ends_with(".jpg");
    if (expected.contains("sha256_of_pixels_little_endian_c_order") && !lossy) {
      EXPECT_EQ(sha256(in_file_order(*volume, *described)),
                expected["sha256_of_pixels_little_endian_c_order"].get<std::string>());
    }
    if (expected.contains("min") && name.find("nan_inf") == std::string::npos) {
      const ValueRange range = value_range(*volume);
      EXPECT_NEAR(range.low, expected["min"].get<double>(), lossy ? 3 : 0);
      EXPECT_NEAR(range.high, expected["max"].get<double>(), lossy ? 3 : 0);
    }
  }
  EXPECT_GT(checked, 50);
}

TEST(ExpectedFiles, MetadataOfImageJAndOmeIsRead) {
  KARYO_NEEDS_SHARED();
  const auto tiff = test::shared_dir() / "data/formats/tiff";
  const auto imagej = describe_image(tiff / "imagej_hyperstack_TZCYX.tif");
  ASSERT_TRUE(imagej) << imagej.error().what;
  EXPECT_EQ(imagej->grid, (VoxelGrid{1.75, 0.8, 0.8, "um", 900, "sec"}));
  EXPECT_EQ(imagej->format, "ImageJ TIFF");
  ASSERT_EQ(imagej->channels.size(), 2U);
  EXPECT_EQ(imagej->channels[0].lut.size(), 256U);
  EXPECT_TRUE(imagej->channels[1].has_range);
  const auto ome = describe_image(tiff / "ome_TCZYX.ome.tif");
  ASSERT_TRUE(ome) << ome.error().what;
  EXPECT_EQ(ome->grid, (VoxelGrid{1.75, 0.8, 0.8, "um", 900, "sec"}));
  ASSERT_EQ(ome->channels.size(), 2U);
  EXPECT_EQ(ome->channels[1].name, "membrane");
  EXPECT_EQ(describe_image(tiff / "multipage_mixed_sizes.tif")->notes.size(), 1U);
}

/// Files saved by ImageJ 1.54u itself.
TEST(ExpectedFiles, WhatImageJSavedIsReadWithItsCalibration) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/imagej";
  const auto stack = read_image(folder / "hyperstack_c2z3t2_u16.tif");
  ASSERT_TRUE(stack) << stack.error().what;
  ASSERT_EQ(stack->shape(), (VolumeShape{2, 2, 3, 18, 24}));
  EXPECT_EQ(stack->grid, (VoxelGrid{0.7, 0.2, 0.2, "um", 1.5, "sec"}));
  // Its pixels say where they belong: plane * 1000 + index, planes C fastest.
  for (std::int64_t t = 0; t < 2; ++t) {
    for (std::int64_t c = 0; c < 2; ++c) {
      for (std::int64_t z = 0; z < 3; ++z) {
        const std::int64_t plane = c + 2 * (z + 3 * t);
        EXPECT_EQ(stack->view<std::uint16_t>(t, c)(z, 0, 5),
                  stack->view<std::uint16_t>(0, 0)(0, 0, 5) + plane * 1000);
      }
    }
  }
  const auto single = describe_image(folder / "single_u8_cal.tif");
  ASSERT_TRUE(single) << single.error().what;
  EXPECT_EQ(single->grid.unit, "um");
  EXPECT_NEAR(single->grid.spacing_x, 0.3, 1e-6);
  EXPECT_EQ(describe_image(folder / "rgb.tif")->axes, "YXS");
  EXPECT_EQ(describe_image(folder / "stack_f32_z4.tif")->axes, "ZYX");
}

}  // namespace
}  // namespace karyo
