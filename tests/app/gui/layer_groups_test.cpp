// Groups in the list of layers, by a person's clicks, keys and drags.

#include <QComboBox>
#include <QInputDialog>
#include <QLineEdit>
#include <QListWidget>
#include <cstdlib>

#include "app/gui/layer_row.h"
#include "core/layers/labels_layer.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

class LayerGroupsTest : public WindowTest {
 protected:
  /// From the bottom: cells.tif, cells_mask.tif, then labels a, b, c.
  void open_five() {
    open_stack();
    for (const char* name : {"a", "b", "c"}) {
      workspace_.layers().add(std::make_shared<LabelsLayer>(name, LabelVolume({12, 40, 50})));
    }
    workspace_.history().accept();
    list_ = window_.findChild<QListWidget*>("layers");
    QTest::qWait(20);
  }
  void run(const char* id, const nlohmann::json& arguments) {
    const auto outcome = window_.commands().run(id, arguments);
    ASSERT_TRUE(outcome) << outcome.error().what;
    QTest::qWait(20);
  }
  /// What the rows say that are to be seen: headings in brackets.
  std::string rows() {
    std::string text;
    for (int row = 0; row < list_->count(); ++row) {
      if (list_->isRowHidden(row)) continue;
      const bool heading = list_->item(row)->data(kPositionRole).toInt() < 0;
      const std::string name = list_->item(row)->text().toStdString();
      text += (text.empty() ? "" : " ") + (heading ? "[" + name + "]" : name);
    }
    return text;
  }
  /// As a drag ends: the list has moved the row.
  void drag(int from, int before) {
    ASSERT_TRUE(list_->model()->moveRow({}, from, {}, before));
    QTest::qWait(20);
  }
  void click(int row, int x) {
    const QRect place = list_->visualItemRect(list_->item(row));
    QTest::mouseClick(list_->viewport(), Qt::LeftButton, {}, {x, place.center().y()});
    QTest::qWait(20);
  }
  std::string group_of(const char* name) {
    const LayerList& layers = workspace_.layers();
    for (int i = 0; i < layers.count(); ++i) {
      if (layers.at(i).name() == name) return layers.at(i).group();
    }
    return "no such layer";
  }
  bool visible(int position) { return workspace_.layers().at(position).visible(); }

  QListWidget* list_ = nullptr;
};

TEST_F(LayerGroupsTest, AHeadingShowsHidesAndFoldsItsLayers) {
  open_five();
  run("layer.set", {{"layer", "a"}, {"group", "masks"}});
  run("layer.set", {{"layer", "c"}, {"group", "masks"}});
  EXPECT_EQ(rows(), "b [masks] c a cells_mask.tif cells.tif");
  click(1, 14);
  EXPECT_FALSE(visible(2));
  EXPECT_FALSE(visible(3));
  EXPECT_TRUE(visible(4));
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_TRUE(visible(2) && visible(3)) << "one step of undo";
  EXPECT_TRUE(list_->item(1)->data(Qt::AccessibleTextRole).toString().contains("Group masks"));
  EXPECT_TRUE(list_->item(2)->data(Qt::AccessibleTextRole).toString().contains("in group masks"));
  if (const char* path = std::getenv("KARYOSCOPE_GROUPS_PICTURE")) window_.grab().save(path);
  click(1, kEyeWidth + 8);
  EXPECT_EQ(rows(), "b [masks] cells_mask.tif cells.tif");
  workspace_.layers().select(&workspace_.layers().at(2));
  EXPECT_EQ(list_->currentRow(), 1) << "a folded group shows the selection at its heading";
  if (const char* path = std::getenv("KARYOSCOPE_FOLDED_PICTURE")) window_.grab().save(path);
  list_->setFocus();
  key(Qt::Key_Right);
  EXPECT_EQ(rows(), "b [masks] c a cells_mask.tif cells.tif");
  list_->setCurrentRow(1);
  key(Qt::Key_Space);
  EXPECT_FALSE(visible(2) || visible(3));
  key(Qt::Key_Left);
  EXPECT_EQ(rows(), "b [masks] cells_mask.tif cells.tif");
}

