#include "app/report/label_evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "app/report/evaluation_folder.h"
#include "app/report/object_tables.h"
#include "app/report/overlay.h"
#include "core/base/atomic_file.h"
#include "core/dataset/class_table.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "tests/support/blobs.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

/// A truth folder with images a, b, c and predictions that equal it.
class LabelEvaluationTest : public testing::Test {
 protected:
  void SetUp() override {
    Random random(15);
    fs::create_directories(folder / "pred");
    for (const std::string name : {"a", "b", "c"}) {
      save("truth/" + name + ".tif", test::random_blobs(60, 50, 9, 7, random));
      fs::copy(folder / "truth" / (name + ".tif"), folder / "pred" / (name + ".tif"));
    }
    pairing.truth = folder / "truth";
    pairing.prediction = folder / "pred";
    options.output = folder / "out";
    options.iou_thresholds = {0.5, 0.75};
  }

  void save(const std::string& name, const LabelArray& labels) {
    const auto saved = write_labels(folder / name, labels);
    ASSERT_TRUE(saved) << saved.error().what;
  }

  Result<LabelEvaluation> evaluate() {
    KARYO_TRY(const EvaluationPairs files, pair_files(pairing));
    return evaluate_labels(options, files, nullptr);
  }

  test::TempDir folder;
  PairOptions pairing;
  LabelEvaluationOptions options;
};

TEST_F(LabelEvaluationTest, ClassesAreScoredEachByItself) {
  const auto truth = read_labels(folder / "truth/a.tif");
  ASSERT_TRUE(truth);
  const std::set<std::uint32_t> ids(truth->begin(), truth->end());
  ClassTable right, wrong;
  for (const std::uint32_t id : ids) {
    if (id > 0) right[id] = id % 2 == 0 ? "even" : "odd";
  }
  ASSERT_GE(right.size(), 4u);
  wrong = right;
  wrong.begin()->second = wrong.begin()->second == "odd" ? "even" : "odd";
  ASSERT_TRUE(write_class_table(folder / "truth/a_classes.csv", right));
  ASSERT_TRUE(write_class_table(folder / "pred/a_classes.csv", right));
  auto evaluation = evaluate();
  ASSERT_TRUE(evaluation) << evaluation.error().what;
  ASSERT_EQ(evaluation->by_class.size(), 2u);
  EXPECT_EQ(evaluation->by_class.at("odd")[0].accuracy, 1);
  const auto odd = evaluation->by_class.at("odd")[0].n_true;
  EXPECT_EQ(odd + evaluation->by_class.at("even")[0].n_true,
            static_cast<std::int64_t>(right.size()));

  ASSERT_TRUE(write_class_table(folder / "pred/a_classes.csv", wrong));
  evaluation = evaluate();
  ASSERT_TRUE(evaluation);
  std::int64_t missed = 0, invented = 0;
  for (const auto& [name, scores] : evaluation->by_class) {
    missed += scores[0].false_negatives;
    invented += scores[0].false_positives;
  }
  EXPECT_EQ(missed, 1);
  EXPECT_EQ(invented, 1);
  EXPECT_EQ(evaluation->pooled[0].accuracy, 1) << "the objects themselves are right";

  right.erase(right.begin());  // nobody said what it is: then it cannot be wrong
  ASSERT_TRUE(write_class_table(folder / "truth/a_classes.csv", right));
  evaluation = evaluate();
  ASSERT_TRUE(evaluation);
  for (const auto& [name, scores] : evaluation->by_class) {
    EXPECT_EQ(scores[0].false_positives + scores[0].false_negatives, 0) << name;
  }
  nlohmann::json metrics;
  std::ifstream(options.output / "metrics.json") >> metrics;
  EXPECT_EQ(metrics["classes"]["even"]["0.5"]["accuracy"], 1.0);
}

