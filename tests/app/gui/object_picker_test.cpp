// Several objects selected by hand, and the menu of what is done to them.

#include <QMenu>
#include <QTabWidget>
#include <QTableView>
#include <algorithm>
#include <cstdlib>
#include <string>

#include "app/gui/error_panel.h"
#include "app/gui/slice_view.h"
#include "app/object_checks.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

using Ids = std::vector<std::uint32_t>;

/// Objects 1 to 6: discs, three in a row, in two rows; the second row's first has a hole.
class ObjectPickerTest : public WindowTest {
 protected:
  ObjectPickerTest() {
    window_.resize(1280, 800);
    Volume image(VoxelType::kUInt8, {1, 1, 1, 120, 180});
    auto view = image.view<std::uint8_t>();
    LabelArray ids(Index3{1, 120, 180});
    for (std::int64_t y = 0; y < 120; ++y) {
      for (std::int64_t x = 0; x < 180; ++x) {
        const std::int64_t dy = y % 60 - 30, dx = x % 60 - 30, d = dy * dy + dx * dx;
        const auto id = static_cast<std::uint32_t>(1 + y / 60 * 3 + x / 60);
        const bool inside = d < 324 && !(id == 4 && d < 9);
        ids(0, y, x) = inside ? id : 0;
        view(0, y, x) = static_cast<std::uint8_t>((d < 324 ? 170 : 30) + (x * 7 + y * 3) % 9);
      }
    }
    workspace_.layers().add(
        std::make_shared<ImageLayer>("cells", std::make_shared<const Volume>(std::move(image))));
    labels_ = std::make_shared<LabelsLayer>("masks", LabelVolume::from_dense(ids.view()));
    workspace_.layers().add(labels_);
    workspace_.layers().select(labels_.get());
    workspace_.history().accept();
    window_.set_mode(MainWindow::Mode::kAnnotate);
    settle();
    workspace_.show_all();
    settle();
    start_ = all();
  }
  void settle() {
    QTest::qWait(30);
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  }
  /// The one that is clicked in.
  SliceView& view() { return view_ != nullptr ? *view_ : xy(); }
  QPoint at(double y, double x) { return view().position_of({0.5, y, x}).toPoint(); }
  /// In an object, beside its middle.
  QPoint disc(std::uint32_t id) { return at(38 + 60 * ((id - 1) / 3), 30 + 60 * ((id - 1) % 3)); }
  void click(std::uint32_t id, Qt::KeyboardModifiers keys = {}) {
    QTest::mouseClick(&view(), Qt::LeftButton, keys, disc(id));
    QTest::qWait(5);
  }
  void drag(const QPoint& from, const QPoint& to, Qt::KeyboardModifiers keys = {}) {
    QTest::mousePress(&view(), Qt::LeftButton, keys, from);
    for (const double part : {0.2, 0.6, 1.0}) {
      const QPointF place = from + part * QPointF(to - from);
      QMouseEvent move(QEvent::MouseMove, place, view().mapToGlobal(place), Qt::NoButton,
                       Qt::LeftButton, keys);
      QApplication::sendEvent(&view(), &move);
      QTest::qWait(5);
    }
    if (part_way_) picture(part_way_);
    QTest::mouseRelease(&view(), Qt::LeftButton, keys, to);
    QTest::qWait(5);
  }
  /// Opens an object's menu and takes an entry; empty: closes it.
  void choose(std::uint32_t id, const QString& entry, const QString& under = {}) {
    QTest::mouseClick(&view(), Qt::RightButton, {}, disc(id));
    auto* menu = window_.findChild<QMenu*>(QStringLiteral("object_menu"));
    ASSERT_NE(menu, nullptr);
    ASSERT_TRUE(wait_until([&] { return menu->isVisible(); }));
    if (part_way_) {
      QTest::qWait(50);
      const char* folder = std::getenv("KARYOSCOPE_PICTURES");
      if (folder) menu->grab().save(QString("%1/%2.png").arg(folder, part_way_));
    }
    QMenu* of = menu;
    for (QAction* action : menu->actions()) {
      if (!under.isEmpty() && action->text() == under) of = action->menu();
    }
    QAction* found = nullptr;
    for (QAction* action : of->actions()) {
      if (action->text() == entry) found = action;
    }
    ASSERT_NE(found, nullptr) << entry.toStdString();
    ASSERT_TRUE(found->isEnabled()) << entry.toStdString();
    found->trigger();
    menu->close();
    settle();
    ASSERT_TRUE(wait_until(
        [&] { return window_.findChild<QMenu*>(QStringLiteral("object_menu")) == nullptr; }));
  }
  Ids selected() { return workspace_.checks().selection().of(*labels_); }
  LabelArray all() { return labels_->labels().to_dense(); }
  std::int64_t count(std::uint32_t id) {
    const LabelArray now = all();
    return std::count(now.begin(), now.end(), id);
  }
  void undo() { window_.run("edit.undo", nlohmann::json::object()); }
  void picture(const char* name) {
    QTest::qWait(30);
    const char* folder = std::getenv("KARYOSCOPE_PICTURES");
    if (folder) window_.grab().save(QString("%1/%2.png").arg(folder, name));
  }
  QTableView* table() { return window_.findChild<QTableView*>(QStringLiteral("objects")); }
  Ids rows() {
    Ids ids;
    for (const QModelIndex& row : table()->selectionModel()->selectedRows()) {
      ids.push_back(row.data().toUInt());
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  void show_table() {
    window_.findChild<QTabWidget*>(QStringLiteral("annotate_tabs"))->setCurrentIndex(1);
    ASSERT_TRUE(wait_until([&] { return table()->model()->rowCount() == 6; }));
  }

  SliceView* view_ = nullptr;  // null: the plane XY
  std::shared_ptr<LabelsLayer> labels_;
  LabelArray start_;
  const char* part_way_ = nullptr;  // a picture of what is being done
};

TEST_F(ObjectPickerTest, CtrlClicksSelectSeveralAndDeleteIsOneStep) {
  show_table();
  const Index3 place = cursor();
  click(2);
  EXPECT_EQ(selected(), Ids({2}));
  click(4, Qt::ControlModifier);
  click(6, Qt::ControlModifier);
  EXPECT_EQ(selected(), Ids({2, 4, 6}));
  EXPECT_NE(cursor(), place) << "the first click alone moved the crosshair";
  EXPECT_EQ(rows(), Ids({2, 4, 6})) << "the table shows them";
  picture("several_selected");
  click(6, Qt::ControlModifier);
  EXPECT_EQ(selected(), Ids({2, 4}));
  xy().setFocus();
  key(Qt::Key_Delete);
  EXPECT_EQ(count(2) + count(4), 0);
  EXPECT_GT(count(6), 0);
  undo();
  EXPECT_TRUE(all() == start_) << "one step";
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ObjectPickerTest, ADragWithThePickToolSelectsWhatItTouches) {
  key(Qt::Key_L);
  part_way_ = "rubber_band";
  drag(at(5, 20), at(35, 100));
  part_way_ = nullptr;
  EXPECT_EQ(selected(), Ids({1, 2}));
  drag(at(80, 140), at(100, 170), Qt::ShiftModifier);
  EXPECT_EQ(selected(), Ids({1, 2, 6}));
  click(5, Qt::ShiftModifier);
  EXPECT_EQ(selected(), Ids({1, 2, 6, 5}));
  click(5);
  EXPECT_EQ(selected(), Ids({5})) << "a plain click selects one";
  drag(at(2, 2), at(6, 6));
  EXPECT_EQ(selected(), Ids()) << "beside all";
  EXPECT_TRUE(all() == start_);
}

TEST_F(ObjectPickerTest, AltDragsSelectWithoutATool) {
  const auto seen = at(0, 0);
  drag(at(65, 20), at(95, 170), Qt::AltModifier);
  EXPECT_EQ(selected(), Ids({4, 5, 6}));
  EXPECT_EQ(at(0, 0), seen) << "the picture stays";
  drag(at(30, 30), at(60, 60));
  EXPECT_NE(at(0, 0), seen) << "a plain drag moves it";
  EXPECT_EQ(selected(), Ids({4, 5, 6}));
}

TEST_F(ObjectPickerTest, APlainClickIsTheTopmostLayersAsItWas) {
  auto above = std::make_shared<LabelsLayer>("above", LabelVolume::from_dense(start_.view()));
  workspace_.layers().add(above);
  workspace_.layers().select(labels_.get());
  labels_->set_selected(6);
  click(2);
  EXPECT_EQ(above->selected(), 2u);
  EXPECT_EQ(labels_->selected(), 6u);
  click(3, Qt::ControlModifier);
  EXPECT_EQ(selected(), Ids({6, 3})) << "several are of the layer that is worked on";
  EXPECT_EQ(above->selected(), 2u);
}

TEST_F(ObjectPickerTest, TheMenuIsAboutAllThatAreSelected) {
  click(1);
  click(2, Qt::ControlModifier);
  part_way_ = "object_menu";
  choose(2, "mitotic", "Class");
  part_way_ = nullptr;
  for (const std::uint32_t id : {1u, 2u, 3u}) {
    EXPECT_EQ(labels_->notes()->of(id).object_class, id == 3 ? -1 : 1) << id;
  }
  choose(3, "Merge with the selected");
  EXPECT_EQ(count(2) + count(3), 0);
  EXPECT_GT(count(1), 2900);
  undo();
  EXPECT_TRUE(all() == start_);
  choose(4, "Fill holes");
  EXPECT_EQ(count(4), count(5)) << "of the object that was clicked on alone";
  choose(5, "Lock");
  EXPECT_TRUE(labels_->notes()->of(5).locked);
  choose(5, "Unlock");
  EXPECT_FALSE(labels_->notes()->of(5).locked);
  choose(6, "Ignore");
  EXPECT_EQ(count(6), 0);
  choose(5, "Delete");
  EXPECT_EQ(count(5), 0);
  EXPECT_GT(count(1), 0);
  choose(4, "Show in the table");
  EXPECT_EQ(selected(), Ids({4}));
  ASSERT_TRUE(wait_until([&] { return table()->isVisible() && rows() == Ids({4}); }));
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(ObjectPickerTest, RowsOfTheTableAreSelectedInTheViews) {
  show_table();
  const auto press = [&](int row, Qt::KeyboardModifiers keys) {
    QTest::mouseClick(table()->viewport(), Qt::LeftButton, keys,
                      table()->visualRect(table()->model()->index(row, 0)).center());
    QTest::qWait(20);
  };
  press(1, {});
  EXPECT_EQ(selected(), Ids({2}));
  press(3, Qt::ControlModifier);
  Ids both = selected();
  std::sort(both.begin(), both.end());
  EXPECT_EQ(both, Ids({2, 4}));
  press(3, {});
  EXPECT_EQ(selected(), Ids({4})) << "one of them, alone";
  EXPECT_EQ(rows(), Ids({4}));
}

TEST_F(ObjectPickerTest, ColumnsAndCellsSelectAndHaveTheMenuToo) {
  window_.views().show_columns(2);
  settle();
  ASSERT_EQ(window_.views().cells().cells().size(), 2u);
  view_ = window_.views().cells().cells()[1];
  click(2, Qt::ControlModifier);
  click(4, Qt::ControlModifier);
  EXPECT_EQ(selected(), Ids({2, 4}));
  drag(at(65, 80), at(95, 170), Qt::AltModifier);
  EXPECT_EQ(selected(), Ids({5, 6}));
  picture("columns_selected");
  part_way_ = "columns_menu";
  choose(6, "Delete");
  part_way_ = nullptr;
  EXPECT_EQ(count(5) + count(6), 0);
  undo();
  EXPECT_TRUE(all() == start_);
  // Made again, the cells are others, and those that are gone are not asked any more.
  window_.views().show_columns(3);
  settle();
  view_ = window_.views().cells().cells()[2];
  click(1, Qt::ControlModifier);
  EXPECT_TRUE(workspace_.checks().selection().holds(*labels_, 1));
  window_.views().show_columns(3);
  settle();
  view_ = nullptr;
  click(3);
  click(1, Qt::ControlModifier);
  EXPECT_EQ(selected(), Ids({3, 1}));
}

TEST_F(ObjectPickerTest, ACellIsAboutTheLabelsThatItShows) {
  auto above = std::make_shared<LabelsLayer>("above", LabelVolume::from_dense(start_.view()));
  workspace_.layers().add(above);
  workspace_.layers().select(labels_.get());
  window_.views().show_layer_grid();  // image, masks, above
  settle();
  const auto& cells = window_.views().cells().cells();
  ASSERT_EQ(cells.size(), 3u);
  view_ = cells[2];
  QTest::mouseClick(view_, Qt::LeftButton, Qt::ControlModifier, disc(5));
  EXPECT_EQ(above->selected(), 5u);
  EXPECT_EQ(labels_->selected(), 0u);
  view_ = cells[0];
  QTest::mouseClick(view_, Qt::RightButton, {}, disc(5));
  QTest::qWait(20);
  EXPECT_EQ(window_.findChild<QMenu*>(QStringLiteral("object_menu")), nullptr)
      << "no objects are seen there";
  // Labels that are locked are looked at: what would change them is not offered.
  above->set_locked(true);
  view_ = cells[2];
  QTest::mouseClick(view_, Qt::RightButton, {}, disc(5));
  auto* menu = window_.findChild<QMenu*>(QStringLiteral("object_menu"));
  ASSERT_NE(menu, nullptr);
  int offered = 0;
  for (const QAction* action : menu->actions()) {
    offered += action->isEnabled() && !action->isSeparator() && action->menu() == nullptr ? 1 : 0;
  }
  EXPECT_EQ(offered, 1) << "showing it in the table";
  menu->close();
}

}  // namespace
}  // namespace karyo::gui