TEST_F(LayerGroupsTest, RowsAreDraggedIntoAndOutOfAGroup) {
  open_five();
  run("layer.set", {{"layer", "a"}, {"group", "g"}});
  ASSERT_EQ(rows(), "c b [g] a cells_mask.tif cells.tif");
  drag(0, 3);  // c, right under the heading
  EXPECT_EQ(rows(), "b [g] c a cells_mask.tif cells.tif");
  EXPECT_EQ(group_of("c"), "g");
  drag(5, 3);  // the image, between the two
  EXPECT_EQ(rows(), "b [g] c cells.tif a cells_mask.tif");
  drag(3, 6);  // to the bottom
  EXPECT_EQ(rows(), "b [g] c a cells_mask.tif cells.tif");
  EXPECT_EQ(group_of("cells.tif"), "");
  drag(2, 4);  // c under a: the end of its own group
  EXPECT_EQ(rows(), "b [g] a c cells_mask.tif cells.tif");
  EXPECT_EQ(group_of("c"), "g");
  drag(2, 1);  // a above the heading
  EXPECT_EQ(rows(), "b a [g] c cells_mask.tif cells.tif");
  key(Qt::Key_Z, Qt::ControlModifier);
  QTest::qWait(20);
  EXPECT_EQ(rows(), "b [g] a c cells_mask.tif cells.tif") << "a drag is one step";
}

TEST_F(LayerGroupsTest, ADraggedHeadingTakesItsLayersAlong) {
  open_five();
  run("layer.set", {{"layer", "b"}, {"group", "g"}});
  run("layer.set", {{"layer", "c"}, {"group", "g"}});
  run("layer.set", {{"layer", "cells.tif"}, {"group", "raw"}});
  run("layer.set", {{"layer", "cells_mask.tif"}, {"group", "raw"}});
  ASSERT_EQ(rows(), "[g] c b a [raw] cells_mask.tif cells.tif");
  drag(0, 4);
  EXPECT_EQ(rows(), "a [g] c b [raw] cells_mask.tif cells.tif");
  drag(1, 6);  // between the layers of the other group
  EXPECT_EQ(rows(), "a [raw] cells_mask.tif cells.tif [g] c b");
  key(Qt::Key_Z, Qt::ControlModifier);
  QTest::qWait(20);
  EXPECT_EQ(rows(), "a [g] c b [raw] cells_mask.tif cells.tif");
  click(1, kEyeWidth + 8);
  drag(0, 2);  // a, under the folded heading
  EXPECT_EQ(rows(), "[g] a [raw] cells_mask.tif cells.tif");
  EXPECT_EQ(group_of("a"), "");
  drag(0, list_->count());
  EXPECT_EQ(rows(), "a [raw] cells_mask.tif cells.tif [g]");
}

TEST_F(LayerGroupsTest, TheDialogAsksForANameAndAHeadingIsRenamed) {
  open_five();
  key(Qt::Key_G, Qt::ControlModifier | Qt::AltModifier);
  QPointer<QInputDialog> dialog = window_.findChild<QInputDialog*>("group_dialog");
  ASSERT_NE(dialog, nullptr);
  auto* edit = dialog->findChild<QLineEdit*>();
  edit->selectAll();
  QTest::keyClicks(edit, " nuclei ");
  QTest::keyClick(edit, Qt::Key_Return);
  QTest::qWait(20);
  EXPECT_EQ(group_of("c"), "nuclei");
  EXPECT_EQ(rows(), "[nuclei] c b a cells_mask.tif cells.tif");
  run("layer.select", {{"layer", "a"}});
  run("layer.ask_group", {});
  dialog = window_.findChild<QInputDialog*>("group_dialog");
  ASSERT_TRUE(wait_until([&] { return dialog && dialog->isVisible(); }));
  EXPECT_NE(dialog->findChild<QComboBox*>(), nullptr) << "offers the groups there are";
  EXPECT_EQ(dialog->textValue(), "nuclei");
  if (const char* path = std::getenv("KARYOSCOPE_GROUP_DIALOG_PICTURE")) dialog->grab().save(path);
  dialog->accept();
  QTest::qWait(20);
  EXPECT_EQ(rows(), "[nuclei] c a b cells_mask.tif cells.tif");
  list_->item(0)->setText("cells");  // as the editor of the row does
  QTest::qWait(20);
  EXPECT_EQ(group_of("a"), "cells");
  EXPECT_EQ(rows(), "[cells] c a b cells_mask.tif cells.tif");
  run("layer.ungroup", {});
  EXPECT_EQ(rows(), "[cells] c a b cells_mask.tif cells.tif");
  EXPECT_EQ(group_of("a"), "");
}

}  // namespace
}  // namespace karyo::gui
