#include "tests/app/worker/spot_model.h"

#include <gtest/gtest.h>

#include "core/io/image_io.h"
#include "models/io/keras_weights.h"
#include "models/io/model_folder.h"
#include "models/io/stardist_layout.h"

namespace karyo::test {
namespace {

constexpr int kFilters = 4, kRays = 16, kRays3d = 64;
constexpr std::int64_t kHalfSpot = 3;

/// Zero but for what lets channel 0 pass unchanged; after the concatenation that is the skip
/// connection's, which has not been pooled.
KerasLayer pass_on(const LayoutLayer& layer) {
  KerasLayer result{layer.name, {}};
  for (const auto& weight : layer.weights) {
    NamedArray array{weight.name, weight.shape, {}};
    array.values.assign(static_cast<std::size_t>(element_count(weight.shape)), 0.0F);
    if (weight.name == "kernel") {
      const std::size_t axes = weight.shape.size() - 2;
      const std::int64_t in = weight.shape[axes], out = weight.shape[axes + 1];
      const std::int64_t from = layer.name == "up_level_0_no_0" ? kFilters : 0;
      std::int64_t middle = 0;
      for (std::size_t i = 0; i < axes; ++i)
        middle = middle * weight.shape[i] + weight.shape[i] / 2;
      array.values[static_cast<std::size_t>(middle * in * out + from * out)] = 1;
    }
    result.weights.push_back(std::move(array));
  }
  return result;
}

void make_model(const std::filesystem::path& folder, StarDistConfig config, float radius) {
  config.unet_n_depth = 1;
  config.unet_n_filter_base = kFilters;
  config.net_conv_after_unet = kFilters;
  const auto layout = stardist_layout(config);
  ASSERT_TRUE(layout);
  std::vector<KerasLayer> layers;
  for (const auto& layer : *layout) {
    layers.push_back(pass_on(layer));
    if (layer.name == "prob") {
      layers.back().weights[0].values[0] = 20;  // intensity 0 gives exp(-10), 1 gives 1 - exp(-10)
      layers.back().weights[1].values[0] = -10;
    } else if (layer.name == "dist") {
      auto& weights = layers.back().weights;
      weights[0].values.assign(weights[0].values.size(), 0);
      weights[1].values.assign(weights[1].values.size(), radius);
    }
  }
  auto made = ModelFolder::create(folder, config);
  ASSERT_TRUE(made) << made.error().what;
  ASSERT_TRUE(write_keras_weights(made->best_weights(), layers));
  ASSERT_TRUE(made->save_thresholds({0.5, 0.3}));
}

}  // namespace

void make_spot_model(const std::filesystem::path& folder) {
  StarDistConfig config = StarDistConfig::defaults_2d();
  config.n_rays = kRays;
  config.train_patch_size = {64, 64};
  make_model(folder, config, static_cast<float>(kSpotRadius));
}

void make_spot_model_3d(const std::filesystem::path& folder) {
  StarDistConfig config = StarDistConfig::defaults_3d(kRays3d);
  config.train_patch_size = {16, 32, 32};
  make_model(folder, config, static_cast<float>(kSpotRadius3d));
}

Volume spot_stack(const std::vector<Index3>& spots) {
  Volume stack(VoxelType::kUInt8, {1, 1, kSpotStackDepth, kSpotImageSize, kSpotImageSize});
  auto voxels = stack.view<std::uint8_t>();
  for (std::int64_t i = 0; i < voxels.count(); ++i) voxels.data()[i] = 10;
  for (const Index3& spot : spots) {
    for (std::int64_t z = spot.z - 1; z <= spot.z + 1; ++z) {
      for (std::int64_t y = spot.y - 1; y <= spot.y + 1; ++y) {
        for (std::int64_t x = spot.x - 1; x <= spot.x + 1; ++x) voxels(z, y, x) = 200;
      }
    }
  }
  return stack;
}

Volume spot_image(const std::vector<Spot>& spots) {
  Volume image(VoxelType::kUInt8, {1, 1, 1, kSpotImageSize, kSpotImageSize});
  image.grid = {.spacing_z = 1, .spacing_y = 0.25, .spacing_x = 0.25, .unit = "um"};
  auto pixels = image.view<std::uint8_t>();
  for (std::int64_t i = 0; i < pixels.count(); ++i) pixels.data()[i] = 10;
  for (const Spot& spot : spots) {
    for (std::int64_t y = spot.y - kHalfSpot; y <= spot.y + kHalfSpot; ++y) {
      for (std::int64_t x = spot.x - kHalfSpot; x <= spot.x + kHalfSpot; ++x) pixels(0, y, x) = 200;
    }
  }
  return image;
}

LabelArray spot_labels(const std::vector<Spot>& spots) {
  LabelArray labels({1, kSpotImageSize, kSpotImageSize});
  for (std::size_t i = 0; i < spots.size(); ++i) {
    for (std::int64_t y = 0; y < kSpotImageSize; ++y) {
      for (std::int64_t x = 0; x < kSpotImageSize; ++x) {
        const std::int64_t dy = y - spots[i].y, dx = x - spots[i].x;
        if (dy * dy + dx * dx <= kSpotRadius * kSpotRadius) {
          labels(0, y, x) = static_cast<std::uint32_t>(i + 1);
        }
      }
    }
  }
  return labels;
}

void make_spot_dataset(const std::filesystem::path& folder, int count) {
  std::filesystem::create_directories(folder / "images");
  std::filesystem::create_directories(folder / "masks");
  for (int i = 0; i < count; ++i) {
    const std::vector<Spot> spots{{20 + i, 22}, {70 - i, 60 + i}};
    const std::string name = "spots" + std::to_string(i + 1) + ".tif";
    ASSERT_TRUE(write_image(folder / "images" / name, spot_image(spots)));
    ASSERT_TRUE(write_labels(folder / "masks" / name, spot_labels(spots)));
  }
}

SeenImage seen_image(const std::string& name, std::int64_t objects, TrainingRole role) {
  SeenImage image;
  image.input = "images/" + name + ".tif";
  image.target = "masks/" + name + ".tif";
  image.objects = objects;
  image.role = role;
  return image;
}

}  // namespace karyo::test
