// The comparison itself: what it lets pass, what it says, what it leaves behind.

#include "tests/app/gui/baseline.h"

#include "tests/support/temp_dir.h"

namespace karyo::test {
namespace {

class BaselineTest : public ::testing::Test {
 protected:
  BaselineTest() : picture_(16, 12, QImage::Format_RGB888) {
    picture_.fill(QColor(40, 90, 140));
    EXPECT_TRUE(matches_baseline(picture_, "sea", {}, {folders_.baselines, folders_.output, true}));
  }
  ::testing::AssertionResult compare(const QImage& picture, Tolerance tolerance = {}) {
    return matches_baseline(picture, "sea", tolerance, folders_);
  }
  bool left(const char* name) { return std::filesystem::exists(folders_.output / name); }

  TempDir folder_;
  BaselineFolders folders_{folder_ / "baselines", folder_ / "output", false};
  QImage picture_;
};

TEST_F(BaselineTest, TheSamePictureMatchesAndLeavesNothing) {
  EXPECT_TRUE(compare(picture_));
  EXPECT_FALSE(left("sea_actual.png"));
}

TEST_F(BaselineTest, OnePixelOffByOneGreyValueIsAMismatch) {
  picture_.setPixelColor(5, 7, QColor(40, 91, 140));
  const auto outcome = compare(picture_);
  ASSERT_FALSE(outcome);
  const std::string text = outcome.message();
  EXPECT_NE(text.find("x 5, y 7"), std::string::npos) << text;
  EXPECT_NE(text.find("KARYOSCOPE_RENEW_BASELINES=1"), std::string::npos) << text;
  EXPECT_NE(text.find((folders_.output / "sea_actual.png").string()), std::string::npos) << text;
  const QImage difference(
      QString::fromStdString((folders_.output / "sea_difference.png").string()));
  EXPECT_EQ(difference.pixelColor(5, 7), QColor(0, 8, 0));
  EXPECT_EQ(difference.pixelColor(6, 7), QColor(0, 0, 0));
  EXPECT_TRUE(left("sea_actual.png"));
  picture_.setPixelColor(5, 7, QColor(40, 90, 140));
  EXPECT_TRUE(compare(picture_));
  EXPECT_FALSE(left("sea_actual.png")) << "mended";
  EXPECT_FALSE(left("sea_difference.png"));
}

TEST_F(BaselineTest, AToleranceHoldsForGreyValuesAndForAShareOfPixels) {
  picture_.setPixelColor(0, 0, QColor(42, 90, 140));
  EXPECT_TRUE(compare(picture_, {2, 0}));
  EXPECT_FALSE(compare(picture_, {1, 0}));
  EXPECT_TRUE(compare(picture_, {0, 1.0 / (16 * 12)}));
  picture_.setPixelColor(1, 0, QColor(42, 90, 140));
  EXPECT_FALSE(compare(picture_, {0, 1.0 / (16 * 12)}));
}

TEST_F(BaselineTest, AnotherSizeIsAMismatch) {
  const auto outcome = compare(picture_.copy(0, 0, 15, 12));
  ASSERT_FALSE(outcome);
  EXPECT_NE(std::string(outcome.message()).find("15 x 12"), std::string::npos);
}

TEST_F(BaselineTest, AnAbsentBaselineIsAMismatchAndIsNotMade) {
  EXPECT_FALSE(matches_baseline(picture_, "land", {}, folders_));
  EXPECT_TRUE(left("land_actual.png"));
  EXPECT_FALSE(std::filesystem::exists(folders_.baselines / "land.png"));
}

}  // namespace
}  // namespace karyo::test
