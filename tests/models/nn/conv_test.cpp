// Convolutions in their fast forms against LibTorch's in double precision, with gradients.

#include "models/nn/conv.h"

#include <gtest/gtest.h>

#include <functional>

namespace karyo {
namespace {

using Layer = std::function<torch::Tensor(const std::vector<torch::Tensor>&)>;

torch::Tensor random_picture(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  return torch::randn({n, c, h, w}).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
}

std::vector<torch::Tensor> random_weights(std::int64_t out, std::int64_t in, std::int64_t size) {
  const auto weight = torch::randn({out, in, size, size}) / std::sqrt(double(in * size * size));
  return {weight.contiguous(at::MemoryFormat::ChannelsLast).requires_grad_(),
          torch::randn({out}).requires_grad_()};
}

/// `fast` on float32 inputs against `plain` on the same in double: result and all gradients.
void expect_same(const Layer& fast, const Layer& plain, const std::vector<torch::Tensor>& inputs) {
  std::vector<torch::Tensor> exact;
  for (const auto& x : inputs) {
    exact.push_back(x.detach().to(torch::kFloat64).requires_grad_());
  }
  const auto y = fast(inputs), expected = plain(exact);
  ASSERT_EQ(y.sizes(), expected.sizes());
  EXPECT_LT((y.to(torch::kFloat64) - expected).abs().max().item<double>(), 1e-5);
  const auto outer = torch::randn(y.sizes());
  const auto gradients = torch::autograd::grad({y}, inputs, {outer});
  const auto exact_gradients =
      torch::autograd::grad({expected}, exact, {outer.to(torch::kFloat64)});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto difference = (gradients[i].to(torch::kFloat64) - exact_gradients[i]).abs().max();
    EXPECT_LT(difference.item<double>(), 1e-5 * (1 + exact_gradients[i].abs().max().item<double>()))
        << "gradient " << i;
  }
  const torch::NoGradGuard no_grad;
  EXPECT_LT((fast(inputs) - y).abs().max().item<float>(), 1e-5) << "without gradient";
}

torch::Tensor plain_conv(const torch::Tensor& x, const torch::Tensor& weight,
                         const torch::Tensor& bias, bool relu) {
  const auto y = torch::conv2d(x, weight, bias, 1, weight.size(2) / 2);
  return relu ? y.relu() : y;
}

struct Shape {
  std::int64_t images, in, height, width, out, size;
};

class Conv : public testing::TestWithParam<Shape> {
 protected:
  void SetUp() override { torch::manual_seed(3); }
};

TEST_P(Conv, SameEqualsLibTorchs) {
  const auto [n, in, h, w, out, size] = GetParam();
  for (const bool relu : {false, true}) {
    auto inputs = random_weights(out, in, size);
    inputs.insert(inputs.begin(), random_picture(n, in, h, w));
    expect_same([&](const auto& t) { return conv_same(t[0], t[1], t[2], relu); },
                [&](const auto& t) { return plain_conv(t[0], t[1], t[2], relu); }, inputs);
  }
}

TEST_P(Conv, UpsampledEqualsLibTorchs) {
  const auto [n, in, h, w, out, size] = GetParam();
  auto inputs = random_weights(out, in + 16, size);
  inputs.insert(inputs.begin(), random_picture(n, 16, 2 * h, 2 * w));
  inputs.insert(inputs.begin(), random_picture(n, in, h, w));
  expect_same([&](const auto& t) { return conv_upsampled(t[0], t[1], t[2], t[3]); },
              [&](const auto& t) {
                const std::vector<std::int64_t> fine{t[1].size(2), t[1].size(3)};
                const auto both = torch::cat({torch::upsample_nearest2d(t[0], fine), t[1]}, 1);
                return plain_conv(both, t[2], t[3], true);
              },
              inputs);
}

TEST_P(Conv, PooledEqualsLibTorchs) {
  const auto [n, in, h, w, out, size] = GetParam();
  for (const PoolWindow window : {PoolWindow{2, 2}, PoolWindow{1, 2}}) {
    auto inputs = random_weights(out, in, size);
    inputs.insert(inputs.begin(), random_picture(n, in, h, w));
    expect_same([&](const auto& t) { return conv_pool(t[0], t[1], t[2], window); },
                [&](const auto& t) {
                  return torch::max_pool2d(plain_conv(t[0], t[1], t[2], true), window);
                },
                inputs);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Conv,
                         testing::Values(Shape{1, 1, 8, 6, 8, 3}, Shape{2, 32, 12, 20, 32, 3},
                                         Shape{1, 16, 9, 7, 24, 3}, Shape{1, 3, 10, 10, 12, 3},
                                         Shape{1, 16, 8, 8, 8, 5}, Shape{1, 64, 24, 16, 48, 3}));

TEST(Conv, ParametersAloneGetGradientsWhereTheInputWantsNone) {
  torch::manual_seed(3);
  const auto parameters = random_weights(8, 16, 3);
  const auto x = random_picture(1, 16, 8, 8).detach();
  conv_same(x, parameters[0], parameters[1], true).sum().backward();
  EXPECT_TRUE(parameters[0].grad().defined());
  EXPECT_TRUE(parameters[1].grad().defined());
}

TEST(ConvOfVolumes, GradientsOfTheFirstLayerAreNumbersInBFloat16) {
  torch::manual_seed(2);
  const auto x = to_channels_last(torch::rand({8, 1, 8, 80, 80}));
  const auto outer = torch::randn({8, 32, 8, 80, 80});
  const auto gradient_in = [&](torch::ScalarType type) {
    torch::manual_seed(3);
    auto weight = torch::randn({32, 1, 3, 3, 3}).requires_grad_();
    auto bias = torch::zeros({32}).requires_grad_();
    (conv_same(to_channels_last(x.to(type)), weight, bias, true).to(torch::kFloat32) * outer)
        .sum()
        .backward();
    return weight.grad();
  };
  const auto exact = gradient_in(torch::kFloat32);
  for (int round = 0; round < 4; ++round) {
    const auto rough = gradient_in(torch::kBFloat16);
    ASSERT_TRUE(torch::isfinite(rough).all().item<bool>()) << round;
    // Input and output have 8 bits, so that ReLU cuts at other places.
    EXPECT_LT(((rough - exact).norm() / exact.norm()).item<float>(), 0.05);
  }
}

}  // namespace
}  // namespace karyo
