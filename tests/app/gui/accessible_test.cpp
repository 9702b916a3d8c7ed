// What a screen reader reads out, and what the Tab key comes to.

#include <QAbstractButton>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QTreeWidget>
#include <set>

#include "app/gui/opacity_editor.h"
#include "app/gui/span_slider.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

bool interactive(const QWidget& widget) {
  return qobject_cast<const QAbstractButton*>(&widget) != nullptr ||
         qobject_cast<const QComboBox*>(&widget) != nullptr ||
         qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr ||
         qobject_cast<const QLineEdit*>(&widget) != nullptr ||
         qobject_cast<const QAbstractSlider*>(&widget) != nullptr ||
         qobject_cast<const QListWidget*>(&widget) != nullptr ||
         qobject_cast<const QTreeWidget*>(&widget) != nullptr ||
         dynamic_cast<const SpanSlider*>(&widget) != nullptr ||
         dynamic_cast<const OpacityEditor*>(&widget) != nullptr;
}

/// Parts of another widget, which is what one reads and comes to.
bool is_part(const QWidget& widget) {
  const QWidget* parent = widget.parentWidget();
  return widget.objectName().startsWith(QLatin1String("qt_")) || widget.inherits("QScrollBar") ||
         widget.inherits("QHeaderView") ||
         (parent != nullptr && (qobject_cast<const QAbstractSpinBox*>(parent) != nullptr ||
                                qobject_cast<const QComboBox*>(parent) != nullptr));
}

std::vector<QWidget*> controls(QWidget& in) {
  std::vector<QWidget*> found;
  for (QWidget* widget : in.findChildren<QWidget*>()) {
    if (widget->isVisible() && interactive(*widget) && !is_part(*widget)) found.push_back(widget);
  }
  return found;
}

std::string described(const QWidget& widget) {
  return widget.metaObject()->className() + std::string(" \"") + widget.objectName().toStdString() +
         "\" in " + widget.parentWidget()->objectName().toStdString();
}

class AccessibleTest : public WindowTest {
 protected:
  void expect_names(QWidget& in) {
    const auto all = controls(in);
    EXPECT_FALSE(all.empty());
    for (QWidget* widget : all) {
      QAccessibleInterface* read = QAccessible::queryAccessibleInterface(widget);
      ASSERT_NE(read, nullptr);
      EXPECT_FALSE(read->text(QAccessible::Name).isEmpty()) << described(*widget);
    }
  }
};

TEST_F(AccessibleTest, EveryControlOfTheWindowHasAName) {
  expect_names(window_);  // the first page
  open_stack();
  for (int i = 0; i < workspace_.layers().count(); ++i) {
    workspace_.layers().select(&workspace_.layers().at(i));
    QTest::qWait(30);
    expect_names(window_);
  }
  for (const char* kind : {"layer.new_points", "layer.new_shapes"}) {
    ASSERT_TRUE(window_.commands().run(kind));
    QTest::qWait(30);
    expect_names(window_);
  }
  ASSERT_TRUE(window_.commands().run("tool.line"));
  ASSERT_TRUE(window_.commands().run("view.grid"));
  QTest::qWait(50);
  expect_names(window_);
  ASSERT_TRUE(window_.commands().run("view.composite"));
  for (const char* box : {"volume_header", "crop_on"}) {
    auto* const button = window_.findChild<QAbstractButton*>(QLatin1String(box));
    ASSERT_NE(button, nullptr) << box;
    button->click();
  }
  QTest::qWait(50);
  expect_names(window_);
}

TEST_F(AccessibleTest, EveryControlOfTheDialogsHasAName) {
  open_stack();
  workspace_.layers().select(&workspace_.layers().at(0));
  int dialogs = 0;
  for (const char* id : {"filter.gaussian", "filter.top_hat", "image.ask_calculate", "edit.keys",
                         "layer.properties", "layer.ask_group", "file.export_figure"}) {
    const Command* command = window_.commands().find(id);
    ASSERT_NE(command, nullptr) << id;
    window_.run(*command);
    QTest::qWait(50);
    for (QDialog* dialog : window_.findChildren<QDialog*>()) {
      if (!dialog->isVisible()) continue;
      ++dialogs;
      expect_names(*dialog);
      dialog->close();
    }
  }
  EXPECT_EQ(dialogs, 7);
}

TEST_F(AccessibleTest, TabComesToEveryControlOfTheSide) {
  open_stack();
  workspace_.layers().select(&workspace_.layers().at(0));
  QTest::qWait(50);
  std::set<QWidget*> reached;
  for (int i = 0; i < 200; ++i) {
    key(Qt::Key_Tab);
    if (QApplication::focusWidget() != nullptr) reached.insert(QApplication::focusWidget());
  }
  int tried = 0;
  for (QWidget* widget : controls(window_)) {
    // Pictures have their own keys, for what their headers and the column of tools do as well.
    if ((widget->focusPolicy() & Qt::TabFocus) == 0 || !widget->isEnabled()) continue;
    ++tried;
    EXPECT_TRUE(reached.contains(widget)) << described(*widget);
  }
  EXPECT_GT(tried, 10);
}

}  // namespace
}  // namespace karyo::gui
