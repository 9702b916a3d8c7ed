// `karyoscope predict`, from the command line to the files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "core/io/image_io.h"
#include "core/io/png_writer.h"
#include "core/io/roi_zip.h"
#include "core/labels/label_rois.h"
#include "tests/app/worker/run_program.h"
#include "tests/app/worker/spot_model.h"

namespace karyo {
namespace {

using test::bytes_of;
using test::expect_refused;
using test::names_in;
using test::Outcome;
using test::run_program;
using test::Spot;
using testing::ElementsAre;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

class PredictCommand : public ::testing::Test {
 protected:
  PredictCommand() {
    fs::create_directories(input_);
    test::make_spot_model(model_);
  }

  Outcome predict(const fs::path& input, const fs::path& output, const Words& more = {}) const {
    Words words{"predict",      "--model",  model_.string(), "--input",
                input.string(), "--output", output.string(), "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(
        test::with_defaults(std::move(words), {{"--device", "cpu"}, {"--threads", "1"}}));
  }

  void add_image(const std::string& name, const std::vector<Spot>& spots) const {
    const auto written = write_image(input_ / name, test::spot_image(spots));
    ASSERT_TRUE(written) << written.error().what;
  }

  /// Every spot lies in an object of its own; nothing else was found.
  static void expect_found(const fs::path& file, const std::vector<Spot>& spots) {
    const auto labels = read_labels(file);
    ASSERT_TRUE(labels) << labels.error().what;
    std::set<std::uint32_t> found;
    for (const Spot& spot : spots) found.insert((*labels)(0, spot.y, spot.x));
    EXPECT_EQ(found.size(), spots.size()) << file;
    EXPECT_FALSE(found.contains(0)) << file;
    for (const auto label : *labels) EXPECT_TRUE(label == 0 || found.contains(label)) << label;
  }

