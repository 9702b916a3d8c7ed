#include "models/io/csbdeep_config.h"

#include <gtest/gtest.h>

#include "models/io/csbdeep_layout.h"
#include "models/io/model_folder.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

Result<LoadedCsbdeepConfig> load(const Json& json) {
  return csbdeep_config_from_json(json, "config.json");
}

std::string complaint(Json json, const std::string& key, const Json& value) {
  json[key] = value;
  const auto loaded = load(json);
  return loaded ? "" : loaded.error().what + " " + loaded.error().fix;
}

TEST(CsbdeepConfig, ReferenceFilesAreWrittenBackAsTheyWere) {
  KARYO_NEEDS_SHARED();
  for (const char* name : {"care2d", "care2d_prob", "care3d", "n2v2d", "n2v2d_n2v2",
                           "n2v2d_rgb_joint", "n2v2d_rgb_single", "n2v3d"}) {
    const auto path = test::shared_dir() / "golden" / name / "config.json";
    auto json = *read_json_object(path);
    const auto loaded = load(json);
    ASSERT_TRUE(loaded) << loaded.error().what;
    EXPECT_TRUE(loaded->warnings.empty()) << loaded->warnings.front();
    // Keras' own default, which Noise2Void leaves to it, is said.
    if (loaded->config.n2v) json["train_reduce_lr"]["min_delta"] = 1e-4;
    EXPECT_EQ(to_json(loaded->config).dump(), json.dump()) << name;
  }
}

TEST(CsbdeepConfig, OldFilesTakeTheDefaultsOfTheirTime) {
  const auto old = load({{"mean", "12.5"},
                         {"std", 3},
                         {"n_dim", 2},
                         {"unet_n_depth", 2},
                         {"n2v_perc_pix", 1.6},
                         {"train_reduce_lr", {{"epsilon", 0.01}}}});
  ASSERT_TRUE(old) << old.error().what;
  ASSERT_TRUE(old->config.n2v);
  EXPECT_EQ(old->config.n2v->means, std::vector<double>{12.5});
  EXPECT_EQ(old->config.n2v->stds, std::vector<double>{3});
  EXPECT_EQ(old->config.train_reduce_lr->min_delta, 0.01);
  EXPECT_FALSE(old->config.unet_residual);
  const auto care = load({{"axes", "ZYX"}, {"n_channel_in", 2}, {"unet_n_depth", 2}});
  ASSERT_TRUE(care) << care.error().what;
  EXPECT_EQ(care->config.n_dim, 3);
  EXPECT_EQ(care->config.unet_kern_size, 3);
  EXPECT_FALSE(care->config.unet_residual) << "two channels in, one out";
}

TEST(CsbdeepConfig, WhatCannotBeIsNamed) {
  const Json care = to_json(CsbdeepConfig::care(2));
  const Json n2v = to_json(CsbdeepConfig::noise2void(2, {1, 2}, {1, 2}));
  const auto says = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(says(complaint(care, "unet_kern_size", 4), "odd"));
  EXPECT_TRUE(says(complaint(care, "n_channel_out", 2), "unet_residual"));
  EXPECT_TRUE(says(complaint(care, "train_loss", "laplace"), "mae"));
  EXPECT_TRUE(says(complaint(care, "probabilistic", true), "laplace"));
  EXPECT_TRUE(says(complaint(care, "unet_input_shape", {64, 64, 1}), "one size"));
  EXPECT_TRUE(says(complaint(n2v, "means", {"1"}), "2 numbers"));
  EXPECT_TRUE(says(complaint(n2v, "means", {"1", "x"}), "2 numbers"));
  EXPECT_TRUE(says(complaint(n2v, "stds", {"1", "0"}), "above 0"));
  EXPECT_TRUE(says(complaint(n2v, "stds", {"1", "1e-60"}), "above 0"));
  EXPECT_TRUE(says(complaint(n2v, "probabilistic", true), "Noise2Void"));
  EXPECT_TRUE(says(complaint(n2v, "unet_residual", true), "one channel"));
  EXPECT_TRUE(says(complaint(n2v, "structN2Vmask", {{0, 1, 0}, {0, 1, 0}}), "odd"));
  EXPECT_TRUE(says(complaint(n2v, "structN2Vmask", {{0, 1, 0}, {0, 1}, {0, 1, 0}}), "odd"));
  EXPECT_TRUE(says(complaint(n2v, "structN2Vmask", {{0, 2, 0}}), "0 and 1"));
  const Json stack = to_json(CsbdeepConfig::noise2void(3, {1}, {1}));
  EXPECT_TRUE(says(complaint(stack, "blurpool", true), "2D only"));
}

