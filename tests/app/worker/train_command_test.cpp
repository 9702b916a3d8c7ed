// `karyoscope train` and `karyoscope thresholds`, from the command line to the files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "core/base/atomic_file.h"
#include "models/io/history.h"
#include "models/io/model_folder.h"
#include "tests/app/worker/run_program.h"
#include "tests/app/worker/spot_model.h"
#include "tests/models/care/made_pairs.h"
#include "tests/models/train/synthetic_dataset.h"

namespace karyo {
namespace {

using test::bytes_of;
using test::expect_refused;
using test::names_in;
using test::run_program;
using testing::HasSubstr;
using testing::IsSupersetOf;
using Words = std::vector<std::string>;

class TrainCommand : public ::testing::Test {
 protected:
  TrainCommand() { test::make_dataset(data_, 4, 64, 72); }

  /// A network that trains in a second or two.
  Words train(const Words& more) const {
    Words words{"train", "stardist", "--data", data_.string(), "--model", model_.string()};
    words.insert(words.end(), more.begin(), more.end());
    return test::with_defaults(std::move(words), {{"--filters", "8"},
                                                  {"--features", "8"},
                                                  {"--rays", "8"},
                                                  {"--patch", "64,64"},
                                                  {"--unet-depth", "1"},
                                                  {"--batch", "2"},
                                                  {"--val", "0.25"},
                                                  {"--device", "cpu"},
                                                  {"--threads", "1"}});
  }

