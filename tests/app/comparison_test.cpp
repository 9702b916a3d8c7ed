// Prediction and truth side by side, driven by commands.

#include "app/comparison.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/image/world.h"
#include "core/io/image_io.h"
#include "tests/support/blobs.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// Two squares; of these the prediction lacks the second in "b", and both in "c".
LabelArray squares(bool first, bool second) {
  LabelArray labels({1, 40, 50});
  for (std::int64_t y = 5; y < 15; ++y) {
    for (std::int64_t x = 5; x < 15; ++x) {
      if (first) labels(0, y, x) = 1;
      if (second) labels(0, y + 20, x + 20) = 2;
    }
  }
  return labels;
}

class ComparisonTest : public testing::Test {
 protected:
  ComparisonTest() : comparison_(add_compare_commands(commands_, workspace_)) {
    for (const char* part : {"data/images", "data/masks", "pred"}) {
      fs::create_directories(folder_ / part);
    }
    save("a", squares(true, true));
    save("b", squares(true, false));
    save("c", squares(false, false));
  }
  void save(const std::string& name, const LabelArray& prediction) {
    const Volume image(VoxelType::kUInt8, VolumeShape{1, 1, 1, 40, 50});
    ASSERT_TRUE(write_image(folder_ / "data/images" / (name + ".tif"), image));
    ASSERT_TRUE(write_labels(folder_ / "data/masks" / (name + ".tif"), squares(true, true)));
    ASSERT_TRUE(write_labels(folder_ / "pred" / (name + ".tif"), prediction));
  }
  Result<void> run(const std::string& id, const json& arguments = json::object()) {
    auto outcome = commands_.run(id, arguments);
    workspace_.finish_jobs();
    return outcome;
  }
  Result<void> open() {
    return run("compare.open", {{"prediction", (folder_ / "pred").string()},
                                {"truth", (folder_ / "data").string()}});
  }
  std::string shown() const {
    const int current = comparison_->current();
    return current < 0 ? "" : comparison_->images()[static_cast<std::size_t>(current)].files.name;
  }

  test::TempDir folder_;
  Workspace workspace_;
  CommandTable commands_;
  std::shared_ptr<Comparison> comparison_;
  std::string failed_;
  Connection watch_ =
      workspace_.failed.connect([this](const Error& error) { failed_ = error.what; });
};

TEST_F(ComparisonTest, TheWorstImageIsShownFirstAndTheOthersInOrder) {
  ASSERT_TRUE(open());
  ASSERT_EQ(failed_, "");
  EXPECT_EQ(shown(), "c");
  EXPECT_EQ(comparison_->images()[0].score(), 0);
  EXPECT_EQ(comparison_->images()[1].score(), 0.5);
  EXPECT_EQ(comparison_->images()[1].by_threshold[8].threshold, 0.5);
  EXPECT_EQ(comparison_->images()[1].by_threshold.back().threshold, 0.95);
  EXPECT_EQ(workspace_.view().layout(), ViewLayoutKind::kColumns);
  EXPECT_FALSE(run("compare.previous"));
  ASSERT_TRUE(run("compare.next"));
  EXPECT_EQ(shown(), "b");
  ASSERT_TRUE(run("compare.next"));
  EXPECT_EQ(shown(), "a");
  EXPECT_FALSE(run("compare.next"));
  ASSERT_TRUE(run("compare.previous"));
  EXPECT_EQ(shown(), "b");
}

TEST_F(ComparisonTest, InputPredictionTruthAndErrorsLieInThisOrder) {
  ASSERT_TRUE(open());
  const LayerList& layers = workspace_.layers();
  ASSERT_EQ(layers.count(), 4) << failed_;
  const char* const names[] = {"input", "prediction", "truth", "errors"};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(layers.at(i).name(), names[i]);
  const auto& errors = dynamic_cast<LabelsLayer&>(layers.at(3));
  ASSERT_EQ(comparison_->errors().size(), 2u);
  EXPECT_EQ(errors.colors().of(1), color_of(ObjectVerdict::kMissed));
  EXPECT_EQ(errors.id_at({0, 7, 7}), 1u);
}

TEST_F(ComparisonTest, TheCursorGoesToErrorsOneAfterTheOther) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(run("compare.next_error"));
  const Index3 first = workspace_.view().cursor_voxel(workspace_.layers().grid());
  ASSERT_TRUE(run("compare.next_error", {{"kind", "missed"}}));
  const Index3 second = workspace_.view().cursor_voxel(workspace_.layers().grid());
  EXPECT_LT(first.y, 15);
  EXPECT_GT(second.y, 24);
  EXPECT_FALSE(run("compare.next_error", {{"kind", "split"}}));
  ASSERT_TRUE(run("compare.next_error")) << "begins again";
  EXPECT_EQ(workspace_.view().cursor_voxel(workspace_.layers().grid()).y, first.y);
}

