// The whole of training on a small made-up dataset: folder in, usable model folder out.

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/atomic_file.h"
#include "core/dataset/class_table.h"
#include "core/labels/label_volume.h"
#include "models/io/history.h"
#include "models/io/keras_weights.h"
#include "models/model.h"
#include "tests/models/train/synthetic_dataset.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class Recorder : public TrainObserver {
 public:
  void on_note(const std::string& text) override { notes.push_back(text); }
  void on_step(const TrainStepEvent& event) override {
    losses.push_back(event.loss);
    if (static_cast<int>(losses.size()) == stop_after) control.request_cancel();
  }
  void on_epoch(const TrainEpochEvent& event) override { epochs.push_back(event); }

  std::vector<std::string> notes;
  std::vector<double> losses;
  std::vector<TrainEpochEvent> epochs;
  int stop_after = -1;
  TaskControl control;
};

TrainRequest request_in(const test::TempDir& dir, const std::string& model) {
  TrainRequest request;
  request.data = dir / "data";
  request.model = dir / model;
  request.device = "cpu";
  request.config.epochs = 3;
  request.config.steps = 4;
  request.config.batch = 2;
  request.config.patch = {1, 48, 48};
  request.config.rays = 8;
  request.config.unet_depth = 1;
  request.config.filters = 8;
  request.config.features = 16;
  request.config.lr = 3e-3;
  request.config.val = 0.25;
  request.config.precision = "float32";
  return request;
}

/// Leaves ignored parts and background: no object to tune with.
void ignore_all_objects(const std::filesystem::path& data) {
  const auto dataset = open_dataset(data);
  ASSERT_TRUE(dataset);
  for (const auto& pair : dataset->pairs) {
    auto labels = read_labels(pair.mask);
    ASSERT_TRUE(labels);
    for (auto& id : *labels) id = id == 0 ? 0 : kIgnoredLabel;
    ASSERT_TRUE(write_labels(pair.mask, *labels));
  }
}

TEST(StarDistTraining, LeavesAModelFolderThatPredicts) {
  const test::TempDir dir;
  test::make_dataset(dir / "data", 8, 64, 70);
  auto request = request_in(dir, "model");
  request.config.epochs = 15;
  request.preview = dir / "preview";
  Recorder recorder;
  const auto summary = train_model(request, recorder, recorder.control);
  ASSERT_TRUE(summary) << summary.error().what;
  EXPECT_EQ(summary->epochs_done, 15);
  EXPECT_LT(recorder.epochs.back().loss, recorder.epochs.front().loss);
  EXPECT_EQ(read_history(dir / "model/history.csv")->rows.size(), 15u);
  EXPECT_TRUE(std::filesystem::exists(dir / "preview/epoch_0015.tif"));
  const auto folder = ModelFolder::open(dir / "model");
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->tuned_thresholds);
  EXPECT_EQ(folder->stardist->grid, (std::vector<int>{2, 2}));
  ASSERT_TRUE(folder->record);
  EXPECT_FALSE(folder->record->data_fingerprint.empty());
  const auto predictor = open_predictor(dir / "model", "cpu", "auto");
  ASSERT_TRUE(predictor);
  TaskControl control;
  const auto image = read_image(dir / "data/images/n100.tif");
  EXPECT_TRUE((*predictor)->predict(*image, 0, {}, control));
  const auto tuned = tune_thresholds(dir / "model", dir / "data", "cpu", control);
  ASSERT_TRUE(tuned) << tuned.error().what;
  EXPECT_EQ(tuned->images, 8);

  ignore_all_objects(dir / "data");
  const auto nothing = tune_thresholds(dir / "model", dir / "data", "cpu", control);
  ASSERT_FALSE(nothing) << "ignored parts are no objects";
  EXPECT_NE(nothing.error().what.find("no mask"), std::string::npos) << nothing.error().what;
}

