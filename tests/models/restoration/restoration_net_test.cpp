#include "models/nn/restoration_net.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "models/nn/adam.h"
#include "tests/models/restoration/golden_restoration.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class GoldenRestoration : public testing::TestWithParam<std::string> {};

TEST_P(GoldenRestoration, NetworkGivesTheReferenceNumbers) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::golden_dir(GetParam());
  const auto model = test::load_restoration(folder);
  const auto arrays = test::read_npz(folder / "network_only.npz");
  const auto x = test::channels_first(test::tensor_of(arrays.at("x")).unsqueeze(0));
  const auto y = test::channels_first(test::tensor_of(arrays.at("y")).unsqueeze(0));
  const torch::NoGradGuard no_grad;
  const auto output = model.net().forward(x, Precision::kFloat32, Pass::kPrediction);
  EXPECT_LT(test::largest_difference(output, y), 2e-5);
}

TEST_P(GoldenRestoration, WeightsThatWereSavedAreTheSame) {
  KARYO_NEEDS_SHARED();
  const test::TempDir dir;
  auto model = test::load_restoration(test::golden_dir(GetParam()));
  ASSERT_TRUE(model.save_weights(dir / "weights.h5"));
  Random random(9);
  auto other = RestorationModel::create(model.config(), random);
  ASSERT_TRUE(other) << other.error().what;
  const auto loaded = other->load_weights(dir / "weights.h5");
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(*other->net().keras_layers(), *model.net().keras_layers());
}

INSTANTIATE_TEST_SUITE_P(Folders, GoldenRestoration, testing::ValuesIn(test::kRestorationFolders));

torch::Tensor loss_of(const std::string& kind, const torch::Tensor& predicted,
                      const torch::Tensor& target, bool masked) {
  if (masked) {
    const auto [value, mask] = std::pair(target.narrow(1, 0, 1), target.narrow(1, 1, 1));
    const auto difference = value - predicted * mask;
    return (kind == "mse" ? difference.square() : difference.abs()).sum() / mask.sum();
  }
  if (kind == "laplace") {
    const auto scale = predicted.narrow(1, 1, 1);
    const auto difference = (predicted.narrow(1, 0, 1) - target).abs();
    return (difference / scale + scale.log() + std::log(2.0)).mean();
  }
  return (predicted - target).abs().mean();
}

class GoldenTraining : public testing::TestWithParam<std::string> {};

// Batch normalisation's own statistics, gradients and running means: after five steps all of them
// have to be the reference's.
TEST_P(GoldenTraining, StepsGiveTheReferenceLosses) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::golden_dir(GetParam());
  auto model = test::load_restoration(folder);
  const auto arrays = test::read_npz(folder / "train_step.npz");
  const auto x = test::channels_first(test::tensor_of(arrays.at("X")));
  const auto y = test::channels_first(test::tensor_of(arrays.at("Y")));
  std::ifstream in(folder / "train_step.json");
  const auto answers = nlohmann::json::parse(in);
  const bool masked = model.config().n2v.has_value();
  const auto& kind = model.config().train_loss;
  Adam adam(model.net().parameters());
  int step = 0;
  for (const auto& expected : answers.at("steps")) {
    const auto output = model.net().forward(x, Precision::kFloat32, Pass::kTraining);
    const auto loss = loss_of(kind, output, y, masked);
    const double tolerance = step++ == 0 ? 1e-5 : 1e-3;
    EXPECT_NEAR(loss.item<double>() / expected.at("loss").get<double>(), 1, tolerance) << step;
    loss.backward();
    adam.step(4e-4);
  }
  const torch::NoGradGuard no_grad;
  const auto after = test::channels_first(test::tensor_of(arrays.at("pred_after")));
  const auto output = model.net().forward(x, Precision::kFloat32, Pass::kPrediction);
  EXPECT_LT((output - after).abs().mean().item<float>(), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Folders, GoldenTraining,
                         testing::Values("care2d", "care2d_prob", "care3d", "n2v2d", "n2v2d_n2v2",
                                         "n2v3d"));