TEST_F(ComparisonTest, WithoutATruthTheLeastSureObjectComesFirst) {
  // As `predict --probability` leaves them; "c" has nothing.
  const auto scores = [&](const char* name, const char* rows) {
    ASSERT_TRUE(write_file_atomically(folder_ / "pred" / (std::string(name) + "_scores.csv"),
                                      std::string("label,probability\n") + rows));
  };
  scores("a", "1,0.9\n2,0.55\n");
  scores("b", "1,0.95\nx,2\n");
  Volume map(VoxelType::kFloat32, {1, 1, 1, 20, 25});
  map.grid.spacing_y = map.grid.spacing_x = 2;
  ASSERT_TRUE(write_image(folder_ / "pred/a_probability.tif", map));
  ASSERT_TRUE(run("compare.open", {{"prediction", (folder_ / "pred").string()},
                                   {"images", (folder_ / "data/images").string()},
                                   {"kind", "alone"}}));
  ASSERT_EQ(failed_, "");
  ASSERT_EQ(comparison_->images().size(), 3u) << "the map is no image";
  EXPECT_EQ(shown(), "a");
  EXPECT_NEAR(comparison_->images()[0].score(), 0.725, 1e-6);
  const LayerList& layers = workspace_.layers();
  ASSERT_EQ(layers.count(), 4);
  const char* const names[] = {"input", "prediction", "confidence map", "confidence"};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(layers.at(i).name(), names[i]);
  EXPECT_TRUE(comparison_->has_confidence_map());
  ASSERT_EQ(comparison_->errors().size(), 2u);
  EXPECT_EQ(comparison_->errors()[0].source_id, 2u);
  EXPECT_FLOAT_EQ(comparison_->errors()[0].confidence, 0.55F);
  ASSERT_TRUE(run("compare.go_to_error", {{"id", 1}}));
  EXPECT_GT(workspace_.view().cursor_voxel(layers.grid()).y, 24);
  const auto& objects = dynamic_cast<LabelsLayer&>(layers.at(3));
  EXPECT_EQ(objects.id_at({0, 27, 27}), 1u);
  EXPECT_EQ(objects.colors().of(1), confidence_color(0.55F));
  EXPECT_TRUE(run("compare.confidence"));
  ASSERT_TRUE(run("compare.next"));
  EXPECT_FALSE(comparison_->has_confidence_map());
  EXPECT_FALSE(
      run("compare.open", {{"prediction", (folder_ / "none").string()}, {"kind", "alone"}}));
}

TEST_F(ComparisonTest, OfPredictionsThatAreJudgedTheConfidenceIsTold) {
  ASSERT_TRUE(write_file_atomically(folder_ / "pred/b_scores.csv", "label,probability\n1,0.7\n"));
  ASSERT_TRUE(open());
  EXPECT_TRUE(std::isnan(comparison_->errors().at(0).confidence)) << "of the truth";
  ASSERT_TRUE(run("compare.next"));
  EXPECT_EQ(shown(), "b");
  EXPECT_FLOAT_EQ(comparison_->errors().at(0).confidence, 0.7F);
  EXPECT_TRUE(std::isnan(comparison_->errors().at(1).confidence));
}

TEST_F(ComparisonTest, TwoRestoredImagesAreComparedWithoutATruth) {
  Random random(4);
  Volume first(VoxelType::kFloat32, {1, 1, 2, 40, 50});
  for (std::int64_t i = 0; i < first.shape().count(); ++i) {
    first.view<float>().data()[i] = static_cast<float>(random.uniform(0, 1));
  }
  Volume second = first.clone();
  for (std::int64_t i = 0; i < first.shape().count(); ++i) {
    second.view<float>().data()[i] = 3 + 2 * second.view<float>().data()[i];  // another scale
  }
  for (std::int64_t y = 0; y < 40; ++y) second.view<float>()(1, y, 5) = 9;
  for (const char* part : {"one", "two"}) fs::create_directories(folder_ / part);
  ASSERT_TRUE(write_image(folder_ / "one/s.tif", first));
  ASSERT_TRUE(write_image(folder_ / "two/s.tif", second));
  ASSERT_TRUE(run("compare.open", {{"prediction", (folder_ / "one").string()},
                                   {"truth", (folder_ / "two").string()},
                                   {"kind", "pair"}}));
  ASSERT_EQ(failed_, "");
  const ComparedImage& image = comparison_->images().at(0);
  ASSERT_EQ(image.planes.size(), 2u);
  EXPECT_NEAR(image.planes[0].prediction.nrmse, 0, 1e-3) << "brought to one scale";
  EXPECT_GT(image.planes[1].prediction.nrmse, 0.05);
  const LayerList& layers = workspace_.layers();
  ASSERT_EQ(layers.count(), 4);
  const char* const names[] = {"first model", "second model", "SSIM of the two",
                               "difference of the two"};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(layers.at(i).name(), names[i]);
}

