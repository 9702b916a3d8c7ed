// Tracks in the window, with mouse and keys: tracked, looked at, corrected, reviewed, saved.

#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <cstdlib>

#include "app/gui/error_panel.h"
#include "app/gui/lineage_view.h"
#include "app/gui/slice_view.h"
#include "app/gui/stat_plot.h"
#include "app/gui/track_panel.h"
#include "app/track_desk.h"
#include "core/base/atomic_file.h"
#include "tests/app/gui/window_fixture.h"
#include "tests/support/moving_cells.h"

namespace karyo::gui {
namespace {

class TrackWindowTest : public WindowTest {
 protected:
  TrackWindowTest() {
    window_.resize(1280, 900);
    const test::MovingCells movie = test::moving_cells();
    EXPECT_TRUE(write_image(folder_ / "cells.tif", movie.image));
    EXPECT_TRUE(write_image(folder_ / "cells_mask.tif", movie.labels));
    open({folder_ / "cells.tif", folder_ / "cells_mask.tif"});
  }
  void track() {
    ASSERT_TRUE(window_.run("tracks.ask_track", nlohmann::json::object()));
    press("track");
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy() && desk().summary() != nullptr; }));
    QTest::qWait(50);
  }
  TrackDesk& desk() { return window_.track_desk(); }
  QString text(const char* name) { return part<QLabel>(name)->text(); }
  LineageView& lineage() { return *part<LineageView>("lineage"); }
  const TrackList& list() { return *desk().layer()->look().data; }
  void click_cell(double y, double x, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    const WorldPoint at = world_place({0.5, y + 0.5, x + 0.5}, workspace_.layers().grid());
    QTest::mouseClick(&xy(), Qt::LeftButton, modifiers, xy().position_of(at).toPoint());
    QTest::qWait(20);
  }
  std::int64_t track_at(std::int64_t t, double y, double x) {
    std::int64_t id = 0;
    for (const TrackPoint& point : list().points) {
      if (point.t == t && point.at.y == y + 0.5 && point.at.x == x + 0.5) id = point.id;
    }
    return id;
  }
  /// Where the cell of row and column is that time.
  static double y_of(int row, int t) { return 18 + 20.0 * row + 2 * t; }
  static double x_of(int column, int t) { return 18 + 20.0 * column + 3 * t; }
  void click_lineage(const TrackPlace& place) {
    QTest::mouseClick(&lineage(), Qt::LeftButton, {}, lineage().position_of(place).toPoint());
    QTest::qWait(20);
  }
  void show_tab(const char* name) {
    window_.track_panel().show_tab(name);
    QTest::qWait(20);
  }
};

TEST_F(TrackWindowTest, TheFormSaysWhatItWillDoAndTheTreeShowsWhatCame) {
  ASSERT_TRUE(window_.run("tracks.ask_track", nlohmann::json::object()));
  EXPECT_TRUE(text("track_outcome").contains(QLatin1String("over 6 frames")));
  EXPECT_TRUE(part<QCheckBox>("track_brightness")->text().contains(QLatin1String("cells.tif")));
  show_people(*part<QDialog>("track_dialog"), "track_dialog");
  press("track");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy() && desk().summary() != nullptr; }));
  QTest::qWait(50);
  EXPECT_TRUE(part<QWidget>("track_panel")->isVisible());
  EXPECT_EQ(text("track_counts"), QStringLiteral("Tracks: 18 · divisions: 1 · frames: 6"));
  EXPECT_EQ(text("track_doubt_words"), QLatin1String("No link is left that looks wrong."));
  show_people(window_, "track_lineage");
  key(Qt::Key_T, Qt::ControlModifier);
  EXPECT_FALSE(part<QWidget>("track_panel")->isVisible());
  EXPECT_FALSE(window_.tracking());
  key(Qt::Key_T, Qt::ControlModifier);
  EXPECT_TRUE(part<QWidget>("track_panel")->isVisible());
  EXPECT_EQ(window_.errors().waiting(), 0);
}

