// The whole of training on a small made-up dataset: folder in, usable model folder out.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/atomic_file.h"
#include "core/labels/label_volume.h"
#include "models/io/history.h"
#include "models/io/keras_weights.h"
#include "models/model.h"
#include "models/train/epoch_pictures.h"
#include "tests/models/stardist/training_run.h"
#include "tests/models/train/synthetic_dataset.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using test::Recorder;
using test::request_in;

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
  const auto tries = read_threshold_search(dir / "model");
  ASSERT_TRUE(tries);
  EXPECT_GT(tries->size(), 6u);
  EXPECT_TRUE(std::any_of(tries->begin(), tries->end(), [&](const ThresholdTry& one) {
    return std::abs(one.prob - folder->thresholds.prob) < 1e-6 && one.nms == folder->thresholds.nms;
  })) << "what was chosen was tried";
  const auto pictures = epoch_pictures(dir / "model");
  ASSERT_EQ(pictures.size(), 8u) << "after 1, 2, 3, 4, 6, 8, 12 and the last";
  EXPECT_EQ(pictures.back().epoch, 15);
  const auto picture = read_image(pictures.back().file);
  ASSERT_TRUE(picture) << picture.error().what;
  EXPECT_EQ(picture->shape(), (VolumeShape{1, 3, 1, 64, 70}));
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
  ASSERT_FALSE(tuned->tried.empty());
  EXPECT_EQ(read_threshold_search(dir / "model")->size(), tuned->tried.size());
  EXPECT_DOUBLE_EQ(std::max_element(tuned->tried.begin(), tuned->tried.end(),
                                    [](const ThresholdTry& a, const ThresholdTry& b) {
                                      return a.score < b.score;
                                    })
                       ->score,
                   tuned->score);

  ignore_all_objects(dir / "data");
  const auto nothing = tune_thresholds(dir / "model", dir / "data", "cpu", control);
  ASSERT_FALSE(nothing) << "ignored parts are no objects";
  EXPECT_NE(nothing.error().what.find("no mask"), std::string::npos) << nothing.error().what;
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