  test::TempDir folder_;
  std::filesystem::path data_ = folder_ / "my data";
  std::filesystem::path model_ = folder_ / "modèle";
};

TEST_F(TrainCommand, WritesTheModelFolderAndOneEventALine) {
  const auto run =
      run_program(train({"--epochs", "2", "--steps", "3", "--progress", "json", "--json"}));
  ASSERT_EQ(run.status, 0) << run.err;

  EXPECT_THAT(
      names_in(model_),
      IsSupersetOf({"checkpoint.safetensors", "config.json", "history.csv", "karyoscope.json",
                    "settings.json", "thresholds.json", "weights_best.h5", "weights_last.h5"}));
  const auto model = ModelFolder::open(model_);
  ASSERT_TRUE(model) << model.error().what;
  EXPECT_EQ(model->stardist->n_rays, 8);
  EXPECT_EQ(model->settings->at("epochs"), 2);
  EXPECT_TRUE(model->tuned_thresholds);
  const auto history = read_history(model_ / "history.csv");
  ASSERT_TRUE(history) << history.error().what;
  ASSERT_EQ(history->rows.size(), 2U);
  EXPECT_EQ(std::vector<std::string>(history->columns.begin(), history->columns.begin() + 4),
            (std::vector<std::string>{"epoch", "loss", "val_loss", "learning_rate"}));
  EXPECT_EQ(history->rows[1][0], 2);

  const auto result = run.result();
  EXPECT_EQ(result.at("epochs"), 2);
  EXPECT_EQ(result.at("stopped"), false);
  EXPECT_EQ(result.at("prob"), model->thresholds.prob);

  std::vector<std::string> order;
  EXPECT_EQ(run.events().back().at("event"), "done");
  EXPECT_EQ(run.events().back().at("best_epoch"), result.at("best_epoch"));
  for (const auto& event : run.events()) {
    const std::string kind = event.at("event");
    if (kind == "note" || kind == "done") continue;
    const std::string epoch = std::to_string(event.at("epoch").get<int>());
    EXPECT_TRUE(event.at("loss").is_number());
    if (kind == "step") {
      EXPECT_TRUE(event.at("ms").is_number());
      order.push_back(epoch + "." + std::to_string(event.at("step").get<int>()));
    } else {
      EXPECT_EQ(kind, "epoch");
      EXPECT_EQ(event.at("val_loss"), history->rows[order.size() / 4][2]);
      order.push_back("end of " + epoch);
    }
  }
  EXPECT_EQ(order, (std::vector<std::string>{"1.1", "1.2", "1.3", "end of 1", "2.1", "2.2", "2.3",
                                             "end of 2"}));
}

TEST_F(TrainCommand, QuietIsSilentAndThePreviewsAreWritten) {
  const auto run = run_program(train({"--epochs", "2", "--steps", "1", "--quiet", "--every-epoch",
                                      (folder_ / "previews").string()}));
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(names_in(folder_ / "previews"),
            (std::vector<std::string>{"epoch_0001.tif", "epoch_0002.tif"}));
}

TEST_F(TrainCommand, CtrlCKeepsWhatIsDoneAndResumeGoesOnToTheEnd) {
  const Words words = train({"--epochs", "3", "--steps", "40", "--progress", "json"});
  const auto in_epoch_two = [](const std::string& err) {
    return err.find("\"epoch\":2") != std::string::npos;
  };
  const auto stopped = run_program(words, in_epoch_two);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  const auto lines = stopped.err_lines();
  ASSERT_GE(lines.size(), 2U);
  EXPECT_TRUE(lines[lines.size() - 2].starts_with("error: ")) << lines[lines.size() - 2];
  EXPECT_THAT(lines.back(), HasSubstr("--resume"));
  EXPECT_THAT(names_in(model_),
              IsSupersetOf({"checkpoint.safetensors", "weights_best.h5", "weights_last.h5"}));
  const auto kept = read_history(model_ / "history.csv");
  ASSERT_TRUE(kept);
  ASSERT_GE(kept->rows.size(), 1U);
  ASSERT_LT(kept->rows.size(), 3U);

  Words again = words;
  again.push_back("--resume");
  const auto resumed = run_program(again);
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  const auto whole = read_history(model_ / "history.csv");
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->rows.size(), 3U);
  for (std::size_t i = 0; i < kept->rows.size(); ++i) EXPECT_EQ(whole->rows[i], kept->rows[i]);
  EXPECT_TRUE(ModelFolder::open(model_)->tuned_thresholds);
}

TEST_F(TrainCommand, ATrainedFolderIsNotTrainedOver) {
  test::make_spot_model(model_);
  const auto weights = bytes_of(model_ / "weights_best.h5");
  const auto config = bytes_of(model_ / "config.json");
  expect_refused(run_program(train({"--epochs", "1", "--steps", "1", "--quiet"})), 2,
                 "holds a trained model already");
  EXPECT_EQ(bytes_of(model_ / "weights_best.h5"), weights);
  EXPECT_EQ(bytes_of(model_ / "config.json"), config);
}

// config.json was replaced before the checkpoint was looked at: the model could not be opened any
// more, since its weights no longer fitted.
TEST_F(TrainCommand, ResumingWithAnotherNetworkLeavesTheModelAsItWas) {
  ASSERT_EQ(run_program(train({"--epochs", "1", "--steps", "1", "--quiet"})).status, 0);
  std::map<std::string, std::string> before;
  for (const auto& name : names_in(model_)) {
    if (std::filesystem::is_regular_file(model_ / name)) before[name] = bytes_of(model_ / name);
  }
  expect_refused(
      run_program(train({"--epochs", "2", "--steps", "1", "--quiet", "--resume", "--rays", "12"})),
      2, "--rays was 8 and is 12 now");
  for (const auto& [name, bytes] : before) EXPECT_EQ(bytes_of(model_ / name), bytes) << name;
}

// The defaults took the place of every setting that was not typed again.
TEST_F(TrainCommand, ResumeGoesOnWithTheSettingsOfTheFolder) {
  ASSERT_EQ(
      run_program(train({"--epochs", "1", "--steps", "2", "--lr", "0.001", "--quiet"})).status, 0);
  const auto run =
      run_program({"train", "stardist", "--data", data_.string(), "--model", model_.string(),
                   "--resume", "--epochs", "2", "--device", "cpu", "--quiet"});
  ASSERT_EQ(run.status, 0) << run.err;
  const auto settings = nlohmann::json::parse(bytes_of(model_ / "settings.json"));
  EXPECT_EQ(settings.at("epochs"), 2);
  EXPECT_EQ(settings.at("steps"), 2);
  EXPECT_EQ(settings.at("lr"), 0.001);
  EXPECT_EQ(settings.at("filters"), 8);
  EXPECT_EQ(read_history(model_ / "history.csv")->rows.size(), 2U);
}

TEST_F(TrainCommand, ResumeNeedsACheckpoint) {
  expect_refused(run_program(train({"--resume", "--quiet"})), 1, "no model folder");
  EXPECT_FALSE(std::filesystem::exists(model_));
  test::make_spot_model(model_);
  const auto config = bytes_of(model_ / "config.json");
  expect_refused(run_program(train({"--resume", "--quiet"})), 1, "checkpoint");
  EXPECT_EQ(bytes_of(model_ / "config.json"), config);
}

TEST_F(TrainCommand, WhatCannotBeTrainedIsRefusedInTwoLinesAndLeavesNoFolder) {
  expect_refused(run_program({"train", "stardist", "--data", (folder_ / "absent").string(),
                              "--model", model_.string(), "--quiet"}),
                 1, "absent");
  expect_refused(run_program({"train", "nothing", "--data", data_.string(), "--model",
                              model_.string(), "--quiet"}),
                 2, "nothing");
  expect_refused(run_program(train({"--patch", "50,50", "--quiet"})), 2, "50x50");
  // Larger than the images.
  expect_refused(run_program(train({"--patch", "128,128", "--quiet"})), 2, "128x128");
  EXPECT_TRUE(write_file_atomically(folder_ / "broken.json", "{\"epochs\": "));
  expect_refused(run_program(train({"--config", (folder_ / "broken.json").string(), "--quiet"})), 1,
                 "broken.json");
  EXPECT_FALSE(std::filesystem::exists(model_));
}

TEST_F(TrainCommand, SettingsComeFromTheFileUnlessGivenHere) {
  EXPECT_TRUE(write_file_atomically(folder_ / "settings.json",
                                    R"({"epochs": 7, "steps": 1, "lr": 0.002, "augment": []})"));
  const auto run = run_program(train({"--epochs", "1", "--quiet", "--seed", "7", "--config",
                                      (folder_ / "settings.json").string()}));
  ASSERT_EQ(run.status, 0) << run.err;
  const auto settings = nlohmann::json::parse(bytes_of(model_ / "settings.json"));
  EXPECT_EQ(settings.at("epochs"), 1);
  EXPECT_EQ(settings.at("lr"), 0.002);
  EXPECT_EQ(settings.at("augment"), nlohmann::json::array());
  EXPECT_EQ(settings.at("seed"), 7);
  EXPECT_EQ(settings.at("filters"), 8);
}

/// Pairs of low/ and high/, and a network that trains in a second.
class TrainRestoration : public ::testing::Test {
 protected:
  TrainRestoration() { test::make_pairs(folder_ / "pairs", 3, 2); }

