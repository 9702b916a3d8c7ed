#include "core/metrics/restoration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/random.h"
#include "tests/support/npy.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

TEST(Restoration, EqualsTheNotebooksAndScikitImage) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden" / "functions";
  const auto arrays = test::read_npz(folder / "qc_metrics.npz");
  std::ifstream file(folder / "qc_metrics.json");
  const auto scores = nlohmann::json::parse(file);
  const auto& truth = arrays.at("gt");
  const std::int64_t height = truth.shape[0], width = truth.shape[1];
  for (const std::string name : {"source", "prediction"}) {
    const auto planes = comparable(truth.as<float>(), arrays.at(name).as<float>(),
                                   arrays.at(name).dtype == "<u2", height, width);
    ASSERT_TRUE(planes) << planes.error().what;
    const auto maps = compare_planes(*planes);
    ASSERT_TRUE(maps) << maps.error().what;
    double worst_truth = 0, worst_image = 0, worst_ssim = 0, worst_error = 0;
    for (std::size_t i = 0; i < planes->truth.size(); ++i) {
      const auto off = [&](const std::string& array, double value) {
        return std::abs(arrays.at(array).values[i] - value);
      };
      worst_truth = std::max(worst_truth, off("gt_norm_" + name, planes->truth[i]));
      worst_image = std::max(worst_image, off("x_norm_" + name, planes->image[i]));
      worst_ssim = std::max(worst_ssim, off("ssim_" + name, maps->ssim[i]));
      worst_error = std::max(worst_error, off("rse_" + name, maps->squared_error[i]));
    }
    ComparablePlanes theirs{height, width, arrays.at("gt_norm_" + name).as<float>(),
                            arrays.at("x_norm_" + name).values};
    const auto of_theirs = compare_planes(theirs);
    ASSERT_TRUE(of_theirs);
    double worst_of_theirs = 0;
    for (std::size_t i = 0; i < theirs.truth.size(); ++i) {
      worst_of_theirs = std::max(
          worst_of_theirs, std::abs(arrays.at("ssim_" + name).values[i] - of_theirs->ssim[i]));
    }
    EXPECT_LT(worst_of_theirs, 1e-6) << "SSIM alone, of the reference's own planes";
    EXPECT_LT(worst_truth, 1e-6) << name;
    EXPECT_LT(worst_image, 1e-6) << name;
    EXPECT_LT(worst_ssim, 1e-6) << name;
    EXPECT_LT(worst_error, 1e-6) << name;
    const auto& expected = scores[name];
    EXPECT_NEAR(maps->scores.ssim, expected["mSSIM"].get<double>(), 1e-6);
    EXPECT_NEAR(maps->scores.nrmse_notebook, expected["NRMSE_zerocost"].get<double>(), 1e-6);
    EXPECT_NEAR(maps->scores.nrmse, expected["true_rmse"].get<double>(), 1e-6);
    EXPECT_NEAR(maps->scores.psnr, expected["PSNR"].get<double>(), 1e-5);
  }
}

std::vector<float> noise(Random& random, std::int64_t count) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>(100 + 20 * random.normal()));
  return values;
}

TEST(Restoration, BrightnessAndContrastDoNotCount) {
  Random random(3);
  const auto truth = noise(random, 60 * 70);
  std::vector<float> image = truth;
  for (float& value : image) value = 7 * value + 1000;
  const auto planes = comparable(truth, image, false, 60, 70);
  ASSERT_TRUE(planes);
  const auto maps = compare_planes(*planes);
  ASSERT_TRUE(maps);
  EXPECT_GT(maps->scores.ssim, 0.9999);
  EXPECT_LT(maps->scores.nrmse, 1e-3);
  EXPECT_GT(maps->scores.psnr, 60);
}

TEST(Restoration, MoreNoiseIsWorseByEachScore) {
  Random random(4);
  const auto truth = noise(random, 80 * 80);
  RestorationScores last{2, 0, 0, 1e9};
  for (const double amount : {1.0, 5.0, 20.0}) {
    std::vector<float> image = truth;
    for (float& value : image) value += static_cast<float>(amount * random.normal());
    const auto maps = compare_planes(*comparable(truth, image, false, 80, 80));
    ASSERT_TRUE(maps);
    EXPECT_LT(maps->scores.ssim, last.ssim);
    EXPECT_GT(maps->scores.nrmse, last.nrmse);
    EXPECT_GT(maps->scores.nrmse_notebook, last.nrmse_notebook);
    EXPECT_LT(maps->scores.psnr, last.psnr);
    last = maps->scores;
  }
}

TEST(Restoration, FlatSmallAndUnlikePlanesAreSaidOrBorne) {
  const std::vector<float> flat(20 * 20, 5), other(20 * 21, 5);
  const auto planes = comparable(flat, flat, true, 20, 20);
  ASSERT_TRUE(planes);
  const auto maps = compare_planes(*planes);
  ASSERT_TRUE(maps);
  EXPECT_EQ(maps->scores.nrmse, 0);
  EXPECT_NEAR(maps->scores.ssim, 1, 1e-6);
  EXPECT_FALSE(comparable(flat, other, true, 20, 20));
  std::vector<float> broken = flat;
  broken[7] = NAN;
  EXPECT_FALSE(comparable(broken, flat, true, 20, 20));
  const auto small =
      comparable(std::vector<float>{1, 2, 3, 4}, std::vector<float>{1, 2, 3, 4}, true, 2, 2);
  ASSERT_TRUE(small);
  EXPECT_FALSE(compare_planes(*small));
}

}  // namespace
}  // namespace karyo
