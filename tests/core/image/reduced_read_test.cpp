#include "core/image/reduced_read.h"

#include <gtest/gtest.h>

#include "tests/support/made_source.h"

namespace karyo {
namespace {

using test::MadeSource;

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

TEST(ReducedRead, ALevelThatFitsIsTakenAsItIs) {
  const MadeSource source({1, 2, 40, 300, 400}, {8, 64, 64}, 4);
  const auto reduction = reduction_to(source.info(), 40 * 150 * 200, kNoLimit);
  ASSERT_TRUE(reduction);
  EXPECT_EQ(reduction->level, 1);
  EXPECT_EQ(reduction->step, (Index3{1, 1, 1}));
  TaskControl control;
  const auto volume = read_reduced(source, *reduction, 0, control);
  ASSERT_TRUE(volume);
  const VolumeShape shape = source.info().levels[1].shape;
  EXPECT_EQ(volume->shape(), shape);
  EXPECT_EQ(volume->view<std::uint16_t>(0, 1)(7, 100, 150),
            MadeSource::value(0, 1, source.full(1, {7, 100, 150})));
}

TEST(ReducedRead, WithoutASmallLevelEveryNthVoxelIsTaken) {
  const MadeSource source({2, 1, 64, 500, 700}, {1, 500, 700}, 1);
  const auto reduction = reduction_to(source.info(), 50000, kNoLimit);
  ASSERT_TRUE(reduction);
  TaskControl control;
  const auto volume = read_reduced(source, *reduction, 1, control);
  ASSERT_TRUE(volume);
  const Index3 size = volume->shape().zyx();
  EXPECT_LE(size.count(), 50000);
  EXPECT_GT(size.count(), 50000 / 16);
  // The whole extent is covered, and each voxel is one of the image's.
  EXPECT_NEAR(volume->grid.spacing_x * double(size.x), 700, 1e-9);
  const auto at = [](std::int64_t i, std::int64_t step) { return i * step + step / 2; };
  for (std::int64_t z = 0; z < size.z; z += 3) {
    for (std::int64_t x = 0; x < size.x; ++x) {
      ASSERT_EQ(volume->view<std::uint16_t>()(z, 2, x),
                MadeSource::value(1, 0,
                                  {at(z, reduction->step.z), at(2, reduction->step.y),
                                   at(x, reduction->step.x)}));
    }
  }
}

TEST(ReducedRead, TooMuchToReadIsRefused) {
  const MadeSource source({1, 1, 4000, 4000, 4000}, {64, 64, 64}, 1);
  EXPECT_FALSE(reduction_to(source.info(), 1 << 24, std::uint64_t{8} << 30));
  // Planes are skipped where chunks are planes.
  const MadeSource planes({1, 1, 4000, 1000, 1000}, {1, 1000, 1000}, 1);
  const auto reduction = reduction_to(planes.info(), 1 << 22, std::uint64_t{8} << 30);
  ASSERT_TRUE(reduction);
  EXPECT_LT(reduction->read_bytes, std::uint64_t{4000} * 1000 * 1000 * 2);
}

TEST(ReducedRead, StopsWhenAsked) {
  const MadeSource source({1, 1, 8, 100, 100}, {1, 100, 100}, 1);
  TaskControl control;
  control.request_cancel();
  const auto volume = read_reduced(source, {0, {1, 1, 1}, 0}, 0, control);
  ASSERT_FALSE(volume);
  EXPECT_EQ(volume.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace karyo
