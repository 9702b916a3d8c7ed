#include "core/image/paged_image.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/random.h"
#include "tests/support/made_source.h"

namespace karyo {
namespace {

using test::MadeSource;

struct Opened {
  std::shared_ptr<MadeSource> source;
  std::shared_ptr<const PagedImage> image;
};

Opened open(VolumeShape shape, Index3 chunk, int levels) {
  auto source = std::make_shared<MadeSource>(shape, chunk, levels);
  auto image = PagedImage::open(source, std::make_shared<ChunkStore>());
  EXPECT_TRUE(image);
  return {source, *image};
}

std::vector<std::uint16_t> gathered(const PagedImage& image, int level, const Box3& box,
                                    bool* complete) {
  std::vector<std::uint16_t> values(static_cast<std::size_t>(box.shape().count()), 0xabcd);
  *complete = image.gather(level, 0, 0, box, reinterpret_cast<std::byte*>(values.data()));
  return values;
}

void wait_for(const PagedImage& image) {
  while (image.store().reading()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(PagedImage, AnyBoxComesAsTheFileHasIt) {
  const auto [source, image] = open({1, 2, 13, 70, 90}, {4, 16, 32}, 3);
  Random random(7);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(n)));
  };
  for (int round = 0; round < 60; ++round) {
    const int level = static_cast<int>(below(3));
    const Index3 shape = image->info().levels[static_cast<std::size_t>(level)].shape.zyx();
    const Index3 begin{below(shape.z), below(shape.y), below(shape.x)};
    const Box3 box{begin,
                   {begin.z + 1 + below(shape.z - begin.z), begin.y + 1 + below(shape.y - begin.y),
                    begin.x + 1 + below(shape.x - begin.x)}};
    const std::int64_t c = below(2);
    std::vector<std::uint16_t> values(static_cast<std::size_t>(box.shape().count()));
    ASSERT_TRUE(image->read(level, 0, c, box, reinterpret_cast<std::byte*>(values.data())));
    std::size_t i = 0;
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          ASSERT_EQ(values[i++], MadeSource::value(0, c, source->full(level, {z, y, x})));
        }
      }
    }
  }
}

TEST(PagedImage, ACoarserLevelStandsInUntilTheFinerOneComes) {
  const auto [source, image] = open({1, 1, 1, 256, 256}, {1, 64, 64}, 3);
  // Opening has read the coarsest level, every fourth voxel.
  const Box3 box{{0, 10, 10}, {1, 20, 20}};
  bool complete = true;
  const auto early = gathered(*image, 0, box, &complete);
  EXPECT_FALSE(complete);
  // Row 14, column 14: its middle lies in the coarse voxel 3, which shows 12.
  EXPECT_EQ(early[4 * 10 + 4], MadeSource::value(0, 0, {0, 12, 12}));
  wait_for(*image);
  const auto later = gathered(*image, 0, box, &complete);
  EXPECT_TRUE(complete);
  EXPECT_EQ(later[4 * 10 + 4], MadeSource::value(0, 0, {0, 14, 14}));
}

TEST(PagedImage, NothingToStandInIsZero) {
  const auto [source, image] = open({1, 1, 40, 2048, 1024}, {1, 2048, 1024}, 1);
  // Before anything is asked for: what is gathered next is read in the background at once.
  EXPECT_EQ(source->reads, 1) << "opening reads one chunk of a large image without levels";
  bool complete = true;
  // The sample is the middle plane; another one has not been read.
  const auto values = gathered(*image, 0, {{3, 5, 5}, {4, 6, 8}}, &complete);
  EXPECT_FALSE(complete);
  EXPECT_EQ(values, (std::vector<std::uint16_t>{0, 0, 0}));
  wait_for(*image);
}

TEST(PagedImage, TheLevelFitsTheScreen) {
  const auto opened = open({1, 1, 64, 4096, 4096}, {64, 64, 64}, 5);
  const PagedImage& image = *opened.image;
  VoxelGrid grid;
  grid.spacing_z = 4;
  EXPECT_EQ(image.level_for(Plane::kXY, 1, grid), 0);
  EXPECT_EQ(image.level_for(Plane::kXY, 1.9, grid), 0);
  EXPECT_EQ(image.level_for(Plane::kXY, 2, grid), 1);
  EXPECT_EQ(image.level_for(Plane::kXY, 1000, grid), 4);
  EXPECT_EQ(image.level_for(Plane::kXZ, 2, grid), 0) << "z is coarse already";
  EXPECT_EQ(image.level_within(1000), std::nullopt);
  EXPECT_EQ(image.level_within(64 * 256 * 256), 4);
}

TEST(PagedImage, BoxesOfLevelsInFullVoxels) {
  const auto opened = open({1, 1, 1, 1000, 1000}, {1, 100, 100}, 3);
  const PagedImage& image = *opened.image;
  EXPECT_EQ(image.in_full_voxels(2, {{0, 10, 20}, {1, 30, 250}}),
            (Box3{{0, 40, 80}, {1, 120, 1000}}));
  EXPECT_EQ(image.in_level_voxels(2, {{0, 41, 80}, {1, 43, 121}}),
            (Box3{{0, 10, 20}, {1, 11, 31}}));
}

TEST(PagedImage, TheValueUnderThePointerReadsNothing) {
  const auto [source, image] = open({1, 1, 1, 256, 256}, {1, 64, 64}, 3);
  const int before = source->reads;
  EXPECT_EQ(image->value_in_memory(0, 0, {0, 14, 14}), MadeSource::value(0, 0, {0, 12, 12}));
  EXPECT_EQ(source->reads, before);
  ASSERT_TRUE(image->store().get(source, {0, 0, 0, {0, 0, 0}}));
  EXPECT_EQ(image->value_in_memory(0, 0, {0, 14, 14}), MadeSource::value(0, 0, {0, 14, 14}));
}

TEST(PagedImage, AGlanceStaysSmall) {
  const auto opened = open({1, 1, 64, 4096, 4096}, {16, 64, 64}, 2);
  const Volume seen = opened.image->glance(0, 0, {{0, 0, 0}, {64, 4096, 4096}}, 1 << 16);
  EXPECT_LE(seen.shape().count(), 1 << 16);
  EXPECT_GE(seen.shape().count(), 1 << 12);
}

TEST(PagedImage, ABrokenSampleIsAnError) {
  auto source = std::make_shared<MadeSource>(VolumeShape{1, 1, 1, 8, 8}, Index3{1, 8, 8}, 1);
  source->fails = {0, 0, 0, {0, 0, 0}};
  EXPECT_FALSE(PagedImage::open(source, std::make_shared<ChunkStore>()));
}

}  // namespace
}  // namespace karyo
