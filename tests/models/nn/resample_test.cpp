// The lean layers against LibTorch's own: values and gradients, bit for bit.

#include "models/nn/resample.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace karyo {
namespace {

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

struct Case {
  std::int64_t images, channels, height, width;
  PoolWindow window;
  torch::ScalarType type;
};

class Resample : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override { torch::manual_seed(7); }

  /// Few different values, so that many are equal.
  static torch::Tensor values(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
    return torch::randint(-4, 5, {n, c, h, w})
        .to(GetParam().type)
        .contiguous(kChannelsLast)
        .requires_grad_();
  }
};

/// What `layer` makes of `inputs`, and the gradient of each for a weighted sum of the result.
std::vector<torch::Tensor> result_and_gradients(
    const std::function<torch::Tensor(const std::vector<torch::Tensor>&)>& layer,
    const std::vector<torch::Tensor>& inputs) {
  const auto y = layer(inputs);
  torch::manual_seed(11);
  const auto weight = torch::randint(-8, 9, y.sizes()).to(y.scalar_type());
  std::vector<torch::Tensor> all{y};
  for (const auto& gradient : torch::autograd::grad({y}, inputs, {weight})) {
    all.push_back(gradient);
  }
  return all;
}

void expect_equal(const std::vector<torch::Tensor>& ours, const std::vector<torch::Tensor>& plain) {
  ASSERT_EQ(ours.size(), plain.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].sizes(), plain[i].sizes());
    EXPECT_TRUE(torch::equal(ours[i], plain[i])) << "result or gradient " << i;
  }
}

TEST_P(Resample, MaxPoolEqualsLibTorchs) {
  const auto [n, c, h, w, window, type] = GetParam();
  const auto x = values(n, c, h, w);
  expect_equal(
      result_and_gradients([&](const auto& in) { return max_pool(in[0], window); }, {x}),
      result_and_gradients([&](const auto& in) { return torch::max_pool2d(in[0], window); }, {x}));
  const torch::NoGradGuard no_gradient;
  EXPECT_TRUE(torch::equal(max_pool(x, window), torch::max_pool2d(x, window)));
}

TEST_P(Resample, UpsampleConcatEqualsLibTorchs) {
  const auto [n, c, h, w, window, type] = GetParam();
  const auto x = values(n, c + 3, h / window[0], w / window[1]);
  const auto skip = values(n, c, h, w);
  const auto plain = [&](const std::vector<torch::Tensor>& in) {
    const std::vector<std::int64_t> size{h, w};
    return torch::cat({torch::upsample_nearest2d(in[0], size), in[1]}, 1);
  };
  expect_equal(
      result_and_gradients([](const auto& in) { return upsample_concat(in[0], in[1]); }, {x, skip}),
      result_and_gradients(plain, {x, skip}));
  const torch::NoGradGuard no_gradient;
  EXPECT_TRUE(torch::equal(upsample_concat(x, skip), plain({x, skip})));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, Resample,
    testing::Values(Case{1, 1, 8, 12, {2, 2}, torch::kFloat32},
                    Case{3, 32, 16, 8, {2, 2}, torch::kFloat32},
                    Case{2, 5, 9, 8, {3, 1}, torch::kFloat32},
                    Case{2, 5, 8, 8, {1, 4}, torch::kFloat32},
                    Case{2, 7, 9, 11, {2, 2}, torch::kFloat32},  // left to LibTorch
                    Case{2, 16, 8, 12, {2, 2}, torch::kBFloat16}));

TEST(MaxPool, NotANumberIsTheLargestAndTakesTheGradient) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto x = torch::tensor({1.0F, nan, 3.0F, nan})
                     .reshape({1, 1, 2, 2})
                     .contiguous(kChannelsLast)
                     .requires_grad_();
  const auto y = max_pool(x, {2, 2});
  EXPECT_TRUE(std::isnan(y.item<float>()));
  y.sum().backward();
  EXPECT_TRUE(torch::equal(x.grad().flatten(), torch::tensor({0.0F, 1.0F, 0.0F, 0.0F})));
}

TEST(UpsampleConcat, PlanarMemoryGivesTheSame) {
  const auto x = torch::rand({1, 2, 3, 3}), skip = torch::rand({1, 2, 6, 6});
  EXPECT_TRUE(
      torch::equal(upsample_concat(x, skip),
                   upsample_concat(x.contiguous(kChannelsLast), skip.contiguous(kChannelsLast))));
}

}  // namespace
}  // namespace karyo
