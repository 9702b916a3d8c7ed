// The fast convolution against plain sums in double precision.

#include "models/nn/winograd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/random.h"

namespace karyo::winograd {
namespace {

struct Case {
  Extent extent;
  std::int64_t first, second;  // channels of the sources; with a second one the first is doubled
  std::int64_t out;
  Taps taps = {};
};

std::vector<float> random_values(std::int64_t count, Random& random, double scale = 1) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (auto& value : values) value = static_cast<float>(random.uniform(-scale, scale));
  return values;
}

/// A picture of random values, its convolution's weights, and everything by its definition.
class Winograd : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto [extent, first, second, out, kernel] = GetParam();
    if (!can_run(8, 8)) GTEST_SKIP() << "this processor has neither AVX2 nor AVX-512";
    Random random(5);
    const std::int64_t pixels = extent.images * extent.height * extent.width;
    first_ = random_values(second > 0 ? pixels / 4 * first : pixels * first, random);
    second_ = random_values(pixels * second, random);
    outer_ = random_values(pixels * out, random);
    weight_ =
        random_values(out * taps() * in(), random, 1 / std::sqrt(static_cast<double>(9 * in())));
    bias_ = random_values(out, random);
  }

  std::int64_t in() const { return GetParam().first + GetParam().second; }
  std::int64_t span() const { return GetParam().taps.span; }
  std::int64_t in_plane() const { return span() * span(); }
  std::int64_t taps() const { return in_plane() * GetParam().taps.depth; }
  /// 5 x 5 multiplies sums by up to 25.
  double rounding() const { return span() == 3 ? 1 : 10; }
  Source first_source() const { return {first_.data(), GetParam().first, GetParam().second > 0}; }
  Source second_source() const { return {second_.data(), GetParam().second, false}; }

  double pixel(std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t channel) const {
    const auto& [extent, first, second, out, kernel] = GetParam();
    if (y < 0 || x < 0 || y >= extent.height || x >= extent.width) return 0;
    if (channel >= first) {
      return second_[((n * extent.height + y) * extent.width + x) * second + channel - first];
    }
    const std::int64_t shift = second > 0 ? 1 : 0;
    return first_[((n * (extent.height >> shift) + (y >> shift)) * (extent.width >> shift) +
                   (x >> shift)) *
                      first +
                  channel];
  }

  /// What tap number k of the kernel at a pixel reads.
  double under_tap(std::int64_t k, std::int64_t n, std::int64_t y, std::int64_t x,
                   std::int64_t channel) const {
    const auto place = tap_place(k, 1, n, y, x);
    return place ? pixel((*place)[0], (*place)[1], (*place)[2], channel) : 0;
  }

  /// Picture, row and column that are a tap away; none outside of the stack. Rows and columns may
  /// be outside of the picture.
  std::optional<std::array<std::int64_t, 3>> tap_place(std::int64_t k, int sign, std::int64_t n,
                                                       std::int64_t y, std::int64_t x) const {
    const std::int64_t planes = GetParam().extent.planes;
    const std::int64_t plane = sign * (k / in_plane() - GetParam().taps.depth / 2);
    const std::int64_t row = k % in_plane() / span() - span() / 2, z = n % planes + plane;
    if (z < 0 || z >= planes) return {};
    return {{n + plane, y + sign * row, x + sign * (k % span() - span() / 2)}};
  }

  template <typename Visit>
  void each_pixel(const Visit& visit) const {
    const Extent& extent = GetParam().extent;
    std::int64_t i = 0;
    for (std::int64_t n = 0; n < extent.images; ++n) {
      for (std::int64_t y = 0; y < extent.height; ++y) {
        for (std::int64_t x = 0; x < extent.width; ++x, ++i) visit(i, n, y, x);
      }
    }
  }

  double plain_sum(std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t o) const {
    double sum = bias_[o];
    for (std::int64_t k = 0; k < taps(); ++k) {
      for (std::int64_t i = 0; i < in(); ++i) {
        sum += under_tap(k, n, y, x, i) * weight_[(o * taps() + k) * in() + i];
      }
    }
    return sum;
  }

  Convolution convolution(const PackedWeights& packed, std::vector<float>& result) const {
    const auto& [extent, first, second, out, kernel] = GetParam();
    result.assign(extent.images * extent.height * extent.width * out, -1);
    Convolution job;
    job.extent = extent;
    job.first = first_source();
    job.second = second_source();
    job.weights = &packed;
    job.bias = bias_.data();
    job.result = result.data();
    return job;
  }

  std::vector<float> first_, second_, outer_, weight_, bias_;
};

