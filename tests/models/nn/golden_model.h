#pragma once

/// A golden StarDist 2D folder as network, and the batch of its training steps.

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
  torch::Tensor image;  ///< (N, C, H, W)
  StarDistTarget target;
};

inline GoldenBatch golden_batch(const std::filesystem::path& folder) {
  const auto arrays = read_npz(folder / "train_step.npz");
  const auto prob = to_tensor(arrays.at("y_prob")), dist = to_tensor(arrays.at("y_dist_mask"));
  const std::int64_t rays = dist.size(3) - 1;
  return {to_tensor(arrays.at("X")).permute({0, 3, 1, 2}),
          {prob.squeeze(3).contiguous(), dist.narrow(3, 0, rays).contiguous(),
           dist.select(3, rays).contiguous()}};
}

}  // namespace karyo::test
