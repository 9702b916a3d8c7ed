// Zarr as the Python packages write it, read here.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/image/paged_image.h"
#include "core/io/zarr_source.h"
#include "tests/interop/python_check.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// Level 0 as it lies in memory here: T, C, Z, Y, X.
std::vector<std::byte> all_voxels(const std::shared_ptr<const PixelSource>& source) {
  const PixelInfo& info = source->info();
  const auto pages = PagedImage::open(source, std::make_shared<ChunkStore>());
  EXPECT_TRUE(pages) << (pages ? "" : pages.error().what);
  if (!pages) return {};
  const VolumeShape shape = info.shape();
  const auto bytes = static_cast<std::size_t>(shape.zyx().count()) * bytes_of(info.type);
  std::vector<std::byte> voxels(bytes * static_cast<std::size_t>(shape.t * shape.c));
  for (std::int64_t i = 0; i < shape.t * shape.c; ++i) {
    const auto read = (*pages)->read(0, i / shape.c, i % shape.c, Box3::of_shape(shape.zyx()),
                                     voxels.data() + static_cast<std::size_t>(i) * bytes);
    EXPECT_TRUE(read) << read.error().what;
  }
  return voxels;
}

TEST(PythonZarr, EveryArrayAndImageIsReadAsItWasWritten) {
  const test::TempDir folder;
  test::expect_python_agrees("write_zarr.py", test::quoted(folder.path()));
  if (IsSkipped() || HasFailure()) return;
  std::ifstream in(folder / "expected.json");
  const auto expected = nlohmann::json::parse(in);
  EXPECT_GT(expected.size(), 40u);
  for (const auto& [name, what] : expected.items()) {
    SCOPED_TRACE(name);
    const auto source = io::open_zarr(folder / name);
    ASSERT_TRUE(source) << source.error().what;
    EXPECT_EQ(name_of((*source)->info().type),
              what["dtype"] == "bool" ? "uint8" : what["dtype"].get<std::string>());
    std::ifstream raw(folder / (name + ".raw"), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(raw)), {});
    const auto voxels = all_voxels(*source);
    ASSERT_EQ(voxels.size(), bytes.size());
    EXPECT_EQ(std::memcmp(voxels.data(), bytes.data(), bytes.size()), 0);
  }
}

TEST(PythonZarr, ImagesHaveTheirPyramidScaleAndChannels) {
  const test::TempDir folder;
  test::expect_python_agrees("write_zarr.py", test::quoted(folder.path()));
  if (IsSkipped() || HasFailure()) return;
  for (const char* name : {"image_04", "image_05"}) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(io::is_zarr(folder / name));
    const auto source = io::open_zarr(folder / name);
    ASSERT_TRUE(source) << source.error().what;
    const PixelInfo& info = (*source)->info();
    EXPECT_EQ(info.shape(), (VolumeShape{2, 3, 4, 64, 96}));
    ASSERT_EQ(info.levels.size(), 3u);
    EXPECT_EQ(info.levels[2].shape, (VolumeShape{2, 3, 4, 16, 24}));
    EXPECT_EQ(info.levels[2].scale_x, 4);
    EXPECT_EQ(info.levels[2].scale_z, 1);
    EXPECT_EQ(info.grid.unit, "um");
    EXPECT_EQ(info.grid.spacing_z, 2);
    EXPECT_EQ(info.grid.spacing_x, 0.25);
    EXPECT_EQ(info.grid.frame_interval, 1.5);
    ASSERT_EQ(info.channels.size(), 3u);
    EXPECT_EQ(info.channels[1].name, "actin");
    EXPECT_EQ(info.channels[1].lut[255], (Rgb{255, 128, 0}));
    EXPECT_EQ(info.channels[0].range_high, 200);
    EXPECT_FALSE(info.labels);
    ASSERT_EQ(io::zarr_labels(folder / name), std::vector<std::string>{"nuclei"});
    const auto labels = io::open_zarr(folder / name / "labels/nuclei");
    ASSERT_TRUE(labels) << labels.error().what;
    EXPECT_TRUE((*labels)->info().labels);
  }
}

}  // namespace
}  // namespace karyo
