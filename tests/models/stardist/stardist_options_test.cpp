// Trainings with classes, another backbone, a pretrained start, and limits of memory.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/dataset/class_table.h"
#include "core/labels/label_volume.h"
#include "models/io/history.h"
#include "models/model.h"
#include "tests/models/stardist/training_run.h"
#include "tests/models/train/synthetic_dataset.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using test::Recorder;
using test::request_in;

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

TEST(StarDistOptions, LearnsTheClassesOfTheTables) {
  const test::TempDir dir;
  make_two_kinds(dir / "data", 8);
  auto request = request_in(dir, "model");
  request.config.classes = "auto";
  request.config.epochs = 50;
  request.config.steps = 6;
  request.config.augment = AugmentSet::none();
  request.config.augment.flip = request.config.augment.rotate = true;
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

TEST(StarDistOptions, ClassesThatNoTableHasAreRefused) {
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

bool told(const Recorder& recorder, const std::string& part) {
  return std::any_of(recorder.notes.begin(), recorder.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

TEST(StarDistOptions, PretrainedTakesTheBodyAndBeginsOtherHeadsAnew) {
  const test::TempDir dir;
  test::make_dataset(dir / "data", 4, 64, 64);
  auto base = request_in(dir, "base");
  base.config.epochs = 1;
  Recorder first;
  ASSERT_TRUE(train_model(base, first, first.control));

  auto same = request_in(dir, "same");
  same.pretrained = dir / "base";
  same.config.epochs = 1;
  Recorder second;
  ASSERT_TRUE(train_model(same, second, second.control));
  EXPECT_TRUE(told(second, "starting from the weights"));
  EXPECT_FALSE(told(second, "begun anew"));
  EXPECT_FALSE(told(second, "warning")) << "the same data";
  EXPECT_LT(second.losses.front(), first.losses.front());

  make_two_kinds(dir / "kinds", 4);
  auto heads = request_in(dir, "heads");
  heads.data = dir / "kinds";
  heads.pretrained = dir / "base";
  heads.config.epochs = 1;
  heads.config.rays = 16;
  heads.config.classes = "auto";
  Recorder third;
  const auto summary = train_model(heads, third, third.control);
  ASSERT_TRUE(summary) << summary.error().what;
  EXPECT_TRUE(told(third, "begun anew: features_class, dist, prob_class"));

  auto other = request_in(dir, "other");
  other.pretrained = dir / "base";
  other.config.filters = 16;
  Recorder fourth;
  const auto refused = train_model(other, fourth, fourth.control);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().fix.find("--filters 8"), std::string::npos) << refused.error().fix;
  EXPECT_FALSE(std::filesystem::exists(dir / "other"));
}

TEST(StarDistOptions, TellsWhenDataLookUnlikeThePretrainedModels) {
  const test::TempDir dir;
  test::make_dataset(dir / "data", 4, 64, 64);  // squares of 5 to 16 pixels
  auto base = request_in(dir, "base");
  base.config.epochs = 1;
  Recorder first;
  ASSERT_TRUE(train_model(base, first, first.control));
  ASSERT_TRUE(ModelFolder::open(dir / "base")->record->more.contains("data_look"));

  std::filesystem::create_directories(dir / "large/images");
  std::filesystem::create_directories(dir / "large/masks");
  for (int i = 0; i < 4; ++i) {
    LabelArray labels({1, 64, 64});
    Volume image(VoxelType::kUInt8, {1, 1, 1, 64, 64});
    for (std::int64_t y = 8; y < 56; ++y) {
      for (std::int64_t x = 8; x < 56; ++x) labels(0, y, x) = 1;
    }
    for (std::int64_t p = 0; p < 4096; ++p) {
      image.data()[p] = static_cast<std::byte>(10 + 80 * labels.data()[p] + p % 5);
    }
    const std::string name = std::to_string(i) + ".tif";
    ASSERT_TRUE(write_image(dir / "large/images" / name, image));
    ASSERT_TRUE(write_labels(dir / "large/masks" / name, labels));
  }
  auto request = request_in(dir, "model");
  request.data = dir / "large";
  request.pretrained = dir / "base";
  request.config.epochs = 1;
  Recorder recorder;
  ASSERT_TRUE(train_model(request, recorder, recorder.control));
  EXPECT_TRUE(told(recorder, "px median diameter; those of these images have 54"));
}

TEST(StarDistOptions, SaysWhatMemoryItNeedsAndRefusesWhatDoesNotFit) {
  const test::TempDir dir;
  test::make_dataset(dir / "data", 4, 64, 64);
  auto request = request_in(dir, "model");
  request.memory_bytes = 20 << 20;
  Recorder recorder;
  const auto refused = train_model(request, recorder, recorder.control);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_FALSE(std::filesystem::exists(dir / "model"));
  request.memory_bytes = 0;
  request.config.epochs = 1;
  ASSERT_TRUE(set_setting(request.config, "patch", "auto"));
  ASSERT_TRUE(set_setting(request.config, "grid", "auto"));
  ASSERT_TRUE(train_model(request, recorder, recorder.control));
  EXPECT_TRUE(told(recorder, "needs about "));
  EXPECT_TRUE(told(recorder, "auto: patches of 64x64, 2 in a batch"));
  EXPECT_TRUE(told(recorder, "grid: 2, by the objects' median diameter of "));
}

TEST(StarDistOptions, AResNetLearnsInThreeDimensions) {
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

}  // namespace
}  // namespace karyo
