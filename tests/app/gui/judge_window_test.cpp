// Predictions beside the truth, with mouse and keys.

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTableView>
#include <QToolButton>
#include <cstdlib>

#include "app/comparison.h"
#include "app/gui/error_panel.h"
#include "app/gui/status_line.h"
#include "app/gui/theme.h"
#include "app/gui/watchdog.h"
#include "tests/app/gui/compared_scene.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class JudgeWindowTest : public WindowTest {
 protected:
  JudgeWindowTest() {
    window_.resize(1280, 900);
    test::make_compared_objects(folder_.path());
  }
  QString text(const char* name) { return part<QLabel>(name)->text(); }
  Comparison& comparison() { return window_.comparison(); }
  void wait_for_image(const char* name) {
    ASSERT_TRUE(wait_until([&] {
      const ComparedImage* image = comparison().current_image();
      return !workspace_.busy() && image != nullptr && image->files.name == name;
    })) << name;
    QTest::qWait(30);
  }
  void compare() {
    ASSERT_TRUE(window_.run("compare.open", {{"prediction", (folder_ / "pred").string()},
                                             {"truth", (folder_ / "data").string()}}));
    wait_for_image("many_wrong");
    ASSERT_EQ(window_.errors().waiting(), 0);
  }
  void compare_stack() {
    test::make_compared_stack(folder_.path());
    ASSERT_TRUE(window_.run("compare.open", {{"prediction", (folder_ / "restored").string()},
                                             {"truth", (folder_ / "care").string()},
                                             {"kind", "restored"}}));
    wait_for_image("stack");
    ASSERT_EQ(window_.errors().waiting(), 0);
  }
  const std::vector<SliceView*>& cells() { return window_.views().cells().cells(); }
  void choose_look(const char* name) {
    auto* combo = part<QComboBox>("judge_look");
    const int at = combo->findData(QLatin1String(name));
    ASSERT_GE(at, 0) << name;
    combo->setFocus();
    while (combo->currentIndex() != at) {
      QTest::keyClick(combo, combo->currentIndex() < at ? Qt::Key_Down : Qt::Key_Up);
    }
    QTest::qWait(30);
  }
  void click_row(const char* table, int row) {
    auto* rows = part<QTableView>(table);
    QTest::mouseClick(rows->viewport(), Qt::LeftButton, {},
                      rows->visualRect(rows->model()->index(row, 1)).center());
    QTest::qWait(20);
  }
  QString cell_text(const char* table, int row, int column) {
    auto* model = part<QTableView>(table)->model();
    return model->data(model->index(row, column), Qt::DisplayRole).toString();
  }
  int row_count(const char* table) { return part<QTableView>(table)->model()->rowCount(); }
};

TEST_F(JudgeWindowTest, WithNothingToCompareItSaysWhatToDo) {
  key(Qt::Key_4, Qt::ControlModifier);
  ASSERT_EQ(window_.mode(), MainWindow::Mode::kJudge);
  EXPECT_TRUE(part<QWidget>("judge_panel")->isVisible());
  EXPECT_FALSE(part<QTableView>("judge_images")->isVisible());
  show_people(window_, "judge_nothing");
  press("judge_here");
  EXPECT_EQ(window_.errors().waiting(), 1) << "no model is at hand, which is said";
  press("judge_open");
  auto* dialog = part<QDialog>("compare_dialog");
  ASSERT_NE(dialog, nullptr);
  EXPECT_FALSE(part<QPushButton>("compare")->isEnabled());
  dialog->reject();
}

