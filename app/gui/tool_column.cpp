#include "app/gui/tool_column.h"

#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kButton = 32;

}  // namespace

ToolColumn::ToolColumn(const CommandTable& commands, std::vector<Entry> entries,
                       std::function<void(const Command&)> run, QWidget* parent)
    : QWidget(parent), commands_(commands), entries_(std::move(entries)) {
  setObjectName(QStringLiteral("tools"));
  setProperty("role", "panel");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(4, kGrid, 4, kGrid);
  column->setSpacing(4);
  for (const Entry& entry : entries_) {
    if (entry.apart) column->addSpacing(kGrid);
    auto* button = new QToolButton(this);
    button->setObjectName(QString::fromStdString(entry.command));
    button->setProperty("flat", true);
    button->setIcon(line_icon(entry.icon));
    button->setIconSize({20, 20});
    button->setFixedSize(kButton, kButton);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::TabFocus);
    QObject::connect(button, &QToolButton::clicked, this, [this, run, id = entry.command] {
      if (const Command* command = commands_.find(id)) run(*command);
      refresh();
    });
    column->addWidget(button);
    buttons_.push_back(button);
  }
  column->addStretch(1);
  refresh();
}

void ToolColumn::refresh() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Command* command = commands_.find(entries_[i].command);
    if (command == nullptr) continue;
    QString tip = QString::fromStdString(command->title);
    buttons_[i]->setAccessibleName(tip);
    if (!command->shortcut.empty()) {
      tip += QStringLiteral(" (") + QString::fromStdString(command->shortcut) + QLatin1Char(')');
    }
    buttons_[i]->setToolTip(tip + QLatin1Char('\n') + QString::fromStdString(command->help));
    buttons_[i]->setChecked(command->checked && command->checked());
  }
}

}  // namespace karyo::gui