TEST(RestorationNet, EachChannelsNetworkSeesItsOwnUnlessTheModelWasTrainedOtherwise) {
  CsbdeepConfig config = CsbdeepConfig::noise2void(2, {0, 0}, {1, 1});
  config.unet_n_first = 8;
  config.unet_kern_size = 3;
  Random random(4);
  auto net = RestorationNet::create(config, random);
  ASSERT_TRUE(net) << net.error().what;
  const torch::NoGradGuard no_grad;
  const auto x = torch::rand({1, 2, 16, 16});
  auto changed = x.clone();
  changed.select(1, 0).add_(1);
  const auto difference = [&] {
    const auto run = [&](const torch::Tensor& input) {
      return net->forward(input, Precision::kFloat32, Pass::kPrediction);
    };
    return (run(changed) - run(x)).abs().amax({0, 2, 3});
  };
  const auto own = difference();
  EXPECT_GT(own[0].item<float>(), 1e-3);
  EXPECT_EQ(own[1].item<float>(), 0);
  net->set_subnet_input(SubnetInput::kLast);
  EXPECT_EQ(difference().max().item<float>(), 0);
}

TEST(RestorationNet, ReceptiveRadiusIsABoundThatIsNearlyReached) {
  struct Case {
    int n_dim, depth, kernel;
    bool n2v2;
  };
  for (const auto& [n_dim, depth, kernel, n2v2] :
       {Case{2, 2, 3, false}, Case{2, 2, 5, false}, Case{2, 1, 3, false}, Case{2, 3, 3, false},
        Case{2, 2, 3, true}, Case{3, 2, 3, false}}) {
    auto config = CsbdeepConfig::noise2void(n_dim, {0}, {1});
    config.unet_n_depth = depth;
    config.unet_kern_size = kernel;
    config.unet_n_first = 2;
    config.n2v->batch_norm = false;
    config.n2v->blurpool = config.n2v->skip_skipone = n2v2;
    Random random(1);
    auto net = RestorationNet::create(config, random);
    ASSERT_TRUE(net) << net.error().what;
    const torch::NoGradGuard no_grad;
    // Weights above 0 let every pixel that can matter matter.
    for (auto& parameter : net->parameters()) parameter.abs_();
    const std::int64_t radius = net->receptive_radius().x, block = net->divisor().x;
    const std::int64_t size = (2 * radius + 3 * block) / block * block;
    std::vector<std::int64_t> shape{1, 1, size, size};
    if (n_dim == 3) shape = {1, 1, 8, 8, size};
    const auto zero = torch::zeros(shape);
    const auto run = [&](const torch::Tensor& x) {
      return net->forward(x, Precision::kFloat32, Pass::kPrediction);
    };
    const auto base = run(zero);
    std::int64_t reached = 0;
    for (std::int64_t at = size / 2 / block * block; at < size / 2 / block * block + block; ++at) {
      auto x = zero.clone();
      x.select(-1, at).fill_(1e6);
      const auto moved = (run(x) - base).abs().gt(0).reshape({-1, size}).any(0).nonzero().flatten();
      reached = std::max(
          {reached, at - moved.min().item<std::int64_t>(), moved.max().item<std::int64_t>() - at});
    }
    EXPECT_LE(reached, radius) << n_dim << depth << kernel << n2v2;
    EXPECT_GE(reached, radius - 3) << n_dim << depth << kernel << n2v2;
  }
}

TEST(RestorationModel, WeightsOfAnotherNetworkAreRefusedByName) {
  const test::TempDir dir;
  Random random(1);
  CsbdeepConfig config = CsbdeepConfig::care(2);
  config.unet_n_first = 4;
  auto small = RestorationModel::create(config, random);
  ASSERT_TRUE(small->save_weights(dir / "weights.h5"));
  config.unet_n_first = 8;
  auto other = RestorationModel::create(config, random);
  const auto refused = other->load_weights(dir / "weights.h5");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("the settings ask for 5x5x1x8"), std::string::npos)
      << refused.error().what;
}

}  // namespace
}  // namespace karyo
