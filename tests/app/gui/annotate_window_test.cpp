// Annotating a folder with mouse and keys: strip, steps, tools, objects, review, regions, history.

#include <QCheckBox>
#include <QComboBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QTreeWidget>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "app/dataset_session.h"
#include "app/gui/draw_tool.h"
#include "app/gui/error_panel.h"
#include "app/gui/slice_view.h"
#include "app/gui/watchdog.h"
#include "app/mask_preview.h"
#include "app/object_checks.h"
#include "app/roi_list.h"
#include "tests/app/gui/window_fixture.h"
#include "tests/support/stalled_disk.h"

namespace karyo::gui {
namespace {

/// Three flat images with two discs each, the second pair touching.
class AnnotateWindowTest : public WindowTest {
 protected:
  AnnotateWindowTest() {
    window_.resize(1280, 800);
    for (const char* name : {"first", "second", "third"}) {
      Volume image(VoxelType::kUInt8, {1, 1, 1, 120, 160});
      auto view = image.view<std::uint8_t>();
      for (std::int64_t y = 0; y < 120; ++y) {
        for (std::int64_t x = 0; x < 160; ++x) {
          const auto disc = [&](std::int64_t cy, std::int64_t cx) {
            return (y - cy) * (y - cy) + (x - cx) * (x - cx) < 196;
          };
          const bool inside = disc(30, 30) || disc(80, 80) || disc(80, 104);
          view(0, y, x) = static_cast<std::uint8_t>((inside ? 180 : 30) + (x * 7 + y * 3) % 9);
        }
      }
      EXPECT_TRUE(write_image(folder_ / "images" / (std::string(name) + ".tif"), image));
    }
  }
  void open_folder() {
    window_.open_dataset(folder_.path().string());
    ASSERT_TRUE(wait_until([&] { return dataset().labels() != nullptr && !workspace_.busy(); }));
    QTest::qWait(30);
  }
  DatasetSession& dataset() { return workspace_.dataset(); }
  LabelsLayer& labels() { return *dataset().labels(); }
  std::uint32_t id(std::int64_t y, std::int64_t x) { return labels().labels().at({0, y, x}); }
  std::int64_t count(std::uint32_t wanted) {
    const LabelArray now = labels().labels().to_dense();
    return std::count(now.begin(), now.end(), wanted);
  }
  QPoint at(double y, double x) {
    return xy().position_of({workspace_.view().cursor().z, y, x}).toPoint();
  }
  void click(double y, double x, Qt::KeyboardModifiers keys = {}) {
    QTest::mouseClick(&xy(), Qt::LeftButton, keys, at(y, x));
    QTest::qWait(10);
    if (settles_) idle();  // one click and the bucket end in the background
  }
  void double_click(double y, double x) {
    QTest::mouseClick(&xy(), Qt::LeftButton, {}, at(y, x));
    QTest::mouseDClick(&xy(), Qt::LeftButton, {}, at(y, x));
    QTest::qWait(10);
  }
  void drag(const std::vector<std::pair<double, double>>& way) {
    QTest::mousePress(&xy(), Qt::LeftButton, {}, at(way.front().first, way.front().second));
    for (const auto& [y, x] : way) {
      const QPointF place = at(y, x);
      QMouseEvent move(QEvent::MouseMove, place, xy().mapToGlobal(place), Qt::NoButton,
                       Qt::LeftButton, {});
      QApplication::sendEvent(&xy(), &move);
    }
    QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(way.back().first, way.back().second));
    QTest::qWait(10);
  }
  void tab(int number) { part<QTabWidget>("annotate_tabs")->setCurrentIndex(number); }
  void idle() {
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  }
  bool settles_ = true;  // clicks are waited for
};

TEST_F(AnnotateWindowTest, AJournalThatComesLateDoesNotHoldTheWindowUp) {
  test::StalledDisk disk;
  JournalOptions options;
  options.vfs = disk.vfs();
  dataset().set_journal_options(options);
  auto& application = *static_cast<WatchedApplication*>(QApplication::instance());
  double longest_ms = 0;
  const auto before =
      std::exchange(application.on_slow, [&](const WatchedApplication::SlowEvent& event) {
        // Of what a slow machine does to it, the work alone counts; a wait for the disk is one.
        if (event.wall_ms > 1000) longest_ms = std::max(longest_ms, event.wall_ms);
      });
  QElapsedTimer asked;
  asked.start();
  window_.open_dataset(folder_.path().string());
  EXPECT_LT(asked.elapsed(), 1000);
  ASSERT_TRUE(wait_until([&] { return disk.waited_for(); }));
  EXPECT_EQ(part<QListWidget>("dataset_images")->count(), 3) << "the strip is there at once";
  int beats = 0;
  QTimer heart;
  QObject::connect(&heart, &QTimer::timeout, [&] { ++beats; });
  heart.start(10);
  key(Qt::Key_D);  // asks for an image, the first
  settles_ = false;
  click(30, 30);
  settles_ = true;
  ASSERT_TRUE(wait_until([&] { return beats >= 20; }));
  EXPECT_EQ(dataset().labels(), nullptr);
  show_people(window_, "annotate_journal_comes_late");
  EXPECT_EQ(longest_ms, 0) << "an event waited for the disk";
  application.on_slow = before;
  disk.let_go();
  ASSERT_TRUE(wait_until([&] { return dataset().labels() != nullptr && !workspace_.busy(); }));
  EXPECT_EQ(dataset().current_item()->name, "first");
  key(Qt::Key_N);
  click(30, 30);
  EXPECT_NEAR(static_cast<double>(count(1)), 612, 60) << "work begins";
  idle();
  EXPECT_TRUE(dataset().close()) << "before its disk goes";
  idle();
}

TEST_F(AnnotateWindowTest, KeysGoThroughTheImagesAndMasksAreSaved) {
  open_folder();
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kAnnotate);
  EXPECT_EQ(part<QListWidget>("dataset_images")->count(), 3);
  EXPECT_EQ(dataset().current_item()->name, "first");
  key(Qt::Key_N);
  click(30, 30);
  EXPECT_NEAR(static_cast<double>(count(1)), 612, 60) << "the disc";
  key(Qt::Key_D);
  ASSERT_TRUE(wait_until([&] { return dataset().current() == 1 && !workspace_.busy(); }));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "masks" / "first.tif"));
  key(Qt::Key_A);
  ASSERT_TRUE(wait_until([&] { return dataset().current() == 0 && !workspace_.busy(); }));
  EXPECT_NEAR(static_cast<double>(count(1)), 612, 60);
  key(Qt::Key_D, Qt::ShiftModifier);
  ASSERT_TRUE(wait_until([&] { return dataset().current() == 1 && !workspace_.busy(); }));
  EXPECT_EQ(part<QLabel>("dataset_counts")->text().left(9), "1 of 3 do");
  auto* list = part<QListWidget>("dataset_images");
  QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                    list->visualItemRect(list->item(2)).center());
  ASSERT_TRUE(wait_until([&] { return dataset().current() == 2; }));
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(AnnotateWindowTest, TheStepsShowTheirOutcomeBeforeItIsKept) {
  open_folder();
  press("suggest_steps");
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown(); }));
  EXPECT_NE(id(30, 30), 0u);
  EXPECT_NE(id(80, 80), id(80, 104)) << "they are cut apart";
  EXPECT_FALSE(workspace_.history().can_undo()) << "nothing is kept yet";
  show_people(window_, "annotate_steps");
  key(Qt::Key_P);
  EXPECT_TRUE(workspace_.preview().shown()) << "choosing a tool does not matter";
  press("make_objects");
  idle();
  ASSERT_TRUE(wait_until([&] { return workspace_.history().can_undo(); }));
  EXPECT_NE(id(30, 30), 0u);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(id(30, 30), 0u);
  press("step_3");
  auto* edges = part<QCheckBox>("exclude_edges");
  EXPECT_TRUE(edges->isVisible());
  press("exclude_edges");
  ASSERT_TRUE(wait_until([&] { return workspace_.preview().shown(); }));
  key(Qt::Key_D);
  ASSERT_TRUE(wait_until([&] { return dataset().current() == 1 && !workspace_.busy(); }));
  const auto saved = read_labels(folder_ / "masks" / "first.tif");
  ASSERT_TRUE(saved) << "it was edited, and that taken back";
  EXPECT_EQ(std::count(saved->begin(), saved->end(), 0u), saved->count())
      << "what was only shown is not saved";
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(AnnotateWindowTest, WhatIsKeptIsThereBeforeTheNextImageComes) {
  open_folder();
  press("make_objects");
  key(Qt::Key_D);  // at once
  ASSERT_TRUE(wait_until([&] { return dataset().current() == 1 && !workspace_.busy(); }));
  const auto saved = read_labels(folder_ / "masks" / "first.tif");
  ASSERT_TRUE(saved);
  EXPECT_NE((*saved)(0, 30, 30), 0u);
}