TEST_F(JudgeWindowTest, TheDialogComparesFoldersAndTheWorstImageComesFirst) {
  key(Qt::Key_4, Qt::ControlModifier);
  press("judge_open");
  QTest::keyClicks(part<QLineEdit>("compare_prediction"),
                   QString::fromStdString((folder_ / "pred").string()));
  QTest::keyClicks(part<QLineEdit>("compare_truth"),
                   QString::fromStdString((folder_ / "data").string()));
  EXPECT_TRUE(text("compare_outcome").contains(QLatin1String("3 image")));
  if (const char* folder = std::getenv("KARYOSCOPE_PICTURES")) {
    part<QDialog>("compare_dialog")
        ->grab()
        .save(QString::fromStdString(std::string(folder) + "/judge_dialog.png"));
  }
  press("compare");
  wait_for_image("many_wrong");
  EXPECT_EQ(window_.mode(), MainWindow::Mode::kJudge);
  ASSERT_EQ(cells().size(), 4u) << "input, prediction, truth, errors";
  EXPECT_TRUE(text("judge_image").startsWith(QLatin1String("1 of 3")));
  // Of 27, 9 + 8 + 5 are found; of 27 predictions 5 are an extra one, three parts, a merged one.
  EXPECT_EQ(text("judge_score"), QString::number(22.0 / 32, 'f', 2));
  EXPECT_TRUE(text("judge_why").startsWith(QLatin1String("22 of 27 nuclei"))) << "of all images";
  EXPECT_TRUE(part<QWidget>("judge_by_size")->isVisible());
  EXPECT_TRUE(text("judge_by_size_words").startsWith(QLatin1String("Found by size: ")));
  show_people(window_, "judge_objects");
  auto* lowest = part<QWidget>("judge_by_intensity");
  for (QWidget* at = lowest; at != nullptr; at = at->parentWidget()) {
    if (auto* area = qobject_cast<QScrollArea*>(at)) area->ensureWidgetVisible(lowest);
  }
  QTest::qWait(30);
  show_people(window_, "judge_dependence");
  press("judge_this");
  EXPECT_TRUE(text("judge_why").startsWith(QLatin1String("5 of 9 nuclei")));
  EXPECT_EQ(row_count("judge_images"), 3);
  EXPECT_EQ(cell_text("judge_images", 0, 0), QLatin1String("many_wrong"));
  press("judge_next");
  wait_for_image("few_wrong");
  EXPECT_TRUE(text("judge_why").startsWith(QLatin1String("8 of 9 nuclei")));
  click_row("judge_images", 2);
  wait_for_image("all_right");
  EXPECT_FALSE(part<QToolButton>("judge_next")->isEnabled());
  EXPECT_EQ(text("judge_score"), QLatin1String("1.00"));
  EXPECT_EQ(row_count("judge_errors"), 0);
}

TEST_F(JudgeWindowTest, AClickOnAnErrorGoesThere) {
  compare();
  EXPECT_EQ(part<QToolButton>("judge_kind_missed")->text(), QLatin1String("1 missed"));
  EXPECT_EQ(part<QToolButton>("judge_kind_extra")->text(), QLatin1String("1 extra"));
  ASSERT_EQ(row_count("judge_errors"), 5);
  EXPECT_EQ(cell_text("judge_errors", 0, 0), QLatin1String("missed"));
  click_row("judge_errors", 0);
  EXPECT_EQ(cursor().y, 25);
  EXPECT_EQ(cursor().x, 25);
  click_row("judge_errors", 1);
  EXPECT_GT(cursor().y, 105);
  press("judge_kind_missed");
  EXPECT_EQ(row_count("judge_errors"), 4);
  press("judge_kind_matched");
  EXPECT_EQ(row_count("judge_errors"), 9);
  press("judge_table");
  EXPECT_EQ(row_count("judge_thresholds"), 18);
  EXPECT_EQ(cell_text("judge_thresholds", 8, 0), QLatin1String("0.50"));
  EXPECT_EQ(cell_text("judge_thresholds", 8, 1), QLatin1String("22"));
}

TEST_F(JudgeWindowTest, TheObjectUnderThePointerSaysItsIou) {
  compare();
  SliceView& errors = *cells()[3];
  const auto point_at = [&](std::int64_t y, std::int64_t x) {
    const WorldPoint place = centre_of({0, y, x}, workspace_.layers().grid());
    QTest::mouseMove(&errors, errors.position_of(place).toPoint());
    QTest::qWait(20);
    return text("place");
  };
  EXPECT_TRUE(point_at(25, 25).contains(QLatin1String("missed, IoU 0.00")));
  EXPECT_TRUE(point_at(25, 70).contains(QLatin1String("matched, IoU 1.00")));
  EXPECT_FALSE(point_at(3, 3).contains(QLatin1String("IoU")));
}

