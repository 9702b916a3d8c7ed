#include "models/stardist/render_3d.h"

#include <gtest/gtest.h>

#include "models/stardist/nms_3d.h"
#include "tests/models/stardist/golden_3d.h"
#include "tests/support/blobs.h"
#include "tests/support/label_npy.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

TEST(Render3d, EqualsTheReferenceVoxelForVoxel) {
  KARYO_NEEDS_SHARED();
  const auto golden =
      karyo::test::read_npz(karyo::test::shared_dir() / "golden/functions/nms3d.npz");
  const auto candidates =
      test::candidates_3d_of(golden.at("prob"), golden.at("points"), golden.at("dist"));
  const auto drawn = candidates.chosen(golden.at("render_idx").as<std::int64_t>());
  const auto& expected = golden.at("render_full");
  const Rays3d rays = golden_spiral(32, {2, 1, 1});
  for (const int threads : {1, 3}) {
    const auto found = render_3d(drawn, rays, {31, 61, 57}, threads);
    ASSERT_EQ(found.labels.count(), expected.count());
    std::int64_t differ = 0;
    for (std::int64_t i = 0; i < expected.count(); ++i) {
      // The golden labels are not numbered anew.
      const std::uint32_t id = found.labels.data()[i];
      const auto shown = id == 0 ? 0 : found.visible[static_cast<std::size_t>(id) - 1] + 1;
      differ += static_cast<double>(shown) != expected.values[static_cast<std::size_t>(i)];
    }
    EXPECT_EQ(differ, 0);
  }
}

TEST(Render3d, HiddenObjectsLeaveNoGapInTheLabels) {
  const Rays3d rays = golden_spiral(32);
  Candidates3d objects;
  objects.rays = 32;
  const auto add = [&](float prob, float radius, float x) {
    objects.prob.push_back(prob);
    objects.points.push_back({8, 8, x});
    objects.dist.insert(objects.dist.end(), 32, radius);
  };
  add(0.9f, 6, 8);
  add(0.8f, 2, 8);  // within the first
  add(0.7f, 4, 24);
  const auto rendered = render_3d(objects, rays, {16, 16, 32});
  EXPECT_EQ(rendered.visible, (std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(rendered.labels(8, 8, 8), 1u);
  EXPECT_EQ(rendered.labels(8, 8, 24), 2u);
}

TEST(Render3d, TrueDistancesGiveTheObjectsBack) {
  Random random(10);
  const auto labels = karyo::test::random_blobs_3d({20, 40, 40}, 1, 9, random);
  const Rays3d rays = golden_spiral(96);
  const auto candidates =
      test::noisy_candidates_3d(labels.view(), rays, {1, 1, 1}, 0, 0.3f, random);
  const auto rendered = render_3d(nms_3d(candidates, rays, 0.3f), rays, labels.shape());
  std::int64_t both = 0, either = 0;
  for (std::int64_t i = 0; i < labels.count(); ++i) {
    const bool truth = labels.data()[i] != 0, found = rendered.labels.data()[i] != 0;
    both += truth && found;
    either += truth || found;
  }
  EXPECT_GT(static_cast<double>(both) / static_cast<double>(either), 0.8);
}

}  // namespace
}  // namespace karyo::stardist
