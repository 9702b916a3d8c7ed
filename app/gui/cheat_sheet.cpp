#include "app/gui/cheat_sheet.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kLinesPerColumn = 20;

void add_line(QGridLayout& table, const QString& keys, const QString& text) {
  const int row = table.rowCount();
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

QGridLayout* CheatSheet::add_column(const QString& title) {
  auto* column = new QVBoxLayout;
  auto* head = new QLabel(title, this);
  head->setProperty("role", "title");
  head->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  column->addWidget(head);
  auto* table = new QGridLayout;
  table->setHorizontalSpacing(2 * kGrid);
  table->setVerticalSpacing(4);
  column->addLayout(table);
  column->addStretch(1);
  columns_->addLayout(column);
  return table;
}

void CheatSheet::refill() {
  qDeleteAll(findChildren<QWidget*>());
  delete layout();
  columns_ = new QHBoxLayout(this);
  columns_->setContentsMargins(3 * kGrid, 2 * kGrid, 3 * kGrid, 2 * kGrid);
  columns_->setSpacing(5 * kGrid);
  auto* mouse = add_column(tr("Mouse"));
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
  QGridLayout* keys = nullptr;
  int lines = 0;
  for (const auto& command : commands_.all()) {
    if (command.shortcut.empty()) continue;
    if (lines++ % kLinesPerColumn == 0) {
      keys = add_column(keys == nullptr ? tr("Keys (Edit › Keys changes them)") : QString());
    }
    add_line(*keys, QString::fromStdString(command.shortcut),
             QString::fromStdString(command.title));
  }
}

void CheatSheet::toggle() {
  if (isVisible()) {
    hide();
    return;
  }
  adjustSize();
  move((parentWidget()->width() - width()) / 2, (parentWidget()->height() - height()) / 2);
  show();
  raise();
}

void CheatSheet::mousePressEvent(QMouseEvent*) { hide(); }

}  // namespace karyo::gui
