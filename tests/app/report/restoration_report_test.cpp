#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "app/report/html_writer.h"
#include "app/report/make_report.h"
#include "app/report/restoration_evaluation.h"
#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/io/image_io.h"
#include "models/train/training_data.h"
#include "tests/app/report/made_model.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Noisy sources, clean truths, and predictions in between.
class RestorationReport : public testing::Test {
 protected:
  void SetUp() override {
    Random random(3);
    for (const std::string name : {"a", "b", "c", "d", "e"}) {
      Volume clean(VoxelType::kFloat32, {1, 1, 1, 40, 50}),
          noisy(VoxelType::kFloat32, clean.shape()), restored(VoxelType::kFloat32, clean.shape());
      for (std::int64_t i = 0; i < clean.shape().count(); ++i) {
        const double value = std::sin(i % 50 / 6.0) + std::cos(i / 50 / 5.0 + name[0]);
        const double noise = random.uniform(-1, 1);
        clean.view<float>().data()[i] = static_cast<float>(value);
        noisy.view<float>().data()[i] = static_cast<float>(value + noise);
        restored.view<float>().data()[i] = static_cast<float>(value + 0.2 * noise);
      }
      ASSERT_TRUE(write_image(folder / "high" / (name + ".tif"), clean));
      ASSERT_TRUE(write_image(folder / "low" / (name + ".tif"), noisy));
      ASSERT_TRUE(write_image(folder / "found" / (name + ".tif"), restored));
    }
    PairOptions options;
    options.truth = folder / "high";
    options.prediction = folder / "found";
    options.images = folder / "low";
    const auto pairs = pair_files(options);
    ASSERT_TRUE(pairs);
    ASSERT_TRUE(evaluate_restoration(*pairs, folder / "scores", false, nullptr));
  }

  Result<ReportOutcome> report(const std::string& model) {
    ReportRequest wanted;
    wanted.model = folder / model;
    wanted.evaluation = folder / "scores";
    wanted.output = folder / "out/report.html";
    return make_report(wanted);
  }

  void save_data(const std::string& model, const TrainingFile& file) {
    TaskControl control;
    const auto data = describe_training_data(folder.path(), {file}, false, control);
    ASSERT_TRUE(data);
    ASSERT_TRUE(write_training_data(folder / model, *data));
  }

  test::TempDir folder;
};

TEST_F(RestorationReport, ShowsMapsAndTheNotebooksTable) {
  test::make_care(folder / "clean");
  const auto outcome = report("clean");
  ASSERT_TRUE(outcome) << outcome.error().what;
  const std::string text = *read_file(folder / "out/report.html");
  EXPECT_THAT(text, HasSubstr("SSIM, prediction to truth"));
  EXPECT_THAT(text, HasSubstr("Error, source to truth"));
  EXPECT_THAT(text, HasSubstr("Content-aware image restoration"));
  const auto table = read_file(folder / "out/QC_metrics_clean.csv");
  ASSERT_TRUE(table);
  EXPECT_EQ(*table, *read_file(folder / "scores/QC_metrics.csv"));
}

TEST_F(RestorationReport, Noise2VoidMayHaveSeenTheNoisyImagesButCareMayNot) {
  test::make_n2v(folder / "n2v");
  save_data("n2v", {folder / "low/b.tif", {}, TrainingRole::kBoth});
  const auto allowed = report("n2v");
  ASSERT_TRUE(allowed) << allowed.error().what;
  EXPECT_THAT(allowed->refused, IsEmpty());
  EXPECT_THAT(allowed->warnings, testing::Contains(HasSubstr("Noise2Void learned from: b")));
  test::make_care(folder / "care");
  save_data("care", {folder / "low/b.tif", folder / "high/c.tif", TrainingRole::kTraining});
  const auto refused = report("care");
  ASSERT_TRUE(refused) << refused.error().what;
  EXPECT_THAT(refused->refused, ElementsAre("b", "c"));
}

TEST_F(RestorationReport, AnEvaluationOfTheOtherKindIsRefused) {
  test::make_stardist(folder / "labels");
  const auto refused = report("labels");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
}

TEST(HtmlWriter, HasWhatAScreenReaderNeedsAndAsksForNothing) {
  Report report;
  report.title = "T";
  report.sections = {{"One", {ReportTable{"Caption", {"Name", "N"}, {{"a", "1"}}, {false, true}}}}};
  const std::string html = to_html(report);
  for (const char* part : {"<html lang=\"en\">", "<h1>T</h1>", "<h2 id=\"s0\">One</h2>",
                           "<caption>Caption</caption>", "<th scope=\"col\">Name</th>",
                           "<th scope=\"row\">a</th>", "<main>", "default-src 'none'"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
}

}  // namespace
}  // namespace karyo
