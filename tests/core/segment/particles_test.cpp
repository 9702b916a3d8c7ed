#include "core/segment/particles.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "core/io/image_io.h"
#include "core/segment/auto_threshold.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

Volume golden(const std::string& name) {
  auto image = read_image(test::shared_dir() / "golden/imagej" / (name + ".tif"));
  if (!image) throw std::runtime_error(image.error().what);
  return *std::move(image);
}

struct GoldenCase {
  std::string name, image;
  ThresholdMethod method;
  ParticleOptions options;
};

TEST(AnalyzeParticlesGolden, CountMasksEqualImageJs) {
  KARYO_NEEDS_SHARED();
  using M = ThresholdMethod;
  const ParticleOptions plain;
  ParticleOptions exclude, include, min20, min10, strict;
  exclude.exclude_edges = true;
  include.include_holes = true;
  min20.min_size = 20;
  min10.min_size = 10;
  strict.min_size = 40;
  strict.min_circularity = 0.6;
  strict.exclude_edges = strict.include_holes = true;
  const std::vector<GoldenCase> cases = {
      {"default", "nuclei_u8", M::kOtsu, plain},
      {"calibrated_0.5um", "nuclei_u8", M::kOtsu, plain},
      {"exclude_edges", "nuclei_u8", M::kOtsu, exclude},
      {"include_holes", "nuclei_u8", M::kOtsu, include},
      {"size40_circ06_exclude_include", "nuclei_u8", M::kOtsu, strict},
      {"coins_otsu_min20", "coins_u8", M::kOtsu, min20},
      {"u16_li_min10", "nuclei_u16", M::kLi, min10},
      {"f32_li_min10", "nuclei_f32", M::kLi, min10},
  };
  for (const auto& one : cases) {
    const Volume image = golden(one.image);
    const auto histogram = ImageHistogram::of(image, {}, HistogramBins::kEightBit, false);
    const auto mask = mask_in_range(image, {}, histogram->threshold(one.method, true));
    const auto found = analyze_particles(mask.view(), one.options);
    const auto expected = to_labels(golden("particles_" + one.name + "_count_masks"));
    ASSERT_TRUE(expected);
    EXPECT_TRUE(found.labels == *expected) << one.name;
  }
}

Array3<std::uint8_t> drawn(const std::vector<std::string>& rows) {
  Array3<std::uint8_t> mask({1, static_cast<std::int64_t>(rows.size()),
                             static_cast<std::int64_t>(rows[0].size())});
  auto voxel = mask.begin();
  for (const auto& row : rows) {
    for (const char c : row) *voxel++ = c == '#' ? 255 : 0;
  }
  return mask;
}

TEST(AnalyzeParticles, AParticleInAHoleIsItsOwnUnlessHolesAreIncluded) {
  const auto mask = drawn({"........",
                           ".#####..",
                           ".#...#..",
                           ".#.#.#..",
                           ".#...#..",
                           ".#####.."});
  ParticleOptions options;
  const auto apart = analyze_particles(mask.view(), options);
  ASSERT_EQ(apart.particles.size(), 2u);
  EXPECT_EQ(apart.particles[0].pixel_count, 16);
  EXPECT_EQ(apart.particles[1].pixel_count, 1);
  EXPECT_EQ(apart.labels(0, 3, 3), 2u);
  options.include_holes = true;
  const auto whole = analyze_particles(mask.view(), options);
  ASSERT_EQ(whole.particles.size(), 1u);
  EXPECT_EQ(whole.particles[0].pixel_count, 25);
}

TEST(AnalyzeParticles, CornersConnectAndNumbersFollowTheScan) {
  const auto found = analyze_particles(drawn({"...#..#",
                                              "..#....",
                                              "##....#"}).view(), {});
  ASSERT_EQ(found.particles.size(), 3u);
  EXPECT_EQ(found.labels(0, 2, 0), 1u);
  EXPECT_EQ(found.labels(0, 0, 6), 2u);
  EXPECT_EQ(found.labels(0, 2, 6), 3u);
}

