// The loss of CARE and Noise2Void and the learner's steps against the Python packages' numbers.

#include "models/restoration/restoration_learner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/nn/adam.h"
#include "models/nn/restoration_loss.h"
#include "tests/support/npy.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// The reference's arrays are (N, ..., C), a batch's (N, C, ...).
std::vector<float> channels_first(const test::NpyArray& array, std::int64_t first,
                                  std::int64_t channels) {
  const auto all = torch::tensor(array.as<float>()).reshape(array.shape);
  const auto part = all.narrow(-1, first, channels).movedim(-1, 1).contiguous();
  return {part.data_ptr<float>(), part.data_ptr<float>() + part.numel()};
}

RestorationBatch golden_batch(const std::filesystem::path& folder, const CsbdeepConfig& config) {
  const auto arrays = test::read_npz(folder / "train_step.npz");
  const auto& x = arrays.at("X");
  const auto& y = arrays.at("Y");
  const auto& s = x.shape;
  RestorationBatch batch;
  batch.batch = s.front();
  batch.channels_in = config.n_channel_in;
  batch.channels_out = config.n_channel_out;
  batch.size = s.size() == 4 ? Index3{1, s[1], s[2]} : Index3{s[1], s[2], s[3]};
  batch.image = channels_first(x, 0, batch.channels_in);
  batch.target = channels_first(y, 0, batch.channels_out);
  if (config.n2v) batch.mask = channels_first(y, batch.channels_out, batch.channels_out);
  return batch;
}

class GoldenLearner : public testing::TestWithParam<std::string> {};

// As for StarDist: a step of Adam goes by the sign of gradients that may be nothing but rounding.
TEST_P(GoldenLearner, StepsGiveTheReferenceLosses) {
  KARYO_NEEDS_SHARED();
  const auto path = test::shared_dir() / "golden" / GetParam();
  const auto folder = ModelFolder::open(path);
  ASSERT_TRUE(folder) << folder.error().what;
  auto model = RestorationModel::open(*folder, Device{});
  ASSERT_TRUE(model) << model.error().what;
  const auto batch = golden_batch(path, model->config());
  std::ifstream in(path / "train_step.json");
  const auto answers = nlohmann::json::parse(in);
  const bool n2v = model->config().n2v.has_value();
  const auto give = [&](std::int64_t) -> Result<RestorationBatch> { return batch; };
  const test::TempDir dir;
  RestorationBatches batches{std::make_unique<RestorationBatchSource>(give, 1, 1), give, 1};
  RestorationLearner learner(*model, std::move(batches), Device{}, Precision::kFloat32, dir.path());

  const auto compare = [&](const BatchLoss& loss, const nlohmann::json& expected,
                           double tolerance) {
    const auto near = [&](double value, const char* key) {
      EXPECT_NEAR(value / expected.at(key).get<double>(), 1, tolerance) << key;
    };
    near(loss.total.item<double>(), "loss");
    near(loss.parts[0].second, n2v ? "n2v_mse" : "mse");
    near(loss.parts[1].second, n2v ? "n2v_abs" : "mae");
  };
  {
    const torch::NoGradGuard no_grad;
    const auto before = learner.validation_loss(0);
    ASSERT_TRUE(before);
    compare(*before, answers.at("evaluate_before"), 1e-5);
  }
  Adam adam(learner.parameters());
  int step = 0;
  for (const auto& expected : answers.at("steps")) {
    const auto loss = learner.training_loss();
    ASSERT_TRUE(loss);
    compare(*loss, expected, step++ == 0 ? 1e-5 : 1e-3);
    loss->total.backward();
    adam.step(4e-4);
  }
  EXPECT_EQ(learner.buffers().empty(), !n2v);
}

INSTANTIATE_TEST_SUITE_P(Folders, GoldenLearner,
                         testing::Values("care2d", "care2d_prob", "care3d", "n2v2d", "n2v2d_n2v2",
                                         "n2v3d"));

TEST(CareLoss, LaplaceIsItsDensity) {
  const auto target = torch::tensor({{{{1.0F, 2.0F}}}});
  const auto prediction = torch::tensor({{{{1.5F, 1.0F}}, {{0.5F, 2.0F}}}});
  const auto loss = care_loss(prediction, target, "laplace");
  const double expected =
      (0.5 / 0.5 + std::log(0.5) + 1.0 / 2.0 + std::log(2.0)) / 2 + std::log(2.0);
  EXPECT_NEAR(loss.total.item<double>(), expected, 1e-6);
  EXPECT_NEAR(loss.mse, (0.25 + 1) / 2, 1e-6);
  EXPECT_NEAR(loss.mae, 0.75, 1e-6);
}

TEST(N2vLoss, CountsHiddenPixelsAlone) {
  const auto prediction = torch::tensor({{{{1.0F, 5.0F, 7.0F, -2.0F}}}});
  const auto target = torch::tensor({{{{3.0F, 0.0F, 0.0F, -1.0F}}}});
  const auto mask = torch::tensor({{{{1.0F, 0.0F, 0.0F, 1.0F}}}});
  EXPECT_NEAR(n2v_loss(prediction, target, mask, "mse").total.item<double>(), 2.5, 1e-6);
  EXPECT_NEAR(n2v_loss(prediction, target, mask, "mae").total.item<double>(), 1.5, 1e-6);
  const auto none = torch::zeros_like(mask);
  EXPECT_EQ(n2v_loss(prediction, torch::zeros_like(target), none, "mse").total.item<double>(), 0);
}

}  // namespace
}  // namespace karyo