TEST_F(LabelEvaluationTest, EqualLabelsScoreOneAndTablesAndOverlaysAreWritten) {
  const auto evaluation = evaluate();
  ASSERT_TRUE(evaluation) << evaluation.error().what;
  ASSERT_EQ(evaluation->pooled.size(), 2u);
  EXPECT_EQ(evaluation->pooled[0].accuracy, 1);
  EXPECT_EQ(evaluation->pooled_table()["0.75"]["f1"], 1.0);

  nlohmann::json metrics;
  std::ifstream(options.output / "metrics.json") >> metrics;
  EXPECT_EQ(metrics["0.5"]["accuracy"], 1.0);
  EXPECT_EQ(metrics["images"].size(), 3u);
  const auto csv = read_file(options.output / "metrics.csv");
  ASSERT_TRUE(csv);
  EXPECT_EQ(std::count(csv->begin(), csv->end(), '\n'), 1 + 3 * 2 + 2);
  for (const std::string name : {"a", "b", "c"}) {
    const auto png = read_file(options.output / "overlays" / (name + ".png"));
    ASSERT_TRUE(png);
    EXPECT_EQ(png->substr(1, 3), "PNG");
  }
}

/// Small objects are missing in the predictions; the image says that they are dark as well.
TEST_F(LabelEvaluationTest, ErrorsByObjectAreWrittenReadBackAndLeaveRefusedImagesOut) {
  fs::create_directories(folder / "images");
  for (const std::string name : {"a", "b", "c"}) {
    const LabelArray truth = *read_labels(folder / "truth" / (name + ".tif"));
    LabelArray found = truth;
    Volume image(VoxelType::kUInt8, {1, 1, 1, 60, 50});
    for (std::int64_t i = 0; i < truth.count(); ++i) {
      const std::uint32_t id = truth.data()[i];
      if (id % 2 == 1) found.data()[i] = 0;
      image.view<std::uint8_t>().data()[i] = static_cast<std::uint8_t>(id % 2 == 1 ? 20 : 100 + id);
    }
    save("pred/" + name + ".tif", found);
    ASSERT_TRUE(write_image(folder / "images" / (name + ".tif"), image));
  }
  pairing.images = folder / "images";
  const auto evaluation = evaluate();
  ASSERT_TRUE(evaluation) << evaluation.error().what;
  const auto truths = truths_of(*evaluation);
  ASSERT_EQ(static_cast<std::int64_t>(truths.size()), evaluation->pooled[0].n_true);
  for (const JudgedTruth& truth : truths) {
    EXPECT_EQ(truth.found(), truth.id % 2 == 0) << truth.id;
    EXPECT_EQ(truth.intensity, truth.id % 2 == 1 ? 20 : 100 + truth.id) << truth.id;
  }
  nlohmann::json metrics;
  std::ifstream(options.output / "metrics.json") >> metrics;
  const auto& parts = metrics["dependence"]["by_intensity"];
  ASSERT_GE(parts.size(), 2u) << metrics["dependence"];
  EXPECT_EQ(parts.front()["found"], 0);
  EXPECT_EQ(parts.back()["found_share"], 1.0);
  EXPECT_EQ(metrics["dependence"]["at_iou"], 0.5);
  const auto csv = read_file(options.output / "dependence.csv");
  ASSERT_TRUE(csv);
  EXPECT_NE(csv->find("\nsize,"), std::string::npos) << *csv;

  const auto again = read_evaluation(options.output);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(dependence_csv(again->labels), *csv);
  EXPECT_EQ(objects_csv(again->labels), *read_file(options.output / "objects.csv"));
  const auto rest = again->without({"b"});
  EXPECT_EQ(truths_of(rest.labels).size(), truths.size() - evaluation->images[1].truths.size());

  ASSERT_TRUE(write_file_atomically(options.output / "objects.csv",
                                    "image,label\nnobody,1,2,3,0.5,matched\na,x,2,3,0.5,matched\n"
                                    "a,1,2,3,0.5,wonderful\na,1,2,,2,matched\na,,\n\xff"));
  const auto damaged = read_evaluation(options.output);
  ASSERT_TRUE(damaged);
  EXPECT_TRUE(truths_of(damaged->labels).empty());
}

