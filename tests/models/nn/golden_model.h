#pragma once

/// A golden StarDist folder as network, and the batch of its training steps.

#include <gtest/gtest.h>

#include <filesystem>

#include "models/io/stardist_config.h"
#include "models/nn/stardist_loss.h"
#include "models/stardist/stardist_model.h"
#include "tests/support/npy.h"

namespace karyo::test {

inline torch::Tensor to_tensor(const NpyArray& array) {
  return torch::tensor(array.as<float>()).reshape(array.shape);
}

inline StarDistModel load_model(const std::filesystem::path& folder) {
  Random random(1);
  const auto loaded = read_stardist_config(folder / "config.json");
  EXPECT_TRUE(loaded);
  auto model = StarDistModel::create(loaded->config, random);
  EXPECT_TRUE(model);
  const auto outcome = model->load_weights(folder / "weights_best.h5");
  EXPECT_TRUE(outcome) << outcome.error().what;
  return *std::move(model);
}

struct GoldenBatch {
  torch::Tensor image;  ///< (N, C, [Z,] Y, X)
  StarDistTarget target;
};

inline GoldenBatch golden_batch(const std::filesystem::path& folder) {
  const auto arrays = read_npz(folder / "train_step.npz");
  const auto prob = to_tensor(arrays.at("y_prob")), dist = to_tensor(arrays.at("y_dist_mask"));
  const std::int64_t rays = dist.size(-1) - 1;
  return {to_tensor(arrays.at("X")).movedim(-1, 1),
          {prob.squeeze(-1).contiguous(), dist.narrow(-1, 0, rays).contiguous(),
           dist.select(-1, rays).contiguous()}};
}

}  // namespace karyo::test