  Words train(const std::string& kind, const std::string& data, const Words& more) const {
    Words words{"train", kind, "--data", (folder_ / data).string(), "--model", model_.string()};
    words.insert(words.end(), more.begin(), more.end());
    return test::with_defaults(std::move(words), {{"--filters", "4"},
                                                  {"--patch", "16,16"},
                                                  {"--kernel", "3"},
                                                  {"--epochs", "1"},
                                                  {"--steps", "2"},
                                                  {"--batch", "2"},
                                                  {"--val", "0.34"},
                                                  {"--device", "cpu"},
                                                  {"--threads", "1"}});
  }

  test::TempDir folder_;
  std::filesystem::path model_ = folder_ / "model";
};

TEST_F(TrainRestoration, CareWritesAFolderWithItsOwnSettings) {
  const auto run = run_program(train("care", "pairs",
                                     {"--probabilistic", "--json", "--every-epoch",
                                      (folder_ / "preview").string(), "--patches-per-image", "5"}));
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_FALSE(run.result().contains("nms"));
  EXPECT_THAT(names_in(model_), IsSupersetOf({"checkpoint.safetensors", "config.json",
                                              "history.csv", "karyoscope.json", "settings.json",
                                              "weights_best.h5", "weights_last.h5"}));
  EXPECT_THAT(names_in(folder_ / "preview"), testing::ElementsAre("epoch_0001.tif"));
  const auto config = nlohmann::json::parse(bytes_of(model_ / "config.json"));
  EXPECT_EQ(config.at("probabilistic"), true);
  EXPECT_EQ(config.at("train_loss"), "laplace");
  const auto settings = nlohmann::json::parse(bytes_of(model_ / "settings.json"));
  EXPECT_EQ(settings.at("patches_per_image"), 5);
  EXPECT_FALSE(settings.contains("rays"));

  // The settings saved are a --config for another run, of the same kind.
  std::filesystem::rename(model_, folder_ / "first");
  const auto saved = (folder_ / "first" / "settings.json").string();
  ASSERT_EQ(run_program(train("care", "pairs", {"--quiet", "--config", saved})).status, 0);
  EXPECT_EQ(nlohmann::json::parse(bytes_of(model_ / "settings.json")), settings);
  expect_refused(run_program({"train", "n2v", "--data", (folder_ / "pairs/low").string(), "--model",
                              (folder_ / "other").string(), "--quiet", "--config", saved}),
                 2, "care");
}

TEST_F(TrainRestoration, Noise2VoidTakesImagesAlone) {
  const auto run = run_program(train("n2v", "pairs/low", {"--quiet", "--perc-pix", "4"}));
  ASSERT_EQ(run.status, 0) << run.err;
  const auto config = nlohmann::json::parse(bytes_of(model_ / "config.json"));
  EXPECT_EQ(config.at("n2v_perc_pix"), 4);
  EXPECT_TRUE(config.at("means").at(0).is_string());
  EXPECT_EQ(config.at("n2v_patch_shape"), nlohmann::json({16, 16}));
}

TEST_F(TrainRestoration, WhatCannotBeLearnedFromIsRefused) {
  expect_refused(run_program(train("n2v", "pairs", {"--quiet"})), 1, "holds no image");
  expect_refused(run_program(train("care", "pairs/low", {"--quiet"})), 1, "low/");
  expect_refused(run_program(train("care", "pairs", {"--quiet", "--rays", "8"})), 2, "rays");
  expect_refused(
      run_program(train("care", "pairs", {"--quiet", "--dims", "3", "--patch", "4,16,16"})), 1,
      "plane");
  EXPECT_FALSE(std::filesystem::exists(model_));
}

// --every-epoch said in a note after each epoch that it could not write, and nothing with --quiet.
TEST_F(TrainCommand, AFolderForPreviewsThatCannotBeIsToldBeforeTraining) {
  EXPECT_TRUE(write_file_atomically(folder_ / "file", "x"));
  expect_refused(
      run_program(train({"--quiet", "--every-epoch", (folder_ / "file" / "p").string()})), 1,
      "file");
  EXPECT_FALSE(std::filesystem::exists(model_));
}

// Processors without AVX-512 refused the operator: "Please report this as a defect".
TEST_F(TrainCommand, BFloat16RunsOnEveryProcessor) {
  ASSERT_EQ(
      run_program(train({"--epochs", "1", "--steps", "1", "--quiet", "--precision", "bfloat16"}))
          .status,
      0);
  const auto run = run_program({"predict", "--model", model_.string(), "--input",
                                (data_ / "images").string(), "--output", (folder_ / "out").string(),
                                "--device", "cpu", "--precision", "bfloat16", "--quiet"});
  EXPECT_EQ(run.status, 0) << run.err;
}

// The image was passed over, and thresholds were tuned on the others as if nothing had been.
TEST(ThresholdsCommand, AnImageWithNanIsNamed) {
  const test::TempDir folder;
  test::make_spot_model(folder / "model");
  test::make_spot_dataset(folder / "data", 2);
  const auto before = bytes_of(folder / "model" / "thresholds.json");
  Volume image(VoxelType::kFloat32, {1, 1, 1, test::kSpotImageSize, test::kSpotImageSize});
  image.view<float>()(0, 9, 9) = std::numeric_limits<float>::quiet_NaN();
  ASSERT_TRUE(write_image(folder / "data" / "images" / "spots2.tif", image));
  expect_refused(run_program({"thresholds", "--model", (folder / "model").string(), "--data",
                              (folder / "data").string(), "--quiet"}),
                 1, "spots2.tif");
  EXPECT_EQ(bytes_of(folder / "model" / "thresholds.json"), before);
}

// Whatever the search ended with was saved.
TEST(ThresholdsCommand, MasksWithoutObjectsTuneNothing) {
  const test::TempDir folder;
  test::make_spot_model(folder / "model");
  test::make_spot_dataset(folder / "data", 1);
  const auto before = bytes_of(folder / "model" / "thresholds.json");
  ASSERT_TRUE(write_labels(folder / "data" / "masks" / "spots1.tif", test::spot_labels({})));
  expect_refused(run_program({"thresholds", "--model", (folder / "model").string(), "--data",
                              (folder / "data").string(), "--quiet"}),
                 1, "has an object");
  EXPECT_EQ(bytes_of(folder / "model" / "thresholds.json"), before);
}

TEST(ThresholdsCommand, SavesWhatItFindsAndPrintsOneObject) {
  const test::TempDir folder;
  test::make_spot_model(folder / "model");
  test::make_spot_dataset(folder / "data", 2);
  const auto run =
      run_program({"thresholds", "--model", (folder / "model").string(), "--data",
                   (folder / "data").string(), "--device", "cpu", "--json", "--quiet"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.err, "");
  const auto result = run.result();
  const auto saved = nlohmann::json::parse(bytes_of(folder / "model" / "thresholds.json"));
  EXPECT_EQ(saved.at("prob"), result.at("prob"));
  EXPECT_EQ(saved.at("nms"), result.at("nms"));
  EXPECT_EQ(result.at("images"), 2);
  // The model finds every object, a few pixels beside its place.
  EXPECT_GT(result.at("score").get<double>(), 0.6);

  expect_refused(run_program({"thresholds", "--model", (folder / "none").string(), "--data",
                              (folder / "data").string(), "--quiet"}),
                 1, "none");
  expect_refused(run_program({"thresholds", "--model", (folder / "model").string(), "--data",
                              (folder / "model").string(), "--quiet"}),
                 1, "images");
}

}  // namespace
}  // namespace karyo