/// Bright and dark discs are of two kinds; a third of them nobody told the kind of.
void make_two_kinds(const std::filesystem::path& data, int count) {
  for (const char* part : {"images", "masks", "classes"}) {
    std::filesystem::create_directories(data / part);
  }
  for (int i = 0; i < count; ++i) {
    Random random(static_cast<std::uint64_t>(i + 1));
    LabelArray labels({1, 64, 64});
    Volume image(VoxelType::kUInt8, {1, 1, 1, 64, 64});
    std::fill_n(image.data(), 64 * 64, static_cast<std::byte>(10));
    ClassTable table;
    for (std::uint32_t id = 1; id <= 9; ++id) {
      const std::int64_t cy = 10 + 22 * ((id - 1) / 3), cx = 10 + 22 * ((id - 1) % 3);
      const bool bright = random.below(2) == 1;
      if (id % 3 != 0) table[id] = bright ? "bright" : "dark";
      for (std::int64_t y = cy - 7; y <= cy + 7; ++y) {
        for (std::int64_t x = cx - 7; x <= cx + 7; ++x) {
          if ((y - cy) * (y - cy) + (x - cx) * (x - cx) > 49) continue;
          labels(0, y, x) = id;
          image.data()[y * 64 + x] = static_cast<std::byte>(bright ? 220 : 110);
        }
      }
    }
    const std::string name = std::to_string(i);
    ASSERT_TRUE(write_image(data / "images" / (name + ".tif"), image));
    ASSERT_TRUE(write_labels(data / "masks" / (name + ".tif"), labels));
    ASSERT_TRUE(write_class_table(data / "classes" / (name + ".csv"), table));
  }
}

TEST(StarDistTraining, LearnsTheClassesOfTheTables) {
  const test::TempDir dir;
  make_two_kinds(dir / "data", 8);
  auto request = request_in(dir, "model");
  request.config.classes = "auto";
  request.config.epochs = 25;
  request.config.augment = {true, true, false, false, false};
  Recorder recorder;
  const auto summary = train_model(request, recorder, recorder.control);
  ASSERT_TRUE(summary) << summary.error().what;
  EXPECT_GE(read_history(dir / "model/history.csv")->column("val_prob_class_loss"), 0);
  const auto folder = ModelFolder::open(dir / "model");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->stardist->n_classes, 2);
  EXPECT_EQ(folder->stardist->train_loss_weights.size(), 3u);
  EXPECT_EQ(class_names_of(*folder), (std::vector<std::string>{"bright", "dark"}));

  const auto predictor = open_predictor(dir / "model", "cpu", "auto");
  ASSERT_TRUE(predictor);
  EXPECT_EQ((*predictor)->class_names(), (std::vector<std::string>{"bright", "dark"}));
  TaskControl control;
  const auto image = read_image(dir / "data/images/0.tif");
  const auto seen = (*predictor)->predict(*image, 0, {}, control);
  ASSERT_TRUE(seen) << seen.error().what;
  ASSERT_EQ(seen->class_prob.size(), seen->scores.size());
  ASSERT_GE(seen->scores.size(), 5u);
  const auto view = image->view<std::uint8_t>(0, 0);
  std::size_t right = 0;
  for (std::size_t i = 0; i < seen->scores.size(); ++i) {
    const auto& prob = seen->class_prob[i];
    EXPECT_NEAR(prob[0] + prob[1] + prob[2], 1, 1e-4);
    double sum = 0;
    std::int64_t count = 0;
    for (std::int64_t y = 0; y < 64; ++y) {
      for (std::int64_t x = 0; x < 64; ++x) {
        if (seen->labels(0, y, x) != i + 1) continue;
        sum += view(0, y, x);
        ++count;
      }
    }
    const bool bright = count > 0 && sum / static_cast<double>(count) > 140;
    if ((prob[1] > prob[2]) == bright) ++right;
  }
  EXPECT_GE(right * 10, seen->scores.size() * 9) << "of " << seen->scores.size();
}

