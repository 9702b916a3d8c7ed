// A restoration saved with a model, from the command line: `restore-first`, and all that then
// begins with it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "core/io/zip_file.h"
#include "models/io/model_before.h"
#include "tests/app/worker/checkpoint_tensors.h"
#include "tests/app/worker/run_program.h"
#include "tests/app/worker/spot_model.h"
#include "tests/models/restoration/made_restoration.h"
#include "tests/models/train/synthetic_dataset.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;
using test::expect_refused;
using test::names_in;
using test::Outcome;
using test::run_program;
using testing::HasSubstr;
using Words = std::vector<std::string>;

class RestoreFirst : public ::testing::Test {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  Outcome run(Words words) const {
    auto outcome = run_program(std::move(words));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome;
  }
  void predict(const std::string& model, const std::string& images, const std::string& output,
               const Words& more = {}) const {
    Words words{"predict",     "--model",   at(model), "--input",  at(images),
                "--output",    at(output),  "--quiet", "--device", "cpu",
                "--overwrite", "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    run(std::move(words));
  }
  void expect_same_files(const std::string& a, const std::string& b) const {
    ASSERT_EQ(names_in(folder_ / a), names_in(folder_ / b));
    for (const auto& name : names_in(folder_ / a)) {
      if (fs::is_directory(folder_ / a / name)) continue;
      EXPECT_TRUE(bytes_of(folder_ / a / name) == bytes_of(folder_ / b / name)) << name;
    }
  }
  Words train(const std::string& data, const std::string& model, const Words& more = {}) const {
    Words words{"train",   "stardist",  "--data", at(data),       "--model", at(model),
                "--quiet", "--filters", "8",      "--rays",       "8",       "--features",
                "8",       "--patch",   "64,64",  "--batch",      "2",       "--val",
                "0.25",    "--steps",   "3",      "--unet-depth", "1",       "--device",
                "cpu",     "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  test::TempDir folder_;
};

/// Real models on real nuclei.
TEST_F(RestoreFirst, PredictionIsWhatRestoringByHandAndThenPredictingGives) {
  KARYO_NEEDS_SHARED();
  const fs::path models = test::shared_dir() / "models";
  fs::copy(models / "stardist2d" / "dsb2018_30x50", folder_ / "nuclei");
  const std::string noise = (models / "n2v2d" / "n2v_custom_2D").string();
  fs::create_directories(folder_ / "images");
  int count = 0;
  for (const auto& entry :
       fs::directory_iterator(test::shared_dir() / "data" / "nuclei2d" / "test" / "images")) {
    if (++count > 3) break;
    fs::copy(entry.path(), folder_ / "images" / entry.path().filename());
  }
  fs::copy(folder_ / "nuclei", folder_ / "alone");
  run({"predict", "--model", noise, "--input", at("images"), "--output", at("restored"), "--quiet",
       "--device", "cpu"});
  predict("alone", "restored", "by hand", {"--probability", "--rois"});

  const auto put = run({"restore-first", at("nuclei"), noise, "--json"});
  EXPECT_EQ(put.result()["before"], "n2v_custom_2D");
  EXPECT_EQ(put.result()["before_kind"], "n2v");
  predict("nuclei", "images", "chain", {"--probability", "--rois"});
  EXPECT_EQ(names_in(folder_ / "chain").size(), 12u);
  expect_same_files("by hand", "chain");

  predict("alone", "images", "as they are");
  int others = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "as they are")) {
    const auto same = folder_ / "chain" / entry.path().filename();
    others += bytes_of(entry.path()) != bytes_of(same) ? 1 : 0;
  }
  EXPECT_GT(others, 0) << "restoring makes a difference";
  run({"restore-first", at("nuclei"), "--remove"});
  predict("nuclei", "images", "again");
  expect_same_files("as they are", "again");
}

TEST_F(RestoreFirst, IsSaidByInfo) {
  test::make_spot_model(folder_ / "nuclei");
  test::make_random_restoration(folder_ / "denoise", CsbdeepConfig::noise2void(2, {60}, {70}));
  EXPECT_THAT(run({"restore-first", at("nuclei")}).out, HasSubstr("takes images as they are"));
  EXPECT_EQ(run({"info", at("nuclei"), "--json"}).result()["before"], nullptr);
  EXPECT_THAT(run({"restore-first", at("nuclei"), at("denoise")}).out,
              HasSubstr("restores images first, with \"denoise\" (Noise2Void 2D)"));
  EXPECT_THAT(run({"info", at("nuclei")}).out, HasSubstr("images are restored with \"denoise\""));
  const auto facts = run({"info", at("nuclei"), "--json"}).result();
  EXPECT_EQ(facts["method"], "StarDist 2D");
  EXPECT_EQ(facts["prob"], 0.5);
  EXPECT_EQ(facts["before"]["name"], "denoise");
  EXPECT_EQ(facts["before"]["method"], "Noise2Void 2D");
  EXPECT_EQ(run({"info", at("denoise"), "--json"}).result()["kind"], "n2v");

  expect_refused(run_program({"restore-first", at("nuclei"), at("denoise")}), 2, "already");
  expect_refused(run_program({"restore-first", at("nuclei"), at("denoise"), "--remove"}), 2,
                 "both given");
  expect_refused(run_program({"restore-first", at("denoise"), at("nuclei")}), 1,
                 "finds no objects");
  fs::remove_all(before_folder(folder_ / "nuclei"));
  ASSERT_TRUE(write_image(folder_ / "a.tif", test::spot_image({{20, 22}})));
  for (const Words& words :
       {Words{"info", at("nuclei")},
        {"predict", "--model", at("nuclei"), "--input", at("a.tif"), "--output", at("out")}}) {
    const auto lost = run_program(words);
    EXPECT_EQ(lost.status, 1);
    EXPECT_THAT(lost.err, HasSubstr("its folder before/ is missing"));
    EXPECT_THAT(lost.err, HasSubstr("fix: Copy the whole model folder again"));
  }
  run({"restore-first", at("nuclei"), "--remove"});
}

TEST_F(RestoreFirst, TravelsWithTheModel) {
  test::make_spot_model(folder_ / "nuclei");
  test::make_random_restoration(folder_ / "denoise", CsbdeepConfig::care(2));
  fs::create_directories(folder_ / "images");
  ASSERT_TRUE(write_image(folder_ / "images/a.tif", test::spot_image({{20, 22}, {70, 60}})));
  run({"restore-first", at("nuclei"), at("denoise")});
  predict("nuclei", "images", "out");
  for (const std::string way : {"keras.zip", "keras"}) {
    const auto exported = run({"export-model", at("nuclei"), at(way)});
    EXPECT_THAT(exported.err, HasSubstr("comes along in before/"));
    run({"import-model", at(way), at(way + " back")});
    predict(way + " back", "images", way + " out");
    expect_same_files("out", way + " out");
  }
  run({"report", "--model", at("nuclei"), "--output", at("report.html"), "--package", at("p.zip"),
       "--quiet"});
  const std::string html = bytes_of(at("report.html"));
  EXPECT_THAT(html, HasSubstr("Images were first restored with CARE in 2D [1]"));
  EXPECT_THAT(html, HasSubstr("Images are restored first with"));
  const auto zip = ZipFile::open(folder_ / "p.zip");
  ASSERT_TRUE(zip);
  EXPECT_THAT(zip->names(), testing::Contains("nuclei/before/weights_best.h5"));
  const auto readme = zip->read("nuclei/README.md", 1 << 20);
  ASSERT_TRUE(readme);
  EXPECT_THAT(*readme, HasSubstr("Model(None, name=\"before\", basedir=\"nuclei\")"));
  EXPECT_THAT(*readme, HasSubstr("image = restoration.predict(image, \"YX\")\nfrom csbdeep"));
  run({"import-model", at("p.zip"), at("theirs")});
  predict("theirs", "images", "theirs out");
  expect_same_files("out", "theirs out");
}

TEST_F(RestoreFirst, ABioimageioPackageHoldsTheNetworkAloneAndSaysSo) {
  test::make_spot_model(folder_ / "nuclei");
  test::make_random_restoration(folder_ / "denoise", CsbdeepConfig::noise2void(2, {60}, {70}));
  run({"restore-first", at("nuclei"), at("denoise")});
  const auto exported =
      run({"export-model", at("nuclei"), at("out.zip"), "--format", "bioimageio", "--author", "Ada",
           "--license", "MIT", "--device", "cpu", "--name", "A model"});
  EXPECT_THAT(exported.err, HasSubstr("holds the network alone"));
  const auto zip = ZipFile::open(folder_ / "out.zip");
  ASSERT_TRUE(zip);
  EXPECT_THAT(*zip->read("README.md", 1 << 20), HasSubstr("Images have to be restored"));
  run({"import-model", at("out.zip"), at("back")});
  EXPECT_FALSE(ModelFolder::open(folder_ / "back")->before);
}

TEST_F(RestoreFirst, APackageThatLostItIsRefused) {
  test::make_spot_model(folder_ / "nuclei");
  test::make_random_restoration(folder_ / "denoise", CsbdeepConfig::noise2void(2, {60}, {70}));
  run({"restore-first", at("nuclei"), at("denoise")});
  fs::remove_all(before_folder(folder_ / "nuclei"));
  expect_refused(run_program({"import-model", at("nuclei"), at("back")}), 1, "before/ is missing");
  EXPECT_FALSE(fs::exists(folder_ / "back"));
}

/// The same epochs and weights as of a training on images that were restored by hand.
TEST_F(RestoreFirst, TrainingBeginsWithItAndKeepsIt) {
  test::make_dataset(folder_ / "data", 4, 64, 72);
  test::make_random_restoration(folder_ / "denoise", CsbdeepConfig::noise2void(2, {500}, {300}));
  run({"predict", "--model", at("denoise"), "--input", at("data/images"), "--output",
       at("by hand/images"), "--quiet", "--device", "cpu"});
  fs::copy(folder_ / "data/masks", folder_ / "by hand/masks");
  run(train("by hand", "wanted", {"--epochs", "2"}));
  const auto trained =
      run_program(train("data", "nuclei", {"--epochs", "1", "--before", at("denoise")}));
  ASSERT_EQ(trained.status, 0) << trained.err;
  run(train("data", "nuclei", {"--epochs", "2", "--resume"}));
  EXPECT_TRUE(test::checkpoint_tensors(folder_ / "nuclei") ==
              test::checkpoint_tensors(folder_ / "wanted"));
  EXPECT_EQ(bytes_of(folder_ / "nuclei/thresholds.json"),
            bytes_of(folder_ / "wanted/thresholds.json"));
  const auto model = ModelFolder::open(folder_ / "nuclei");
  ASSERT_TRUE(model) << model.error().what;
  ASSERT_TRUE(model->before);
  EXPECT_EQ(before_name(*model), "denoise");
  EXPECT_THAT(names_in(folder_ / "nuclei"), testing::Not(testing::Contains(".restored-0")));
  EXPECT_THAT(*read_file(folder_ / "nuclei/data.json"), HasSubstr("\"input\":\"images/"))
      << "the images as they were recorded are what it has seen";

  predict("nuclei", "data/images", "found");
  predict("wanted", "by hand/images", "found by hand");
  expect_same_files("found", "found by hand");

  // What starts from it begins with the same restoration.
  run(train("data", "next", {"--epochs", "1", "--pretrained", at("nuclei")}));
  EXPECT_EQ(before_name(*ModelFolder::open(folder_ / "next")), "denoise");
  run(train("data", "raw", {"--epochs", "1", "--pretrained", at("nuclei"), "--before", "none"}));
  EXPECT_FALSE(ModelFolder::open(folder_ / "raw")->before);
  expect_refused(run_program(train("data", "nuclei", {"--resume", "--before", at("denoise")})), 2,
                 "--before does not go with --resume");
  expect_refused(run_program(train("data", "more", {"--before", at("nuclei/config.json")})), 1, "");
  expect_refused(run_program({"train", "n2v", "--data", at("data/images"), "--model", at("n"),
                              "--before", at("denoise"), "--quiet"}),
                 1, "--before is for StarDist");
  const fs::path two = folder_ / "two";
  test::make_random_restoration(two, CsbdeepConfig::noise2void(2, {5, 6}, {3, 4}));
  expect_refused(run_program(train("data", "more", {"--before", two.string()})), 1,
                 "takes 2 channels, the image gives 1");
  EXPECT_FALSE(fs::exists(folder_ / "more" / "config.json"));
}

}  // namespace
}  // namespace karyo
