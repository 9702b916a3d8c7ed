#include "models/train/train_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

TEST(TrainConfig, DefaultsAreTheFieldsAndValid) {
  const TrainConfig config;
  EXPECT_TRUE(validate(config));
  EXPECT_EQ(config.epochs, 400);
  EXPECT_EQ(config.steps, 100);
  EXPECT_EQ(config.batch, 4);
  EXPECT_EQ(config.patch, (Index3{1, 256, 256}));
  EXPECT_EQ(config.rays, 32);
  EXPECT_EQ(config.grid, (Index3{1, 2, 2}));
  EXPECT_EQ(config.lr, 3e-4);
}

TEST(TrainConfig, EveryRecipeIsValidForEveryKind) {
  for (const char* kind : {"stardist", "care", "n2v"}) {
    for (const std::int64_t dims : {2, 3}) {
      const auto usual = TrainConfig::defaults(kind, dims);
      EXPECT_EQ(TrainConfig::defaults(kind, dims, "field"), usual);
      const auto fast = TrainConfig::defaults(kind, dims, "fast");
      EXPECT_TRUE(validate(fast)) << kind;
      EXPECT_EQ(fast.schedule, "cosine");
      EXPECT_LT(fast.epochs, usual.epochs);
    }
  }
}

TEST(TrainConfig, ClassesAndResNetsAreChecked) {
  TrainConfig config;
  for (const char* fine : {"none", "auto", "mitotic", "a,b,c"}) {
    ASSERT_TRUE(set_setting(config, "classes", fine));
    EXPECT_TRUE(validate(config)) << fine;
  }
  for (const char* wrong : {"", "a,,b", "a,a", ","}) {
    ASSERT_TRUE(set_setting(config, "classes", wrong));
    EXPECT_FALSE(validate(config)) << wrong;
  }
  config = TrainConfig::defaults("stardist", 3);
  config.backbone = "resnet";
  config.patch = {10, 30, 30};
  EXPECT_TRUE(validate(config));
  EXPECT_EQ(patch_divisor(config), config.grid);
  config.patch = {10, 31, 30};
  EXPECT_FALSE(validate(config));
  config = TrainConfig();
  config.backbone = "resnet";
  const auto flat = validate(config);
  ASSERT_FALSE(flat);
  EXPECT_THAT(flat.error().fix, HasSubstr("--dims 3"));
}

TEST(TrainSettings, SayEverythingAboutEachSetting) {
  std::set<std::string> names;
  const TrainConfig defaults;
  for (const Setting& setting : train_settings()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_TRUE(setting.help.ends_with('.')) << setting.name;
    EXPECT_FALSE(setting.allowed().empty());
    EXPECT_FALSE(setting_text(defaults, setting).empty());
  }
  // The command line's promises (spec of `train`).
  for (const char* option : {"--dims", "--epochs", "--steps", "--batch", "--patch", "--val", "--lr",
                             "--rays", "--grid", "--unet-depth", "--filters", "--augment"}) {
    const auto all = train_settings();
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Setting& s) {
      return s.option() == option;
    })) << option;
  }
}

TEST(TrainSettings, TextOfEveryValueReadsBack) {
  TrainConfig config;
  config.patch = {1, 128, 192};
  config.augment = {false, false, false, false, false};
  config.lr = 0.00012345678901234;
  config.precision = "bfloat16";
  TrainConfig copy;
  for (const Setting& setting : train_settings()) {
    if (!setting.applies_to(config.model)) continue;
    ASSERT_TRUE(set_setting(copy, setting.name, setting_text(config, setting))) << setting.name;
  }
  EXPECT_EQ(copy, config);

  for (const std::string kind : {"care", "n2v"}) {
    TrainConfig changed = TrainConfig::defaults(kind, 3);
    changed.patch = {4, 16, 24};
    changed.residual = !changed.residual;
    changed.loss = "mse";
    if (kind == "n2v") changed.struct_mask = "111,000,111";
    TrainConfig read = TrainConfig::defaults(kind, 3);
    visit_settings(changed, [&](const Setting& setting, const auto&) {
      EXPECT_TRUE(set_setting(read, setting.name, setting_text(changed, setting))) << setting.name;
    });
    EXPECT_EQ(read, changed) << kind;
  }
}

TEST(TrainSettings, BelongToKindsOfModels) {
  for (const std::string kind : {"stardist", "care", "n2v"}) {
    for (const std::int64_t dims : {2, 3}) {
      if (kind == "stardist" && dims == 3) continue;
      const auto config = TrainConfig::defaults(kind, dims);
      const auto valid = validate(config);
      EXPECT_TRUE(valid) << kind << dims << " " << valid.error().what;
      const auto again = train_config_from_json(to_json(config), TrainConfig::defaults(kind, dims));
      ASSERT_TRUE(again) << again.error().what;
      EXPECT_EQ(*again, config);
    }
  }
  EXPECT_FALSE(to_json(TrainConfig::defaults("care")).contains("rays"));
  EXPECT_TRUE(to_json(TrainConfig::defaults("n2v")).contains("perc_pix"));
  TrainConfig care = TrainConfig::defaults("care");
  const auto refused = set_setting(care, "rays", "32");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("is of stardist, not of care"));
  EXPECT_FALSE(set_setting(care, "probabilistic", "maybe"));
  ASSERT_TRUE(set_setting(care, "probabilistic", "true"));
  EXPECT_EQ(resolved_loss(care), "laplace");
  EXPECT_EQ(resolved_loss(TrainConfig::defaults("n2v")), "mse");
}

