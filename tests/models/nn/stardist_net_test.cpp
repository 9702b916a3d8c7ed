#include "models/nn/stardist_net.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/nn/adam.h"
#include "models/nn/stardist_loss.h"
#include "models/stardist/stardist_model.h"
#include "tests/models/nn/golden_model.h"
#include "tests/support/npy.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using test::to_tensor;

/// ([Z,] Y, X[, C]) padded at the end by reflection to multiples of the network's divisor.
torch::Tensor padded_input(const test::NpyArray& image, const StarDistConfig& config,
                           const StarDistNet& net) {
  auto x = to_tensor(image);
  if (x.dim() == config.n_dim) x = x.unsqueeze(-1);
  x = x.movedim(-1, 0).unsqueeze(0);
  const auto pad = [&](std::int64_t axis, std::int64_t by) {
    return (by - x.size(axis) % by) % by;
  };
  const Index3 by = net.divisor();
  std::vector<std::int64_t> pads{0, pad(-1, by.x), 0, pad(-2, by.y)};
  if (config.n_dim == 3) pads.insert(pads.end(), {0, pad(-3, by.z)});
  return config.n_dim == 3 ? torch::reflection_pad3d(x, pads) : torch::reflection_pad2d(x, pads);
}

class GoldenNetwork : public testing::TestWithParam<std::string> {};

TEST_P(GoldenNetwork, GivesTheReferenceMaps) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden" / GetParam();
  const auto model = test::load_model(folder);
  const torch::NoGradGuard no_grad;
  const auto output = model.net().forward(
      padded_input(test::read_npy(folder / "input.npy"), model.config(), model.net()),
      Precision::kFloat32);
  const auto prob = to_tensor(test::read_npy(folder / "prob.npy"));
  const auto dist = to_tensor(test::read_npy(folder / "dist.npy"));
  const auto crop = [&](const torch::Tensor& map) {
    auto part = map[0].movedim(0, -1);
    for (std::int64_t axis = 0; axis < prob.dim(); ++axis) {
      part = part.narrow(axis, 0, prob.size(axis));
    }
    return part;
  };
  EXPECT_LT((crop(output.prob()).squeeze(-1) - prob).abs().max().item<float>(), 1e-4);
  const auto difference = (crop(output.dist()).clamp_min(1e-3) - dist).abs();
  EXPECT_LT((difference / (1 + dist)).max().item<float>(), 1e-4);
  ASSERT_EQ(output.classes > 0, model.config().n_classes.has_value());
  if (output.classes == 0) return;
  const auto of_class = to_tensor(test::read_npy(folder / "prob_class.npy"));
  EXPECT_LT((crop(output.class_prob()) - of_class).abs().max().item<float>(), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Folders, GoldenNetwork,
                         testing::Values("stardist2d", "stardist2d_grid1", "stardist3d",
                                         "stardist3d_resnet", "stardist2d_rgb_multiclass"));

TEST(StarDistNet, SlabsGiveTheSameNumbersAsThePassWithGradient) {
  StarDistConfig config = StarDistConfig::defaults_3d(8);
  config.grid = {2, 1, 2};
  config.unet_n_filter_base = 4;
  config.unet_n_depth = 1;
  Random random(3);
  const auto net = StarDistNet::create(config, random);
  ASSERT_TRUE(net);
  const auto x = torch::rand({1, 1, 120, 32, 256});
  const auto whole = net->forward(x, Precision::kFloat32).head.detach();
  const torch::NoGradGuard no_grad;
  const auto slabs = net->forward(x, Precision::kFloat32).head;
  EXPECT_LT((whole - slabs).abs().max().item<float>(), 1e-4);
}

TEST(StarDistNet, StripsGiveTheSameNumbersAsThePassWithGradient) {
  StarDistConfig config = StarDistConfig::defaults_2d();
  config.grid = {2, 2};
  config.unet_n_filter_base = 8;
  Random random(3);
  const auto net = StarDistNet::create(config, random);
  ASSERT_TRUE(net);
  // Wide enough that the strips are a few rows high.
  const auto x = torch::rand({1, 1, 160, 8192});
  const auto whole = net->forward(x, Precision::kFloat32).head.detach();
  const torch::NoGradGuard no_grad;
  const auto strips = net->forward(x, Precision::kFloat32).head;
  EXPECT_LT((whole - strips).abs().max().item<float>(), 1e-4);
}

