#pragma once

/// CARE and Noise2Void models that need no training.

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "models/io/csbdeep_layout.h"
#include "models/io/keras_weights.h"
#include "models/io/model_folder.h"

namespace karyo::test {

/// A small network, each value of whose weights `value` gives.
inline void make_restoration(
    const std::filesystem::path& folder, CsbdeepConfig config,
    const std::function<float(const LayoutLayer& layer, const std::string& weight)>& value) {
  config.unet_n_depth = 1;
  config.unet_kern_size = 3;
  config.unet_n_first = 2;
  const auto layout = csbdeep_layout(config);
  ASSERT_TRUE(layout) << layout.error().what;
  std::vector<KerasLayer> layers;
  for (const auto& entry : *layout) {
    layers.push_back({entry.name, {}});
    for (const auto& weight : entry.weights) {
      NamedArray array{weight.name, weight.shape, {}};
      for (std::int64_t i = 0; i < element_count(weight.shape); ++i) {
        array.values.push_back(value(entry, weight.name));
      }
      layers.back().weights.push_back(std::move(array));
    }
  }
  const auto made = ModelFolder::create(folder, config);
  ASSERT_TRUE(made) << made.error().what;
  ASSERT_TRUE(write_keras_weights(made->best_weights(), layers));
}

/// Its U-Net gives 0, so that its heads are their biases: `mean`, and for a scale
/// softplus(0) + 0.001.
inline void make_flat_restoration(const std::filesystem::path& folder, CsbdeepConfig config,
                                  float mean) {
  make_restoration(folder, std::move(config),
                   [&](const LayoutLayer& layer, const std::string& name) {
                     const bool is_mean =
                         layer.auto_index == 0 && layer.type.starts_with("conv") && name == "bias";
                     return name == "moving_variance" ? 1.0F : is_mean ? mean : 0.0F;
                   });
}

/// What it makes of an image is another one, and depends on all of its surroundings.
inline void make_random_restoration(const std::filesystem::path& folder, CsbdeepConfig config,
                                    std::uint64_t seed = 7) {
  Random random(seed);
  make_restoration(folder, std::move(config), [&](const LayoutLayer&, const std::string& name) {
    return name == "moving_variance" ? 1.0F : static_cast<float>(0.15 * random.normal());
  });
}

}  // namespace karyo::test
