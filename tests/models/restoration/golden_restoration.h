#pragma once

/// The reference folders of CARE and Noise2Void, as networks and tensors.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "models/restoration/restoration_model.h"
#include "tests/support/npy.h"
#include "tests/support/shared_data.h"

namespace karyo::test {

inline const std::string kRestorationFolders[] = {
    "care2d",     "care2d_prob",     "care3d",           "n2v2d",
    "n2v2d_n2v2", "n2v2d_rgb_joint", "n2v2d_rgb_single", "n2v3d"};

inline std::filesystem::path golden_dir(const std::string& name) {
  return shared_dir() / "golden" / name;
}

inline RestorationModel load_restoration(const std::filesystem::path& path) {
  const auto folder = ModelFolder::open(path);
  EXPECT_TRUE(folder) << folder.error().what;
  auto model = RestorationModel::open(*folder, Device{});
  EXPECT_TRUE(model) << model.error().what;
  return *std::move(model);
}

inline torch::Tensor tensor_of(const NpyArray& array) {
  return torch::tensor(array.as<float>()).reshape(array.shape);
}

/// Channel last, as Python has it, to channels first; (N, ..., C) to (N, C, ...).
inline torch::Tensor channels_first(const torch::Tensor& x) {
  return x.movedim(-1, 1);
}

inline float largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<float>();
}

}  // namespace karyo::test
