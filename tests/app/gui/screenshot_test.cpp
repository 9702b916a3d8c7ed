// `karyoscope screenshot` through the library the program loads, without a display.

#include <gtest/gtest.h>

#include <QColor>
#include <QImage>
#include <algorithm>
#include <cstdlib>
#include <fstream>

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

TEST_F(Screenshot, CompareShowsAColumnForEachFile) {
  request_.view = "compare";
  const auto alone = run_gui(request_);
  ASSERT_FALSE(alone) << "there is nothing to compare with";
  LabelArray labels({10, 30, 40});
  for (auto& id : labels) id = 1;
  ASSERT_TRUE(write_labels(folder_ / "mask.tif", labels));
  request_.labels = folder_ / "mask.tif";
  const auto drawn = run_gui(request_);
  ASSERT_TRUE(drawn) << drawn.error().what;
  const QImage image = picture();
  const auto coloured = [&](int left) {
    int count = 0;
    for (int y = 60; y < 240; ++y) {
      for (int x = left; x < left + 160; ++x) {
        const QColor color = image.pixelColor(x, y);
        const auto [least, most] = std::minmax({color.red(), color.green(), color.blue()});
        count += most - least > 40 ? 1 : 0;
      }
    }
    return count;
  };
  EXPECT_LT(coloured(20), 1000) << "the image alone, but for its lines";
  EXPECT_GT(coloured(220), 5000) << "labels over it";
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

TEST_F(Screenshot, AMacroThatDrawsNeedsNoDisplay) {
  unsetenv("QT_QPA_PLATFORM");
  std::ofstream(folder_ / "ffmpeg") << "#!/bin/sh\nfor last; do :; done\n: > \"$last\"\n";
  std::filesystem::permissions(folder_ / "ffmpeg", std::filesystem::perms::owner_all);
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.path().c_str(), 1);
  request_.macro = folder_ / "macro.json";
  request_.screenshot.clear();
  std::ofstream(request_.macro) << R"({"karyoscope_macro": 1, "steps": [
      {"command": "file.open_files", "arguments": {"files": ["stack.tif"]}},
      {"command": "view.layout", "arguments": {"layout": "3d"}},
      {"command": "view.crop3d", "arguments": {"x": [0, 20]}},
      {"command": "view.front"},
      {"command": "view.crosshair"},
      {"command": "view.turntable", "arguments": {"path": "film", "frames": 2, "width": 64,
                                                   "height": 48}},
      {"command": "view.screenshot", "arguments": {"path": "out.png"}}]})";
  const auto replayed = run_gui(request_);
  setenv("PATH", path.c_str(), 1);
  ASSERT_TRUE(replayed) << replayed.error().what;
  const QImage image = picture();
  const QRect left(0, 0, image.width() / 2 - 2, image.height());
  const QRect right(image.width() / 2 + 2, 0, image.width() / 2 - 2, image.height());
  EXPECT_GT(lit(image, left), 1000);
  EXPECT_EQ(lit(image, right), 0) << "cropped away";
  EXPECT_TRUE(std::filesystem::exists(folder_ / "film/turn_0002.png"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "film/turn.mp4"));
}

}  // namespace
}  // namespace karyo
