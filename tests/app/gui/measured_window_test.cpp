// All objects as a table and plots, linked with the views, with the mouse.

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <algorithm>

#include "app/gui/error_panel.h"
#include "app/gui/stat_plot.h"
#include "app/object_checks.h"
#include "core/base/atomic_file.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class MeasuredWindowTest : public WindowTest {
 protected:
  MeasuredWindowTest() {
    window_.resize(1280, 900);
    VoxelGrid grid;
    grid.spacing_y = grid.spacing_x = 0.5;
    grid.unit = "um";
    Volume image(VoxelType::kUInt16, {1, 1, 1, 120, 160}, grid);
    LabelArray labels(Index3{1, 120, 160});
    auto values = image.view<std::uint16_t>();
    for (int i = 0; i < 120 * 160; ++i) {
      values.data()[i] =
          static_cast<std::uint16_t>(50 + (7 * i) % 11);  // else it is taken for labels
    }
    for (int k = 0; k < 12; ++k) {  // squares of 5 to 16 voxels a side
      const int side = 5 + k, y = 5 + 38 * (k / 4), x = 5 + 38 * (k % 4);
      for (int j = 0; j < side; ++j) {
        for (int i = 0; i < side; ++i) {
          labels(0, y + j, x + i) = static_cast<std::uint32_t>(k + 1);
          values(0, y + j, x + i) = static_cast<std::uint16_t>(1000 - 50 * k);
        }
      }
    }
    EXPECT_TRUE(write_image(folder_ / "cells.tif", image));
    EXPECT_TRUE(write_labels(folder_ / "cells_mask.tif", labels, grid));
    open({folder_ / "cells.tif", folder_ / "cells_mask.tif"});
    EXPECT_TRUE(window_.run(
        "labels.set_class",
        {{"layer", "cells_mask.tif"}, {"objects", {9, 10, 11, 12}}, {"class", "mitotic"}}));
  }
  void measure() {
    workspace_.layers().select(&workspace_.layers().at(1));
    activate();
    key(Qt::Key_M, Qt::ControlModifier | Qt::AltModifier);
    ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
    QTest::qWait(30);
    ASSERT_EQ(window_.errors().waiting(), 0);
  }
  LabelsLayer& mask() { return dynamic_cast<LabelsLayer&>(workspace_.layers().at(1)); }
  std::vector<std::uint32_t> selected() {
    auto ids = workspace_.checks().selection().of(mask());
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  StatPlot& plot() { return *part<StatPlot>("measured_plot"); }
  void drag(const QPoint& from, const QPoint& to) {
    QTest::mousePress(&plot(), Qt::LeftButton, {}, from);
    QTest::mouseMove(&plot(), to);
    QTest::mouseRelease(&plot(), Qt::LeftButton, {}, to);
    QTest::qWait(20);
  }
  void choose(const char* combo, int at) {
    auto* box = part<QComboBox>(combo);
    box->setCurrentIndex(at);
    box->activated(at);  // as a hand does
    QTest::qWait(20);
  }
};

TEST_F(MeasuredWindowTest, TheTableHasImageJsColumnsAndGoesToObjects) {
  measure();
  EXPECT_TRUE(part<QWidget>("measured_panel")->isVisible());
  EXPECT_TRUE(part<QLabel>("measured_counts")
                  ->text()
                  .startsWith(QLatin1String("cells_mask.tif: 12 object")));
  auto* table = part<QTableView>("measured_table");
  ASSERT_EQ(table->model()->rowCount(), 12);
  EXPECT_EQ(table->model()->headerData(2, Qt::Horizontal).toString(), QLatin1String("Area"));
  EXPECT_EQ(table->model()->index(0, 2).data().toString(), QLatin1String("6.25"));
  EXPECT_EQ(table->model()->index(0, 3).data().toString(), QLatin1String("1000"));
  EXPECT_EQ(table->model()->index(11, 1).data().toString(), QLatin1String("mitotic"));
  show_people(window_, "measured_histogram");
  QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                    table->visualRect(table->model()->index(3, 2)).center());
  QTest::qWait(20);
  EXPECT_EQ(mask().selected(), 4U);
  EXPECT_EQ(cursor().y, 9);
  EXPECT_EQ(cursor().x, 123);
  auto* header = table->horizontalHeader();
  for (int twice = 0; twice < 2; ++twice) {
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                      QPoint(header->sectionViewportPosition(2) + 8, 8));
    QTest::qWait(20);
  }
  EXPECT_EQ(table->model()->index(0, 0).data().toString(), QLatin1String("12")) << "the largest";
}