TEST_F(JudgeWindowTest, TheWipesLineIsDragged) {
  compare();
  choose_look("wipe");
  ASSERT_EQ(cells().size(), 1u);
  SliceView& view = *cells()[0];
  ASSERT_TRUE(view.wipe());
  std::vector<nlohmann::json> heard;
  const auto watch =
      window_.commands().ran.connect([&](const Command& command, const nlohmann::json& arguments) {
        if (command.id == "compare.wipe") heard.push_back(arguments);
      });
  const QImage half = view.scene(1).draw();
  const QPoint from(view.width() / 2, view.height() / 3), to(view.width() / 4, view.height() / 3);
  QTest::mousePress(&view, Qt::LeftButton, {}, from);
  QTest::mouseMove(&view, to);
  QTest::mouseRelease(&view, Qt::LeftButton, {}, to);
  QTest::qWait(20);
  EXPECT_NEAR(comparison().wipe_at(), 0.25, 0.01);
  ASSERT_EQ(heard.size(), 1u) << "a macro has where it was left";
  EXPECT_NE(view.scene(1).draw(), half) << "the truth has what was missed";
  show_people(window_, "judge_wipe");
  QTest::mousePress(&view, Qt::LeftButton, {}, QPoint(view.width() - 40, 50));
  QTest::mouseMove(&view, QPoint(view.width() - 80, 50));
  QTest::mouseRelease(&view, Qt::LeftButton, {}, QPoint(view.width() - 80, 50));
  EXPECT_NEAR(comparison().wipe_at(), 0.25, 0.01) << "elsewhere the picture is moved";
}

TEST_F(JudgeWindowTest, BlinkShowsTheOneAndTheOther) {
  compare();
  window_.views().setFocus();
  key(Qt::Key_K, Qt::ShiftModifier);
  ASSERT_EQ(cells().size(), 1u);
  const QImage prediction = cells()[0]->scene(1).draw();
  key(Qt::Key_K, Qt::ShiftModifier);
  ASSERT_TRUE(comparison().truth_shown());
  EXPECT_NE(cells()[0]->scene(1).draw(), prediction);
  key(Qt::Key_K, Qt::ShiftModifier);
  EXPECT_EQ(cells()[0]->scene(1).draw(), prediction);
}

TEST_F(JudgeWindowTest, OverlayAndDifferenceStayForTheNextImage) {
  compare();
  choose_look("overlay");
  ASSERT_EQ(cells().size(), 1u);
  auto* truth = dynamic_cast<LabelsLayer*>(&workspace_.layers().at(2));
  ASSERT_NE(truth, nullptr);
  EXPECT_GT(truth->contour_width(), 0);
  EXPECT_EQ(truth->colors().of(1), truth->colors().of(2)) << "one colour for all of one side";
  show_people(window_, "judge_overlay");
  press("judge_next");
  wait_for_image("few_wrong");
  ASSERT_EQ(cells().size(), 1u);
  truth = dynamic_cast<LabelsLayer*>(&workspace_.layers().at(2));
  EXPECT_TRUE(wait_until([&] { return truth->colors().of(1) == truth->colors().of(2); }));
  choose_look("difference");
  show_people(window_, "judge_difference");
  EXPECT_EQ(truth->contour_width(), 0) << "as they were";
  choose_look("side_by_side");
  EXPECT_EQ(cells().size(), 4u);
}

TEST_F(JudgeWindowTest, TwoModelsAreComparedWithoutATruth) {
  ASSERT_TRUE(window_.run("compare.open", {{"prediction", (folder_ / "pred").string()},
                                           {"truth", (folder_ / "data/masks").string()},
                                           {"images", (folder_ / "data/images").string()},
                                           {"kind", "models"}}));
  wait_for_image("many_wrong");
  EXPECT_EQ(text("judge_second"), QLatin1String("27")) << "objects of the first";
  EXPECT_EQ(text("judge_third"), QLatin1String("27"));
  EXPECT_TRUE(text("judge_why").startsWith(QLatin1String("22 objects are in both")));
  EXPECT_EQ(part<QToolButton>("judge_kind_missed")->text(), QLatin1String("1 only second"));
  show_people(window_, "judge_models");
}