TEST_P(Winograd, EqualsThePlainSumWhateverTheBlocks) {
  const auto& [extent, first, second, out, kernel] = GetParam();
  const auto packed = pack(weight_.data(), out, in(), kernel);
  std::vector<float> result;
  auto job = convolution(packed, result);
  const std::int64_t blocks = block_count(job), middle = blocks / 2;
  run(job, middle, blocks);
  run(job, 0, middle);
  each_pixel([&](auto i, auto n, auto y, auto x) {
    const std::int64_t out = GetParam().out;
    for (std::int64_t o = 0; o < out; ++o) {
      ASSERT_NEAR(result[i * out + o], plain_sum(n, y, x, o), rounding() * 2e-6)
          << y << ", " << x << ": " << o;
    }
  });
}

TEST_P(Winograd, ReluAndPoolingTakeTheirResultsFromTheSums) {
  const auto& [extent, first, second, out, kernel] = GetParam();
  if (extent.height % 2 != 0 || extent.width % 2 != 0) return;  // pooling takes whole windows
  const auto packed = pack(weight_.data(), out, in(), kernel);
  std::vector<float> sums, positive;
  auto job = convolution(packed, sums);
  run(job, 0, block_count(job));
  job = convolution(packed, positive);
  job.relu = true;
  run(job, 0, block_count(job));
  std::vector<float> pooled(sums.size() / 4, -1);
  job.result = nullptr;
  job.pooled = pooled.data();
  run(job, 0, block_count(job));
  std::vector<float> largest(pooled.size(), -1);
  each_pixel([&](auto i, auto n, auto y, auto x) {
    for (std::int64_t o = 0; o < GetParam().out; ++o) {
      const float value = std::max(0.0F, sums[i * GetParam().out + o]);
      ASSERT_EQ(positive[i * GetParam().out + o], value);
      const auto& e = GetParam().extent;
      float& best =
          largest[((n * (e.height / 2) + y / 2) * (e.width / 2) + x / 2) * GetParam().out + o];
      best = std::max(best, value);
    }
  });
  EXPECT_EQ(pooled, largest);
}

TEST_P(Winograd, GradientsEqualThePlainSums) {
  const auto& [extent, first, second, out, kernel] = GetParam();
  WeightGradient job{extent, first_source(), second_source(), outer_.data(), out, kernel};
  std::vector<float> sums(sums_size(job)), weight(weight_.size()), bias(bias_.size());
  for (std::int64_t block = 0; block < block_count(job); ++block) {
    add(job, block, block + 1, sums.data());
  }
  finish(job, sums.data(), weight.data(), bias.data());
  const double pixels = static_cast<double>(extent.images * extent.height * extent.width);
  for (std::int64_t o = 0; o < out; ++o) {
    for (std::int64_t k = 0; k < taps(); ++k) {
      for (std::int64_t c = 0; c < in(); c += 3) {
        double sum = 0;
        each_pixel([&](auto i, auto n, auto y, auto x) {
          sum += under_tap(k, n, y, x, c) * outer_[i * GetParam().out + o];
        });
        ASSERT_NEAR(weight[(o * taps() + k) * in() + c], sum, rounding() * 1e-6 * (1 + pixels))
            << o << ", " << k;
      }
    }
    double sum = 0;
    each_pixel([&](auto i, auto, auto, auto) { sum += outer_[i * GetParam().out + o]; });
    ASSERT_NEAR(bias[o], sum, 1e-6 * (1 + pixels));
  }
}