TEST(StarDistTraining, ClassesThatNoTableHasAreRefused) {
  const test::TempDir dir;
  make_two_kinds(dir / "data", 4);
  auto request = request_in(dir, "model");
  request.config.classes = "bright,violet";
  Recorder recorder;
  const auto refused = train_model(request, recorder, recorder.control);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("violet"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(dir / "model"));
}

TEST(StarDistTraining, AResNetLearnsInThreeDimensions) {
  const test::TempDir dir;
  test::make_volumes(dir / "data", 4, {16, 48, 48});
  auto request = request_in(dir, "model");
  request.config = TrainConfig::defaults("stardist", 3);
  request.config.backbone = "resnet";
  request.config.blocks = 2;
  request.config.filters = 8;
  request.config.features = 16;
  request.config.rays = 8;
  request.config.grid = {1, 2, 2};
  request.config.patch = {10, 30, 30};  // no power of 2: a ResNet halves to the grid alone
  request.config.epochs = 4;
  request.config.steps = 6;
  request.config.lr = 2e-3;
  request.config.val = 0.25;
  request.config.precision = "float32";
  Recorder recorder;
  const auto summary = train_model(request, recorder, recorder.control);
  ASSERT_TRUE(summary) << summary.error().what;
  EXPECT_LT(recorder.epochs.back().loss, recorder.epochs.front().loss);
  const auto folder = ModelFolder::open(dir / "model");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->stardist->backbone, "resnet");
  EXPECT_EQ(folder->stardist->resnet_n_blocks, 2);
  EXPECT_TRUE(open_predictor(dir / "model", "cpu", "auto"));
}

TEST(StarDistTraining, ResumedEqualsUnbrokenBitForBit) {
  const test::TempDir dir;
  test::make_dataset(dir / "data", 6, 64, 64);
  Recorder whole;
  ASSERT_TRUE(train_model(request_in(dir, "whole"), whole, whole.control));

  Recorder first;
  first.stop_after = 6;  // in the middle of the second epoch
  const auto stopped = train_model(request_in(dir, "broken"), first, first.control);
  ASSERT_TRUE(stopped);
  ASSERT_TRUE(stopped->stopped);
  Recorder second;
  auto request = request_in(dir, "broken");
  request.resume = true;
  ASSERT_TRUE(train_model(request, second, second.control));

  first.losses.insert(first.losses.end(), second.losses.begin(), second.losses.end());
  EXPECT_EQ(first.losses, whole.losses);
  EXPECT_EQ(read_keras_weights(dir / "broken/weights_last.h5").value(),
            read_keras_weights(dir / "whole/weights_last.h5").value());
  EXPECT_EQ(read_file(dir / "broken/thresholds.json").value(),
            read_file(dir / "whole/thresholds.json").value());
}

TEST(StarDistTraining, ATrainedModelIsNotOverwrittenUnasked) {
  const test::TempDir dir;
  test::make_dataset(dir / "data", 4, 64, 64);
  Recorder recorder;
  auto request = request_in(dir, "model");
  request.config.epochs = 1;
  ASSERT_TRUE(train_model(request, recorder, recorder.control));
  const auto refused = train_model(request, recorder, recorder.control);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().fix.find("--resume"), std::string::npos);

  auto further = request_in(dir, "further");
  further.config.epochs = 1;
  further.pretrained = dir / "model";
  Recorder notes;
  ASSERT_TRUE(train_model(further, notes, notes.control));
  EXPECT_LT(notes.losses.front(), recorder.losses.front());
}

TEST(StarDistTraining, SettingsThatDoNotFitTheDataAreExplainedBeforeAnythingIsWritten) {
  const test::TempDir dir;
  test::make_dataset(dir / "data", 4, 40, 40);
  Recorder recorder;
  const auto refused = train_model(request_in(dir, "model"), recorder, recorder.control);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(dir / "model"));
}