TEST_F(AnnotateWindowTest, OutlinesBecomeObjects) {
  open_folder();
  key(Qt::Key_3);
  for (const auto& [y, x] : {std::pair{10.0, 10.0}, {10.0, 30.0}, {20.0, 30.0}}) click(y, x);
  double_click(20, 10);
  EXPECT_NEAR(static_cast<double>(count(1)), 200, 25) << "polygon";
  press("tool.area_rectangle");
  drag({{30, 100}, {40, 120}});
  EXPECT_NEAR(static_cast<double>(count(2)), 200, 30) << "each is an object of its own";
  press("tool.area_ellipse");
  drag({{60, 10}, {80, 30}});
  EXPECT_NEAR(static_cast<double>(count(3)), 314, 40);
  press("tool.area_lasso");
  drag({{100, 10}, {100, 30}, {110, 30}, {110, 10}});
  EXPECT_NEAR(static_cast<double>(count(4)), 200, 40);
  key(Qt::Key_W);
  click(30, 30);
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  EXPECT_GT(count(5), 400) << "magic wand";
  press("tool.smart_outline");
  click(80, 66);
  click(66, 80);
  double_click(80, 94);
  EXPECT_GT(count(6), 100) << "smart outline";
  show_people(window_, "annotate_outlines");
  for (int i = 0; i < 6; ++i) key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(labels().labels().highest_id(), 0u);
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(AnnotateWindowTest, ObjectsAreCutMergedAndMoved) {
  open_folder();
  press("tool.area_rectangle");
  drag({{20, 20}, {40, 80}});
  const std::int64_t all = count(1);
  key(Qt::Key_X);
  drag({{10, 50}, {50, 50}});
  EXPECT_NE(id(30, 30), id(30, 70));
  EXPECT_EQ(count(1) + count(2), all);
  key(Qt::Key_J);
  drag({{30, 30}, {30, 70}});
  EXPECT_EQ(id(30, 30), id(30, 70));
  key(Qt::Key_K);
  click(30, 30);
  double_click(30, 70);
  EXPECT_NE(id(30, 30), id(30, 70));
  press("tool.move_object");
  const std::uint32_t moved = id(30, 70);
  drag({{30, 70}, {80, 70}});
  EXPECT_EQ(id(80, 70), moved);
  key(Qt::Key_X);
  QTest::mousePress(&xy(), Qt::LeftButton, {}, at(10, 30));
  key(Qt::Key_Escape);
  QTest::mouseRelease(&xy(), Qt::LeftButton, {}, at(50, 30));
  EXPECT_FALSE(window_.errors().isVisible()) << "Esc gave the line up";
}

TEST_F(AnnotateWindowTest, TheTableIsLinkedWithTheViews) {
  open_folder();
  window_.run("steps.make", {{"method", "Otsu"}, {"split", "scale"}, {"min_size", 20}});
  idle();
  tab(1);
  auto* table = part<QTableView>("objects");
  ASSERT_TRUE(wait_until([&] { return table->model()->rowCount() == 3; }));
  QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                    table->visualRect(table->model()->index(1, 1)).center());
  EXPECT_EQ(labels().selected(), table->model()->index(1, 0).data().toUInt());
  window_.run("tool.pick", nlohmann::json::object());
  click(30, 30);
  EXPECT_EQ(table->selectionModel()->selectedRows().size(), 1);
  EXPECT_EQ(table->selectionModel()->selectedRows()[0].data().toUInt(), id(30, 30));
  show_people(window_, "annotate_objects");
  part<QLineEdit>("objects_filter")->setText(QStringLiteral("size<10"));
  EXPECT_EQ(table->model()->rowCount(), 0);
  part<QLineEdit>("objects_filter")->clear();
  table->selectAll();
  press("objects_merge");
  ASSERT_TRUE(wait_until([&] { return table->model()->rowCount() == 1; }));
  key(Qt::Key_2, Qt::AltModifier);
  EXPECT_EQ(labels().notes()->of(labels().selected()).object_class, 1);
  ASSERT_TRUE(wait_until([&] {
    return part<QLabel>("objects_counts")->text().contains(QStringLiteral("1 mitotic"));
  }));
}

