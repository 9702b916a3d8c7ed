// `karyoscope report` of models that were trained a moment ago: from pairs on disk to the report.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "tests/app/worker/run_program.h"
#include "tests/models/care/made_pairs.h"
#include "tests/models/train/synthetic_dataset.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;
using test::run_program;
using testing::HasSubstr;
using Words = std::vector<std::string>;

class ReportCommand : public ::testing::Test {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  void run(const Words& words) const {
    const auto outcome = run_program(words);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }

  void train(const std::string& kind, const std::string& data, const std::string& model,
             const Words& more) const {
    Words words{"train", kind, "--data", at(data), "--model", at(model), "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    run(test::with_defaults(std::move(words), {{"--filters", "4"},
                                               {"--patch", "16,16"},
                                               {"--unet-depth", "1"},
                                               {"--epochs", "2"},
                                               {"--steps", "2"},
                                               {"--batch", "2"},
                                               {"--device", "cpu"},
                                               {"--threads", "1"}}));
  }

  /// A StarDist model `m`, and in `scores` what it finds in the images of `test`.
  void make_labels_model(const std::string& test_data) const {
    test::make_dataset(folder_ / "data", 4, 64, 72);
    train("stardist", "data", "m", {"--features", "8", "--rays", "8", "--patch", "64,64"});
    run({"predict", "--model", at("m"), "--input", at(test_data + "/images"), "--output",
         at("found"), "--quiet"});
    run({"evaluate", "labels", "--truth", at(test_data + "/masks"), "--images",
         at(test_data + "/images"), "--pred", at("found"), "--output", at("scores"), "--quiet"});
  }

  /// Images that no training has seen: of another height, so the generator draws others.
  void make_unseen() const { test::make_dataset(folder_ / "test", 3, 56, 72); }

  test::TempDir folder_;
};

TEST_F(ReportCommand, OfStarDistAsHtmlWithPackage) {
  make_unseen();
  make_labels_model("test");
  const auto made =
      run_program({"report", "--model", at("m"), "--evaluation", at("scores"), "--output",
                   at("out/report.html"), "--package", at("m.zip"), "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto result = made.result();
  EXPECT_EQ(result.at("report"), at("out/report.html"));
  EXPECT_EQ(result.at("files").size(), 6U);  // the report, four tables, the package
  EXPECT_TRUE(result.at("refused").empty());
  const std::string html = bytes_of(at("out/report.html"));
  EXPECT_THAT(html, HasSubstr("StarDist 2D"));
  EXPECT_THAT(html, HasSubstr("Only 2 epochs were trained"));
  EXPECT_THAT(html, HasSubstr("data:image/png;base64,"));
  EXPECT_THAT(html, HasSubstr("It was trained on"));
  EXPECT_THAT(bytes_of(at("out/QC_metrics_m.csv")),
              HasSubstr("image,Prediction v. GT Intersection over Union,false positive,"));

  // A colleague opens the package with one command.
  run({"import-model", at("m.zip"), at("theirs")});
  run({"predict", "--model", at("theirs"), "--input", at("test/images"), "--output", at("again"),
       "--quiet"});
  for (const auto& name : test::names_in(at("found"))) {
    EXPECT_EQ(bytes_of(folder_ / "again" / name), bytes_of(folder_ / "found" / name));
  }
}

TEST_F(ReportCommand, ATestOnTrainingImagesIsRefusedAndSaidInTheReport) {
  make_labels_model("data");
  const auto refused = run_program({"report", "--model", at("m"), "--evaluation", at("scores"),
                                    "--output", at("report.html"), "--quiet"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("error: 4 test images refused as quality control"));
  EXPECT_THAT(refused.err, HasSubstr("\nfix: "));
  EXPECT_THAT(bytes_of(at("report.html")), HasSubstr("states nothing of the model&#39;s quality"));
}

TEST_F(ReportCommand, OfCareAndNoise2Void) {
  test::make_pairs(folder_ / "pairs", 4, 2);
  for (const std::string part : {"low", "high"}) {
    fs::create_directories(folder_ / "test" / part);
    fs::rename(folder_ / "pairs" / part / "3.tif", folder_ / "test" / part / "3.tif");
  }
  train("care", "pairs", "care", {"--val", "0.3"});
  train("n2v", "pairs/low", "n2v", {});
  for (const std::string model : {"care", "n2v"}) {
    run({"predict", "--model", at(model), "--input", at("test/low"), "--output", at("of " + model),
         "--quiet"});
    run({"evaluate", "restoration", "--truth", at("test/high"), "--source", at("test/low"),
         "--pred", at("of " + model), "--output", at("scores of " + model), "--quiet"});
    run({"report", "--model", at(model), "--evaluation", at("scores of " + model), "--output",
         at("out of " + model + "/report.html"), "--quiet"});
    const std::string html = bytes_of(at("out of " + model + "/report.html"));
    EXPECT_THAT(html, HasSubstr("SSIM, prediction to truth"));
    EXPECT_THAT(html, HasSubstr(model == "care" ? "CARE 2D" : "Noise2Void 2D"));
    EXPECT_THAT(bytes_of(folder_ / ("out of " + model) / ("QC_metrics_" + model + ".csv")),
                testing::StartsWith("image #,Prediction v. GT mSSIM,Input v. GT mSSIM,"));
  }
}

TEST_F(ReportCommand, AsPdfOrWithAWayOut) {
  make_unseen();
  make_labels_model("test");
  const std::string title(3000, 'W');  // no room on a line, nor on many
  const auto made = run_program({"report", "--model", at("m"), "--evaluation", at("scores"),
                                 "--output", at("report.pdf"), "--title", title, "--quiet"});
#ifdef KARYOSCOPE_WITH_GUI
  ASSERT_EQ(made.status, 0) << made.err;
  const std::string pdf = bytes_of(at("report.pdf"));
  EXPECT_THAT(pdf, testing::StartsWith("%PDF-"));
  EXPECT_THAT(pdf, HasSubstr("%%EOF"));
  EXPECT_THAT(pdf, HasSubstr("/ToUnicode"));  // text that can be selected
  std::size_t pages = 0;
  for (std::size_t from = pdf.find("/Type /Page\n"); from != std::string::npos;
       from = pdf.find("/Type /Page\n", from + 1)) {
    ++pages;
  }
  EXPECT_GE(pages, 5U);
  EXPECT_LE(pages, 20U);
#else
  test::expect_refused(made, 1, "cannot write PDF");
#endif
}

TEST_F(ReportCommand, ANameOfNoKindIsWrongUsage) {
  test::expect_refused(
      run_program({"report", "--model", at("m"), "--output", at("report.txt"), "--quiet"}), 2,
      "neither in .html nor in .pdf");
}

}  // namespace
}  // namespace karyo
