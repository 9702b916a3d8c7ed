#include "core/io/tiff_source.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "core/image/paged_image.h"
#include "core/io/image_io.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

/// All of a level, chunk by chunk.
Result<Volume> read_level(std::shared_ptr<const PixelSource> source, int level) {
  const PixelInfo info = source->info();
  KARYO_TRY(auto pages, PagedImage::open(std::move(source), std::make_shared<ChunkStore>()));
  const VolumeShape shape = info.levels[static_cast<std::size_t>(level)].shape;
  Volume volume(info.type, shape, info.grid);
  const auto bytes = static_cast<std::size_t>(shape.zyx().count()) * bytes_of(info.type);
  for (std::int64_t i = 0; i < shape.t * shape.c; ++i) {
    KARYO_CHECK_OK(pages->read(level, i / shape.c, i % shape.c, Box3::of_shape(shape.zyx()),
                               volume.data() + static_cast<std::size_t>(i) * bytes));
  }
  return volume;
}

bool same_voxels(const Volume& a, const Volume& b) {
  return a.type() == b.type() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

TEST(TiffSource, EveryFileReadsAsItDoesAsAWhole) {
  KARYO_NEEDS_SHARED();
  int checked = 0;
  for (const char* folder : {"data/formats/tiff", "data/formats/real"}) {
    for (const auto& entry : fs::directory_iterator(test::shared_dir() / folder)) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".tif" && ending != ".tiff") continue;
      SCOPED_TRACE(entry.path().filename().string());
      const auto whole = read_image(entry.path());
      const auto source = io::open_tiff_source(entry.path());
      ASSERT_EQ(source.has_value(), whole.has_value());
      if (!whole) continue;
      const auto pieces = read_level(*source, 0);
      ASSERT_TRUE(pieces) << pieces.error().what;
      EXPECT_TRUE(same_voxels(*pieces, *whole));
      EXPECT_EQ((*source)->info().grid, whole->grid);
      EXPECT_EQ((*source)->info().rgb, whole->rgb);
      EXPECT_EQ((*source)->info().channels.size(), whole->channels.size());
      ++checked;
    }
  }
  EXPECT_GT(checked, 40);
}

TEST(TiffSource, APyramidOfSubIfdsHasItsLevels) {
  KARYO_NEEDS_SHARED();
  const auto source =
      io::open_tiff_source(test::shared_dir() / "data/formats/tiff/ome_pyramid_subifd.ome.tif");
  ASSERT_TRUE(source) << source.error().what;
  const PixelInfo& info = (*source)->info();
  ASSERT_GE(info.levels.size(), 2u);
  const auto full = read_level(*source, 0), half = read_level(*source, 1);
  ASSERT_TRUE(full);
  ASSERT_TRUE(half) << half.error().what;
  EXPECT_NEAR(info.levels[1].scale_x,
              double(info.levels[0].shape.x) / double(info.levels[1].shape.x), 1e-9);
  // The same picture: means agree.
  const auto mean = [](const Volume& volume) {
    const auto values = to_float(volume, 0, 0);
    double sum = 0;
    for (const float v : values) sum += static_cast<double>(v);
    return sum / static_cast<double>(values.count());
  };
  EXPECT_NEAR(mean(*full) / mean(*half), 1, 0.05);
}

TEST(TiffSource, MalformedFilesAreErrorsAndNotCrashes) {
  KARYO_NEEDS_SHARED();
  for (const auto& entry : fs::directory_iterator(test::shared_dir() / "data/formats/malformed")) {
    SCOPED_TRACE(entry.path().filename().string());
    const auto begin = std::chrono::steady_clock::now();
    const auto source = io::open_tiff_source(entry.path());
    const auto whole = read_image(entry.path());
    if (source) {
      const PixelInfo& info = (*source)->info();
      ASSERT_LT(info.shape().count(), std::int64_t{1} << 28);
      const auto pieces = read_level(*source, 0);
      EXPECT_TRUE(whole || !pieces) << "broken, but read in pieces";
    } else {
      EXPECT_FALSE(source.error().fix.empty());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  }
}

TEST(TiffSource, OpeningTakesNoLongerForALargerFile) {
  const test::TempDir folder;
  // 600 planes of 512 x 512 in 16 bits: 300 MB. Only headers and one chunk are read.
  {
    Volume volume(VoxelType::kUInt16, {1, 1, 600, 512, 512});
    for (std::int64_t z = 0; z < 600; ++z) {
      *volume.view<std::uint16_t>().row(z, 7) = static_cast<std::uint16_t>(z + 1);
    }
    ASSERT_TRUE(write_image(folder / "large.tif", volume));
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto source = io::open_tiff_source(folder / "large.tif");
  ASSERT_TRUE(source) << source.error().what;
  const auto pages = PagedImage::open(*source, std::make_shared<ChunkStore>());
  ASSERT_TRUE(pages);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
  EXPECT_LT((*pages)->store().bytes(), std::uint64_t{8} << 20);
  std::uint16_t value = 0;
  ASSERT_TRUE(
      (*pages)->read(0, 0, 0, {{431, 7, 0}, {432, 8, 1}}, reinterpret_cast<std::byte*>(&value)));
  EXPECT_EQ(value, 432);
}

TEST(TiffSource, ManyThreadsReadAtOnce) {
  const test::TempDir folder;
  Volume volume(VoxelType::kUInt8, {1, 1, 40, 64, 64});
  for (std::size_t i = 0; i < volume.size_bytes(); ++i) {
    volume.data()[i] = static_cast<std::byte>(i * 31 / 64);
  }
  WriteOptions options;
  options.compress = true;
  ASSERT_TRUE(write_image(folder / "a.tif", volume, options));
  const auto source = io::open_tiff_source(folder / "a.tif");
  ASSERT_TRUE(source);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      std::vector<std::byte> plane(64 * 64);
      for (std::int64_t i = 0; i < 80; ++i) {
        const std::int64_t z = (i * 7 + thread * 11) % 40;
        ASSERT_TRUE((*source)->read_chunk({0, 0, 0, {z, 0, 0}}, plane.data()));
        ASSERT_EQ(std::memcmp(plane.data(), volume.data() + z * 64 * 64, plane.size()), 0);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace karyo
