#include "app/gui/cheat_sheet.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kLeastLines = 14;  // of a column, in a window however low
constexpr int kLineGap = 4;
constexpr int kTitleLines = 3;  // as many as a second title and what is around it take

void add_line(QGridLayout& table, const QString& keys, const QString& text) {
  const int row = table.count() / 2;  // an empty table has a row already
  auto* left = new QLabel(keys);
  left->setProperty("role", "key");
  table.addWidget(left, row, 0, Qt::AlignTop | Qt::AlignRight);
  table.addWidget(new QLabel(text), row, 1, Qt::AlignTop);
}

}  // namespace

CheatSheet::CheatSheet(const CommandTable& commands, QWidget* parent)
    : QFrame(parent), commands_(commands) {
  setObjectName(QStringLiteral("cheat_sheet"));
  setProperty("role", "popup");
  refill();
  hide();
}

void CheatSheet::add_column() {
  column_ = new QVBoxLayout;
  column_->setSpacing(kGrid);
  columns_->addLayout(column_);
}

QGridLayout* CheatSheet::add_table(const QString& title) {
  auto* head = new QLabel(title, this);
  head->setProperty("role", "title");
  head->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  column_->addWidget(head);
  auto* table = new QGridLayout;
  table->setHorizontalSpacing(2 * kGrid);
  table->setVerticalSpacing(kLineGap);
  column_->addLayout(table);
  return table;
}

void CheatSheet::refill() {
  qDeleteAll(findChildren<QWidget*>());
  delete layout();
  columns_ = new QHBoxLayout(this);
  columns_->setContentsMargins(3 * kGrid, 2 * kGrid, 3 * kGrid, 2 * kGrid);
  columns_->setSpacing(5 * kGrid);
  add_column();
  auto* mouse = add_table(tr("Mouse"));
  add_line(*mouse, tr("Wheel"), tr("Next or previous plane"));
  add_line(*mouse, tr("Ctrl + wheel, pinch"), tr("Zoom about the pointer"));
  add_line(*mouse, tr("Drag"), tr("Move the picture"));
  add_line(*mouse, tr("Click"), tr("Set the crosshair, select the object"));
  add_line(*mouse, tr("Shift + drag"), tr("Crosshair follows the pointer"));
  add_line(*mouse, tr("Double click"), tr("One view alone, or all"));
  add_line(*mouse, tr("In 3D: click"), tr("Crosshair to the voxel that is seen there"));
  add_line(*mouse, tr("In 3D: drag"), tr("Turn"));
  add_line(*mouse, tr("In 3D: Shift + drag"), tr("Move"));
  add_line(*mouse, tr("In 3D: wheel"), tr("Come closer or go back"));
  add_line(*mouse, tr("In 3D, with Merge: drag"), tr("One object onto another: they become one"));
  add_line(*mouse, tr("Annotate, in a view: Delete"), tr("Delete the selected object"));
  add_line(*mouse, tr("Brush: Shift + drag, Shift + wheel"), tr("Wider or narrower"));
  add_line(*mouse, tr("Brush: pen pressed harder"), tr("Wider"));
  add_line(*mouse, tr("Brush: the pen's other end"), tr("Erase"));
  // As few columns as the window's height allows: its width is what they run out of.
  const int line = fontMetrics().height() + kLineGap + 2;
  const int room = parentWidget()->height() - 10 * kGrid;
  const int lines_per_column = std::max(kLeastLines, room / line - 1);
  // Keys begin below the mouse, in what is left of its column.
  column_->addSpacing(2 * kGrid);
  QGridLayout* keys = add_table(tr("Keys (Edit › Keys changes them)"));
  int lines = mouse->rowCount() + kTitleLines;
  for (const auto& command : commands_.all()) {
    if (command.shortcut.empty() || (shows && !shows(command))) continue;
    // Of a numbered row of commands the first stands for all.
    const std::string& id = command.id;
    const bool numbered =
        id.size() > 2 && id[id.size() - 2] == '_' && id.back() >= '1' && id.back() <= '9';
    if (numbered && id.back() != '1') continue;
    if (lines >= lines_per_column) {
      column_->addStretch(1);
      add_column();
      keys = add_table({});
      lines = 0;
    }
    ++lines;
    add_line(
        *keys,
        QString::fromStdString(command.shortcut) + (numbered ? QStringLiteral(" …") : QString()),
        QString::fromStdString(command.title));
  }
  column_->addStretch(1);
}

void CheatSheet::toggle() {
  if (isVisible()) {
    hide();
    return;
  }
  refill();  // the window may be higher or lower than before
  adjustSize();
  move((parentWidget()->width() - width()) / 2, (parentWidget()->height() - height()) / 2);
  show();
  raise();
}

void CheatSheet::mousePressEvent(QMouseEvent*) {
  hide();
}

}  // namespace karyo::gui
