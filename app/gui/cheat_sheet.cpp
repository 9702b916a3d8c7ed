#include "app/gui/cheat_sheet.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

void add_line(QGridLayout& table, const QString& keys, const QString& text) {
  const int row = table.rowCount();
  auto* left = new QLabel(keys);
  left->setStyleSheet(QStringLiteral("color: #7fd8cc;"));
  table.addWidget(left, row, 0, Qt::AlignTop | Qt::AlignRight);
  table.addWidget(new QLabel(text), row, 1, Qt::AlignTop);
}

}  // namespace

CheatSheet::CheatSheet(const CommandTable& commands, QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("cheat_sheet"));
  setStyleSheet(QStringLiteral("#cheat_sheet { background: #242629; border: 1px solid #4a4e54; "
                               "border-radius: 6px; }"));
  auto* columns = new QHBoxLayout(this);
  columns->setContentsMargins(3 * kGrid, 2 * kGrid, 3 * kGrid, 2 * kGrid);
  columns->setSpacing(5 * kGrid);
  const auto add_column = [&](const QString& title) {
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
    columns->addLayout(column);
    return table;
  };
  auto* mouse = add_column(tr("Mouse"));
  add_line(*mouse, tr("Wheel"), tr("Next or previous plane"));
  add_line(*mouse, tr("Ctrl + wheel, pinch"), tr("Zoom about the pointer"));
  add_line(*mouse, tr("Drag"), tr("Move the picture"));
  add_line(*mouse, tr("Click"), tr("Set the crosshair, select the object"));
  add_line(*mouse, tr("Shift + drag"), tr("Crosshair follows the pointer"));
  add_line(*mouse, tr("Double click"), tr("One view alone, or all"));
  add_line(*mouse, tr("In 3D: drag"), tr("Turn"));
  add_line(*mouse, tr("In 3D: Shift + drag"), tr("Move"));
  add_line(*mouse, tr("In 3D: wheel"), tr("Come closer or go back"));
  auto* keys = add_column(tr("Keys"));
  for (const auto& command : commands.all()) {
    if (!command.shortcut.empty()) {
      add_line(*keys, QString::fromStdString(command.shortcut),
               QString::fromStdString(command.title));
    }
  }
  hide();
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