/// New columns make a new table, which asks for its rows while it is made.
TEST_F(MeasuredWindowTest, FewerObjectsWithOtherColumnsAreMeasured) {
  measure();
  for (int id = 12; id > 3; --id) {
    ASSERT_TRUE(window_.run("labels.delete_object", {{"layer", mask().name()}, {"object", id}}));
  }
  ASSERT_TRUE(window_.run("measure.objects", {{"values", false}}));
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  auto* table = part<QTableView>("measured_table");
  ASSERT_EQ(table->model()->rowCount(), 3);
  EXPECT_EQ(table->model()->headerData(3, Qt::Horizontal).toString(), QLatin1String("X"));
  EXPECT_EQ(table->model()->index(2, 0).data().toString(), QLatin1String("3"));

  window_.run("view.measured", nlohmann::json::object());  // put away: it is filled when it is seen
  ASSERT_TRUE(window_.run("labels.delete_object", {{"layer", mask().name()}, {"object", 3}}));
  ASSERT_TRUE(window_.run("measure.objects", nlohmann::json::object()));
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  QTest::qWait(30);
  table = part<QTableView>("measured_table");
  EXPECT_TRUE(table->isVisible());
  EXPECT_EQ(table->model()->rowCount(), 2);
}

TEST_F(MeasuredWindowTest, WhatIsDraggedOverInAPlotIsSelectedInTheViews) {
  measure();
  drag(QPoint(plot().width() * 2 / 3, 60), QPoint(plot().width() - 4, 90));
  // The largest ones, without a gap, and no others.
  ASSERT_FALSE(selected().empty());
  EXPECT_EQ(selected().back(), 12U);
  EXPECT_EQ(selected().front(), 13U - selected().size());
  EXPECT_GT(selected().front(), 8U);
  choose("measured_kind", 1);
  choose("measured_y", 1);
  show_people(window_, "measured_scatter");
  drag(QPoint(4, 4), QPoint(plot().width() - 4, plot().height() / 2));
  EXPECT_EQ(selected().front(), 1U) << "bright ones are the small ones";
  EXPECT_LT(selected().back(), 8U);
  // The other way round: what is selected in the view is chosen here.
  const QImage before = plot().grab().toImage();
  workspace_.checks().selection().choose(
      std::dynamic_pointer_cast<LabelsLayer>(workspace_.layers().shared_at(1)), {12});
  QTest::qWait(20);
  EXPECT_NE(plot().grab().toImage(), before);
  EXPECT_EQ(part<QTableView>("measured_table")->currentIndex().row(), 11);
}

TEST_F(MeasuredWindowTest, BoxesStandByClassWithTheirNumbers) {
  measure();
  choose("measured_kind", 2);
  auto* summaries = part<QTableView>("measured_summaries");
  ASSERT_EQ(summaries->model()->rowCount(), 3) << "all, no class, mitotic";
  EXPECT_EQ(summaries->model()->index(2, 0).data().toString(), QLatin1String("mitotic"));
  EXPECT_EQ(summaries->model()->index(2, 1).data().toString(), QLatin1String("4"));
  // Sides 13 to 16: mean of their squares / 4.
  EXPECT_EQ(summaries->model()->index(2, 2).data().toString(), QLatin1String("52.88"));
  show_people(window_, "measured_boxes");
  for (const char* name : {"boxes.svg", "boxes.pdf", "boxes.png"}) {
    ASSERT_TRUE(window_.run("measure.save_plot", {{"path", (folder_ / name).string()}}));
    EXPECT_GT(std::filesystem::file_size(folder_ / name), 1000U);
  }
  ASSERT_TRUE(window_.run("measure.save_objects", {{"path", (folder_ / "cells.csv").string()}}));
  const std::string csv = *read_file(folder_ / "cells.csv");
  EXPECT_TRUE(csv.starts_with("Label,Area,Mean,"));
  EXPECT_NE(csv.find(",Class\n1,6.25,1000,"), std::string::npos) << csv;
  EXPECT_TRUE(csv.ends_with(",mitotic\n"));
  EXPECT_FALSE(window_.run("measure.save_objects", {{"path", (folder_ / "cells.doc").string()}}));
}

TEST_F(MeasuredWindowTest, SaysWhenLabelsHaveChangedSince) {
  measure();
  EXPECT_TRUE(part<QLabel>("measured_outdated")->text().isEmpty());
  ASSERT_TRUE(
      window_.run("labels.delete_objects", {{"layer", "cells_mask.tif"}, {"objects", {1}}}));
  mask().set_selected(3);
  QTest::qWait(20);
  EXPECT_FALSE(part<QLabel>("measured_outdated")->text().isEmpty());
  press("measured_again");
  ASSERT_TRUE(wait_until([&] { return !workspace_.busy(); }));
  QTest::qWait(20);
  EXPECT_EQ(part<QTableView>("measured_table")->model()->rowCount(), 11);
}

}  // namespace
}  // namespace karyo::gui