TEST_F(AnnotateWindowTest, ClassesAreNamedByHand) {
  open_folder();
  window_.run(*window_.commands().find("labels.ask_classes"));
  auto* dialog = window_.findChild<QInputDialog*>(QStringLiteral("classes_dialog"));
  ASSERT_NE(dialog, nullptr);
  EXPECT_EQ(dialog->textValue(), QStringLiteral("interphase, mitotic, dead"));
  dialog->setTextValue(QStringLiteral("mitotic, round ,"));
  dialog->accept();
  ASSERT_EQ(labels().notes()->classes.size(), 2u);
  EXPECT_EQ(labels().notes()->classes[1].name, "round");
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(AnnotateWindowTest, TheReviewShowsWhatMayBeWrong) {
  open_folder();
  window_.run(
      "labels.region",
      {{"layer", "masks"}, {"shape", "rectangle"}, {"label", 1}, {"points", {10, 10, 30, 30}}});
  window_.run(
      "labels.region",
      {{"layer", "masks"}, {"shape", "rectangle"}, {"label", 1}, {"points", {80, 80, 90, 90}}});
  tab(2);
  auto* list = part<QTreeWidget>("review");
  ASSERT_TRUE(wait_until([&] { return list->topLevelItemCount() == 1; }));
  EXPECT_TRUE(list->topLevelItem(0)->text(1).contains(QStringLiteral("2 pieces")));
  labels().set_selected(1);
  show_people(window_, "annotate_review");
  press("review.accept");
  ASSERT_TRUE(wait_until([&] { return list->topLevelItemCount() == 0; }));
}

TEST_F(AnnotateWindowTest, RegionsAreListedAsInTheRoiManager) {
  open_folder();
  press("tool.area_rectangle");
  drag({{20, 20}, {40, 60}});
  tab(3);
  key(Qt::Key_T);
  auto* list = part<QTreeWidget>("regions");
  ASSERT_EQ(list->topLevelItemCount(), 1);
  EXPECT_NEAR(list->topLevelItem(0)->text(2).toDouble(), 800, 60);
  list->topLevelItem(0)->setText(0, QStringLiteral("my nucleus"));
  EXPECT_EQ(roi_layer(workspace_)->look().data->front().name, "my nucleus");
  show_people(window_, "annotate_regions");
  window_.run("labels.delete_objects", {{"layer", "masks"}, {"objects", {1}}});
  workspace_.layers().select(&labels());
  press("roi_to_labels");
  EXPECT_NEAR(static_cast<double>(count(2)), 800, 60);
  list->topLevelItem(0)->setSelected(true);
  press("roi_delete");
  EXPECT_EQ(list->topLevelItemCount(), 0);
  EXPECT_FALSE(window_.errors().isVisible());
}

TEST_F(AnnotateWindowTest, TheNextImageIsShownWhereThisOneWas) {
  open_folder();
  const auto seen = [this] { return std::pair(at(0, 0), at(100, 100)); };
  const auto whole = seen();
  wheel(xy(), 3, Qt::ControlModifier, QPointF(at(20, 30)));
  const auto closer = seen();
  ASSERT_NE(closer, whole);
  const Index3 place = cursor();
  for (const int image : {1, 0}) {
    window_.run(image == 1 ? "dataset.next" : "dataset.previous", nlohmann::json::object());
    ASSERT_TRUE(wait_until([&] { return dataset().current() == image && !workspace_.busy(); }));
    QTest::qWait(20);
    EXPECT_EQ(seen(), closer);
    EXPECT_EQ(cursor(), place);
  }
}

TEST_F(AnnotateWindowTest, AClickInTheHistoryGoesBack) {
  open_folder();
  for (const double x : {10.0, 40.0, 70.0}) {
    window_.run("labels.paint",
                {{"layer", "masks"}, {"points", {0, 20, x}}, {"size", 9}, {"label", 1}});
  }
  tab(4);
  auto* list = part<QListWidget>("history");
  ASSERT_EQ(list->count(), 4) << "as it was opened, and three strokes";
  QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                    list->visualItemRect(list->item(1)).center());
  EXPECT_EQ(id(20, 10), 1u);
  EXPECT_EQ(id(20, 40), 0u);
  QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                    list->visualItemRect(list->item(3)).center());
  EXPECT_EQ(id(20, 70), 1u);
}

