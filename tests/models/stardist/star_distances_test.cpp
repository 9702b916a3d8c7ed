#include "models/stardist/star_distances.h"

#include <gtest/gtest.h>

#include "tests/support/blobs.h"
#include "tests/support/label_npy.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

TEST(StarDistances2d, EqualTheReferenceProgramBitForBit) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/functions";
  const LabelArray labels = test::labels_of(test::read_npy(folder / "mask2d.npy"));
  const auto golden = test::read_npz(folder / "star_dist2d.npz");
  EXPECT_EQ(star_distances_2d(labels.view(), 32, {1, 1}), golden.at("r32_g11").as<float>());
  EXPECT_EQ(star_distances_2d(labels.view(), 32, {2, 2}), golden.at("r32_g22").as<float>());
  EXPECT_EQ(star_distances_2d(labels.view(), 8, {1, 4}), golden.at("r8_g14").as<float>());
}

TEST(StarDistances2d, OfASquareAreMeasuredToItsEdge) {
  LabelArray labels({1, 9, 9});
  for (int y = 2; y < 7; ++y) {
    for (int x = 2; x < 7; ++x) labels(0, y, x) = 7;
  }
  const auto distances = star_distances_2d(labels.view(), 4, {1, 1});
  const float* centre = &distances[(4 * 9 + 4) * 4];
  for (int k = 0; k < 4; ++k) EXPECT_NEAR(centre[k], 2.5, 1e-5);
  const float* left = &distances[(4 * 9 + 2) * 4];
  EXPECT_NEAR(left[0], 4.5, 1e-5) << "ray 0 points to +x";
  EXPECT_NEAR(left[2], 0.5, 1e-5);
  EXPECT_EQ(distances[0], 0);
}

struct Case {
  std::int64_t height, width;
  int objects;
  double radius;
  int rays;
  GridStep grid;
};

TEST(StarDistances2d, FastEqualsPlainForOddShapesTouchingAndBorderObjects) {
  Random random(1);
  const std::vector<Case> cases = {
      {64, 61, 12, 9, 32, {2, 2}},  {33, 70, 20, 7, 32, {1, 1}}, {1, 50, 3, 9, 32, {2, 2}},
      {50, 1, 3, 9, 7, {1, 3}},     {47, 45, 9, 14, 12, {1, 4}}, {40, 90, 4, 30, 24, {4, 2}},
      {200, 190, 1, 170, 64, {3, 3}}, {5, 5, 1, 30, 3, {1, 1}},  {2100, 40, 30, 30, 12, {16, 1}},
  };
  for (const auto& c : cases) {
    const LabelArray labels = test::random_blobs(c.height, c.width, c.objects, c.radius, random);
    const auto plain = star_distances_2d_reference(labels.view(), c.rays, c.grid);
    EXPECT_EQ(star_distances_2d(labels.view(), c.rays, c.grid, 1), plain)
        << c.height << "x" << c.width << ", " << c.rays << " rays";
    EXPECT_EQ(star_distances_2d(labels.view(), c.rays, c.grid, 3), plain);
  }
}

TEST(StarDistances2d, IdsBeyond16BitsAreKeptApart) {
  Random random(2);
  LabelArray labels = test::random_blobs(60, 50, 10, 10, random);
  const auto before = star_distances_2d(labels.view(), 16, {2, 2});
  // Equal modulo 2^16, so an implementation that cuts ids would merge them.
  for (auto& id : labels) id = id == 0 ? 0 : (id << 16) + 5;
  EXPECT_EQ(star_distances_2d(labels.view(), 16, {2, 2}), before);
  EXPECT_EQ(star_distances_2d_reference(labels.view(), 16, {2, 2}), before);
}

TEST(StarDistances2d, ViewsMayBeStrided) {
  Random random(3);
  const LabelArray labels = test::random_blobs(40, 52, 9, 8, random);
  const LabelView crop = labels.view().crop({{0, 3, 5}, {1, 36, 46}});
  EXPECT_EQ(star_distances_2d(crop, 8, {2, 2}), star_distances_2d_reference(crop, 8, {2, 2}));
}

TEST(StarDistances3d, EqualTheReferenceProgramBitForBit) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/functions";
  const LabelArray labels = test::labels_of(test::read_npy(folder / "mask3d.npy"));
  const auto golden = test::read_npz(folder / "star_dist3d.npz");
  const Rays3d even = golden_spiral(32), flat = golden_spiral(32, {2, 1, 1});
  EXPECT_EQ(star_distances_3d(labels.view(), even, {1, 1, 1}), golden.at("r32_g111").as<float>());
  EXPECT_EQ(star_distances_3d(labels.view(), even, {1, 2, 2}), golden.at("r32_g122").as<float>());
  EXPECT_EQ(star_distances_3d(labels.view(), flat, {1, 2, 2}),
            golden.at("r32aniso_g122").as<float>());
}

TEST(StarDistances3d, FastEqualsPlainForOddShapesTouchingAndBorderObjects) {
  struct Case {
    Index3 shape;
    int objects;
    double radius;
    int rays;
    Index3 grid;
  };
  Random random(4);
  for (const auto& c :
       {Case{{13, 31, 28}, 14, 6, 24, {1, 2, 2}}, Case{{1, 20, 33}, 5, 7, 8, {1, 1, 1}},
        Case{{9, 1, 40}, 4, 7, 12, {2, 1, 4}}, Case{{30, 11, 12}, 1, 60, 16, {4, 1, 2}}}) {
    const LabelArray labels = test::random_blobs_3d(c.shape, c.objects, c.radius, random);
    const Rays3d rays = golden_spiral(c.rays, {2, 1, 1});
    const auto plain = star_distances_3d_reference(labels.view(), rays, c.grid);
    EXPECT_EQ(star_distances_3d(labels.view(), rays, c.grid, 1), plain) << c.shape.z;
    EXPECT_EQ(star_distances_3d(labels.view(), rays, c.grid, 3), plain);
  }
}

}  // namespace
}  // namespace karyo::stardist
