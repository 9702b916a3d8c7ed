// Models of one folder judged by the same images.

#include "app/model_rounds.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "app/live_set.h"
#include "app/training_plan.h"
#include "models/io/model_folder.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/spot_model.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

class ModelRoundsTest : public ::testing::Test {
 protected:
  ModelRoundsTest() {
    test::find_built_worker();
    test::make_spot_dataset(data_, 4);
  }
  /// A round that learned from one of the images; one that is blind finds nothing.
  void make_round(const std::string& name, const std::string& started, bool blind,
                  const std::string& learned = "spots1") {
    const fs::path folder = models() / name;
    test::make_spot_model(folder);
    auto model = ModelFolder::open(folder);
    ASSERT_TRUE(model);
    if (blind) {
      ASSERT_TRUE(model->save_thresholds({0.99999, 0.3}));
    }
    ModelRecord record;
    record.started = started;
    ASSERT_TRUE(model->save_record(record));
    std::ofstream(folder / "history.csv") << "epoch,loss,seconds\n1,0.5,30\n2,0.4,60\n";
    ASSERT_TRUE(
        write_training_data(folder, {data_,
                                     {test::seen_image(learned, 2),
                                      test::seen_image("spots4", 2, TrainingRole::kValidation)}}));
  }
  fs::path models() const { return models_of(data_); }

  test::TempDir folder_;
  fs::path data_ = folder_ / "data";
  TaskControl control_;
};

TEST_F(ModelRoundsTest, TheBetterOneIsFoundAndTheOutcomeIsKept) {
  make_round("nuclei 2", "2026-02-01T00:00:00Z", true);
  make_round("nuclei 1", "2026-01-01T00:00:00Z", false);
  ASSERT_TRUE(keep_judges(models(), {{"spots3", 1, true}, {"spots4", 1, true}}));
  const auto rounds = judge_rounds(data_, control_);
  ASSERT_TRUE(rounds) << rounds.error().what;
  ASSERT_EQ(rounds->size(), 2u);
  EXPECT_EQ((*rounds)[0].name, "nuclei 1") << "the first comes first";
  EXPECT_EQ((*rounds)[0].f1, 1);
  EXPECT_EQ((*rounds)[0].images, 1);
  EXPECT_EQ((*rounds)[0].nuclei, 2);
  EXPECT_EQ((*rounds)[0].epochs, 2);
  EXPECT_EQ((*rounds)[0].minutes, 1.5);
  EXPECT_EQ((*rounds)[1].f1, 0);
  EXPECT_EQ(best_round(*rounds), 0);
  EXPECT_EQ(rounds_of(models()), *rounds);

  const fs::path result =
      models() / "nuclei 1" / "Quality Control" / "Prediction" / "data" / "spots3.tif";
  const auto made = fs::last_write_time(result);
  ASSERT_TRUE(judge_rounds(data_, control_));
  EXPECT_EQ(fs::last_write_time(result), made) << "not predicted again";

  std::ofstream(models() / "rounds.json") << "[{\"name\": 3}]";
  EXPECT_TRUE(rounds_of(models()).empty());
}

TEST_F(ModelRoundsTest, OneThatLearnedFromTheJudgesIsNoBest) {
  make_round("nuclei 1", "2026-01-01T00:00:00Z", true);
  make_round("nuclei 2", "2026-02-01T00:00:00Z", false, "spots3");
  ASSERT_TRUE(keep_judges(models(), {{"spots3", 1, true}}));
  const auto rounds = judge_rounds(data_, control_);
  ASSERT_TRUE(rounds) << rounds.error().what;
  EXPECT_TRUE((*rounds)[1].learned_from_judges);
  EXPECT_EQ((*rounds)[1].f1, 1);
  EXPECT_EQ(best_round(*rounds), 0);
}

TEST_F(ModelRoundsTest, WhatIsMissingIsSaid) {
  EXPECT_FALSE(judge_rounds(data_, control_)) << "no judges";
  ASSERT_TRUE(keep_judges(models(), {{"spots3", 1, true}}));
  const auto no_model = judge_rounds(data_, control_);
  ASSERT_FALSE(no_model);
  EXPECT_EQ(no_model.error().code, ErrorCode::kNotFound);
  make_round("nuclei 1", "2026-01-01T00:00:00Z", false);
  fs::remove(data_ / "masks" / "spots3.tif");
  const auto no_mask = judge_rounds(data_, control_);
  ASSERT_FALSE(no_mask);
  EXPECT_EQ(no_mask.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(rounds_of(models()).empty());
}

}  // namespace
}  // namespace karyo