// Noise2Void built csbdeep's U-Net before it had one of its own.
TEST(CsbdeepConfig, TheWiderUnetOfOldFilesStays) {
  auto json = to_json(CsbdeepConfig::noise2void(2, {0}, {1}));
  EXPECT_EQ(load(json)->config.unet().up(1)[0].out, 32);
  json.erase("blurpool");
  json.erase("skip_skipone");
  const auto old = load(json);
  ASSERT_TRUE(old) << old.error().what;
  EXPECT_EQ(old->config.unet().up(1)[0].out, 64);
  EXPECT_EQ(to_json(old->config), json);
}

TEST(CsbdeepConfig, AMaskOfStructN2vComesBack) {
  CsbdeepConfig config = CsbdeepConfig::noise2void(2, {0}, {1});
  config.n2v->struct_mask = StructMask{{1, 5}, {1, 1, 0, 1, 1}};
  const auto json = to_json(config);
  EXPECT_EQ(json["structN2Vmask"].dump(), "[[1,1,0,1,1]]");
  EXPECT_EQ(load(json)->config.n2v->struct_mask, config.n2v->struct_mask);
}

TEST(CsbdeepConfig, AFolderOfItsOwn) {
  const test::TempDir dir;
  const auto config = CsbdeepConfig::noise2void(3, {5}, {2});
  const auto made = ModelFolder::create(dir / "model", config);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->kind, ModelKind::kN2v);
  ASSERT_TRUE(made->csbdeep);
  EXPECT_EQ(to_json(*made->csbdeep), to_json(config));
  EXPECT_FALSE(ModelFolder::create(dir / "model", CsbdeepConfig::care(2)));
  const auto replaced = ModelFolder::create(dir / "model", CsbdeepConfig::care(2), true);
  ASSERT_TRUE(replaced) << replaced.error().what;
  EXPECT_EQ(replaced->kind, ModelKind::kCare);
}

// Counts that the Python models report.
TEST(CsbdeepLayout, ParameterCountsOfTheDefaults) {
  const auto count = [](const CsbdeepConfig& config) {
    const auto layout = csbdeep_layout(config);
    EXPECT_TRUE(layout) << layout.error().what;
    return parameter_count(*layout);
  };
  EXPECT_EQ(count(CsbdeepConfig::care(2)), 922977);
  EXPECT_EQ(count(CsbdeepConfig::care(3)), 996769);
  auto care = CsbdeepConfig::care(2);
  care.unet_n_depth = 3;
  care.probabilistic = true;
  care.train_loss = "laplace";
  EXPECT_EQ(count(care), 3790850);
  EXPECT_EQ(count(CsbdeepConfig::noise2void(3, {0}, {1})), 860545);
  auto n2v2 = CsbdeepConfig::noise2void(2, {0}, {1});
  n2v2.unet_kern_size = 3;
  n2v2.n2v->blurpool = n2v2.n2v->skip_skipone = true;
  EXPECT_EQ(count(n2v2), 326465);
}

TEST(CsbdeepLayout, EveryModelMatchesItsFile) {
  KARYO_NEEDS_SHARED();
  for (const char* name :
       {"golden/care2d", "golden/care2d_prob", "golden/care3d", "golden/n2v2d", "golden/n2v2d_n2v2",
        "golden/n2v2d_rgb_joint", "golden/n2v2d_rgb_single", "golden/n2v3d",
        "models/care2d/care2d_residual", "models/care3d/care3d_residual",
        "models/n2v2d/n2v_custom_2D", "models/n2v3d/n2v_3D"}) {
    const auto folder = ModelFolder::open(test::shared_dir() / name);
    ASSERT_TRUE(folder) << folder.error().what;
    const auto layout = csbdeep_layout(*folder->csbdeep);
    const auto file = read_keras_weights(folder->weights);
    ASSERT_TRUE(layout && file) << name;
    // Python pairs by position: layers with weights are in the file's order, with its names but
    // for the numbers that Keras gives.
    std::vector<const KerasLayer*> found;
    for (const auto& layer : *file) {
      if (!layer.weights.empty()) found.push_back(&layer);
    }
    std::size_t next = 0;
    for (const auto& wanted : *layout) {
      if (wanted.weights.empty()) continue;
      ASSERT_LT(next, found.size()) << name;
      const auto& layer = *found[next++];
      if (wanted.auto_index < 0) {
        EXPECT_EQ(layer.name, wanted.name) << name;
      } else {
        EXPECT_TRUE(layer.name.starts_with(wanted.type)) << name << layer.name;
      }
    }
    EXPECT_EQ(next, found.size()) << name;
    const auto matched = match_layers(*layout, *file, name);
    EXPECT_TRUE(matched) << matched.error().what;
  }
}

TEST(CsbdeepLayout, TooManyWeightsAreRefused) {
  auto config = CsbdeepConfig::care(3);
  config.unet_n_depth = 8;
  config.unet_n_first = 256;
  EXPECT_EQ(csbdeep_layout(config).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace karyo