TEST(StarDistNet, WhatItCannotDoIsSaid) {
  Random random(1);
  StarDistConfig config = StarDistConfig::defaults_2d();
  config.unet_batch_norm = true;
  const auto refused = StarDistNet::create(config, random);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
}

TEST(StarDistModel, WeightsOfAnotherNetworkAreRefusedByName) {
  const test::TempDir dir;
  Random random(1);
  StarDistConfig config = StarDistConfig::defaults_2d();
  config.unet_n_filter_base = 4;
  auto small = StarDistModel::create(config, random);
  ASSERT_TRUE(small->save_weights(dir / "weights.h5"));
  ASSERT_TRUE(small->load_weights(dir / "weights.h5"));
  config.unet_n_filter_base = 8;
  auto other = StarDistModel::create(config, random);
  const auto refused = other->load_weights(dir / "weights.h5");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("the settings ask for 3x3x1x8"), std::string::npos)
      << refused.error().what;
}

// The reference's own tolerance, since a step of Adam goes by the sign of gradients that may be
// nothing but rounding: its losses differ by up to 1e-3 after five steps from one machine to
// another. The weights themselves are held by tests/interop.
TEST(StarDistTraining, GoldenStepsGiveTheReferenceLosses) {
  KARYO_NEEDS_SHARED();
  for (const std::string name : {"stardist2d", "stardist2d_grid1", "stardist3d"}) {
    const auto folder = test::shared_dir() / "golden" / name;
    auto model = test::load_model(folder);
    const auto batch = test::golden_batch(folder);
    std::ifstream in(folder / "train_step.json");
    const auto steps = nlohmann::json::parse(in).at("steps");
    Adam adam(model.net().parameters());
    for (std::size_t step = 0; step < steps.size(); ++step) {
      const auto output = model.net().forward(batch.image, Precision::kFloat32);
      const auto loss = stardist_loss(output, batch.target, {});
      const double tolerance = step == 0 ? 1e-5 : 1e-3;
      const auto expected = [&](const char* key) { return steps[step].at(key).get<double>(); };
      EXPECT_NEAR(loss.total.item<double>() / expected("loss"), 1, tolerance) << name << step;
      EXPECT_NEAR(loss.prob / expected("prob_loss"), 1, tolerance) << name << step;
      EXPECT_NEAR(loss.dist / expected("dist_loss"), 1, tolerance) << name << step;
      loss.total.backward();
      adam.step(3e-4);
    }
    const torch::NoGradGuard no_grad;
    const auto arrays = test::read_npz(folder / "train_step.npz");
    const auto after = model.net().forward(batch.image, Precision::kFloat32);
    const auto prob = to_tensor(arrays.at("pred_prob_after")).movedim(-1, 1);
    const auto dist = to_tensor(arrays.at("pred_dist_after")).movedim(-1, 1);
    EXPECT_LT((after.prob() - prob).abs().mean().item<float>(), 1e-4) << name;
    EXPECT_LT(((after.dist() - dist).abs() / (1 + dist.abs())).mean().item<float>(), 1e-4) << name;
  }
}

TEST(StarDistLoss, FusedEqualsPlainWithGradientAndIgnoredPixels) {
  torch::manual_seed(5);
  for (const std::int64_t rays : {1, 7, 32}) {
    const auto head = torch::randn({2, 1 + rays, 9, 13}) * 3;
    StarDistTarget target{torch::rand({2, 9, 13}), torch::rand({2, 9, 13, rays}) * 20,
                          torch::rand({2, 9, 13})};
    target.prob.index_put_({0, 3}, -1);
    const StarDistLossSettings settings{1e-2, 1.5, 0.4};
    auto fused_head = head.clone().requires_grad_();
    auto plain_head = head.clone().requires_grad_();
    const auto fused = stardist_loss({fused_head}, target, settings);
    const auto plain = stardist_loss_reference({plain_head}, target, settings);
    EXPECT_NEAR(fused.prob, plain.prob, 1e-5);
    EXPECT_NEAR(fused.dist, plain.dist, 1e-4);
    EXPECT_NEAR(fused.total.item<double>(), plain.total.item<double>(), 1e-4);
    (fused.total * 2).backward();
    (plain.total * 2).backward();
    EXPECT_LT((fused_head.grad() - plain_head.grad()).abs().max().item<float>(), 1e-6);
  }
}

