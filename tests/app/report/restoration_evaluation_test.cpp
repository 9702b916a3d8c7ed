#include "app/report/restoration_evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

class RestorationEvaluationTest : public ::testing::Test {
 protected:
  /// Waves, with noise.
  static Volume picture(double noise, std::int64_t depth, std::uint64_t seed) {
    Random random(seed);
    Volume image(VoxelType::kUInt16, {1, 1, depth, 40, 50});
    auto view = image.view<std::uint16_t>();
    for (std::int64_t z = 0; z < depth; ++z) {
      for (std::int64_t y = 0; y < 40; ++y) {
        for (std::int64_t x = 0; x < 50; ++x) {
          const double wave =
              1000 + 400 * std::sin(0.3 * double(y)) * std::cos(0.2 * double(x + z));
          view(z, y, x) = static_cast<std::uint16_t>(wave + noise * random.normal());
        }
      }
    }
    return image;
  }
  void make(const std::string& name, std::int64_t depth) {
    ASSERT_TRUE(write_image(folder_ / "set" / "high" / (name + ".tif"), picture(0, depth, 1)));
    ASSERT_TRUE(write_image(folder_ / "set" / "low" / (name + ".tif"), picture(200, depth, 2)));
    ASSERT_TRUE(write_image(folder_ / "pred" / (name + ".tif"), picture(20, depth, 3)));
  }
  Result<RestorationEvaluation> evaluate(bool maps = true) {
    PairOptions pairing{folder_ / "set", folder_ / "pred", {}, false, "high", "low"};
    KARYO_TRY(const EvaluationPairs files, pair_files(pairing));
    return evaluate_restoration(files, folder_ / "out", maps, nullptr);
  }
  static std::int64_t lines(const fs::path& file) {
    const auto text = read_file(file);
    return text ? std::count(text->begin(), text->end(), '\n') : -1;
  }

  test::TempDir folder_;
};

TEST_F(RestorationEvaluationTest, TheLessNoisyImageScoresBetterAndMapsAreWritten) {
  make("a", 1);
  make("b", 1);
  const auto evaluation = evaluate();
  ASSERT_TRUE(evaluation) << evaluation.error().what;
  ASSERT_EQ(evaluation->images.size(), 2u);
  EXPECT_GT(evaluation->mean.prediction.ssim, evaluation->mean.source.ssim + 0.1);
  EXPECT_GT(evaluation->mean.prediction.psnr, evaluation->mean.source.psnr + 5);
  EXPECT_LT(evaluation->mean.prediction.nrmse, evaluation->mean.source.nrmse);
  nlohmann::json metrics;
  std::ifstream(folder_ / "out" / "metrics.json") >> metrics;
  EXPECT_EQ(metrics["ssim"]["prediction"], evaluation->mean.prediction.ssim);
  EXPECT_EQ(metrics["images"].size(), 2u);
  EXPECT_EQ(lines(folder_ / "out" / "metrics.csv"), 1 + 2 + 1);
  EXPECT_EQ(lines(folder_ / "out" / "QC_metrics.csv"), 1 + 2);
  const auto map = read_image(folder_ / "out" / "SSIM_GTvsPrediction_a.tif");
  ASSERT_TRUE(map);
  EXPECT_EQ(map->type(), VoxelType::kFloat32);
  EXPECT_EQ(map->shape(), (VolumeShape{1, 1, 1, 40, 50}));
  EXPECT_TRUE(fs::exists(folder_ / "out" / "RSE_GTvsSource_b.tif"));
}

TEST_F(RestorationEvaluationTest, StacksHaveARowASlice) {
  make("stack", 3);
  const auto evaluation = evaluate(false);
  ASSERT_TRUE(evaluation) << evaluation.error().what;
  EXPECT_EQ(evaluation->images[0].planes.size(), 3u);
  EXPECT_EQ(lines(folder_ / "out" / "metrics.csv"), 1 + 3 + 1 + 1);
  const auto table = read_file(folder_ / "out" / "QC_metrics.csv");
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->starts_with("File name,Slice #,Prediction v. GT mSSIM"));
  EXPECT_FALSE(fs::exists(folder_ / "out" / "SSIM_GTvsPrediction_stack.tif"));
}

TEST_F(RestorationEvaluationTest, UnlikeSizesAndMissingSourcesAreSaid) {
  make("a", 1);
  ASSERT_TRUE(write_image(folder_ / "pred" / "a.tif", picture(20, 2, 3)));
  auto refused = evaluate();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().what.starts_with("a: ")) << refused.error().what;
  EXPECT_NE(refused.error().what.find("prediction"), std::string::npos);
  make("a", 1);
  fs::remove(folder_ / "set" / "low" / "a.tif");
  refused = evaluate();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace karyo
