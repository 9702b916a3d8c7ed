// `karyoscope predict` with models that restore images.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/image/normalize.h"
#include "core/io/image_io.h"
#include "tests/app/worker/run_program.h"
#include "tests/models/restoration/made_restoration.h"

namespace karyo {
namespace {

using test::expect_refused;
using test::names_in;
using test::Outcome;
using testing::ElementsAre;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

class RestoreCommand : public ::testing::Test {
 protected:
  RestoreCommand() { fs::create_directories(input_); }

  Outcome predict(const Words& more = {}) const { return predict_into(output_, more); }

  Outcome predict_into(const fs::path& output, const Words& more) const {
    Words words{"predict",       "--model",  model_.string(), "--input",
                input_.string(), "--output", output.string(), "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return test::run_program(
        test::with_defaults(std::move(words), {{"--device", "cpu"}, {"--threads", "1"}}));
  }

  static Volume ramp(const VolumeShape& shape) {
    Volume image(
        VoxelType::kUInt16, shape,
        {.spacing_z = 2, .spacing_y = 0.5, .spacing_x = 0.25, .unit = "um", .frame_interval = 3});
    auto* values = reinterpret_cast<std::uint16_t*>(image.data());
    for (std::int64_t i = 0; i < shape.count(); ++i)
      values[i] = static_cast<std::uint16_t>(i % 997);
    return image;
  }

  test::TempDir folder_;
  fs::path model_ = folder_ / "model", input_ = folder_ / "in", output_ = folder_ / "out";
};

// The network gives 2 everywhere, so the image is 2 deviations above the mean.
TEST_F(RestoreCommand, KeepsAxesSpacingAndIntensities) {
  test::make_flat_restoration(model_, CsbdeepConfig::noise2void(2, {100}, {8}), 2);
  ASSERT_TRUE(write_image(input_ / "a.tif", ramp({2, 1, 3, 21, 18})));
  ASSERT_TRUE(write_image(input_ / "b.ome.tif", ramp({1, 1, 1, 16, 16})));
  const auto run = predict({"--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(names_in(output_), ElementsAre("a.tif", "b.tif"));
  const auto restored = read_image(output_ / "a.tif");
  ASSERT_TRUE(restored) << restored.error().what;
  EXPECT_EQ(restored->type(), VoxelType::kFloat32);
  EXPECT_EQ(restored->shape(), (VolumeShape{2, 1, 3, 21, 18}));
  EXPECT_EQ(restored->grid, ramp({2, 1, 3, 21, 18}).grid);
  for (std::int64_t i = 0; i < restored->shape().count(); ++i) {
    ASSERT_EQ(reinterpret_cast<const float*>(restored->data())[i], 116.0F) << i;
  }
  const auto result = run.result();
  EXPECT_EQ(result["files"].size(), 2u);
  EXPECT_FALSE(result.contains("objects"));
  EXPECT_NE(result["device"].get<std::string>().find("Noise2Void 2D, CPU"), std::string::npos);
  EXPECT_EQ(predict({"--json"}).result()["kept"], 2) << "done already";
}

// A residual network that adds nothing gives the image back.
TEST_F(RestoreCommand, AProbabilisticModelAlsoWritesItsScale) {
  auto config = CsbdeepConfig::care(3);
  config.probabilistic = true;
  config.train_loss = "laplace";
  test::make_flat_restoration(model_, config, 0);
  const auto image = ramp({1, 2, 5, 19, 23});
  ASSERT_TRUE(write_image(input_ / "a.tif", image));
  const auto run = predict({"--probability", "--channel", "2", "--tiles", "1,2,1"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(names_in(output_), ElementsAre("a.tif", "a_scale.tif"));
  const auto restored = read_image(output_ / "a.tif"), scale = read_image(output_ / "a_scale.tif");
  ASSERT_TRUE(restored && scale);
  EXPECT_EQ(restored->shape(), (VolumeShape{1, 1, 5, 19, 23}));
  const auto found = restored->view<float>();
  const auto wanted = image.view<std::uint16_t>(0, 1);
  for (std::int64_t i = 0; i < found.count(); ++i) {
    ASSERT_NEAR(found.data()[i], wanted.data()[i], 1e-3) << i;
  }
  const auto about = percentile_scale(image, 0, 1, 2, 99.8);
  const double expected = (std::log(2.0) + 1e-3) * about.span;
  EXPECT_NEAR(value_range(*scale).low / expected, 1, 1e-5);
  EXPECT_NEAR(value_range(*scale).high / expected, 1, 1e-5);
}

TEST_F(RestoreCommand, WhatCannotBeIsSaid) {
  test::make_flat_restoration(model_, CsbdeepConfig::noise2void(2, {100}, {8}), 2);
  ASSERT_TRUE(write_image(input_ / "a.tif", ramp({1, 2, 1, 16, 16})));
  expect_refused(predict(), 1, "takes 1 channel");
  expect_refused(predict({"--probability"}), 2, "not probabilistic");
  expect_refused(predict({"--rois"}), 2, "--rois");
  expect_refused(predict_into(input_, {"--overwrite"}), 2, "would replace the image");
  EXPECT_TRUE(names_in(input_) == Words{"a.tif"} && !fs::exists(output_ / "a.tif"));
}

}  // namespace
}  // namespace karyo