TEST_F(TrackWindowTest, TreeAndPictureShowTheSameCell) {
  track();
  const std::int64_t loner = track_at(4, y_of(0, 4), x_of(3, 4));
  click_lineage({loner, 4});
  ASSERT_TRUE(desk().selected());
  EXPECT_EQ(*desk().selected(), (TrackPlace{loner, 4}));
  EXPECT_EQ(workspace_.view().time(), 4) << "the picture goes there in time";
  EXPECT_EQ(cursor().y, 26) << "and in place";
  EXPECT_EQ(cursor().x, 90);
  const std::int64_t other = track_at(4, y_of(3, 4), x_of(0, 4));
  click_cell(y_of(3, 4), x_of(0, 4));
  EXPECT_EQ(desk().selected()->track, other) << "a click in the picture chooses the branch";
  EXPECT_TRUE(text("track_selection").startsWith(QStringLiteral("Track %1, frame 5").arg(other)));
  lineage().setFocus();
  QTest::keyClick(&lineage(), Qt::Key_Left);
  EXPECT_EQ(*desk().selected(), (TrackPlace{other, 3}));
  EXPECT_EQ(workspace_.view().time(), 3);
  QTest::keyClick(&lineage(), Qt::Key_Up);
  EXPECT_NE(desk().selected()->track, other);
  // The family of a daughter: her, her sister, their mother.
  const std::int64_t daughter = track_at(4, y_of(2, 4), x_of(1, 4) - 4);
  click_lineage({daughter, 4});
  part<QCheckBox>("track_family")->click();
  QTest::qWait(20);
  EXPECT_EQ(lineage().accessibleDescription(), QLatin1String("3 tracks"));
  show_people(window_, "track_family");
}

TEST_F(TrackWindowTest, ShiftLinksControlDividesAndUndoTakesBack) {
  track();
  const TrackList before = list();
  workspace_.view().set_time(1);
  click_cell(y_of(1, 1), x_of(1, 1));
  const std::int64_t first = desk().selected()->track;
  workspace_.view().set_time(2);
  QTest::qWait(20);
  show_people(window_, "track_before_link");
  click_cell(y_of(1, 2), x_of(2, 2), Qt::ShiftModifier);
  EXPECT_EQ(track_at(2, y_of(1, 2), x_of(2, 2)), first);
  EXPECT_EQ(*desk().selected(), (TrackPlace{first, 2})) << "ready for the next link";
  EXPECT_GT(desk().doubts().size(), 0U);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(list(), before);
  workspace_.view().set_time(1);
  click_cell(y_of(1, 1), x_of(1, 1));
  workspace_.view().set_time(2);
  click_cell(y_of(1, 2), x_of(2, 2), Qt::ControlModifier);
  EXPECT_EQ(desk().summary()->divisions, 2);
  EXPECT_EQ(list().parents.at(track_at(2, y_of(1, 2), x_of(2, 2))), first);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(list(), before);
  EXPECT_EQ(window_.errors().waiting(), 0);
}

TEST_F(TrackWindowTest, ButtonsAndKeysCorrectTheSelectedCell) {
  track();
  const TrackList before = list();
  EXPECT_FALSE(part<QAbstractButton>("tracks.unlink")->isEnabled()) << "nothing is selected";
  click_lineage({track_at(3, y_of(0, 3), x_of(0, 3)), 3});
  press("tracks.unlink");
  EXPECT_EQ(desk().summary()->measures.size(), 19U);
  EXPECT_EQ(desk().selected()->frame, 3) << "the same cell, of a new track";
  const std::int64_t piece = desk().selected()->track;
  click_lineage({track_at(2, y_of(0, 2), x_of(0, 2)), 2});
  press("tracks.mark");
  EXPECT_TRUE(text("track_selection").contains(QLatin1String("frame 3")));
  click_lineage({piece, 3});
  press("tracks.link");
  EXPECT_EQ(list(), before);
  auto* number = part<QSpinBox>("track_number");
  number->setFocus();
  number->selectAll();
  QTest::keyClicks(number, QStringLiteral("77"));
  QTest::keyClick(number, Qt::Key_Return);
  EXPECT_EQ(track_at(3, y_of(0, 3), x_of(0, 3)), 77);
  xy().setFocus();
  key(Qt::Key_Delete);
  EXPECT_EQ(track_at(3, y_of(0, 3), x_of(0, 3)), 0) << "Delete takes the place out";
  key(Qt::Key_Z, Qt::ControlModifier);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(track_at(3, y_of(0, 3), x_of(0, 3)), before.points[0].id);
  EXPECT_EQ(window_.errors().waiting(), 0);
}