TEST(AnalyzeParticles, SizeLimitsAreInclusive) {
  const auto mask = drawn({"#.##.###"});
  ParticleOptions options;
  options.min_size = 2;
  EXPECT_EQ(analyze_particles(mask.view(), options).particles.size(), 2u);
  options.max_size = 2;
  EXPECT_EQ(analyze_particles(mask.view(), options).particles.size(), 1u);
  options.exclude_edges = true;
  EXPECT_EQ(analyze_particles(mask.view(), options).particles.size(), 0u);
}

TEST(AnalyzeParticles, PerimetersCutCornersAsImageJDoes) {
  // A pixel has two of its corners cut, a square of 2 x 2 all four.
  const double cut = 2 - std::sqrt(2.0);
  const auto pixel = analyze_particles(drawn({"...", ".#.", "..."}).view(), {});
  EXPECT_NEAR(pixel.particles[0].perimeter, 4 - 2 * cut, 1e-12);
  const auto square = analyze_particles(drawn({"....", ".##.", ".##.", "...."}).view(), {});
  EXPECT_NEAR(square.particles[0].perimeter, 8 - 4 * cut, 1e-12);
}

TEST(LabelObjects, TouchingCornersInThreeDimensionsAreOneObject) {
  Array3<std::uint8_t> mask({3, 3, 3});
  mask(0, 0, 0) = mask(1, 1, 1) = mask(2, 2, 2) = 1;
  auto found = label_objects(mask.view(), {});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->particles.size(), 1u);
  EXPECT_EQ(found->particles[0].pixel_count, 3);
  mask(1, 1, 1) = 0;
  found = label_objects(mask.view(), {});
  EXPECT_EQ(found->particles.size(), 2u);
  EXPECT_EQ(found->labels(2, 2, 2), 2u);
}

/// The plain way: one flood an object.
LabelArray flooded(const Array3<std::uint8_t>& mask) {
  LabelArray labels(mask.shape());
  const Box3 all = Box3::of_shape(mask.shape());
  std::uint32_t next = 0;
  for (std::int64_t z = 0; z < mask.shape().z; ++z) {
    for (std::int64_t y = 0; y < mask.shape().y; ++y) {
      for (std::int64_t x = 0; x < mask.shape().x; ++x) {
        if (mask(z, y, x) == 0 || labels(z, y, x) != 0) continue;
        std::vector<Index3> stack{{z, y, x}};
        labels(z, y, x) = ++next;
        while (!stack.empty()) {
          const Index3 p = stack.back();
          stack.pop_back();
          for (std::int64_t i = 0; i < 27; ++i) {
            const Index3 q = p + Index3{i / 9 - 1, i / 3 % 3 - 1, i % 3 - 1};
            if (!all.contains(q) || mask(q.z, q.y, q.x) == 0 || labels(q.z, q.y, q.x) != 0) continue;
            labels(q.z, q.y, q.x) = next;
            stack.push_back(q);
          }
        }
      }
    }
  }
  return labels;
}

TEST(LabelObjects, EqualsAFloodFillOnRandomMasksInPlanesAndVolumes) {
  Random random(5);
  for (int round = 0; round < 60; ++round) {
    const bool plane = round % 2 == 0;
    Array3<std::uint8_t> mask(
        {plane ? 1 : 1 + random.below(7), 1 + random.below(20), 1 + random.below(20)});
    const double density = random.uniform(0.05, 0.7);
    for (auto& voxel : mask) voxel = random.uniform() < density ? 1 : 0;
    const auto expected = flooded(mask);
    EXPECT_TRUE(label_objects(mask.view(), {})->labels == expected);
    if (plane) {
      EXPECT_TRUE(analyze_particles(mask.view(), {}).labels == expected);
    }
  }
}

TEST(LabelObjects, CircularityIsRefusedInAVolume) {
  const Array3<std::uint8_t> mask({2, 2, 2});
  ParticleOptions options;
  options.min_circularity = 0.5;
  const auto found = label_objects(mask.view(), options);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace karyo