TEST_F(LabelEvaluationTest, PooledCountsAreSumsOverImages) {
  save("pred/b.tif", LabelArray({1, 60, 50}));
  const auto evaluation = evaluate();
  ASSERT_TRUE(evaluation);
  const Matching& b = evaluation->images[1].by_threshold[0];
  EXPECT_EQ(b.true_positives, 0);
  EXPECT_GT(b.false_negatives, 0);
  const Matching& pooled = evaluation->pooled[0];
  EXPECT_EQ(pooled.false_negatives, b.false_negatives);
  EXPECT_EQ(pooled.false_positives, 0);
  EXPECT_EQ(pooled.precision, 1);
  EXPECT_LT(pooled.recall, 1);
}

TEST_F(LabelEvaluationTest, NamesWithoutPartnerAreTold) {
  fs::rename(folder / "pred/b.tif", folder / "pred/other.tif");
  const auto refused = pair_files(pairing);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find(": b"), std::string::npos) << refused.error().what;
  EXPECT_NE(refused.error().fix.find("--allow-missing"), std::string::npos);

  pairing.allow_missing = true;
  const auto allowed = pair_files(pairing);
  ASSERT_TRUE(allowed);
  EXPECT_EQ(allowed->pairs.size(), 2u);
  ASSERT_EQ(allowed->warnings.size(), 2u);
  EXPECT_NE(allowed->warnings[0].find(": b."), std::string::npos);
  EXPECT_NE(allowed->warnings[1].find("other"), std::string::npos);

  fs::remove(folder / "pred/a.tif");
  fs::remove(folder / "pred/c.tif");
  EXPECT_FALSE(pair_files(pairing)) << "no name on both sides";
}

TEST_F(LabelEvaluationTest, DatasetFoldersSingleFilesAndOtherEndingsAreTaken) {
  fs::create_directories(folder / "set");
  fs::rename(folder / "truth", folder / "set/masks");
  fs::copy(folder / "set/masks", folder / "set/images");
  fs::rename(folder / "pred/a.tif", folder / "pred/a.ome.tif");
  std::ofstream(folder / "pred/a_RoiSet.zip") << "not an image";
  pairing.truth = folder / "set";
  const auto pairs = pair_files(pairing);
  ASSERT_TRUE(pairs) << pairs.error().what;
  ASSERT_EQ(pairs->pairs.size(), 3u);
  EXPECT_EQ(pairs->pairs[0].image, folder / "set/images/a.tif");
  EXPECT_TRUE(evaluate_labels(options, *pairs, nullptr));

  pairing.truth = folder / "set/masks/b.tif";
  pairing.prediction = folder / "pred/b.tif";
  const auto single = evaluate();
  ASSERT_TRUE(single) << single.error().what;
  EXPECT_EQ(single->images[0].name, "b");
  pairing.prediction = folder / "pred";
  EXPECT_FALSE(pair_files(pairing)) << "a file and a folder";
  pairing.truth = folder / "nothing";
  EXPECT_FALSE(pair_files(pairing));
}

TEST_F(LabelEvaluationTest, ImagesOfDifferentSizeNameTheFile) {
  save("pred/c.tif", LabelArray({1, 60, 51}));
  const auto evaluation = evaluate();
  ASSERT_FALSE(evaluation);
  EXPECT_TRUE(evaluation.error().what.starts_with("c: ")) << evaluation.error().what;
  EXPECT_EQ(evaluation.error().code, ErrorCode::kBadFile);  // nobody typed anything wrong
  EXPECT_FALSE(fs::exists(options.output / "metrics.json"));
}

