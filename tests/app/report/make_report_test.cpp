#include "app/report/make_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>
#include <regex>

#include "app/report/label_evaluation.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "core/io/zip_file.h"
#include "models/io/history.h"
#include "models/io/threshold_search.h"
#include "models/train/epoch_pictures.h"
#include "models/train/training_data.h"
#include "tests/app/report/made_model.h"
#include "tests/support/blobs.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Masks with their images, and predictions that miss objects or invent some.
class MakeReport : public testing::Test {
 protected:
  void SetUp() override {
    test::make_stardist(folder / "nuclei");
    Random random(7);
    std::vector<TrainingFile> files;
    for (const std::string name : {"t1", "t2", "t3", "t4", "v1", "v2", "v3"}) {
      save_pair("train", name, random);
      files.push_back({folder / "train/images" / (name + ".tif"),
                       folder / "train/masks" / (name + ".tif"),
                       name[0] == 't' ? TrainingRole::kTraining : TrainingRole::kValidation});
    }
    TaskControl control;
    const auto data = describe_training_data(folder / "train", files, true, control);
    ASSERT_TRUE(data);
    ASSERT_TRUE(write_training_data(folder / "nuclei", *data));
    for (const std::string name : {"a", "b", "c", "d", "e", "f"}) save_pair("test", name, random);
  }

  void save_pair(const std::string& part, const std::string& name, Random& random) {
    const LabelArray labels = test::random_blobs(90, 120, 24, 7, random);
    Volume image(VoxelType::kUInt16, {1, 1, 1, 90, 120});
    image.grid.unit = "um";
    image.grid.spacing_y = image.grid.spacing_x = 0.5;
    for (std::int64_t i = 0; i < labels.count(); ++i) {
      image.view<std::uint16_t>().data()[i] = static_cast<std::uint16_t>(
          100 + (labels.data()[i] > 0 ? 900 : 0) + static_cast<int>(random.uniform(0, 60)));
    }
    ASSERT_TRUE(write_image(folder / part / "images" / (name + ".tif"), image));
    ASSERT_TRUE(write_labels(folder / part / "masks" / (name + ".tif"), labels));
    LabelArray found = labels;
    for (std::int64_t i = 0; i < found.count(); ++i) {
      if (found.data()[i] % 6 == 1) found.data()[i] = 0;
    }
    found(0, 1, 1) = found(0, 1, 2) = 900;
    ASSERT_TRUE(write_labels(folder / "found" / (name + ".tif"), found));
  }

  void evaluate(const fs::path& truth, const fs::path& images) {
    PairOptions options;
    options.truth = truth;
    options.prediction = folder / "found";
    options.images = images;
    const auto pairs = pair_files(options);
    ASSERT_TRUE(pairs) << pairs.error().what;
    const auto done = evaluate_labels({folder / "scores", {0.3, 0.5, 0.7}}, *pairs, nullptr);
    ASSERT_TRUE(done) << done.error().what;
  }

  ReportRequest request() const {
    ReportRequest wanted;
    wanted.model = folder / "nuclei";
    wanted.evaluation = folder / "scores";
    wanted.output = folder / "out/report.html";
    wanted.date = "2026-02-03T10:00:00Z";
    return wanted;
  }

  std::string html() const {
    const auto text = read_file(folder / "out/report.html");
    return text ? *text : "";
  }

  /// Pictures, styles and marks taken away, places of this run named alike.
  std::string plain(std::string text) const {
    std::string flat;
    for (std::size_t at = 0; at < text.size();) {  // std::regex runs out of stack on such lines
      const std::size_t begin = text.find("<svg", at);
      flat += text.substr(at, begin - at);
      if (begin == std::string::npos) break;
      flat += "[picture]\n";
      at = text.find("</svg>", begin) + 6;
    }
    flat = flat.substr(flat.find("<body>"));
    flat = std::regex_replace(flat, std::regex("</t[dh]><t[dh][^>]*>"), " | ");
    flat = std::regex_replace(flat, std::regex("<[^>]*>"), "");
    flat = std::regex_replace(flat, std::regex("\n\n+"), "\n");
    flat = std::regex_replace(flat, std::regex("Karyoscope [0-9.]+[0-9]"), "Karyoscope VERSION");
    const std::string here = folder.path().string();
    for (std::size_t at = flat.find(here); at != std::string::npos; at = flat.find(here)) {
      flat.replace(at, here.size(), "FOLDER");
    }
    return flat;
  }

  test::TempDir folder;
};