/// Random targets as batches have them: rows and a block are ignored.
StarDistTarget target_with_ignored(std::int64_t rays) {
  auto mask = torch::rand({2, 9, 13});
  mask.index_put_({0, 3}, 0);
  mask.index_put_({1, torch::indexing::Slice(2, 5), torch::indexing::Slice(4, 9)}, 0);
  auto prob = mask.clone();
  prob.index_put_({0, 3}, -1);
  prob.index_put_({1, torch::indexing::Slice(2, 5), torch::indexing::Slice(4, 9)}, -1);
  return {prob, torch::rand({2, 9, 13, rays}) * 20, mask};
}

TEST(StarDistLoss, HalvesWithTheirMeanCountsAreTheWholeBatch) {
  for (const auto& loss_of : {stardist_loss, stardist_loss_reference}) {
    const auto target = target_with_ignored(7);
    const auto head = torch::randn({2, 8, 9, 13}) * 3;
    auto whole = head.clone().requires_grad_();
    const auto expected = loss_of({whole}, target, {}, {});
    expected.total.backward();

    const auto half = [&](std::int64_t i) {
      return StarDistTarget{target.prob.narrow(0, i, 1).contiguous(),
                            target.dist.narrow(0, i, 1).contiguous(),
                            target.mask.narrow(0, i, 1).contiguous()};
    };
    const auto first = counts_of(half(0)), second = counts_of(half(1));
    ASSERT_NE(first.known, second.known) << "else a plain mean would do";
    const StarDistCounts mean{(first.known + second.known) / 2,
                              (first.mean_mask + second.mean_mask) / 2};
    double total = 0;
    for (std::int64_t i = 0; i < 2; ++i) {
      auto part = head.narrow(0, i, 1).clone().requires_grad_();
      const auto loss = loss_of({part}, half(i), {}, mean);
      loss.total.backward();
      total += loss.total.item<double>() / 2;
      EXPECT_TRUE(torch::allclose(part.grad() / 2, whole.grad().narrow(0, i, 1), 1e-4, 1e-8));
    }
    EXPECT_NEAR(total, expected.total.item<double>(), 1e-5 * std::abs(total));
  }
}

TEST(StarDistLoss, WhateverIsSaidInIgnoredPartsChangesNothing) {
  torch::manual_seed(6);
  for (const auto& loss_of : {stardist_loss, stardist_loss_reference}) {
    const auto target = target_with_ignored(7);
    const auto ignored = target.prob.lt(0).unsqueeze(1);
    const auto head = torch::randn({2, 8, 9, 13}) * 3;
    auto one = head.clone().requires_grad_();
    auto other = torch::where(ignored, torch::randn_like(head) * 40, head).requires_grad_();
    const auto a = loss_of({one}, target, {}, {});
    const auto b = loss_of({other}, target, {}, {});
    EXPECT_EQ(a.total.item<float>(), b.total.item<float>());
    EXPECT_EQ(a.prob, b.prob);
    EXPECT_EQ(a.dist, b.dist);
    a.total.backward();
    b.total.backward();
    EXPECT_TRUE(torch::equal(one.grad(), other.grad()));
    EXPECT_EQ(one.grad().masked_select(ignored).abs().max().item<float>(), 0);
    EXPECT_GT(one.grad().abs().max().item<float>(), 0);
  }
}

