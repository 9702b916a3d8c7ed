#include "models/stardist/object_probability.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "tests/support/blobs.h"
#include "tests/support/label_npy.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

/// Every voxel against every other.
std::vector<float> plain(LabelView labels, const std::array<double, 3>& spacing = {1, 1, 1}) {
  const Index3 shape = labels.shape();
  const auto position = [&](std::int64_t i) {
    return Index3{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
  };
  std::vector<double> distance;
  std::map<std::uint32_t, double> largest;
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    const std::uint32_t id = labels(position(i));
    double nearest = std::numeric_limits<double>::infinity();
    for (std::int64_t k = 0; k < shape.count(); ++k) {
      if (labels(position(k)) == id) continue;
      const Index3 away = position(i) - position(k);
      nearest = std::min(nearest, std::pow(static_cast<double>(away.z) * spacing[0], 2) +
                                      std::pow(static_cast<double>(away.y) * spacing[1], 2) +
                                      std::pow(static_cast<double>(away.x) * spacing[2], 2));
    }
    distance.push_back(id == 0 ? 0 : std::sqrt(nearest));
    if (id != 0) largest[id] = std::max(largest[id], distance.back());
  }
  std::vector<float> probability;
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    const std::uint32_t id = labels(position(i));
    const double value = distance[static_cast<std::size_t>(i)];
    probability.push_back(id == 0 ? 0.f : static_cast<float>(value / (largest[id] + 1e-10)));
  }
  return probability;
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "at " << i;
}

TEST(ObjectProbability2d, EqualsTheReferenceProgram) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/functions";
  const LabelArray labels = test::labels_of(test::read_npy(folder / "mask2d.npy"));
  const auto golden = test::read_npz(folder / "edt_prob2d.npz");
  expect_near(object_probability_2d(labels.view()), golden.at("full").as<float>(), 1e-6f);
  // Every second pixel is a view with doubled strides.
  const Index3 shape = labels.shape();
  const LabelView half(labels.data(), {1, (shape.y + 1) / 2, (shape.x + 1) / 2},
                       {0, 2 * shape.x, 2});
  expect_near(object_probability_2d(half), golden.at("sub22").as<float>(), 1e-6f);
}

TEST(ObjectProbability2d, EqualsThePlainSearch) {
  Random random(4);
  for (const auto& [height, width, objects, radius] :
       {std::tuple{37, 41, 9, 8.0}, {1, 30, 4, 6.0}, {30, 1, 4, 6.0}, {45, 20, 2, 40.0}}) {
    const LabelArray labels = test::random_blobs(height, width, objects, radius, random);
    expect_near(object_probability_2d(labels.view()), plain(labels.view()), 1e-7f);
  }
}

TEST(ObjectProbability3d, EqualsTheReferenceProgram) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden/functions";
  const LabelArray labels = test::labels_of(test::read_npy(folder / "mask3d.npy"));
  const auto golden = test::read_npz(folder / "edt_prob3d.npz");
  expect_near(object_probability_3d(labels.view(), {1, 1, 1}), golden.at("full").as<float>(),
              1e-6f);
  expect_near(object_probability_3d(labels.view(), {2, 1, 1}), golden.at("aniso211").as<float>(),
              1e-6f);
}

TEST(ObjectProbability3d, EqualsThePlainSearchOnAnyNumberOfThreads) {
  Random random(5);
  for (const auto& [shape, objects, radius] : {std::tuple{Index3{7, 13, 12}, 9, 4.0},
                                               {{1, 20, 9}, 3, 5.0},
                                               {{12, 1, 9}, 3, 5.0},
                                               {{9, 9, 9}, 2, 6.0}}) {
    const LabelArray labels = test::random_blobs_3d(shape, objects, radius, random);
    for (const std::array<double, 3>& spacing :
         {std::array<double, 3>{1, 1, 1}, {2.7, 1, 0.4}, {0.3, 5, 1}}) {
      const auto expected = plain(labels.view(), spacing);
      expect_near(object_probability_3d(labels.view(), spacing, 1), expected, 1e-6f);
      expect_near(object_probability_3d(labels.view(), spacing, 3), expected, 1e-6f);
    }
  }
}

TEST(ObjectProbability2d, AnImageThatIsOneObjectHasBackgroundAround) {
  const LabelArray labels({1, 3, 5}, 9);
  const auto probability = object_probability_2d(labels.view());
  EXPECT_NEAR(probability[7], 1, 1e-6);
  EXPECT_NEAR(probability[0], 0.5, 1e-6);
}

TEST(ObjectProbability2d, OfNothingIsNothing) {
  EXPECT_EQ(object_probability_2d(LabelArray({1, 2, 3}).view()), std::vector<float>(6, 0.f));
  EXPECT_TRUE(object_probability_2d(LabelArray({1, 0, 3}).view()).empty());
}

}  // namespace
}  // namespace karyo::stardist
