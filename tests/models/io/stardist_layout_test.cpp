#include "models/io/stardist_layout.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "models/io/model_folder.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

std::vector<KerasLayer> zeros(const std::vector<LayoutLayer>& layout) {
  std::vector<KerasLayer> layers;
  for (const auto& layer : layout) {
    layers.push_back({layer.name, {}});
    for (const auto& weight : layer.weights) {
      const auto count = static_cast<std::size_t>(element_count(weight.shape));
      // Every array differs, so a mix-up shows.
      layers.back().weights.push_back(
          {weight.name, weight.shape,
           std::vector<float>(count, static_cast<float>(layers.size()))});
    }
  }
  return layers;
}

std::int64_t parameters(const StarDistConfig& config) {
  const auto layout = stardist_layout(config);
  EXPECT_TRUE(layout) << layout.error().what;
  return parameter_count(*layout);
}

// Counts that the Python models report.
TEST(StarDistLayout, ParameterCountsOfTheDefaults) {
  auto config = StarDistConfig::defaults_2d();
  EXPECT_EQ(parameters(config), 1406689);
  config.grid = {2, 2};
  EXPECT_EQ(parameters(config), 1425185);
  config = StarDistConfig::defaults_3d();
  config.grid = {1, 2, 2};
  EXPECT_EQ(parameters(config), 1175329);
  config.backbone = "resnet";
  EXPECT_EQ(parameters(config), 1547201);
}

TEST(StarDistLayout, NamesOfTheDefaultWithGrid2) {
  auto config = StarDistConfig::defaults_2d();
  config.grid = {2, 2};
  config.unet_n_depth = 1;
  const auto layout = stardist_layout(config);
  ASSERT_TRUE(layout);
  std::vector<std::string> names;
  for (const auto& layer : *layout) names.push_back(layer.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"input", "conv2d", "conv2d_1", "max_pooling2d",
                                      "down_level_0_no_0", "down_level_0_no_1", "max_0", "middle_0",
                                      "middle_2", "up_sampling2d", "concatenate", "up_level_0_no_0",
                                      "up_level_0_no_2", "features", "prob", "dist"}));
  EXPECT_EQ((*layout)[11].weights[0].shape, (std::vector<std::int64_t>{3, 3, 64, 32}));
}

TEST(StarDistLayout, EveryReferenceModelMatchesItsFile) {
  KARYO_NEEDS_SHARED();
  for (const char* name :
       {"golden/stardist2d", "golden/stardist2d_grid1", "golden/stardist2d_rgb_multiclass",
        "golden/stardist3d", "golden/stardist3d_resnet", "models/stardist2d/stardist_psyn",
        "models/stardist2d/stardist_th", "models/stardist2d/dsb2018_30x50"}) {
    const auto folder = ModelFolder::open(test::shared_dir() / name);
    ASSERT_TRUE(folder) << folder.error().what;
    const auto layout = stardist_layout(*folder->stardist);
    const auto file = read_keras_weights(folder->weights);
    ASSERT_TRUE(layout && file);
    // The file lists the same layers in the same order; only Keras' own numbers may differ.
    ASSERT_EQ(file->size(), layout->size()) << name;
    for (std::size_t i = 0; i < layout->size(); ++i) {
      const auto& wanted = (*layout)[i];
      const auto& found = (*file)[i];
      if (wanted.auto_index < 0) {
        EXPECT_EQ(found.name, wanted.name) << name;
      } else {
        EXPECT_TRUE(found.name.starts_with(wanted.type)) << name << " " << found.name;
      }
    }
    const auto matched = match_layers(*layout, *file, name);
    ASSERT_TRUE(matched) << matched.error().what;
    for (std::size_t i = 0; i < layout->size(); ++i) {
      EXPECT_EQ((*matched)[i].weights, (*file)[i].weights) << name << " " << (*matched)[i].name;
    }
  }
}

TEST(StarDistLayout, LayersAreMatchedByNameWhateverTheirOrder) {
  auto config = StarDistConfig::defaults_2d();
  config.grid = {4, 4};
  config.unet_n_depth = 2;
  config.unet_batch_norm = true;
  const auto layout = stardist_layout(config);
  ASSERT_TRUE(layout);
  const auto original = zeros(*layout);
  auto shuffled = original;
  for (auto& layer : shuffled) {
    // As a later model of one process: conv2d -> conv2d_9, conv2d_1 -> conv2d_10.
    if (layer.name.starts_with("conv2d")) {
      const int number = layer.name == "conv2d" ? 0 : std::stoi(layer.name.substr(7));
      layer.name = "conv2d_" + std::to_string(number + 9);
    }
  }
  std::ranges::reverse(shuffled);
  const auto matched = match_layers(*layout, shuffled, "w.h5");
  ASSERT_TRUE(matched) << matched.error().what;
  EXPECT_EQ(*matched, original);
}

TEST(StarDistLayout, UnknownNamesAreMatchedByPosition) {
  const auto layout = stardist_layout(StarDistConfig::defaults_2d());
  ASSERT_TRUE(layout);
  const auto original = zeros(*layout);
  auto renamed = original;
  for (std::size_t i = 0; i < renamed.size(); ++i) renamed[i].name = "l" + std::to_string(i);
  EXPECT_EQ(match_layers(*layout, renamed, "w.h5").value(), original);
}

TEST(StarDistLayout, OtherWeightsAreRefusedWithLayerAndShape) {
  auto config = StarDistConfig::defaults_2d();
  const auto layers = zeros(*stardist_layout(config));
  config.unet_n_filter_base = 48;
  const auto shape = match_layers(*stardist_layout(config), layers, "w.h5");
  ASSERT_FALSE(shape);
  EXPECT_NE(shape.error().what.find("\"down_level_0_no_0\" has kernel 3x3x1x32; the settings ask "
                                    "for 3x3x1x48"),
            std::string::npos)
      << shape.error().what;
  config.unet_n_filter_base = 32;
  config.unet_n_depth = 4;
  const auto count = match_layers(*stardist_layout(config), layers, "w.h5");
  ASSERT_FALSE(count);
  EXPECT_NE(count.error().what.find("\"down_level_3_no_0\" is not there"), std::string::npos)
      << count.error().what;
}

TEST(StarDistLayout, GiantNetworksAreRefusedBeforeMemoryIsAskedFor) {
  auto config = StarDistConfig::defaults_2d();
  config.unet_n_depth = 10;
  config.unet_n_filter_base = 8192;
  config.unet_expansion = 16;
  EXPECT_EQ(stardist_layout(config).error().code, ErrorCode::kTooLarge);
  config.unet_expansion = 1;
  config.unet_kernel_size = {31, 31};
  EXPECT_EQ(stardist_layout(config).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace karyo