// Only the first frame was compared: a prediction that is empty from the second on scored 1.
TEST_F(LabelEvaluationTest, EveryFrameOfAMovieCounts) {
  Random random(3);
  const std::vector<LabelArray> truth{test::random_blobs(60, 50, 6, 7, random),
                                      test::random_blobs(60, 50, 8, 7, random)};
  const std::vector<LabelArray> found{truth[0], LabelArray({1, 60, 50})};
  fs::remove_all(folder / "truth");
  fs::remove_all(folder / "pred");
  ASSERT_TRUE(write_image(folder / "truth" / "m.tif", from_labels(truth, {})));
  ASSERT_TRUE(write_image(folder / "pred" / "m.tif", from_labels(found, {})));
  const auto objects = [](const LabelArray& labels) {
    std::set<std::uint32_t> ids(labels.begin(), labels.end());
    return static_cast<std::int64_t>(ids.size() - ids.count(0));
  };
  const auto evaluation = evaluate();
  ASSERT_TRUE(evaluation) << evaluation.error().what;
  EXPECT_EQ(evaluation->pooled[0].true_positives, objects(truth[0]));
  EXPECT_EQ(evaluation->pooled[0].false_negatives, objects(truth[1]));
  EXPECT_EQ(evaluation->pooled[0].false_positives, 0);

  save("pred/m.tif", truth[0]);
  EXPECT_FALSE(evaluate()) << "a movie and a plane";
}

TEST_F(LabelEvaluationTest, IgnoredPartsOfTheTruthAreLeftOut) {
  // Two of the three true images lose an object to "ignored"; the predictions keep it.
  for (const std::string name : {"a", "b"}) {
    LabelArray truth = *read_labels(folder / "truth" / (name + ".tif"));
    const std::uint32_t lost = *std::max_element(truth.begin(), truth.end());
    std::replace(truth.begin(), truth.end(), lost, kIgnoredLabel);
    save("truth/" + name + ".tif", truth);
  }
  const auto evaluation = evaluate();
  ASSERT_TRUE(evaluation) << evaluation.error().what;
  EXPECT_EQ(evaluation->pooled[0].n_ignored, 2);
  EXPECT_EQ(evaluation->pooled[0].accuracy, 1);
  EXPECT_EQ(evaluation->pooled_table()["0.5"]["n_ignored"], 2);
}

TEST_F(LabelEvaluationTest, IgnoredPartsOfAMovieStayIgnoredInEveryFrame) {
  Random random(3);
  std::vector<LabelArray> truth{test::random_blobs(60, 50, 6, 7, random),
                                test::random_blobs(60, 50, 8, 7, random)};
  const std::vector<LabelArray> found = truth;
  for (auto& frame : truth) std::replace(frame.begin(), frame.end(), 1U, kIgnoredLabel);
  fs::remove_all(folder / "truth");
  fs::remove_all(folder / "pred");
  ASSERT_TRUE(write_image(folder / "truth" / "m.tif", from_labels(truth, {})));
  ASSERT_TRUE(write_image(folder / "pred" / "m.tif", from_labels(found, {})));
  const auto evaluation = evaluate();
  ASSERT_TRUE(evaluation) << evaluation.error().what;
  EXPECT_EQ(evaluation->pooled[0].accuracy, 1);
  EXPECT_EQ(evaluation->pooled[0].n_ignored, 2);
}

