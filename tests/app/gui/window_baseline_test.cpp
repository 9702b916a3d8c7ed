// Arrangements of views, to the grey value, and whole windows in each theme, by coarse blocks.

#include <QPainter>
#include <algorithm>
#include <array>
#include <vector>

#include "app/gui/theme.h"
#include "tests/app/gui/baseline.h"
#include "tests/app/gui/baseline_scene.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

using test::matches_baseline;

class WindowBaseline : public WindowTest {
 protected:
  WindowBaseline() {
    workspace_.layers().add(test::scene_image(test::scene_volume(1)));
    workspace_.layers().add(test::scene_labels());
    workspace_.first_layer_opened.emit();
    workspace_.view().set_cursor_voxel({5, 14, 16}, workspace_.layers().grid());
    QTest::qWait(50);
  }
  ~WindowBaseline() override { apply_theme(*qApp); }

  void run(const std::string& id) {
    const auto outcome = window_.commands().run(id);
    ASSERT_TRUE(outcome) << id << ": " << outcome.error().what;
    QTest::qWait(50);
  }
};

/// The views alone, without the window: 322 x 242 pixels with planes of 160 x 120 when all four are
/// shown. Planes are drawn as figures are, without lines and texts; the rest is grey: gaps, sliders
/// and 3D, whose pixels are up to OpenGL's implementation.
class ArrangementBaseline : public WindowBaseline {
 protected:
  ArrangementBaseline() {
    views_.setFixedSize(322, 242);
    views_.show();
    EXPECT_TRUE(QTest::qWaitForWindowExposed(&views_));
    views_.reset();
  }
  QImage picture(int expected_planes) {
    QTest::qWait(50);
    views_.reset();
    QImage picture(views_.size(), QImage::Format_RGB888);
    picture.fill(QColor(128, 128, 128));
    QPainter painter(&picture);
    int planes = 0;
    std::vector<SliceView*> all = views_.cells().cells();
    for (const Plane plane : kPlanes) all.push_back(&views_.slice(plane));
    for (SliceView* view : all) {
      if (!view->isVisible()) continue;
      painter.drawImage(view->mapTo(&views_, QPoint(0, 0)), view->scene(1).draw());
      ++planes;
    }
    EXPECT_EQ(planes, expected_planes);
    return picture;
  }

  ViewGrid views_{workspace_};
};

TEST_F(ArrangementBaseline, Quad) {
  EXPECT_TRUE(matches_baseline(picture(3), "arrangement_quad"));
}

TEST_F(ArrangementBaseline, OnePlane) {
  workspace_.view().set_layout(ViewLayoutKind::kPlane, Plane::kXZ);
  EXPECT_TRUE(matches_baseline(picture(1), "arrangement_plane"));
}

TEST_F(ArrangementBaseline, Columns) {
  workspace_.layers().insert(1, test::scene_image(test::scene_volume(1, 1)));
  views_.show_columns(2);
  EXPECT_TRUE(matches_baseline(picture(2), "arrangement_columns"));
}

TEST_F(ArrangementBaseline, Grid) {
  workspace_.layers().insert(1, test::scene_image(test::scene_volume(1, 1)));
  views_.show_layer_grid();
  EXPECT_TRUE(matches_baseline(picture(3), "arrangement_grid"));
}

constexpr int kBlock = 20;  // pixels a side

/// The median red, green and blue of each block: strokes of letters fill less than half of a block,
/// so that it is the colour behind them that counts, whatever the font.
QImage blocks_of(const QImage& window) {
  const QImage from = window.convertToFormat(QImage::Format_RGB888);
  QImage blocks(from.width() / kBlock, from.height() / kBlock, QImage::Format_RGB888);
  for (int row = 0; row < blocks.height(); ++row) {
    for (int column = 0; column < blocks.width(); ++column) {
      std::array<std::vector<uchar>, 3> values;
      for (int y = row * kBlock; y < (row + 1) * kBlock; ++y) {
        const uchar* line = from.constScanLine(y) + 3 * column * kBlock;
        for (int i = 0; i < 3 * kBlock; ++i)
          values[static_cast<std::size_t>(i % 3)].push_back(line[i]);
      }
      for (std::size_t part = 0; part < 3; ++part) {
        const auto middle = values[part].begin() + kBlock * kBlock / 2;
        std::nth_element(values[part].begin(), middle, values[part].end());
        blocks.scanLine(row)[3 * column + static_cast<int>(part)] = *middle;
      }
    }
  }
  return blocks;
}

class ThemeBaseline : public WindowBaseline, public ::testing::WithParamInterface<const char*> {
 protected:
  /// Another font moves the edges of what lies beside texts (80 blocks in a trial); another colour
  /// of a panel changes hundreds of the 1750 blocks.
  static constexpr test::Tolerance kOtherFont{2, 0.08};

  /// 3D is left grey: its pixels are up to OpenGL's implementation.
  QImage blocks() {
    EXPECT_TRUE(wait_until([&] { return window_.settled(); }));
    QTest::qWait(100);
    QImage window = window_.grab().toImage().scaled(window_.size());
    window.setDevicePixelRatio(1);
    QWidget& volume = window_.views().volume();
    QPainter painter(&window);
    painter.fillRect(QRect(volume.mapTo(&window_, QPoint(0, 0)), volume.size()),
                     QColor(128, 128, 128));
    painter.end();
    return blocks_of(window);
  }
};

TEST_P(ThemeBaseline, WholeWindow) {
  run(std::string("view.theme_") + GetParam());
  EXPECT_TRUE(matches_baseline(blocks(), std::string("theme_") + GetParam(), kOtherFont));
}

INSTANTIATE_TEST_SUITE_P(All, ThemeBaseline, ::testing::Values("dark", "light", "high_contrast"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace karyo::gui