TrainRequest volume_request_in(const test::TempDir& dir, const std::string& model) {
  auto request = request_in(dir, model);
  const TrainConfig flat = request.config;
  request.config = TrainConfig::defaults("stardist", 3);
  request.config.epochs = flat.epochs;
  request.config.steps = flat.steps;
  request.config.patch = {8, 32, 32};
  request.config.rays = 16;
  request.config.unet_depth = 1;
  request.config.filters = 8;
  request.config.features = 16;
  request.config.lr = flat.lr;
  request.config.val = flat.val;
  request.config.precision = "float32";
  return request;
}

TEST(StarDistTraining3d, LeavesAModelFolderThatPredicts) {
  const test::TempDir dir;
  test::make_volumes(dir / "data", 4, {12, 44, 48});
  auto request = volume_request_in(dir, "model");
  request.config.epochs = 5;
  request.config.steps = 8;
  request.preview = dir / "preview";
  Recorder recorder;
  const auto summary = train_model(request, recorder, recorder.control);
  ASSERT_TRUE(summary) << summary.error().what;
  EXPECT_LT(recorder.epochs.back().loss, recorder.epochs.front().loss);
  EXPECT_TRUE(std::filesystem::exists(dir / "preview/epoch_0005.tif"));
  const auto folder = ModelFolder::open(dir / "model");
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->tuned_thresholds);
  EXPECT_EQ(folder->stardist->grid, (std::vector<int>{1, 2, 2}));
  ASSERT_TRUE(folder->stardist->anisotropy);
  EXPECT_NEAR(folder->stardist->anisotropy->front(), 2, 0.5) << "balls are half as high as wide";
  EXPECT_EQ(folder->stardist->rays_json["kwargs"]["anisotropy"].size(), 3u);
  const auto predictor = open_predictor(dir / "model", "cpu", "auto");
  ASSERT_TRUE(predictor);
  TaskControl control;
  const auto tuned = tune_thresholds(dir / "model", dir / "data", "cpu", control);
  ASSERT_TRUE(tuned) << tuned.error().what;
  EXPECT_EQ(tuned->images, 4);
  EXPECT_GE(tuned->score, 0);
  const auto image = read_image(dir / "data/images/v100.tif");
  const auto found = (*predictor)->predict(*image, 0, {}, control);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->labels.shape(), image->shape().zyx());
}

TEST(StarDistTraining3d, ResumedEqualsUnbrokenBitForBit) {
  const test::TempDir dir;
  test::make_volumes(dir / "data", 3, {10, 40, 40});
  Recorder whole;
  ASSERT_TRUE(train_model(volume_request_in(dir, "whole"), whole, whole.control));
  Recorder first;
  first.stop_after = 6;
  ASSERT_TRUE(train_model(volume_request_in(dir, "broken"), first, first.control));
  Recorder second;
  auto request = volume_request_in(dir, "broken");
  request.resume = true;
  ASSERT_TRUE(train_model(request, second, second.control));
  first.losses.insert(first.losses.end(), second.losses.begin(), second.losses.end());
  EXPECT_EQ(first.losses, whole.losses);
  EXPECT_EQ(read_keras_weights(dir / "broken/weights_last.h5").value(),
            read_keras_weights(dir / "whole/weights_last.h5").value());
}

TEST(StarDistTraining3d, StacksTooThinForThePatchAreExplained) {
  const test::TempDir dir;
  test::make_volumes(dir / "data", 3, {6, 40, 40});
  Recorder recorder;
  auto request = volume_request_in(dir, "model");
  const auto refused = train_model(request, recorder, recorder.control);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().fix.find("--patch 6,32,32"), std::string::npos) << refused.error().fix;
  request.config.unet_depth = 3;
  const auto thin = train_model(request, recorder, recorder.control);
  ASSERT_FALSE(thin);
  EXPECT_NE(thin.error().fix.find("--dims 2"), std::string::npos) << thin.error().fix;
}

}  // namespace
}  // namespace karyo
