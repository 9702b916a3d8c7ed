#include "models/io/stardist_config.h"

#include <gtest/gtest.h>

#include "core/base/atomic_file.h"
#include "models/io/json_keys.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

Json changed(Json json, const std::string& key, const Json& value) {
  json[key] = value;
  return json;
}

Error error_of(const Json& json) {
  const auto loaded = stardist_config_from_json(json, "config.json");
  EXPECT_FALSE(loaded);
  return loaded ? Error(ErrorCode::kInternal, "", "") : loaded.error();
}

TEST(StarDistConfig, DefaultsAreValidAndSurviveAFile) {
  const test::TempDir dir;
  for (const auto& config : {StarDistConfig::defaults_2d(), StarDistConfig::defaults_3d(),
                             StarDistConfig::defaults_3d(64, std::vector<double>{2, 1, 1.5})}) {
    const auto written = write_stardist_config(dir / "config.json", config);
    ASSERT_TRUE(written) << written.error().what;
    const auto read = read_stardist_config(dir / "config.json");
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_TRUE(read->warnings.empty());
    EXPECT_EQ(to_json(read->config), to_json(config));
  }
}

TEST(StarDistConfig, PythonsFilesComeBackKeyForKey) {
  KARYO_NEEDS_SHARED();
  for (const char* folder :
       {"golden/stardist2d", "golden/stardist2d_grid1", "golden/stardist2d_rgb_multiclass",
        "golden/stardist3d", "golden/stardist3d_resnet", "models/stardist2d/dsb2018_30x50"}) {
    const auto path = test::shared_dir() / folder / "config.json";
    const auto original = read_json_object(path);
    ASSERT_TRUE(original) << original.error().what;
    const auto loaded = read_stardist_config(path);
    ASSERT_TRUE(loaded) << loaded.error().what;
    EXPECT_TRUE(loaded->warnings.empty());
    // Equal as ordered objects: keys, their order and their values.
    EXPECT_EQ(to_json(loaded->config), *original) << to_json(loaded->config).dump();
  }
}

TEST(StarDistConfig, OldFilesTakeDefaultsForAbsentKeys) {
  KARYO_NEEDS_SHARED();
  const auto path = test::shared_dir() / "models/stardist2d/stardist_psyn/config.json";
  const auto loaded = read_stardist_config(path);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->config.unet_expansion, 2);
}

TEST(StarDistConfig, OldSpellingsAreRead) {
  Json json = to_json(StarDistConfig::defaults_2d());
  for (const char* key :
       {"unet_expansion", "train_sample_cache", "n_classes", "train_class_weights"}) {
    json.erase(key);
  }
  json["train_reduce_lr"] = {{"factor", 0.1}, {"patience", 7}, {"epsilon", 0.01}};
  const auto loaded = stardist_config_from_json(json, "config.json");
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->config.train_reduce_lr->min_delta, 0.01);
  EXPECT_EQ(loaded->config.train_reduce_lr->patience, 7);
  EXPECT_EQ(loaded->config.train_class_weights, (std::vector<double>{1, 1}));
}

TEST(StarDistConfig, UnknownKeysAreKeptAndSaid) {
  const Json json = changed(to_json(StarDistConfig::defaults_2d()), "my_lab", {{"a", 1}});
  const auto loaded = stardist_config_from_json(json, "config.json");
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->warnings.size(), 1U);
  EXPECT_NE(loaded->warnings[0].find("my_lab"), std::string::npos);
  EXPECT_EQ(to_json(loaded->config), json);
}

TEST(StarDistConfig, RaysTakeTheAnisotropyOfTheConfig) {
  Json json = to_json(StarDistConfig::defaults_3d(32));
  json["anisotropy"] = {2, 1, 1};
  const auto loaded = stardist_config_from_json(json, "config.json");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->config.rays_json["kwargs"]["anisotropy"], Json({2, 1, 1}));
}

TEST(StarDistConfig, WrongValuesNameTheKeyAndWhatIsAllowed) {
  const Json good = to_json(StarDistConfig::defaults_2d());
  const std::vector<std::pair<std::string, Json>> wrong{{"n_dim", 4},
                                                        {"n_dim", "2"},
                                                        {"axes", "CYX"},
                                                        {"axes", 7},
                                                        {"n_rays", 2},
                                                        {"n_rays", 1e9},
                                                        {"n_rays", 32.5},
                                                        {"grid", {3, 3}},
                                                        {"grid", {2, 2, 2}},
                                                        {"grid", {0, 1}},
                                                        {"grid", nullptr},
                                                        {"n_channel_in", 0},
                                                        {"n_classes", 0},
                                                        {"backbone", "resnet"},
                                                        {"unet_n_depth", 0},
                                                        {"unet_n_depth", 99},
                                                        {"unet_kernel_size", {4, 4}},
                                                        {"unet_pool", {2}},
                                                        {"unet_activation", "swish2"},
                                                        {"unet_batch_norm", 1},
                                                        {"unet_dropout", 1.5},
                                                        {"unet_n_filter_base", -32},
                                                        {"train_patch_size", {256}},
                                                        {"train_dist_loss", "l7"},
                                                        {"train_loss_weights", {1, 2, 3}},
                                                        {"train_foreground_only", 1.2},
                                                        {"train_reduce_lr", {{"factor", 1}}},
                                                        {"train_reduce_lr", 3},
                                                        {"train_batch_size", 0},
                                                        {"train_checkpoint", "../../etc/passwd"},
                                                        {"train_learning_rate", "fast"}};
  for (const auto& [key, value] : wrong) {
    const Error error = error_of(changed(good, key, value));
    EXPECT_NE(error.what.find(key), std::string::npos) << key << " " << value;
    EXPECT_NE(error.fix.find(key), std::string::npos) << key << " " << value;
  }
  Json neither = good;
  neither.erase("n_dim");
  neither.erase("axes");
  EXPECT_NE(error_of(neither).fix.find("StarDist"), std::string::npos);
}

TEST(StarDistConfig, BrokenJsonIsAnErrorWithItsPlace) {
  const auto error = parse_json_object("{\"a\": 1,\n \"b\": }", "c.json").error();
  EXPECT_NE(error.what.find("line 2"), std::string::npos);
  EXPECT_FALSE(parse_json_object(std::string(100000, '['), "c.json"));
  EXPECT_FALSE(parse_json_object("[1]", "c.json"));
  EXPECT_FALSE(parse_json_object("{\"a\": NaN}", "c.json"));
  EXPECT_FALSE(parse_json_object("{\"a\": 1e999}", "c.json"));
  EXPECT_FALSE(parse_json_object("", "c.json"));
}

TEST(StarDistConfig, AnInvalidConfigIsNotWritten) {
  const test::TempDir dir;
  auto config = StarDistConfig::defaults_2d();
  config.grid = {3, 1};
  EXPECT_EQ(write_stardist_config(dir / "config.json", config).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(dir / "config.json"));
}

}  // namespace
}  // namespace karyo
