// Targets and loss of a mask with ignored parts, against Python StarDist's. Runs where
// KARYOSCOPE_PYTHON names a Python that has stardist and TensorFlow.

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/atomic_file.h"
#include "core/labels/label_volume.h"
#include "models/train/batch_maker.h"
#include "tests/interop/python_check.h"
#include "tests/models/nn/golden_model.h"
#include "tests/models/train/synthetic_dataset.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// The first mask of the golden batch: every third object ignored, and a band across everything.
LabelArray mask_with_ignored(const std::filesystem::path& golden) {
  const auto labels = test::read_npz(golden / "train_step.npz").at("Y_labels");
  const std::int64_t side = labels.shape[1];
  LabelArray mask({1, side, side});
  for (std::int64_t p = 0; p < mask.count(); ++p) {
    const auto id = static_cast<std::uint32_t>(labels.values[static_cast<std::size_t>(p)]);
    const bool band = p / side > side / 2 && p / side < side / 2 + 7;
    mask.data()[p] = band || id % 3 == 1 ? kIgnoredLabel : id;
  }
  return mask;
}

Volume as_signed(const LabelArray& labels) {
  Volume volume(VoxelType::kInt32, {1, 1, 1, labels.shape().y, labels.shape().x});
  std::transform(labels.begin(), labels.end(), volume.view<std::int32_t>().data(),
                 [](std::uint32_t id) { return static_cast<std::int32_t>(id); });
  return volume;
}

void write_floats(const std::filesystem::path& path, const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::copy_n(reinterpret_cast<const char*>(values.data()), bytes.size(), bytes.data());
  ASSERT_TRUE(write_file_atomically(path, bytes));
}

class PythonIgnored : public testing::TestWithParam<const char*> {};

TEST_P(PythonIgnored, HasOurTargetsAndLoss) {
  KARYO_NEEDS_SHARED();
  const auto golden = test::shared_dir() / "golden" / GetParam();
  const LabelArray mask = mask_with_ignored(golden);
  const std::int64_t side = mask.shape().x;
  const test::TempDir dir;
  const auto pairs = test::make_dataset(dir.path(), 1, side, side);
  ASSERT_TRUE(write_image(pairs[0].mask, as_signed(mask)));
  EXPECT_EQ(*read_labels(pairs[0].mask), mask);

  const auto model = test::load_model(golden);
  TrainConfig config;
  config.patch = {1, side, side};
  config.batch = 1;
  config.rays = model.config().n_rays;
  config.grid = {1, model.config().grid[0], model.config().grid[1]};
  const auto maker = StarDistBatchMaker::create(pairs, config, make_image_cache(config),
                                                StarDistBatchMaker::Use::kValidation);
  ASSERT_TRUE(maker) << maker.error().what;
  auto batch = maker->make(0);
  ASSERT_TRUE(batch) << batch.error().what;
  const std::int64_t h = batch->grid_height, w = batch->grid_width;
  const StarDistTarget target{torch::tensor(batch->prob).reshape({1, h, w}),
                              torch::tensor(batch->dist).reshape({1, h, w, batch->rays}),
                              torch::tensor(batch->mask).reshape({1, h, w})};
  const auto image = test::golden_batch(golden).image.narrow(0, 0, 1).contiguous();
  const torch::NoGradGuard no_grad;
  const auto loss = stardist_loss(model.net().forward(image, Precision::kFloat32), target, {});
  write_floats(dir / "prob.f32", batch->prob);
  write_floats(dir / "dist.f32", batch->dist);
  write_floats(dir / "mask.f32", batch->mask);
  ASSERT_TRUE(write_file_atomically(
      dir / "loss.json", nlohmann::json{{"prob", loss.prob}, {"dist", loss.dist}}.dump()));
  test::expect_python_agrees(
      "check_ignored.py",
      test::quoted(golden) + " " + test::quoted(pairs[0].mask) + " " + test::quoted(dir.path()));
}

INSTANTIATE_TEST_SUITE_P(Networks, PythonIgnored,
                         testing::Values("stardist2d", "stardist2d_grid1"));

}  // namespace
}  // namespace karyo
