#include "models/train/training_data.h"

#include <gtest/gtest.h>

#include "core/base/atomic_file.h"
#include "tests/models/train/synthetic_dataset.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class TrainingDataTest : public ::testing::Test {
 protected:
  TrainingData described(const std::string& name, int count, std::int64_t height) {
    std::vector<TrainingFile> files;
    for (const auto& pair : test::make_dataset(folder_ / name, count, height, 40)) {
      files.push_back({pair.image, pair.mask,
                       files.empty() ? TrainingRole::kValidation : TrainingRole::kTraining});
    }
    const auto data = describe_training_data(folder_ / name, files, true, control_);
    EXPECT_TRUE(data);
    return data ? *data : TrainingData{};
  }

  TaskControl control_;
  test::TempDir folder_;
};

TEST_F(TrainingDataTest, WhatIsWrittenReadsBack) {
  TrainingData data = described("data", 3, 32);
  ASSERT_EQ(data.images.size(), 3U);
  EXPECT_EQ(data.images[0].role, TrainingRole::kValidation);
  EXPECT_EQ(data.images[1].shape, (VolumeShape{1, 1, 1, 32, 40}));
  EXPECT_GT(data.images[1].objects, 0);
  EXPECT_TRUE(data.images[1].input.is_relative());
  data.images[1].grid.spacing_x = 0.25;
  data.images[1].grid.unit = "um";
  data.images[2].target.clear();
  data.images[2].target_planes.clear();
  data.images[2].objects = -1;
  ASSERT_TRUE(write_training_data(folder_.path(), data));
  const auto read = read_training_data(folder_.path());
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->folder, data.folder);
  ASSERT_EQ((*read)->images.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const SeenImage &a = (*read)->images[i], &b = data.images[i];
    EXPECT_EQ(a.input, b.input);
    EXPECT_EQ(a.target, b.target);
    EXPECT_EQ(a.role, b.role);
    EXPECT_EQ(a.shape, b.shape);
    EXPECT_EQ(a.type, b.type);
    EXPECT_EQ(a.grid, b.grid);
    EXPECT_EQ(a.objects, b.objects);
    EXPECT_EQ(a.input_planes, b.input_planes);
    EXPECT_EQ(a.target_planes, b.target_planes);
  }
}

TEST_F(TrainingDataTest, ImagesOfAnEarlierTrainingAreAddedOnce) {
  TrainingData now = described("now", 2, 32);
  const TrainingData same = described("moved", 2, 32), other = described("other", 2, 36);
  add_seen_before(now, same);  // the same pixels elsewhere
  EXPECT_EQ(now.images.size(), 2U);
  add_seen_before(now, other);
  ASSERT_EQ(now.images.size(), 4U);
  EXPECT_EQ(now.images[2].role, TrainingRole::kPretraining);
  EXPECT_TRUE(now.images[2].input.is_absolute());
  EXPECT_TRUE(std::filesystem::exists(now.images[2].input));
}

TEST_F(TrainingDataTest, WhatCannotBeReadIsKeptWithoutFingerprints) {
  ASSERT_TRUE(write_file_atomically(folder_ / "broken.tif", "II*"));
  const auto data = describe_training_data(
      folder_.path(), {{folder_ / "broken.tif", {}, TrainingRole::kBoth}}, false, control_);
  ASSERT_TRUE(data);
  EXPECT_TRUE(data->images.at(0).input_planes.empty());
  control_.request_cancel();
  EXPECT_EQ(describe_training_data(folder_.path(), {}, false, control_).error().code,
            ErrorCode::kCancelled);
}

TEST_F(TrainingDataTest, AFileThatIsAbsentDamagedOrOfALaterVersionIsToldApart) {
  EXPECT_FALSE(read_training_data(folder_.path()).value().has_value());
  for (const char* text : {"", "[]", "{\"images\": 3}", "{\"schema\": 2, \"images\": []}",
                           "{\"schema\": \"x\", \"images\": []}"}) {
    ASSERT_TRUE(write_file_atomically(folder_ / "data.json", text));
    const auto read = read_training_data(folder_.path());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kBadFile);
  }
  // Values of the wrong kind become what is not known.
  ASSERT_TRUE(write_file_atomically(
      folder_ / "data.json",
      R"({"images": [7, {"input": 3, "shape": "x", "spacing": [0, -1, "a"], "objects": 1.5,
          "input_planes": ["zz", 4, null]}]})"));
  const auto odd = read_training_data(folder_.path());
  ASSERT_TRUE(odd && *odd);
  ASSERT_EQ((*odd)->images.size(), 1U);
  EXPECT_EQ((*odd)->images[0].input_planes, (PlaneFingerprints{0, 0, 0}));
  EXPECT_EQ((*odd)->images[0].objects, -1);
}

}  // namespace
}  // namespace karyo