// The formulas of the reference, written down once more: its loss is ours and, of the ignored
// pixels, the regulariser that it keeps there.
TEST(StarDistLoss, WithIgnoredPartsIsTheReferencesButForItsRegulariser) {
  torch::manual_seed(7);
  const auto target = target_with_ignored(32);
  const StarDistOutput output{torch::randn({2, 33, 9, 13}) * 3};
  const StarDistLossSettings settings{1e-2, 1, 0.2};
  const auto ours = stardist_loss(output, target, settings);
  const auto known = target.prob.ge(0);
  const auto p = output.prob().squeeze(1).clamp(1e-7, 1 - 1e-7);
  const auto entropy = -(target.prob * p.log() + (1 - target.prob) * (1 - p).log());
  EXPECT_NEAR(ours.prob, entropy.masked_select(known).mean().item<double>(), 1e-6);

  const auto d = output.dist().permute({0, 2, 3, 1});
  const auto m = target.mask.unsqueeze(3);
  const auto actual = (m * (target.dist - d).abs()).mean(3) / (m.mean() + 1e-7);
  const auto regulariser = settings.background_reg * ((1 - m) * d.abs()).mean(3);
  const double python = (actual + regulariser).mean().item<double>();
  const double kept = torch::where(known, 0, regulariser).mean().item<double>();
  EXPECT_GT(kept, 0);
  EXPECT_NEAR(ours.dist, python - kept, 1e-5 * python);
}

TEST(StarDistLoss, ABatchThatIsIgnoredAllOverTeachesNothing) {
  for (const auto& loss_of : {stardist_loss, stardist_loss_reference}) {
    const StarDistTarget target{torch::full({1, 4, 4}, -1.F), torch::zeros({1, 4, 4, 5}),
                                torch::zeros({1, 4, 4})};
    auto head = torch::randn({1, 6, 4, 4}).requires_grad_();
    const auto loss = loss_of({head}, target, {}, {});
    EXPECT_EQ(loss.total.item<float>(), 0);
    loss.total.backward();
    EXPECT_EQ(head.grad().abs().max().item<float>(), 0);
  }
}

TEST(ClassLoss, IsTheCrossEntropyOfWhatIsKnown) {
  torch::manual_seed(4);
  const std::int64_t rays = 8, classes = 3;
  const auto values = torch::randn({2, 1 + rays + classes, 6, 5});
  StarDistTarget target{torch::rand({2, 6, 5}), torch::rand({2, 6, 5, rays}),
                        torch::rand({2, 6, 5}), torch::randint(-1, 3, {2, 6, 5}, torch::kInt64)};
  const auto run = [&](double weight, bool reference) {
    auto head = values.clone().requires_grad_();
    const StarDistLossSettings settings{1e-4, 1, 0.2, weight};
    const StarDistOutput output{head, classes};
    const auto loss = reference ? stardist_loss_reference(output, target, settings)
                                : stardist_loss(output, target, settings);
    loss.total.backward();
    return std::tuple(loss.total.item<double>(), loss.of_class, head.grad());
  };
  const auto [total, of_class, gradient] = run(2, false);
  const auto [same, same_class, same_gradient] = run(2, true);
  EXPECT_NEAR(total, same, 1e-5);
  EXPECT_LT((gradient - same_gradient).abs().max().item<float>(), 1e-6);

  const auto logits = values.narrow(1, 1 + rays, classes);
  const auto expected =
      torch::nll_loss_nd(torch::log_softmax(logits, 1), target.classes, {}, at::Reduction::Sum, -1)
          .item<double>() /
      (2 * 6 * 5);
  EXPECT_NEAR(of_class, expected, 1e-5);
  EXPECT_NEAR(total - std::get<0>(run(0, false)), 2 * expected, 1e-5);
  const auto of_logits = gradient.narrow(1, 1 + rays, classes).abs().sum(1);
  EXPECT_EQ(of_logits.masked_select(target.classes.lt(0)).sum().item<float>(), 0)
      << "what is not known teaches nothing";
  EXPECT_GT(of_logits.masked_select(target.classes.ge(0)).min().item<float>(), 0);
}

}  // namespace
}  // namespace karyo
