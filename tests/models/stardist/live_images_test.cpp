// Trainings whose images come, or are corrected, while they go on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>

#include "core/base/atomic_file.h"
#include "core/dataset/train_list.h"
#include "core/io/image_io.h"
#include "models/stardist/live_images.h"
#include "tests/models/stardist/training_run.h"
#include "tests/models/train/synthetic_dataset.h"

namespace karyo {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// Does something after an epoch, as a person does beside a training.
struct Beside : test::Recorder {
  std::function<void(std::int64_t epoch)> then;
  void on_epoch(const TrainEpochEvent& event) override {
    Recorder::on_epoch(event);
    then(event.epoch);
  }
};

class LiveImagesTest : public ::testing::Test {
 protected:
  LiveImagesTest() : pairs_(test::make_dataset(dir_ / "data", 6, 64, 64)) {}

  void write(const std::vector<TrainImage>& images) {
    ASSERT_TRUE(write_file_atomically(dir_ / "list.txt", format_train_list(images)));
  }
  /// Follows the list, which has these images at first.
  TrainRequest following(const std::vector<TrainImage>& images) {
    write(images);
    auto request = test::request_in(dir_, "model");
    request.only = images;
    request.follow = dir_ / "list.txt";
    return request;
  }

  test::TempDir dir_;
  std::vector<DatasetPair> pairs_;
};

TEST_F(LiveImagesTest, ImagesComeBeforeTheNextEpoch) {
  const std::vector<TrainImage> first{{"n100"}, {"n101"}, {"n102", 1, true}};
  std::filesystem::remove(dir_ / "data/masks/n103.tif");  // not annotated yet
  Beside beside;
  beside.then = [&](std::int64_t epoch) {
    if (epoch != 1) return;
    const auto labels = read_labels(pairs_[4].mask);
    ASSERT_TRUE(write_labels(pairs_[3].mask, *labels));
    auto more = first;
    more.push_back({"n103", 2});
    write(more);
  };
  const auto summary = train_model(following(first), beside, beside.control);
  ASSERT_TRUE(summary) << summary.error().what;
  EXPECT_EQ(summary->epochs_done, 3);
  EXPECT_THAT(beside.notes, Contains(HasSubstr("1 image came (n103): 3 to train on now")));
}

TEST_F(LiveImagesTest, WithoutAChangeItIsTheSameTraining) {
  const std::vector<TrainImage> images{{"n100"}, {"n101"}, {"n102", 1, true}};
  Beside beside;
  beside.then = [](std::int64_t) {};
  auto request = following(images);
  ASSERT_TRUE(train_model(request, beside, beside.control));
  request.follow.clear();
  request.model = dir_ / "other";
  test::Recorder plain;
  ASSERT_TRUE(train_model(request, plain, plain.control));
  EXPECT_EQ(beside.losses, plain.losses);
}

TEST_F(LiveImagesTest, JudgesAreNeverTrainedOnAndBadImagesDoNotEndIt) {
  const std::vector<TrainImage> first{{"n100"}, {"n101"}, {"n102", 1, true}};
  std::ofstream(dir_ / "data/images/broken.tif") << "no image";
  std::ofstream(dir_ / "data/masks/broken.tif") << "no mask";
  Beside beside;
  beside.then = [&](std::int64_t epoch) {
    // A judge that is to be learned from, then what cannot be read, then no list at all.
    if (epoch == 1) write({{"n100"}, {"n101"}, {"n102"}, {"n103", 1, true}});
    if (epoch == 2) write({{"n100"}, {"n101"}, {"broken"}});
    if (epoch == 3) std::filesystem::remove(dir_ / "list.txt");
  };
  auto request = following(first);
  request.config.epochs = 5;
  const auto summary = train_model(request, beside, beside.control);
  ASSERT_TRUE(summary) << summary.error().what;
  EXPECT_THAT(beside.notes, Not(Contains(HasSubstr("came"))));
  EXPECT_THAT(beside.notes, Contains(HasSubstr("broken.tif")));
  EXPECT_THAT(beside.notes, Contains(HasSubstr("list.txt")));
}

TEST_F(LiveImagesTest, APairCountsAsOftenAsTheListSays) {
  const auto all = repeated({pairs_[0], pairs_[1]}, {{pairs_[1].name, 3}});
  std::vector<std::string> names;
  for (const auto& pair : all) names.push_back(pair.name);
  EXPECT_EQ(names, std::vector<std::string>({"n100", "n101", "n101", "n101"}));
}

TEST_F(LiveImagesTest, ACorrectedMaskIsReadAgain) {
  const auto cache = make_image_cache(test::request_in(dir_, "model").config);
  const auto before = cache->get(pairs_[0]);
  ASSERT_TRUE(before);
  EXPECT_EQ(cache->get(pairs_[0]).value(), before.value());
  const auto labels = read_labels(pairs_[1].mask);
  ASSERT_TRUE(write_labels(pairs_[0].mask, *labels));
  std::filesystem::last_write_time(
      pairs_[0].mask, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(2));
  EXPECT_NE(cache->get(pairs_[0]).value(), before.value());
}

}  // namespace
}  // namespace karyo
