// `karyoscope screenshot` through the library the program loads, without a display.

#include <gtest/gtest.h>

#include <QImage>
#include <cstdlib>

#include "app/gui_library.h"
#include "core/io/image_io.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class Screenshot : public ::testing::Test {
 protected:
  Screenshot() {
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    Volume image(VoxelType::kUInt8, {1, 1, 10, 30, 40});
    for (int z = 2; z < 8; ++z) {
      for (int y = 5; y < 25; ++y) {
        for (int x = 5; x < 35; ++x) image.view<std::uint8_t>()(z, y, x) = 250;
      }
    }
    EXPECT_TRUE(write_image(folder_ / "stack.tif", image));
    request_.files = {folder_ / "stack.tif"};
    request_.screenshot = folder_ / "out.png";
    request_.width = 400;
    request_.height = 300;
  }
  QImage picture() { return QImage(QString::fromStdString((folder_ / "out.png").string())); }
  static int lit(const QImage& picture, QRect part) {
    int count = 0;
    for (int y = part.top(); y <= part.bottom(); ++y) {
      for (int x = part.left(); x <= part.right(); ++x) {
        count += qGray(picture.pixel(x, y)) > 120 ? 1 : 0;
      }
    }
    return count;
  }

  test::TempDir folder_;
  GuiRequest request_;
};

TEST_F(Screenshot, ShowsAllFourViewsWithoutADisplay) {
  const auto drawn = run_gui(request_);
  ASSERT_TRUE(drawn) << drawn.error().what;
  const QImage image = picture();
  ASSERT_EQ(image.size(), QSize(400, 300));
  for (const QRect part : {QRect(0, 0, 200, 150), QRect(200, 0, 200, 150), QRect(0, 150, 200, 150),
                           QRect(200, 150, 200, 150)}) {
    EXPECT_GT(lit(image, part), 1000) << part.x() << ", " << part.y();
  }
}

TEST_F(Screenshot, AMissingFileIsAnErrorAndLeavesNothing) {
  request_.files = {folder_ / "absent.tif"};
  const auto drawn = run_gui(request_);
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.png"));
}

TEST_F(Screenshot, AWindowWithoutADisplayIsAnErrorWithARemedy) {
  unsetenv("QT_QPA_PLATFORM");
  request_.screenshot.clear();
  const auto opened = run_gui(request_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(opened.error().fix.find("screenshot"), std::string::npos);
}

}  // namespace
}  // namespace karyo