TEST_F(JudgeWindowTest, RestoredImagesHaveMapsAndARectangleHasScores) {
  compare_stack();
  ASSERT_EQ(cells().size(), 4u);
  EXPECT_TRUE(part<QWidget>("judge_over_planes")->isVisible());
  EXPECT_EQ(cell_text("judge_scores", 2, 0), QLatin1String("NRMSE (notebooks)"));
  EXPECT_FALSE(part<QTableView>("judge_errors")->isVisible());
  show_people(window_, "judge_restored");
  choose_look("maps");
  ASSERT_EQ(cells().size(), 9u);
  show_people(window_, "judge_maps");
  for (auto* tool : window_.findChildren<QToolButton*>(QStringLiteral("tool.rectangle"))) {
    if (tool->isVisible()) QTest::mouseClick(tool, Qt::LeftButton);
  }
  ASSERT_EQ(window_.mode(), MainWindow::Mode::kJudge) << "the panel stays";
  SliceView& view = *cells()[1];
  const auto at = [&](std::int64_t y, std::int64_t x) {
    return view.position_of(centre_of({cursor().z, y, x}, workspace_.layers().grid())).toPoint();
  };
  QTest::mousePress(&view, Qt::LeftButton, {}, at(10, 10));
  QTest::mouseMove(&view, at(50, 60));
  QTest::mouseRelease(&view, Qt::LeftButton, {}, at(50, 60));
  QTest::qWait(20);
  EXPECT_TRUE(text("judge_region").startsWith(QLatin1String("In the rectangle: mSSIM")));
  show_people(window_, "judge_rectangle");
  choose_look("overlay");
  show_people(window_, "judge_restored_overlay");
}

TEST_F(JudgeWindowTest, TwoRestoredImagesAreComparedWithoutACleanOne) {
  test::make_compared_stack(folder_.path());
  ASSERT_TRUE(window_.run("compare.open", {{"prediction", (folder_ / "restored").string()},
                                           {"truth", (folder_ / "care/low").string()},
                                           {"images", (folder_ / "care/low").string()},
                                           {"kind", "pair"}}));
  wait_for_image("stack");
  ASSERT_EQ(window_.errors().waiting(), 0);
  EXPECT_EQ(cells().size(), 4u) << "input, both, their difference";
  EXPECT_TRUE(text("judge_verdict").contains(QLatin1String("different")));
  EXPECT_FALSE(part<QTableView>("judge_scores")->isVisible());
  EXPECT_TRUE(part<QWidget>("judge_over_planes")->isVisible());
  show_people(window_, "judge_pair");
  choose_look("overlay");
  EXPECT_EQ(cells().size(), 1u);
}

TEST_F(JudgeWindowTest, AnotherComparisonTakesThePlaceOfOne) {
  compare();
  ASSERT_GT(row_count("judge_errors"), 0);
  compare_stack();
  EXPECT_EQ(row_count("judge_errors"), 0);
  ASSERT_EQ(workspace_.layers().count(), 7);
  EXPECT_EQ(row_count("judge_images"), 1);
  compare();
  ASSERT_EQ(workspace_.layers().count(), 4);
  EXPECT_EQ(row_count("judge_errors"), 5);
  EXPECT_TRUE(window_.comparison().unsaved_layers().empty()) << "all of it is made of files";
}

TEST_F(JudgeWindowTest, EveryThemeShowsIt) {
  compare();
  for (const auto& [theme, name] :
       {std::pair{Theme::kLight, "light"}, std::pair{Theme::kHighContrast, "high_contrast"}}) {
    apply_theme(*qApp, theme);
    QTest::qWait(30);
    show_people(window_, "judge_" + std::string(name));
    for (const char* label : {"judge_score", "judge_why", "judge_verdict"}) {
      EXPECT_FALSE(part<QLabel>(label)->visibleRegion().isEmpty()) << label;
    }
  }
  apply_theme(*qApp);
}

}  // namespace
}  // namespace karyo::gui