TEST_F(ComparisonTest, AMovieIsJudgedFrameByFrame) {
  fs::create_directories(folder_ / "movie/masks");
  fs::create_directories(folder_ / "movie/pred");
  const auto all = squares(true, true), none = squares(false, false);
  const std::vector<LabelArray> truth{all, all, all};
  const std::vector<LabelArray> found{all, squares(true, false), none};
  ASSERT_TRUE(write_image(folder_ / "movie/masks/m.tif", from_labels(truth, {})));
  ASSERT_TRUE(write_image(folder_ / "movie/pred/m.tif", from_labels(found, {})));
  ASSERT_TRUE(run("compare.open", {{"prediction", (folder_ / "movie/pred").string()},
                                   {"truth", (folder_ / "movie/masks").string()}}));
  ASSERT_EQ(failed_, "");
  const Matching& m = comparison_->images().at(0).by_threshold[kComparedThreshold];
  EXPECT_EQ(m.true_positives, 3);
  EXPECT_EQ(m.false_negatives, 3);
  const auto& errors = dynamic_cast<LabelsLayer&>(workspace_.layers().at(2));
  EXPECT_EQ(errors.shape().t, 3);
  ASSERT_EQ(comparison_->errors().size(), 6u);
  EXPECT_EQ(errors.id_at({0, 27, 27}, 2), 6u) << "numbers go on from frame to frame";
  ASSERT_TRUE(run("compare.next_error"));
  EXPECT_EQ(workspace_.view().time(), 1);
  EXPECT_GT(workspace_.view().cursor_voxel(workspace_.layers().grid()).y, 24);
  const auto* there = comparison_->error_at(centre_of({0, 27, 27}, workspace_.layers().grid()));
  ASSERT_NE(there, nullptr);
  EXPECT_EQ(there->frame, 1);
  ASSERT_TRUE(run("compare.next_error"));
  EXPECT_EQ(workspace_.view().time(), 2);

  ASSERT_TRUE(write_labels(folder_ / "movie/pred/m.tif", all));
  ASSERT_TRUE(run("compare.open", {{"prediction", (folder_ / "movie/pred").string()},
                                   {"truth", (folder_ / "movie/masks").string()}}));
  EXPECT_NE(failed_.find("3 time points"), std::string::npos) << failed_;
}

TEST_F(ComparisonTest, ANewerRequestTakesThePlaceOfAnOlder) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(commands_.run("compare.next"));
  ASSERT_TRUE(comparison_->show(2));
  workspace_.finish_jobs();
  EXPECT_EQ(shown(), "a");
  EXPECT_EQ(workspace_.layers().count(), 4);
}

TEST_F(ComparisonTest, NothingThatIsInNoFileIsClosed) {
  workspace_.layers().add(std::make_shared<LabelsLayer>("drawn", LabelVolume(Index3{1, 4, 4})));
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(workspace_.layers().count(), 1);
}

TEST_F(ComparisonTest, EachErrorIsCountedAndGoneToOnce) {
  ASSERT_TRUE(open());
  const ComparedImage& worst = comparison_->images()[0];
  EXPECT_EQ(worst.verdicts[static_cast<std::size_t>(ObjectVerdict::kMissed)], 2);
  EXPECT_EQ(worst.truths.size(), 2u);
  ASSERT_TRUE(run("compare.go_to_error", {{"id", 2}}));
  EXPECT_EQ(comparison_->last_error(), 2u);
  EXPECT_GT(workspace_.view().cursor_voxel(workspace_.layers().grid()).y, 24);
  EXPECT_FALSE(run("compare.go_to_error", {{"id", 3}}));
  ASSERT_TRUE(run("compare.show", {{"number", 3}}));
  EXPECT_EQ(shown(), "a");
  EXPECT_FALSE(run("compare.next_error")) << "nothing is wrong in it";
  ASSERT_TRUE(run("compare.next_error", {{"kind", "matched"}}));
}

TEST_F(ComparisonTest, AMergedNucleusIsGoneToWhereItLies) {
  LabelArray merged({1, 40, 50});
  for (std::int64_t y = 5; y < 35; ++y) {
    for (std::int64_t x = 5; x < 35; ++x) merged(0, y, x) = 7;
  }
  save("c", merged);
  ASSERT_TRUE(open());
  ASSERT_EQ(shown(), "c");
  const auto& verdicts = comparison_->images()[0].verdicts;
  EXPECT_EQ(verdicts[static_cast<std::size_t>(ObjectVerdict::kMerged)], 2);
  ASSERT_TRUE(run("compare.next_error"));
  ASSERT_TRUE(run("compare.next_error", {{"kind", "merged"}}));
  EXPECT_GT(workspace_.view().cursor_voxel(workspace_.layers().grid()).y, 24)
      << "the second one, though the prediction covers both";
}