TEST_P(Winograd, BackwardWeightsGiveTheGradientOfTheInput) {
  const auto& [extent, first, second, out, kernel] = GetParam();
  const auto packed = pack_backward(weight_.data(), out, in(), kernel);
  std::vector<float> inner(extent.images * extent.height * extent.width * in());
  Convolution job;
  job.extent = extent;
  job.first = {outer_.data(), out, false};
  job.weights = &packed;
  job.result = inner.data();
  run(job, 0, block_count(job));
  each_pixel([&](auto i, auto n, auto y, auto x) {
    const auto& e = GetParam().extent;
    for (std::int64_t c = 0; c < in(); c += 5) {
      double sum = 0;
      for (std::int64_t k = 0; k < taps(); ++k) {
        const auto place = tap_place(k, -1, n, y, x);
        if (!place) continue;
        const auto [picture, row, column] = *place;
        if (row < 0 || column < 0 || row >= e.height || column >= e.width) continue;
        for (std::int64_t o = 0; o < GetParam().out; ++o) {
          sum += outer_[((picture * e.height + row) * e.width + column) * GetParam().out + o] *
                 weight_[(o * taps() + k) * in() + c];
        }
      }
      ASSERT_NEAR(inner[i * in() + c], sum, rounding() * 1e-5);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, Winograd,
    testing::Values(Case{{1, 1, 1}, 8, 0, 8}, Case{{1, 2, 3}, 16, 0, 8}, Case{{2, 9, 7}, 24, 0, 40},
                    Case{{3, 8, 12}, 32, 0, 32}, Case{{2, 6, 10}, 16, 8, 24},
                    Case{{1, 40, 44}, 32, 32, 32}, Case{{1, 30, 26}, 8, 0, 104},
                    Case{{1, 4, 5, 1}, 8, 0, 16, {3, 3}}, Case{{4, 6, 5, 2}, 8, 0, 8, {3, 3}},
                    Case{{10, 7, 8, 5}, 24, 0, 40, {3, 3}}, Case{{1, 1, 1}, 8, 0, 8, {1, 5}},
                    Case{{2, 9, 7}, 24, 0, 40, {1, 5}}, Case{{2, 6, 10}, 16, 8, 24, {1, 5}},
                    Case{{1, 40, 44}, 32, 32, 32, {1, 5}}, Case{{6, 5, 6, 3}, 8, 0, 16, {5, 5}}));

TEST(WinogradLimits, NotANumberAndInfinityComeThrough) {
  if (!can_run(8, 8)) GTEST_SKIP() << "this processor has neither AVX2 nor AVX-512";
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> image(8 * 8 * 8, 1), weight(8 * 9 * 8, 1), pooled(4 * 4 * 8);
    image[(3 * 8 + 5) * 8 + 2] = bad;
    const auto packed = pack(weight.data(), 8, 8);
    Convolution job;
    job.extent = {1, 8, 8};
    job.first = {image.data(), 8, false};
    job.weights = &packed;
    job.relu = true;
    job.pooled = pooled.data();
    run(job, 0, block_count(job));
    EXPECT_FALSE(std::isfinite(pooled[(1 * 4 + 2) * 8]));
    EXPECT_EQ(pooled[0], 9 * 8) << "far from it nothing changes";
  }
}

TEST(WinogradLimits, ChannelsThatDoNotFillAVectorAreLeftToOthers) {
  EXPECT_FALSE(can_run(1, 32));
  EXPECT_FALSE(can_run(32, 33));
  EXPECT_FALSE(can_run(12, 8));
}

}  // namespace
}  // namespace karyo::winograd