TEST_F(LabelEvaluationTest, StopsWhenAsked) {
  const auto pairs = pair_files(pairing);
  ASSERT_TRUE(pairs);
  const auto stopped = evaluate_labels(
      options, *pairs, [](std::int64_t, std::int64_t, const std::string&) { return false; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST(ParseThresholds, ReadsRangesListsAndSingleNumbers) {
  const auto range = parse_thresholds("0.5:0.95:0.05");
  ASSERT_TRUE(range);
  ASSERT_EQ(range->size(), 10u);
  EXPECT_EQ((*range)[2], 0.6);
  EXPECT_EQ(range->back(), 0.95);
  EXPECT_EQ(threshold_text((*range)[1]), "0.55");
  EXPECT_EQ(*parse_thresholds("0.75,0.5"), (std::vector<double>{0.5, 0.75}));
  EXPECT_EQ(*parse_thresholds("1"), (std::vector<double>{1}));
  for (const char* wrong : {"", "x", "0", "1.1", "0.5:0.9", "0.9:0.5:0.1", "0.5:0.9:0", "0.5,",
                            "nan", "0.5:2:0.1", "0.1:0.9:1e-9"}) {
    EXPECT_FALSE(parse_thresholds(wrong)) << wrong;
  }
}

TEST(DrawOverlay, ColorsSayWhatIsRightMissedAndInvented) {
  LabelArray truth({1, 100, 300}), prediction({1, 100, 300});
  const auto square = [](LabelArray& labels, int left, std::uint32_t id) {
    for (int y = 20; y < 60; ++y) {
      for (int x = left; x < left + 40; ++x) labels(0, y, x) = id;
    }
  };
  square(truth, 10, 1);
  square(prediction, 10, 5);   // the same object
  square(truth, 110, 2);       // missed
  square(prediction, 210, 6);  // invented
  const auto overlaps = find_overlaps(truth.view(), prediction.view());
  std::vector<ObjectOverlap> matched;
  const Matching matching = match_objects(*overlaps, 0.5, &matched);
  RgbPicture picture =
      draw_overlay({truth.view(), prediction.view(), &*overlaps, &matched, nullptr}, matching);
  EXPECT_EQ(picture.width, 600) << "small images are enlarged";
  const auto color = [&](int y, int x) {
    const std::uint8_t* p = picture.pixel(y, x);
    return Rgb{p[0], p[1], p[2]};
  };
  EXPECT_EQ(color(40, 20), kBothColor);
  EXPECT_EQ(color(80, 60), (Rgb{0, 0, 0})) << "a match is not filled";
  EXPECT_EQ(color(40, 220), kTruthColor);
  EXPECT_EQ(color(40, 420), kPredictionColor);
  EXPECT_GT(color(80, 260).g, color(80, 260).r) << "missed: filled in the truth's color";
  EXPECT_GT(color(80, 460).r, color(80, 460).g);
}

TEST(DrawOverlay, IgnoredPartsAreHatchedAndWhatLiesThereIsNotCalledWrong) {
  LabelArray truth({1, 100, 300}), prediction({1, 100, 300});
  for (int y = 10; y < 70; ++y) {
    for (int x = 100; x < 200; ++x) truth(0, y, x) = kIgnoredLabel;
  }
  for (int y = 20; y < 60; ++y) {
    for (int x = 110; x < 150; ++x) prediction(0, y, x) = 6;
  }
  const auto overlaps = find_overlaps(truth.view(), prediction.view());
  std::vector<ObjectOverlap> matched;
  const Matching matching = match_objects(*overlaps, 0.5, &matched);
  RgbPicture picture =
      draw_overlay({truth.view(), prediction.view(), &*overlaps, &matched, nullptr}, matching);
  int hatched = 0, filled = 0, outlined = 0;
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 600; ++x) {
      const std::uint8_t* p = picture.pixel(y, x);
      const Rgb color{p[0], p[1], p[2]};
      hatched += color.r > 0 && color.r == color.g && color.g == color.b;
      outlined += color == kPredictionColor || color == kTruthColor;
      filled += color.r > color.g && !(color == kPredictionColor);
    }
  }
  EXPECT_NEAR(hatched, 120 * 200 / 4, 300);
  EXPECT_EQ(filled, 0);
  EXPECT_EQ(outlined, 4 * 79) << "the prediction's outline alone";
}

}  // namespace
}  // namespace karyo