TEST_F(ComparisonTest, LooksAreKeptWithTheLineAndTheBlink) {
  EXPECT_FALSE(run("compare.wipe")) << "nothing is compared";
  ASSERT_TRUE(open());
  ASSERT_TRUE(run("compare.wipe", {{"at", 0.25}}));
  EXPECT_EQ(comparison_->look(), CompareLook::kWipe);
  EXPECT_EQ(comparison_->wipe_at(), 0.25);
  ASSERT_TRUE(run("compare.blink"));
  EXPECT_FALSE(comparison_->truth_shown());
  ASSERT_TRUE(run("compare.blink"));
  EXPECT_TRUE(comparison_->truth_shown());
  EXPECT_FALSE(run("compare.maps")) << "of restored images alone";
}

TEST_F(ComparisonTest, TwoModelsStandWithoutATruth) {
  ASSERT_TRUE(run("compare.open", {{"prediction", (folder_ / "pred").string()},
                                   {"truth", (folder_ / "data/masks").string()},
                                   {"images", (folder_ / "data/images").string()},
                                   {"kind", "models"}}));
  ASSERT_EQ(failed_, "");
  const LayerList& layers = workspace_.layers();
  ASSERT_EQ(layers.count(), 4);
  const char* const names[] = {"input", "first model", "second model", "differences"};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(layers.at(i).name(), names[i]);
  ASSERT_TRUE(run("compare.next")) << "made-up layers are in no file, and may go";
}

TEST_F(ComparisonTest, RestoredImagesHaveMapsAndScoresOfEachPlane) {
  for (const char* part : {"care/low", "care/high", "restored"}) {
    fs::create_directories(folder_ / part);
  }
  const auto image = [](int noise) {
    Volume volume(VoxelType::kUInt16, {1, 1, 3, 32, 40});
    auto voxels = volume.view<std::uint16_t>();
    std::uint32_t state = 7;
    for (std::int64_t z = 0; z < 3; ++z) {
      for (std::int64_t y = 0; y < 32; ++y) {
        for (std::int64_t x = 0; x < 40; ++x) {
          state = state * 1664525 + 1013904223;
          const int grain = noise == 0 ? 0 : static_cast<int>(state >> 16) % noise;
          voxels(z, y, x) = static_cast<std::uint16_t>(100 + 20 * ((x / 8 + y / 8) % 5) + grain);
        }
      }
    }
    return volume;
  };
  ASSERT_TRUE(write_image(folder_ / "care/low/a.tif", image(90)));
  ASSERT_TRUE(write_image(folder_ / "care/high/a.tif", image(0)));
  ASSERT_TRUE(write_image(folder_ / "restored/a.tif", image(10)));
  ASSERT_TRUE(run("compare.open", {{"prediction", (folder_ / "restored").string()},
                                   {"truth", (folder_ / "care").string()},
                                   {"kind", "restored"}}));
  ASSERT_EQ(failed_, "");
  const ComparedImage& judged = comparison_->images().front();
  ASSERT_EQ(judged.planes.size(), 3u);
  EXPECT_GT(judged.mean.prediction.ssim, judged.mean.input.ssim);
  EXPECT_LT(judged.mean.prediction.nrmse, judged.mean.input.nrmse);
  EXPECT_EQ(judged.score(), judged.mean.prediction.ssim);
  const LayerList& layers = workspace_.layers();
  ASSERT_EQ(layers.count(), 7);
  EXPECT_EQ(layers.at(2).name(), "truth");
  const auto& error = dynamic_cast<ImageLayer&>(layers.at(6));
  EXPECT_EQ(error.name(), "error of the prediction");
  EXPECT_EQ(error.channel(0).limits.high, 1);
  double squares = 0;
  auto voxels = error.shared_volume()->view<float>();
  for (std::int64_t y = 0; y < 32; ++y) {
    for (std::int64_t x = 0; x < 40; ++x) {
      squares += static_cast<double>(voxels(1, y, x)) * voxels(1, y, x);
    }
  }
  EXPECT_NEAR(std::sqrt(squares / (32 * 40)), judged.planes[1].prediction.nrmse, 1e-6);
  EXPECT_TRUE(run("compare.maps"));
  EXPECT_FALSE(run("compare.next_error"));
}

TEST_F(ComparisonTest, AnotherSizeIsAnErrorThatNamesTheImage) {
  ASSERT_TRUE(write_labels(folder_ / "pred" / "b.tif", LabelArray({1, 8, 8})));
  ASSERT_TRUE(open());
  EXPECT_NE(failed_.find("b"), std::string::npos);
  EXPECT_FALSE(comparison_->is_open());
}

}  // namespace
}  // namespace karyo
