// A StarDist model with a restoration before it gives what the two give one after the other.

#include "models/predict/restored_first.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <span>

#include "core/base/random.h"
#include "core/io/image_io.h"
#include "models/io/model_before.h"
#include "tests/app/worker/spot_model.h"
#include "tests/models/restoration/made_restoration.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Predictor> open(const fs::path& model) {
  auto predictor = open_predictor(model, "cpu", "auto");
  EXPECT_TRUE(predictor) << predictor.error().what;
  return predictor ? *std::move(predictor) : nullptr;
}

Prediction predict(Predictor& predictor, const Volume& image, std::int64_t t,
                   const PredictSettings& settings = {}) {
  TaskControl control;
  auto prediction = predictor.predict(image, t, settings, control);
  EXPECT_TRUE(prediction) << prediction.error().what;
  return prediction ? *std::move(prediction) : Prediction{};
}

/// Bright discs in noise, brighter from channel to channel.
Volume noisy_discs(const VolumeShape& shape) {
  Volume image(VoxelType::kUInt16, shape);
  Random random(5);
  for (std::int64_t t = 0; t < shape.t; ++t) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      auto view = image.view<std::uint16_t>(t, c);
      for (std::int64_t z = 0; z < shape.z; ++z) {
        for (std::int64_t y = 0; y < shape.y; ++y) {
          for (std::int64_t x = 0; x < shape.x; ++x) {
            const std::int64_t dy = (y + 3 * t) % 32 - 16, dx = x % 32 - 16;
            const bool disc = dy * dy + dx * dx < 81;
            view(z, y, x) = static_cast<std::uint16_t>(1000 + 200 * c + (disc ? 4000 : 0) +
                                                       300 * random.uniform(0, 1));
          }
        }
      }
    }
  }
  return image;
}

struct Chain {
  const char *stardist, *restoration;
  VolumeShape shape;
  std::int64_t channel = -1;
};

class RestoredFirst : public testing::TestWithParam<Chain> {};