/// With KARYOSCOPE_RENEW_APPROVED=1 the file is written instead; look at what changed.
void expect_approved(const std::string& name, const std::string& text) {
  const fs::path file = fs::path(KARYOSCOPE_APPROVED) / name;
  if (std::getenv("KARYOSCOPE_RENEW_APPROVED") != nullptr) {
    ASSERT_TRUE(write_file_atomically(file, text));
  }
  const auto approved = read_file(file);
  ASSERT_TRUE(approved) << approved.error().what;
  EXPECT_EQ(text, *approved);
}

TEST_F(MakeReport, SaysWhatIsApproved) {
  evaluate(folder / "test/masks", folder / "test/images");
  const auto outcome = make_report(request());
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_THAT(outcome->refused, IsEmpty());
  expect_approved("report_stardist.txt", plain(html()));
  for (const char* name : {"metrics.csv", "QC_metrics_nuclei.csv"}) {
    const auto table = read_file(folder / "out" / name);
    ASSERT_TRUE(table) << name;
    expect_approved(std::string("report_stardist_") + name, *table);
  }
}

TEST_F(MakeReport, AWindowsLocaleChangesNoNumber) {
  evaluate(folder / "test/masks", folder / "test/images");
  ASSERT_TRUE(make_report(request()));
  const std::string before = html(), table = *read_file(folder / "out/metrics.csv");
  const std::string kept = std::setlocale(LC_NUMERIC, nullptr);
  bool other = false;
  for (const char* name : {"fi_FI.UTF-8", "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"}) {
    other = other || std::setlocale(LC_NUMERIC, name) != nullptr;
  }
  const auto again = make_report(request());
  std::setlocale(LC_NUMERIC, kept.c_str());
  ASSERT_TRUE(again);
  EXPECT_EQ(html(), before);
  EXPECT_EQ(*read_file(folder / "out/metrics.csv"), table);
  if (!other) GTEST_SKIP() << "no locale with a decimal comma is installed";
}

TEST_F(MakeReport, TablesBesideItEqualTheEvaluations) {
  evaluate(folder / "test/masks", folder / "test/images");
  ASSERT_TRUE(make_report(request()));
  for (const char* name : {"metrics.csv", "metrics.json"}) {
    EXPECT_EQ(*read_file(folder / "out" / name), *read_file(folder / "scores" / name)) << name;
  }
}

TEST_F(MakeReport, ImagesThatWereTrainedOnAreInNoNumber) {
  // Two test images are copies of training images under other names: one saved as another type, one
  // whose image was changed but whose mask is the same.
  const auto copied = read_image(folder / "train/images/t2.tif");
  ASSERT_TRUE(copied);
  Volume longer(VoxelType::kFloat32, copied->shape());
  for (std::int64_t i = 0; i < copied->shape().count(); ++i) {
    longer.view<float>().data()[i] = copied->view<std::uint16_t>().data()[i];
  }
  ASSERT_TRUE(write_image(folder / "test/images/b.tif", longer));
  fs::copy_file(folder / "train/masks/v1.tif", folder / "test/masks/d.tif",
                fs::copy_options::overwrite_existing);
  evaluate(folder / "test/masks", folder / "test/images");
  const auto outcome = make_report(request());
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_THAT(outcome->refused, ElementsAre("b", "d"));
  const std::string text = plain(html());
  EXPECT_THAT(text, HasSubstr("2 test images are among the images"));
  EXPECT_THAT(text, HasSubstr("b | images/t2.tif | training"));
  EXPECT_THAT(text, HasSubstr("d | images/v1.tif | validation"));
  EXPECT_THAT(text, HasSubstr("All 4 test images together"));
  // The numbers are those of an evaluation without the two.
  const std::string with_all = *read_file(folder / "out/metrics.json");
  for (const char* name : {"b", "d"}) {
    fs::remove(folder / "test/masks" / (std::string(name) + ".tif"));
  }
  evaluate(folder / "test/masks", folder / "test/images");
  const auto fewer = nlohmann::json::parse(*read_file(folder / "scores/metrics.json"));
  const auto ours = nlohmann::json::parse(with_all);
  for (const char* key : {"tp", "fp", "fn", "f1", "accuracy"}) {
    EXPECT_EQ(ours["0.5"][key], fewer["0.5"][key]) << key;
  }
  EXPECT_NEAR(ours["0.5"]["panoptic_quality"].get<double>(),
              fewer["0.5"]["panoptic_quality"].get<double>(), 1e-12);
}