TEST_F(TrackWindowTest, DoubtfulLinksAreGoneThroughByKeys) {
  track();
  const std::int64_t a = track_at(2, y_of(1, 2), x_of(1, 2));
  const std::int64_t b = track_at(3, y_of(1, 3), x_of(2, 3));
  ASSERT_TRUE(window_.run("tracks.link", {{"from", {a, 2}}, {"to", {b, 3}}}));
  show_tab("doubts");
  const auto count = desk().doubts().size();
  auto* rows = part<QTableView>("track_doubts");
  ASSERT_EQ(rows->model()->rowCount(), static_cast<int>(count));
  EXPECT_TRUE(rows->model()->index(0, 0).data().toString().startsWith(
      QLatin1String("another cell is nearly as near")));
  activate();
  xy().setFocus();
  key(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
  ASSERT_TRUE(desk().selected());
  EXPECT_EQ(*desk().selected(), (TrackPlace{a, 3}));
  EXPECT_EQ(workspace_.view().time(), 3);
  EXPECT_EQ(rows->currentIndex().row(), 0);
  show_people(window_, "track_doubts");
  key(Qt::Key_Return, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_EQ(desk().doubts().size(), count - 1);
  EXPECT_EQ(rows->model()->rowCount(), static_cast<int>(count) - 1);
  EXPECT_EQ(window_.errors().waiting(), 0);
}

TEST_F(TrackWindowTest, TheTableIsSortedAndPlotsChooseTracks) {
  track();
  show_tab("table");
  auto* table = part<QTableView>("track_table");
  ASSERT_EQ(table->model()->rowCount(), 18);
  auto* header = table->horizontalHeader();
  const auto click_header = [&](int section) {
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                      QPoint(header->sectionViewportPosition(section) + 8, 8));
    QTest::qWait(20);
  };
  click_header(5);
  EXPECT_EQ(table->model()->index(0, 5).data().toString(), QStringLiteral("9.014 µm"));
  EXPECT_EQ(table->model()->index(0, 7).data().toString(), QStringLiteral("0.1803 µm/min"));
  show_people(window_, "track_table");
  QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                    table->visualRect(table->model()->index(2, 1)).center());
  QTest::qWait(20);
  EXPECT_TRUE(desk().selected());
  show_tab("plots");
  auto* kind = part<QComboBox>("track_plot_kind");
  kind->setCurrentIndex(3);
  auto* plot = part<StatPlot>("track_plot");
  QTest::qWait(20);
  // The mother and her daughters have short ways: the left half of the histogram.
  QTest::mousePress(plot, Qt::LeftButton, {}, QPoint(20, 60));
  QTest::mouseMove(plot, QPoint(plot->width() / 2, 80));
  QTest::mouseRelease(plot, Qt::LeftButton, {}, QPoint(plot->width() / 2, 80));
  EXPECT_EQ(table->model()->rowCount(), 3);
  EXPECT_EQ(text("track_chosen"), QLatin1String("3 of 18 tracks are chosen in the plot."));
  show_people(window_, "track_plot");
  for (const char* name : {"plot.png", "plot.svg", "plot.pdf"}) {
    ASSERT_TRUE(window_.run("tracks.save_plot", {{"path", (folder_ / name).string()}})) << name;
    EXPECT_GT(std::filesystem::file_size(folder_ / name), 1000U);
  }
  EXPECT_NE(read_file(folder_ / "plot.svg")->find("<text"), std::string::npos);
  QTest::mouseClick(plot, Qt::LeftButton, {}, QPoint(plot->width() - 3, 3));
  EXPECT_EQ(table->model()->rowCount(), 18);
  kind->setCurrentIndex(6);
  QTest::qWait(20);
  show_people(window_, "track_msd");
  EXPECT_EQ(window_.errors().waiting(), 0);
}

TEST_F(TrackWindowTest, WithoutTracksThePanelSaysHowToGetThem) {
  key(Qt::Key_T, Qt::ControlModifier);
  EXPECT_TRUE(part<QWidget>("track_panel")->isVisible());
  EXPECT_EQ(text("track_title"), QLatin1String("No tracks yet"));
  EXPECT_FALSE(part<QAbstractButton>("tracks.mark")->isEnabled());
  show_people(window_, "track_nothing");
}

}  // namespace
}  // namespace karyo::gui
