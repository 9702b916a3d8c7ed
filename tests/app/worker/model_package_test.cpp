// `karyoscope export-model` and `import-model`, from the command line to equal labels.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/image_io.h"
#include "core/io/zip_file.h"
#include "models/io/yaml.h"
#include "tests/app/worker/run_program.h"
#include "tests/app/worker/spot_model.h"
#include "tests/models/care/made_pairs.h"

namespace karyo {
namespace {

using test::expect_refused;
using test::run_program;
namespace fs = std::filesystem;

class ModelPackages : public ::testing::Test {
 protected:
  ModelPackages() {
    test::make_spot_model(model_);
    fs::create_directories(folder_ / "images");
    EXPECT_TRUE(write_image(folder_ / "images/a.tif", test::spot_image({{20, 22}, {70, 60}})));
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  LabelArray predicted(const fs::path& model) const {
    const auto run = run_program({"predict", "--model", model.string(), "--input", path("images"),
                                  "--output", path("labels"), "--overwrite", "--quiet", "--device",
                                  "cpu", "--threads", "1"});
    EXPECT_EQ(run.status, 0) << run.err;
    return *read_labels(folder_ / "labels/a.tif");
  }
  void expect_same_labels(const LabelArray& a, const LabelArray& b) const {
    ASSERT_EQ(a.shape(), b.shape());
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
  }

  test::TempDir folder_;
  fs::path model_ = folder_ / "spot model";
};

TEST_F(ModelPackages, ABioimageioPackageComesBackWithEqualLabels) {
  const auto exported =
      run_program({"export-model", model_.string(), path("out.zip"), "--format", "bioimageio",
                   "--author", "Ada", "--author", "Bo", "--license", "MIT", "--device", "cpu"});
  ASSERT_EQ(exported.status, 0) << exported.err;
  const auto zip = ZipFile::open(folder_ / "out.zip");
  ASSERT_TRUE(zip);
  const auto rdf = parse_yaml(*zip->read("rdf.yaml", 1 << 20), "rdf.yaml");
  ASSERT_TRUE(rdf) << rdf.error().what;
  EXPECT_EQ((*rdf)["name"], "spot model");
  EXPECT_EQ((*rdf)["license"], "MIT");
  EXPECT_EQ((*rdf)["authors"].size(), 2U);
  for (const char* file : {"test_input.npy", "test_prob.npy", "test_dist.npy", "README.md"}) {
    EXPECT_THAT(zip->names(), testing::Contains(file));
  }

  const auto imported = run_program({"import-model", path("out.zip"), path("back"), "--json"});
  ASSERT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(imported.result()["kind"], "stardist");
  expect_same_labels(predicted(model_), predicted(folder_ / "back"));
}

TEST_F(ModelPackages, AKerasFolderComesBackWithEqualLabels) {
  ASSERT_EQ(run_program({"export-model", model_.string(), path("keras")}).status, 0);
  expect_same_labels(predicted(model_), predicted(folder_ / "keras"));
  ASSERT_EQ(run_program({"import-model", path("keras"), path("back")}).status, 0);
  expect_same_labels(predicted(model_), predicted(folder_ / "back"));
}

// Only StarDist 2D was written.
TEST_F(ModelPackages, CareAndNoise2VoidComeBackFromBioimageioWithEqualImages) {
  test::make_pairs(folder_ / "pairs", 2, 2);
  for (const std::string kind : {"care", "n2v"}) {
    SCOPED_TRACE(kind);
    const auto trained = run_program(
        {"train",     kind,       "--data",    path(kind == "n2v" ? "pairs/low" : "pairs"),
         "--model",   path(kind), "--filters", "4",
         "--patch",   "16,16",    "--kernel",  "3",
         "--epochs",  "1",        "--steps",   "2",
         "--batch",   "2",        "--device",  "cpu",
         "--threads", "1",        "--quiet"});
    ASSERT_EQ(trained.status, 0) << trained.err;
    const auto exported = run_program({"export-model", path(kind), path(kind + ".zip"), "--format",
                                       "bioimageio", "--name", "A model", "--author", "Ada",
                                       "--license", "MIT", "--device", "cpu"});
    ASSERT_EQ(exported.status, 0) << exported.err;
    const auto zip = ZipFile::open(folder_ / (kind + ".zip"));
    ASSERT_TRUE(zip);
    const auto rdf = parse_yaml(*zip->read("rdf.yaml", 1 << 20), "rdf.yaml");
    ASSERT_TRUE(rdf) << rdf.error().what;
    EXPECT_EQ((*rdf)["outputs"][0]["id"], "restored");
    EXPECT_EQ((*rdf)["inputs"][0]["preprocessing"][1]["id"],
              kind == "n2v" ? "fixed_zero_mean_unit_variance" : "scale_range");
    EXPECT_EQ((*rdf)["outputs"][0].contains("postprocessing"), kind == "n2v");

    ASSERT_EQ(run_program({"import-model", path(kind + ".zip"), path(kind + " back")}).status, 0);
    for (const std::string& model : {kind, kind + " back"}) {
      const auto run =
          run_program({"predict", "--model", path(model), "--input", path("pairs/low"), "--output",
                       path(model + " out"), "--device", "cpu", "--quiet", "--threads", "1"});
      ASSERT_EQ(run.status, 0) << run.err;
    }
    for (const auto& name : test::names_in(folder_ / (kind + " out"))) {
      EXPECT_EQ(test::bytes_of(folder_ / (kind + " out") / name),
                test::bytes_of(folder_ / (kind + " back out") / name));
    }
  }
}

TEST_F(ModelPackages, WhatAPackageHasToNameIsAskedFor) {
  expect_refused(run_program({"export-model", model_.string(), path("out.zip"), "--format",
                              "bioimageio", "--device", "cpu"}),
                 2, "authors and a license");
  expect_refused(run_program({"export-model", model_.string(), path("out"), "--format",
                              "bioimageio", "--device", "cpu"}),
                 2, ".zip");
  EXPECT_FALSE(fs::exists(folder_ / "out.zip"));
}

TEST_F(ModelPackages, WhatIsNoModelIsRefused) {
  expect_refused(run_program({"import-model", path("images"), path("back")}), 1, "no weights");
  expect_refused(run_program({"import-model", path("absent"), path("back")}), 1, "absent");
  EXPECT_FALSE(fs::exists(folder_ / "back"));
}

}  // namespace
}  // namespace karyo
