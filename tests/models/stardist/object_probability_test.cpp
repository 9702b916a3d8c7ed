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

/// Every pixel against every other.
std::vector<float> plain(LabelView labels) {
  const Index3 shape = labels.shape();
  std::vector<double> distance;
  std::map<std::uint32_t, double> largest;
  for (std::int64_t y = 0; y < shape.y; ++y) {
    for (std::int64_t x = 0; x < shape.x; ++x) {
      const std::uint32_t id = labels(0, y, x);
      double nearest = std::numeric_limits<double>::infinity();
      for (std::int64_t v = 0; v < shape.y; ++v) {
        for (std::int64_t u = 0; u < shape.x; ++u) {
          if (labels(0, v, u) == id) continue;
          nearest = std::min(nearest, static_cast<double>((y - v) * (y - v) + (x - u) * (x - u)));
        }
      }
      distance.push_back(id == 0 ? 0 : std::sqrt(nearest));
      if (id != 0) largest[id] = std::max(largest[id], distance.back());
    }
  }
  std::vector<float> probability;
  for (std::int64_t i = 0; i < shape.count(); ++i) {
    const std::uint32_t id = labels(0, i / shape.x, i % shape.x);
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