/// By hand: the first writes a file, the second reads it.
TEST_P(RestoredFirst, IsWhatTheTwoGiveOneAfterTheOther) {
  KARYO_NEEDS_SHARED();
  const auto [stardist, restoration, shape, channel] = GetParam();
  const test::TempDir dir;
  const fs::path model = dir / "model", golden = test::shared_dir() / "golden";
  fs::copy(golden / stardist, model);
  const auto found = find_restoration(golden / restoration);
  ASSERT_TRUE(found) << found.error().what;
  const Volume image = noisy_discs(shape);
  const auto alone = open(model), first = open(golden / restoration);
  const auto changed = put_before(model, *found);
  ASSERT_TRUE(changed) << changed.error().what;
  const auto both = open(model);
  EXPECT_THAT(both->description(), testing::HasSubstr(", then StarDist"));
  EXPECT_EQ(both->kind(), ModelKind::kStarDist);
  EXPECT_EQ(both->thresholds(), alone->thresholds());
  PredictSettings settings;
  settings.prob = 0.3;
  settings.probability = true;
  for (std::int64_t t = 0; t < shape.t; ++t) {
    PredictSettings of_first;
    of_first.channel = channel;
    const auto made = predict(*first, image, t, of_first);
    ASSERT_TRUE(made.restored);
    ASSERT_TRUE(write_image(dir / "restored.tif", *made.restored));
    const auto restored = read_image(dir / "restored.tif");
    ASSERT_TRUE(restored);
    const auto wanted = predict(*alone, *restored, 0, settings);

    settings.channel = channel;
    const auto got = predict(*both, image, t, settings);
    settings.channel = -1;
    EXPECT_TRUE(std::equal(got.labels.begin(), got.labels.end(), wanted.labels.begin(),
                           wanted.labels.end()));
    EXPECT_EQ(got.scores, wanted.scores);
    EXPECT_EQ(got.class_prob, wanted.class_prob);
    const std::span<const std::byte> a(got.probability->data(), got.probability->size_bytes()),
        b(wanted.probability->data(), wanted.probability->size_bytes());
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    EXPECT_FALSE(got.scores.empty()) << "nothing was compared";

    TaskControl control;
    const auto here = alone->candidates(*restored, 0, 0, settings, control);
    settings.channel = channel;
    const auto there = both->candidates(image, t, 0, settings, control);
    settings.channel = -1;
    ASSERT_EQ(there.has_value(), here.has_value());
    if (here) {
      EXPECT_EQ(there->points, here->points);
      EXPECT_EQ(there->prob, here->prob);
      EXPECT_EQ(there->dist, here->dist);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Golden, RestoredFirst,
    testing::Values(Chain{"stardist2d", "n2v2d", {1, 1, 1, 100, 90}},
                    Chain{"stardist2d", "care2d", {2, 1, 3, 96, 80}},
                    Chain{"stardist2d", "care2d_prob", {1, 3, 1, 96, 80}, 1},
                    Chain{"stardist2d_rgb_multiclass", "n2v2d_rgb_joint", {1, 3, 1, 96, 80}},
                    Chain{"stardist3d", "care3d", {1, 1, 20, 64, 60}},
                    Chain{"stardist3d", "n2v2d", {1, 1, 16, 64, 60}}),
    [](const auto& info) {
      return std::string(info.param.stardist) + "_" + info.param.restoration;
    });

class SpotsRestored : public ::testing::Test {
 protected:
  SpotsRestored() { test::make_spot_model(model_); }
  test::TempDir dir_;
  fs::path model_ = dir_ / "model";
  const Volume image_ = test::spot_image({{20, 22}, {70, 60}});
};

TEST_F(SpotsRestored, WhatARestorationWipesOutIsNotFound) {
  test::make_flat_restoration(dir_ / "flat", CsbdeepConfig::noise2void(2, {100}, {8}), 2);
  EXPECT_EQ(predict(*open(model_), image_, 0).scores.size(), 2u);
  ASSERT_TRUE(put_before(model_, *find_restoration(dir_ / "flat")));
  EXPECT_TRUE(predict(*open(model_), image_, 0).scores.empty());
  ASSERT_TRUE(take_out_before(model_));
  EXPECT_EQ(predict(*open(model_), image_, 0).scores.size(), 2u);
}

TEST_F(SpotsRestored, ErrorsAreThoseOfTheModelThatMeetsThem) {
  test::make_random_restoration(dir_ / "noise", CsbdeepConfig::noise2void(2, {100}, {8}));
  ASSERT_TRUE(put_before(model_, *find_restoration(dir_ / "noise")));
  const auto both = open(model_);
  TaskControl control;
  const auto channels = both->predict(Volume(VoxelType::kUInt8, {1, 2, 1, 32, 32}), 0, {}, control);
  ASSERT_FALSE(channels);
  EXPECT_THAT(channels.error().fix, testing::HasSubstr("--channel"));
  Volume nan(VoxelType::kFloat32, {1, 1, 1, 32, 32});
  nan.view<float>()(0, 3, 4) = std::numeric_limits<float>::quiet_NaN();
  const auto bad = both->predict(nan, 0, {}, control);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kNumeric);
  control.request_cancel();
  const auto stopped = both->predict(image_, 0, {}, control);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST_F(SpotsRestored, ThresholdsAreTunedOnRestoredImages) {
  test::make_random_restoration(dir_ / "noise", CsbdeepConfig::care(2));
  test::make_spot_dataset(dir_ / "data", 3);
  // By hand: a folder of restored images.
  const auto first = open(dir_ / "noise");
  fs::create_directories(dir_ / "by hand");
  fs::copy(dir_ / "data" / "masks", dir_ / "by hand" / "masks", fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(dir_ / "data" / "images")) {
    const auto image = read_image(entry.path());
    ASSERT_TRUE(image);
    ASSERT_TRUE(write_image(dir_ / "by hand" / "images" / entry.path().filename(),
                            *predict(*first, *image, 0).restored));
  }
  TaskControl control;
  const auto wanted = tune_thresholds(model_, dir_ / "by hand", "cpu", control);
  ASSERT_TRUE(wanted) << wanted.error().what;
  ASSERT_TRUE(put_before(model_, *find_restoration(dir_ / "noise")));
  const auto got = tune_thresholds(model_, dir_ / "data", "cpu", control);
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(got->thresholds, wanted->thresholds);
  EXPECT_EQ(got->score, wanted->score);
  EXPECT_EQ(got->tried.size(), wanted->tried.size());
  EXPECT_FALSE(fs::exists(model_ / ".restored-0")) << "files in between are gone";
}

}  // namespace
}  // namespace karyo