TEST(TrainConfigChecks, OfRestoration) {
  const auto fix_of = [](TrainConfig config) {
    const auto outcome = validate(config);
    EXPECT_FALSE(outcome);
    return outcome ? std::string() : outcome.error().what + " | " + outcome.error().fix;
  };
  TrainConfig config = TrainConfig::defaults("n2v", 3);
  config.patch = {6, 64, 64};
  EXPECT_THAT(fix_of(config), HasSubstr("--patch 8,64,64 or --patch 4,64,64"));
  config = TrainConfig::defaults("n2v", 3);
  config.n2v2 = true;
  EXPECT_THAT(fix_of(config), HasSubstr("--dims 2"));
  config = TrainConfig::defaults("n2v");
  config.struct_mask = "horizontal";
  EXPECT_THAT(fix_of(config), HasSubstr("--augment flip"));
  config.augment.rotate = false;
  EXPECT_TRUE(validate(config));
  config.n2v2 = true;
  EXPECT_THAT(fix_of(config), HasSubstr("uniform_withCP"));
  config = TrainConfig::defaults("care");
  config.augment.noise = true;
  EXPECT_THAT(fix_of(config), HasSubstr("--augment flip,rotate"));
  config = TrainConfig::defaults("care");
  config.kernel = 4;
  EXPECT_THAT(fix_of(config), HasSubstr("odd"));
  config = TrainConfig::defaults("care");
  config.probabilistic = true;
  config.loss = "mse";
  EXPECT_THAT(fix_of(config), HasSubstr("--probabilistic"));
}

TEST(TrainConfigChecks, ThinStacksTakeThinnerPatchesOrPlanes) {
  const TrainConfig config = TrainConfig::defaults("n2v", 3);
  const auto thinner = validate_against(config, std::vector<ImageSize>{{"a.tif", {9, 512, 512}}});
  ASSERT_FALSE(thinner);
  EXPECT_THAT(thinner.error().fix, HasSubstr("--patch 8,64,64"));
  const auto planes = validate_against(config, std::vector<ImageSize>{{"a.tif", {3, 512, 512}}});
  ASSERT_FALSE(planes);
  EXPECT_THAT(planes.error().fix, HasSubstr("--dims 2"));
}

TEST(TrainSettings, TakeCommandLineForms) {
  TrainConfig config;
  ASSERT_TRUE(set_setting(config, "unet-depth", "2"));
  EXPECT_EQ(config.unet_depth, 2);
  ASSERT_TRUE(set_setting(config, "patch", "128"));
  EXPECT_EQ(config.patch, (Index3{1, 128, 128}));
  ASSERT_TRUE(set_setting(config, "patch", "96,160"));
  EXPECT_EQ(config.patch, (Index3{1, 96, 160}));
  ASSERT_TRUE(set_setting(config, "grid", "1, 4, 4"));
  EXPECT_EQ(config.grid, (Index3{1, 4, 4}));
  ASSERT_TRUE(set_setting(config, "augment", "flip,zoom"));
  EXPECT_EQ(config.augment, (AugmentSet{true, false, true, false, false}));
  ASSERT_TRUE(set_setting(config, "augment", "none"));
  EXPECT_EQ(config.augment, AugmentSet::none());
  ASSERT_TRUE(set_setting(config, "augment", "rotate,turn=0.1,elastic"));
  AugmentSet expected = AugmentSet::none();
  expected.rotate = true;
  expected.turn = 0.1;
  expected.elastic = 1;
  EXPECT_EQ(config.augment, expected);
  const auto& settings = train_settings();
  const auto augment = std::find_if(settings.begin(), settings.end(),
                                    [](const Setting& s) { return s.name == "augment"; });
  EXPECT_EQ(setting_text(config, *augment), "rotate,turn=0.1,elastic");
  for (const char* wrong :
       {"flip=2", "turn=-1", "turn=5", "turn=", "turn=x", "tilt", "flip,,zoom"}) {
    EXPECT_FALSE(set_setting(config, "augment", wrong)) << wrong;
  }
  ASSERT_TRUE(set_setting(config, "lr", "1e-3"));
  EXPECT_EQ(config.lr, 1e-3);
}