TEST_F(AnnotateWindowTest, AMaskChangedByOthersIsAskedAbout) {
  open_folder();
  window_.run("labels.paint",
              {{"layer", "masks"}, {"points", {0, 20, 20}}, {"size", 9}, {"label", 1}});
  window_.run("dataset.next", nlohmann::json::object());
  ASSERT_TRUE(wait_until([&] { return dataset().current() == 1 && !workspace_.busy(); }));
  ASSERT_TRUE(write_labels(folder_ / "masks" / "first.tif", LabelArray(Index3{1, 120, 160})));
  window_.run("dataset.previous", nlohmann::json::object());
  ASSERT_TRUE(wait_until([&] { return dataset().current() == 0 && !workspace_.busy(); }));
  EXPECT_EQ(id(20, 20), 0u) << "theirs is shown";
  QPushButton* keep = nullptr;
  for (auto* button : window_.findChildren<QPushButton*>()) {
    if (button->text() == QStringLiteral("What was drawn here")) keep = button;
  }
  ASSERT_NE(keep, nullptr);
  EXPECT_TRUE(keep->isVisible());
  show_people(window_, "annotate_conflict");
  QTest::mouseClick(keep, Qt::LeftButton);
  ASSERT_TRUE(wait_until(
      [&] { return dataset().labels() != nullptr && !workspace_.busy() && id(20, 20) == 1; }));
}

TEST_F(AnnotateWindowTest, TheWindowClosesWhenAllIsWritten) {
  open_folder();
  key(Qt::Key_N);
  click(30, 30);
  EXPECT_FALSE(dataset().settled());
  EXPECT_FALSE(window_.close()) << "not yet";
  ASSERT_TRUE(wait_until([&] { return !window_.isVisible(); }));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "masks" / "first.tif"));
}

TEST_F(AnnotateWindowTest, TheWindowSaysOnceWhatCannotBeWritten) {
  open_folder();
  key(Qt::Key_N);
  click(30, 30);
  std::ofstream((folder_ / "masks").string()) << "in the way";
  EXPECT_FALSE(window_.close());
  ASSERT_TRUE(wait_until([&] { return window_.errors().isVisible(); }));
  QTest::qWait(60);
  EXPECT_TRUE(window_.isVisible());
  show_people(window_, "closing_not_saved");
  EXPECT_TRUE(window_.close()) << "asked again: the journal has it";
}

}  // namespace
}  // namespace karyo::gui
