#include "annotation/one_click.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

#include "core/io/image_io.h"
#include "tests/annotation/made_picture.h"
#include "tests/support/deepest_points.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

using test::Ball;
using test::made_picture;
using test::overlap_with;

TEST(OneClick, FindsNoisyDiscsOfAllSizes) {
  Random random(1);
  for (const double radius : {3.0, 6.0, 12.0, 25.0, 50.0, 90.0}) {
    for (const double brightness : {100.0, -15.0}) {
      const auto side = static_cast<std::int64_t>(3 * radius) + 30;
      const Index3 shape{1, side, side + 7};
      VoxelGrid grid;
      grid.spacing_z = grid.spacing_y = grid.spacing_x = 0.3;
      const double middle = double(side) * 0.15;
      const Ball disc{{0.15, middle, middle}, radius * 0.3, brightness};
      const Volume volume = made_picture(shape, grid, {disc}, brightness > 0 ? 8 : 1, random);
      OneClickOptions options;
      options.dark_on_bright = brightness < 0;
      const Index3 click{0, side / 2 + std::int64_t(radius / 3), side / 2};
      const auto found = one_click({volume}, LabelVolume(shape), grid, click, options);
      ASSERT_TRUE(found) << radius;
      EXPECT_GT(overlap_with(disc, shape, grid, [&](Index3 p) { return found->contains(p); }),
                radius < 5 ? 0.6 : 0.85)
          << radius << " " << brightness;
    }
  }
}

TEST(OneClick, TellsApartWhatTouches) {
  Random random(2);
  for (int trial = 0; trial < 12; ++trial) {
    const Index3 shape{1, 90, 110};
    const double gap = random.uniform(0, 2);
    const Ball left{{0.5, 45, 40}, 16, 100}, right{{0.5, 45, 72 + gap}, 16, 100};
    const Volume volume = made_picture(shape, {}, {left, right}, 4, random);
    const auto found = one_click({volume}, LabelVolume(shape), {}, {0, 45, 40});
    ASSERT_TRUE(found);
    EXPECT_GT(overlap_with(left, shape, {}, [&](Index3 p) { return found->contains(p); }), 0.8);
  }
}

TEST(OneClick, FindsABallInAnAnisotropicStackAndInEveryPlane) {
  Random random(3);
  const Index3 shape{30, 80, 80};
  VoxelGrid grid;
  grid.spacing_z = 2.5;
  const Ball ball{{37.5, 42, 38}, 13, 100}, other{{37.5, 42, 65}, 10, 100};
  const Volume volume = made_picture(shape, grid, {ball, other}, 10, random);
  const Index3 click{14, 42, 38};
  for (const double radius : {0.0, 13.0}) {
    OneClickOptions options{.radius = radius, .whole_stack = true};
    const auto found = one_click({volume}, LabelVolume(shape), grid, click, options);
    ASSERT_TRUE(found);
    EXPECT_GT(overlap_with(ball, shape, grid, [&](Index3 p) { return found->contains(p); }), 0.8);
    EXPECT_FALSE(found->contains({14, 42, 65}));
    for (const Plane plane : kPlanes) {
      options.whole_stack = false;
      options.plane = plane;
      const auto flat = one_click({volume}, LabelVolume(shape), grid, click, options);
      ASSERT_TRUE(flat);
      EXPECT_EQ(along(flat->box().shape(), normal_axis(plane)), 1);
      std::int64_t both = 0, any = 0;
      for (std::int64_t i = 0; i < shape.count(); ++i) {
        const Index3 p{i / 6400, i / 80 % 80, i % 80};
        if (along(p, normal_axis(plane)) != along(click, normal_axis(plane))) continue;
        const WorldPoint c = centre_of(p, grid);
        const bool in = std::hypot(c.z - 37.5, c.y - 42, c.x - 38) <= 13;
        both += in && flat->contains(p) ? 1 : 0;
        any += in || flat->contains(p) ? 1 : 0;
      }
      EXPECT_GT(double(both) / double(any), 0.8) << name_of(plane);
    }
  }
}