TEST(TrainSettings, RefuseWithNameFoundAndAllowed) {
  TrainConfig config;
  const auto refuse = [&](const char* name, const char* text) {
    const auto outcome = set_setting(config, name, text);
    EXPECT_FALSE(outcome) << name << " " << text;
    return outcome ? std::string() : outcome.error().what + " | " + outcome.error().fix;
  };
  EXPECT_THAT(refuse("epochs", "0"),
              testing::AllOf(HasSubstr("\"epochs\""), HasSubstr("0"), HasSubstr("1 to 1000000"),
                             HasSubstr("--epochs")));
  EXPECT_THAT(refuse("epochs", "1.5"), HasSubstr("whole number"));
  EXPECT_THAT(refuse("epochs", "many"), HasSubstr("many"));
  EXPECT_THAT(refuse("epochs", "99999999999999999999"), HasSubstr("\"epochs\""));
  EXPECT_THAT(refuse("lr", "nan"), HasSubstr("\"lr\""));
  EXPECT_THAT(refuse("patch", "1,2,3,4"), HasSubstr("\"patch\""));
  EXPECT_THAT(refuse("patch", "1,,3"), HasSubstr("\"patch\""));
  EXPECT_THAT(refuse("augment", "flip,spin"), HasSubstr("intensity"));
  EXPECT_THAT(refuse("precision", "float16"), HasSubstr("bfloat16"));
  EXPECT_THAT(refuse("epoch", "3"), HasSubstr("Did you mean \"epochs\"?"));
  EXPECT_THAT(refuse("xyzzy", "3"), HasSubstr("Known are"));
  EXPECT_EQ(config, TrainConfig{}) << "a refused value changes nothing";
}

TEST(TrainConfigJson, RoundTrip) {
  TrainConfig config;
  config.patch = {1, 64, 96};
  config.seed = 9007199254740991;
  config.augment.zoom = true;
  config.background_reg = 0.1;
  const auto again = train_config_from_json(Json::parse(to_json(config).dump()));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(*again, config);
  EXPECT_EQ(to_json(config)["patch"], Json({64, 96}));
}

TEST(TrainConfigJson, ReplacesOnlyWhatItNames) {
  TrainConfig base;
  base.epochs = 7;
  const auto config = train_config_from_json(Json{{"batch", 2}}, base);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->epochs, 7);
  EXPECT_EQ(config->batch, 2);
}

TEST(TrainConfigJson, RefusesUnknownNamesAndTypes) {
  EXPECT_FALSE(train_config_from_json(Json::array()));
  EXPECT_FALSE(train_config_from_json(Json{{"epochs", "10"}}));
  EXPECT_FALSE(train_config_from_json(Json{{"schema", 2}}));
  const auto typo = train_config_from_json(Json{{"learning_rate", 0.1}});
  ASSERT_FALSE(typo);
  EXPECT_THAT(typo.error().what, HasSubstr("learning_rate"));
}

TEST(TrainConfigFile, WritesAndReads) {
  const test::TempDir dir;
  TrainConfig config;
  config.rays = 64;
  ASSERT_TRUE(write_train_config(dir / "settings.json", config));
  const auto again = read_train_config(dir / "settings.json");
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, config);
  EXPECT_EQ(read_train_config(dir / "none.json").error().code, ErrorCode::kNotFound);
  std::ofstream(dir / "broken.json") << "{\"epochs\": 3,\n \"batch\" 4}";
  const auto broken = read_train_config(dir / "broken.json");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kBadFile);
  EXPECT_THAT(broken.error().what, HasSubstr("line 2"));
}

TEST(TrainConfigChecks, OfferADivisiblePatch) {
  TrainConfig config;
  config.patch = {1, 250, 256};
  const auto outcome = validate(config);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().what, HasSubstr("16x16"));
  EXPECT_THAT(outcome.error().fix, HasSubstr("--patch 256,256 or --patch 240,256"));
}

TEST(TrainConfigChecks, RefuseImpossibleGrids) {
  TrainConfig config;
  config.grid = {1, 3, 2};
  EXPECT_THAT(validate(config).error().what, HasSubstr("3x2"));
  config.grid = {2, 2, 2};
  EXPECT_THAT(validate(config).error().fix, HasSubstr("--grid 2,2"));
}

TEST(TrainConfigChecks, OfferAPatchThatFitsTheSmallestImage) {
  const std::vector<ImageSize> images{
      {"big.tif", {1, 512, 512}}, {"a.tif", {1, 200, 240}}, {"b.tif", {1, 300, 210}}};
  const auto outcome = validate_against(TrainConfig{}, images);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().what, HasSubstr("patch 256x256 is larger than \"a.tif\" (200x240)"));
  EXPECT_THAT(outcome.error().fix, HasSubstr("--patch 192,208"));
  EXPECT_TRUE(validate_against(TrainConfig{}, std::vector<ImageSize>{{"ok.tif", {1, 256, 256}}}));
  EXPECT_FALSE(validate_against(TrainConfig{}, {}));
}

TEST(TrainConfigChecks, SayWhenNoPatchFits) {
  const std::vector<ImageSize> images{{"tiny.tif", {1, 12, 240}}};
  const auto outcome = validate_against(TrainConfig{}, images);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().fix, HasSubstr("--unet-depth"));
}

}  // namespace
}  // namespace karyo