TEST_F(MakeReport, TheFilmByEpochAndTheSearchForThresholdsAreShown) {
  EXPECT_THAT(html(), Not(HasSubstr("after epochs")));
  ASSERT_TRUE(write_threshold_search(folder / "nuclei",
                                     {{0.3, 0.4, 0.7}, {0.3, 0.48, 0.8}, {0.4, 0.5, 0.75}}));
  for (std::int64_t epoch = 1; epoch <= 12; ++epoch) {
    ASSERT_TRUE(write_epoch_picture(folder / "nuclei", epoch, RgbPicture(64, 64)));
  }
  ASSERT_TRUE(write_file_atomically(folder / "nuclei/previews/epoch_0013.png", "no picture"));
  ReportRequest wanted = request();
  wanted.evaluation.clear();
  ASSERT_TRUE(make_report(wanted));
  EXPECT_THAT(html(), HasSubstr("validation image after epochs 1, 2, 4, 6, 7, 9, 11. Blue"));
  EXPECT_THAT(html(), HasSubstr("Chosen: probability 0.480 (dotted line), NMS 0.3"));
  ASSERT_TRUE(write_file_atomically(folder / "nuclei/threshold_search.csv", "a,b\n1,2\n"));
  ASSERT_TRUE(make_report(wanted));
  EXPECT_THAT(html(), HasSubstr("The search for thresholds could not be read"));
}

TEST_F(MakeReport, AnEvaluationOfTrainingImagesAloneStatesNothing) {
  evaluate(folder / "train/masks", folder / "train/images");
  const auto outcome = make_report(request());
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->refused.size(), 7U);
  EXPECT_THAT(plain(html()), HasSubstr("states nothing of the model&#39;s quality"));
  EXPECT_THAT(html(), Not(HasSubstr("Precision")));
  EXPECT_FALSE(fs::exists(folder / "out/metrics.csv"));
}