  test::TempDir folder_;
  fs::path model_ = folder_ / "model";
  fs::path input_ = folder_ / "my imäges";
  fs::path output_ = folder_ / "out" / "labels";
  const std::vector<Spot> one_{{40, 40}}, two_{{20, 22}, {70, 60}},
      three_{{20, 20}, {20, 70}, {70, 48}};
};

TEST_F(PredictCommand, LooksFromSeveralSidesAndLeavesTheLabelsAsTheyAre) {
  add_image("a.tif", two_);
  add_image("b.tif", three_);
  const auto once = predict(input_, folder_ / "once", {"--json"});
  const auto four = predict(input_, folder_ / "four", {"--json", "--sides", "4"});
  ASSERT_EQ(once.status, 0) << once.err;
  ASSERT_EQ(four.status, 0) << four.err;
  for (const char* name : {"a.tif", "b.tif"}) {
    const auto labels = read_labels(folder_ / "once" / name),
               again = read_labels(folder_ / "four" / name);
    ASSERT_TRUE(labels && again);
    EXPECT_TRUE(*labels == *again) << name;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    // Of a square of equal probabilities another corner is taken in a mirror, so some are missed.
    const auto few = once.result()["files"][i], more = four.result()["files"][i];
    EXPECT_EQ(more["objects"], few["objects"]);
    EXPECT_GE(more["unsure"], few["unsure"]);
    EXPECT_LE(more["unsure"], more["objects"]);
  }
  expect_refused(predict(input_, output_, {"--sides", "5"}), 2, "5");
}

TEST_F(PredictCommand, WritesLabelsRoisAndProbabilityUnderTheImagesNames) {
  add_image("a.tif", two_);
  add_image("b c.ome.tif", three_);
  const auto run = predict(input_, output_, {"--rois", "--probability", "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(names_in(output_),
              ElementsAre("a.tif", "a_RoiSet.zip", "a_probability.tif", "a_scores.csv", "b c.tif",
                          "b c_RoiSet.zip", "b c_probability.tif", "b c_scores.csv"));
  const auto scores = test::bytes_of(output_ / "a_scores.csv");
  EXPECT_TRUE(scores.starts_with("label,probability\n1,")) << scores;
  EXPECT_EQ(std::count(scores.begin(), scores.end(), '\n'), 3) << "a row each of two";
  expect_found(output_ / "a.tif", two_);
  expect_found(output_ / "b c.tif", three_);

  const auto about = describe_image(output_ / "a.tif");
  ASSERT_TRUE(about);
  EXPECT_EQ(about->dtype, "uint16");
  EXPECT_NE(about->compression, "none");
  EXPECT_NEAR(about->grid.spacing_x, 0.25, 1e-6);
  EXPECT_EQ(about->grid.unit, "um");

  const auto labels = read_labels(output_ / "a.tif");
  const auto rois = read_rois(output_ / "a_RoiSet.zip");
  ASSERT_TRUE(rois) << rois.error().what;
  const auto drawn = labels_from_rois(rois->rois, labels->shape());
  ASSERT_TRUE(drawn);
  EXPECT_EQ(drawn->labels, *labels);

  const auto probability = read_image(output_ / "a_probability.tif");
  ASSERT_TRUE(probability);
  ASSERT_EQ(probability->type(), VoxelType::kFloat32);
  EXPECT_GT(probability->view<float>()(0, 20, 22), 0.99);
  EXPECT_LT(probability->view<float>()(0, 40, 40), 0.01);
  EXPECT_EQ(probability->shape().zyx(), labels->shape());

  const auto result = run.result();
  EXPECT_EQ(result.at("objects"), 5);
  ASSERT_EQ(result.at("files").size(), 2U);
  EXPECT_EQ(result.at("files")[1].at("objects"), 3);
}

TEST_F(PredictCommand, OneFileEventForEachImage) {
  add_image("a.tif", two_);
  add_image("b.tif", one_);
  const auto run =
      run_program({"predict", "--model", model_.string(), "--input", input_.string(), "--output",
                   output_.string(), "--device", "cpu", "--progress", "json"});
  ASSERT_EQ(run.status, 0) << run.err;
  std::vector<std::string> paths;
  for (const auto& event : run.events()) {
    EXPECT_EQ(event.at("event"), "file");
    EXPECT_TRUE(event.at("ms").is_number());
    paths.push_back(event.at("path"));
  }
  EXPECT_THAT(paths, ElementsAre((input_ / "a.tif").string(), (input_ / "b.tif").string()));
}

TEST_F(PredictCommand, ShardsTogetherAreTheWhole) {
  for (const char* name : {"a.tif", "b.tif", "c.tif"}) add_image(name, two_);
  ASSERT_EQ(predict(input_, folder_ / "whole").status, 0);
  ASSERT_EQ(predict(input_, folder_ / "parts", {"--shard", "1/2"}).status, 0);
  EXPECT_EQ(names_in(folder_ / "parts").size(), 2U);
  ASSERT_EQ(predict(input_, folder_ / "parts", {"--shard", "2/2"}).status, 0);
  EXPECT_EQ(names_in(folder_ / "parts"), names_in(folder_ / "whole"));
  for (const auto& name : names_in(folder_ / "whole")) {
    EXPECT_EQ(bytes_of(folder_ / "parts" / name), bytes_of(folder_ / "whole" / name));
  }
  for (const char* wrong : {"0/2", "3/2", "1/2/3"}) {
    expect_refused(predict(input_, folder_ / "parts", {"--shard", wrong}), 2, wrong);
  }
}

TEST_F(PredictCommand, ResultsThatAreThereStayUnlessTheyAreToBeOverwritten) {
  add_image("a.tif", two_);
  ASSERT_EQ(predict(input_, output_).status, 0);
  const auto labels = bytes_of(output_ / "a.tif");
  add_image("a.tif", three_);
  add_image("b.tif", one_);
  const auto kept = predict(input_, output_, {"--json"});
  ASSERT_EQ(kept.status, 0) << kept.err;
  EXPECT_EQ(kept.result().at("kept"), 1);
  EXPECT_EQ(bytes_of(output_ / "a.tif"), labels);
  expect_found(output_ / "b.tif", one_);
  ASSERT_EQ(predict(input_, output_, {"--overwrite"}).status, 0);
  expect_found(output_ / "a.tif", three_);
}

TEST_F(PredictCommand, AnImageIsNeverReplacedByItsLabels) {
  add_image("a.tif", two_);
  const auto image = bytes_of(input_ / "a.tif");
  for (const Words& more : {Words{}, Words{"--overwrite"}}) {
    expect_refused(predict(input_, input_, more), 2, "would replace the image");
    expect_refused(predict(input_ / "a.tif", input_ / ".", more), 2, "would replace the image");
    EXPECT_EQ(bytes_of(input_ / "a.tif"), image);
  }
  EXPECT_THAT(names_in(input_), ElementsAre("a.tif"));
}

TEST_F(PredictCommand, TwoImagesOfOneNameAreRefused) {
  add_image("a.tif", two_);
  const RgbPicture picture(32, 32);
  ASSERT_TRUE(write_png(input_ / "a.png", picture));
  expect_refused(predict(input_, output_), 2, "would both have their labels");
  EXPECT_FALSE(fs::exists(output_));
}

// The map stood where the labels of the other image belong, which were taken for done.
TEST_F(PredictCommand, AProbabilityMapTakesNoOtherImagesPlace) {
  add_image("a.tif", two_);
  add_image("a_probability.tif", one_);
  expect_refused(predict(input_, output_, {"--probability"}), 2, "would both be");
  EXPECT_EQ(predict(input_, output_).status, 0);
}

TEST_F(PredictCommand, WhatCannotBePredictedIsRefusedInTwoLines) {
  add_image("a.tif", two_);
  const fs::path image = input_ / "a.tif";
  fs::create_directories(folder_ / "empty");
  expect_refused(predict(folder_ / "absent.tif", output_), 1, "absent.tif");
  expect_refused(predict(folder_ / "empty", output_), 1, "no images");
  expect_refused(run_program({"predict", "--model", (folder_ / "none").string(), "--input",
                              image.string(), "--output", output_.string(), "--quiet"}),
                 1, "none");
  expect_refused(predict(image, output_, {"--prob", "1.5"}), 2, "1.5");
  expect_refused(predict(image, output_, {"--tiles", "0,2"}), 2, "--tiles");
  expect_refused(predict(image, output_, {"--device", "tpu"}), 2, "tpu");
  expect_refused(predict(image, output_, {"--precision", "int8"}), 2, "int8");

  Volume not_finite(VoxelType::kFloat32, {1, 1, 1, 32, 32});
  for (std::int64_t i = 0; i < 32 * 32; ++i) not_finite.view<float>().data()[i] = 0.1F * i;
  not_finite.view<float>()(0, 5, 6) = std::numeric_limits<float>::quiet_NaN();
  ASSERT_TRUE(write_image(folder_ / "nan.tif", not_finite));
  // ReLU made a number of it, and the image was predicted as if nothing had been.
  expect_refused(predict(folder_ / "nan.tif", output_), 1, "NaN at y 5, x 6");

  ASSERT_TRUE(write_image(folder_ / "channels.tif", Volume(VoxelType::kUInt8, {1, 2, 1, 32, 32})));
  expect_refused(predict(folder_ / "channels.tif", output_), 1, "takes 1 channel");
  expect_refused(predict(image, output_, {"--channel", "3"}), 2, "channel 3");
  EXPECT_EQ(names_in(output_), Words{});
}

}  // namespace
}  // namespace karyo