TEST(OneClick, StopsAtOtherLabelsAndTheBorder) {
  Random random(4);
  const Index3 shape{1, 60, 60};
  const Ball disc{{0.5, 30, 6}, 15, 100};
  const Volume volume = made_picture(shape, {}, {disc}, 5, random);
  LabelArray start(shape);
  const std::uint32_t own = std::numeric_limits<std::uint32_t>::max();
  for (std::int64_t y = 0; y < 60; ++y) {
    for (std::int64_t x = 0; x < 60; ++x) start(0, y, x) = y >= 34 ? 3 : y >= 28 ? own : 0;
  }
  LabelVolume labels = LabelVolume::from_dense(start.view());
  for (const Index3 click : {Index3{0, 24, 6}, Index3{0, 30, 6}}) {
    const auto found = one_click({volume}, labels, {}, click);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->contains(click));
    EXPECT_TRUE(found->contains({0, 24, 0}));
    EXPECT_FALSE(found->contains({0, 36, 6}));
    EXPECT_EQ(found->contains({0, 31, 6}), click.y == 30) << "its own object is no other";
  }
  // As in an image that stays in its file: a part of it, elsewhere.
  const LabelVolume large({1, 500, 500});
  const auto moved = one_click({volume, 0, 0, {0, 200, 300}}, large, {}, {0, 224, 306});
  ASSERT_TRUE(moved);
  EXPECT_TRUE(moved->contains({0, 224, 306}));
  EXPECT_FALSE(one_click({volume, 0, 0, {0, 200, 300}}, large, {}, {0, 24, 6}));
}

TEST(OneClick, SaysWhereNothingIs) {
  const Volume flat(VoxelType::kUInt8, {1, 1, 1, 40, 40});
  const auto none = one_click({flat}, LabelVolume({1, 40, 40}), {}, {0, 20, 20});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  const Volume single(VoxelType::kUInt8, {1, 1, 1, 1, 1});
  EXPECT_FALSE(one_click({single}, LabelVolume({1, 1, 1}), {}, {0, 0, 0}));
  EXPECT_FALSE(one_click({single}, LabelVolume({1, 1, 1}), {}, {0, 0, 1}));
  EXPECT_FALSE(one_click({single}, LabelVolume({1, 1, 1}), {}, {0, 0, 0},
                         {.radius = 1e-9, .whole_stack = true}));
}

TEST(OneClick, TheBoxHoldsAllThatIsLookedAt) {
  VoxelGrid grid;
  grid.spacing_z = 2;
  EXPECT_EQ(one_click_box(grid, {5, 50, 60}, {.radius = 10}), (Box3{{5, 30, 40}, {6, 71, 81}}));
  EXPECT_EQ(one_click_box(grid, {5, 50, 60}, {.radius = 10, .whole_stack = true}),
            (Box3{{-5, 30, 40}, {16, 71, 81}}));
}

TEST(OneClick, RealNucleiByOneClickEach) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "data" / "nuclei2d" / "test";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  std::vector<std::filesystem::path> images;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "images")) {
    images.push_back(entry.path());
  }
  std::sort(images.begin(), images.end());
  double sum = 0;
  int nuclei = 0, half = 0, good = 0;
  for (const auto& path : images) {
    const auto image = read_image(path);
    const auto truth = read_labels(folder / "masks" / path.filename());
    ASSERT_TRUE(image && truth) << path;
    std::map<std::uint32_t, std::int64_t> area;
    for (const std::uint32_t id : *truth) ++area[id];
    const LabelVolume empty(truth->shape());
    // Each fourth nucleus: enough to tell, and not long.
    for (const auto& [id, click] : test::deepest_points(*truth)) {
      if (id % 4 != 0) continue;
      const auto found = one_click({*image}, empty, image->grid, click);
      std::int64_t both = 0, any = area[id];
      const Box3 box = found ? found->box() : Box3{};
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          if (found->contains({0, y, x})) ((*truth)(0, y, x) == id ? both : any) += 1;
        }
      }
      const double overlap = double(both) / double(any);
      sum += overlap;
      ++nuclei;
      half += overlap >= 0.5 ? 1 : 0;
      good += overlap >= 0.7 ? 1 : 0;
    }
  }
  RecordProperty("nuclei", nuclei);
  EXPECT_GT(nuclei, 500);
  EXPECT_GT(sum / nuclei, 0.74);
  EXPECT_GT(double(half) / nuclei, 0.85);
  EXPECT_GT(double(good) / nuclei, 0.70);
}

}  // namespace
}  // namespace karyo