TEST_F(MakeReport, WhatCameFromFilesCannotBecomeMarkup) {
  const std::string evil = "<script>alert(1)</script>&\"'";
  for (const char* part : {"masks", "images"}) {
    fs::copy_file(folder / "test" / part / "a.tif",
                  folder / "test" / part / "<img src=x onerror=alert(2)>.tif");
  }
  fs::copy_file(folder / "found/a.tif", folder / "found/<img src=x onerror=alert(2)>.tif");
  evaluate(folder / "test/masks", folder / "test/images");
  ASSERT_TRUE(
      write_file_atomically(folder / "nuclei/thresholds.json", R"({"prob": 0.5, "nms": 0.4})"));
  auto wanted = request();
  wanted.title = evil;
  ASSERT_TRUE(make_report(wanted));
  EXPECT_THAT(html(), Not(HasSubstr("<script")));
  EXPECT_THAT(html(), Not(HasSubstr("<img")));
  EXPECT_THAT(html(), HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
  EXPECT_THAT(html(), HasSubstr("&lt;img src=x onerror=alert(2)&gt;"));
}

TEST_F(MakeReport, NamesThatAreNoUtf8AreShownAllTheSame) {
  const std::string name = "n\xff\xfe.tif";
  fs::rename(folder / "test/masks/a.tif", folder / "test/masks" / name);
  fs::rename(folder / "test/images/a.tif", folder / "test/images" / name);
  fs::rename(folder / "found/a.tif", folder / "found" / name);
  evaluate(folder / "test/masks", folder / "test/images");
  ASSERT_TRUE(make_report(request()));
  EXPECT_THAT(html(), HasSubstr("n\xEF\xBF\xBD\xEF\xBF\xBD"));
}

TEST_F(MakeReport, DamagedRecordsAreSaidNotGuessed) {
  ASSERT_TRUE(write_file_atomically(folder / "nuclei/history.csv", "epoch,loss\n1,two\n"));
  ASSERT_TRUE(write_file_atomically(folder / "nuclei/data.json", "{\"images\": 3}"));
  auto wanted = request();
  wanted.evaluation.clear();
  const auto outcome = make_report(wanted);
  ASSERT_TRUE(outcome) << outcome.error().what;
  const std::string text = plain(html());
  EXPECT_THAT(text, HasSubstr("The learning curve could not be read"));
  EXPECT_THAT(text, HasSubstr("What it was trained on could not be read"));
  EXPECT_THAT(text, HasSubstr("nothing is known of its quality"));
}

TEST_F(MakeReport, LossesBeyondAllMeasureAreDrawnAllTheSame) {
  auto wanted = request();
  wanted.evaluation.clear();
  for (const char* rows : {"1,1e300,1e300\n2,1e300,1e300\n", "1,-1e308,1e308\n2,1e308,-1e308\n",
                           "1,1e-300,1e300\n2,inf,-inf\n", "1e300,1,1\n-1e300,2,2\n", ",,\n"}) {
    ASSERT_TRUE(write_file_atomically(folder / "nuclei/history.csv",
                                      std::string("epoch,loss,val_loss\n") + rows));
    const auto outcome = make_report(wanted);
    ASSERT_TRUE(outcome) << outcome.error().what;
    EXPECT_THAT(html(), HasSubstr("<svg")) << rows;
  }
}

TEST_F(MakeReport, AFolderOfPythonHasAReportToo) {
  for (const char* name : {"karyoscope.json", "settings.json", "history.csv", "data.json"}) {
    fs::remove(folder / "nuclei" / name);
  }
  evaluate(folder / "test/masks", folder / "test/images");
  const auto outcome = make_report(request());
  ASSERT_TRUE(outcome) << outcome.error().what;
  const std::string text = plain(html());
  EXPECT_THAT(text, HasSubstr("It could not be checked whether test images were trained on"));
  EXPECT_THAT(text, HasSubstr("train_epochs | 400"));
  EXPECT_THAT(text, HasSubstr("Nothing is recorded of the run"));
}

TEST_F(MakeReport, ImagesThatMovedAreMissedInWords) {
  evaluate(folder / "test/masks", folder / "test/images");
  fs::rename(folder / "test", folder / "elsewhere");
  ASSERT_TRUE(make_report(request()));
  EXPECT_THAT(plain(html()), HasSubstr("Not every example can be shown"));
}

TEST_F(MakeReport, WrongRequestsAreRefusedWithAWayOut) {
  auto wanted = request();
  wanted.evaluation.clear();
  wanted.output = folder / "report.docx";
  EXPECT_EQ(make_report(wanted).error().code, ErrorCode::kInvalidArgument);
  wanted.output = folder / "report.pdf";  // without the window's writer
  EXPECT_EQ(make_report(wanted).error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(make_report(wanted).error().fix, HasSubstr(".html"));
  wanted.output = folder / "report.html";
  wanted.evaluation = folder / "train";
  EXPECT_EQ(make_report(wanted).error().code, ErrorCode::kNotFound);
  fs::create_directories(folder / "scores");
  ASSERT_TRUE(write_file_atomically(folder / "scores/metrics.json", "{\"images\": [1, 2]}"));
  wanted.evaluation = folder / "scores";
  EXPECT_EQ(make_report(wanted).error().code, ErrorCode::kBadFile);
  wanted.model = folder / "train";
  EXPECT_EQ(make_report(wanted).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(folder / "report.html"));
}

TEST_F(MakeReport, APackageHoldsWhatAColleagueNeeds) {
  evaluate(folder / "test/masks", folder / "test/images");
  ASSERT_TRUE(write_file_atomically(folder / "nuclei/checkpoint.safetensors", "large"));
  auto wanted = request();
  wanted.package = folder / "nuclei.zip";
  ASSERT_TRUE(make_report(wanted));
  const auto zip = ZipFile::open(folder / "nuclei.zip");
  ASSERT_TRUE(zip) << zip.error().what;
  EXPECT_THAT(zip->names(),
              testing::UnorderedElementsAre(
                  "nuclei/README.md", "nuclei/report.html", "nuclei/weights_best.h5",
                  "nuclei/config.json", "nuclei/thresholds.json", "nuclei/settings.json",
                  "nuclei/karyoscope.json", "nuclei/data.json", "nuclei/history.csv",
                  "nuclei/evaluation/metrics.csv", "nuclei/evaluation/metrics.json",
                  "nuclei/evaluation/dependence.csv", "nuclei/evaluation/QC_metrics_nuclei.csv",
                  "nuclei/evaluation/overlays/a.png", "nuclei/evaluation/overlays/b.png",
                  "nuclei/evaluation/overlays/c.png", "nuclei/evaluation/overlays/d.png",
                  "nuclei/evaluation/overlays/e.png", "nuclei/evaluation/overlays/f.png"));
  EXPECT_EQ(*zip->read("nuclei/report.html", 1 << 28), html());

  wanted.package = folder / "for a colleague";
  ASSERT_TRUE(make_report(wanted));
  const auto opened = ModelFolder::open(folder / "for a colleague");
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ(opened->thresholds, (Thresholds{0.48, 0.3}));
  EXPECT_EQ(make_report(wanted).error().code, ErrorCode::kInvalidArgument);  // it is there already
}

}  // namespace
}  // namespace karyo
