#include "models/stardist/instances.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/models/stardist/golden.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

TEST(SelectCandidates, OfTheCroppedMapAreThoseTheReferenceFindsThere) {
  KARYO_NEEDS_SHARED();
  const auto folder = karyo::test::shared_dir() / "golden/stardist2d";
  const auto prob = karyo::test::read_npy(folder / "prob.npy");
  const auto dist = karyo::test::read_npy(folder / "dist.npy");
  const auto sparse = karyo::test::read_npz(folder / "sparse.npz");
  const auto expected =
      test::candidates_of(sparse.at("prob"), sparse.at("points"), sparse.at("dist"));
  const auto prob_values = prob.as<float>(), dist_values = dist.as<float>();
  // prob.npy is cropped; the padded map had one or more rows and columns beyond, so that the border
  // rule does not reach into it at bottom and right.
  CandidateRules rules{.grid = {2, 2}, .prob_threshold = 0.5f, .border = {2, 0, 2, 0}};
  rules.image_height = 250;
  rules.image_width = 243;
  const auto found = select_candidates(
      ProbabilityMap::contiguous(prob_values.data(), 125, 122),
      DistanceMap::channel_last(dist_values.data(), 32, 125, 122), rules);
  ASSERT_EQ(found.size(), expected.size());
  EXPECT_EQ(found.points, expected.points);
  // Sparse and dense outputs come from two runs of the network.
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found.prob[i], expected.prob[i], 1e-6);
}

TEST(SelectCandidates, ObeysBorderThresholdImageSizeAndOrigin) {
  std::vector<float> prob(6 * 6, 0.9f);
  prob[2 * 6 + 2] = 0.5f;
  prob[2 * 6 + 3] = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> dist(4 * 36, -1.f);
  dist[3 * 6 + 3] = 7;
  dist[36 + 3 * 6 + 3] = std::numeric_limits<float>::infinity();
  const auto p = ProbabilityMap::contiguous(prob.data(), 6, 6);
  const auto d = DistanceMap::planar(dist.data(), 4, 6, 6);
  CandidateRules rules{.grid = {2, 4}, .prob_threshold = 0.5f};
  auto found = select_candidates(p, d, rules);
  ASSERT_EQ(found.size(), 2u) << "a threshold is passed strictly, NaN never";
  EXPECT_EQ(found.points[0], (std::array<float, 2>{6, 8}));
  EXPECT_EQ(found.points[1], (std::array<float, 2>{6, 12}));
  EXPECT_EQ(found.distances(1)[0], 7);
  EXPECT_EQ(found.distances(1)[1], 1e6f);
  EXPECT_EQ(found.distances(0)[0], 1e-3f);

  rules.border = {0, 0, 0, 0};
  rules.image_height = 7;  // rows at 0, 2, 4, 6
  rules.image_width = 8;   // columns at 0, 4
  EXPECT_EQ(select_candidates(p, d, rules).size(), 8u);
  rules.origin_y = 4;
  EXPECT_EQ(select_candidates(p, d, rules).size(), 4u);
}

TEST(SelectCandidates, PlanarAndChannelLastMapsGiveTheSame) {
  Random random(5);
  std::vector<float> prob(7 * 9), planar(5 * 7 * 9), last(planar.size());
  for (auto& v : prob) v = static_cast<float>(random.uniform());
  for (auto& v : planar) v = static_cast<float>(random.uniform(1, 9));
  for (std::size_t k = 0; k < 5; ++k) {
    for (std::size_t i = 0; i < 63; ++i) last[i * 5 + k] = planar[k * 63 + i];
  }
  const auto p = ProbabilityMap::contiguous(prob.data(), 7, 9);
  const auto a = select_candidates(p, DistanceMap::planar(planar.data(), 5, 7, 9), {});
  const auto b = select_candidates(p, DistanceMap::channel_last(last.data(), 5, 7, 9), {});
  EXPECT_GT(a.size(), 0u);
  EXPECT_EQ(a.dist, b.dist);
  EXPECT_EQ(a.points, b.points);
}

TEST(CroppedExtent, CutsWholeGridPixelsOfThePadding) {
  EXPECT_EQ(cropped_extent(250, 256, 2), 125);
  EXPECT_EQ(cropped_extent(243, 248, 2), 122);
  EXPECT_EQ(cropped_extent(256, 256, 2), 128);
  EXPECT_EQ(cropped_extent(255, 256, 2), 128) << "less than a grid pixel is not cut";
}

TEST(PolygonOf, EqualsTheReferencesCoordinates) {
  KARYO_NEEDS_SHARED();
  const auto golden =
      karyo::test::read_npz(karyo::test::shared_dir() / "golden/functions/nms2d.npz");
  const auto candidates =
      test::candidates_of(golden.at("prob"), golden.at("points"), golden.at("dist"));
  const auto& keep = golden.at("keep_0.4").values;
  const auto coordinates = golden.at("coord_0.4").as<float>();
  std::size_t survivor = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (keep[i] == 0) continue;
    const auto polygon = polygon_of(candidates, i);
    for (std::size_t k = 0; k < 32; ++k) {
      ASSERT_EQ(polygon[k][0], coordinates[(survivor * 2 + 0) * 32 + k]);
      ASSERT_EQ(polygon[k][1], coordinates[(survivor * 2 + 1) * 32 + k]);
    }
    ++survivor;
  }
  EXPECT_EQ(survivor, 108u);
}

}  // namespace
}  // namespace karyo::stardist
