#include "app/gui/command_search.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kWidth = 520;
constexpr int kHeight = 360;

}  // namespace

CommandSearch::CommandSearch(const CommandTable& commands, QWidget* parent)
    : QFrame(parent), commands_(commands) {
  setObjectName(QStringLiteral("command_search"));
  setProperty("role", "popup");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  field_ = new QLineEdit(this);
  field_->setPlaceholderText(tr("What would you like to do?"));
  field_->installEventFilter(this);
  list_ = new QListWidget(this);
  list_->setFocusPolicy(Qt::NoFocus);
  list_->setUniformItemSizes(true);
  column->addWidget(field_);
  column->addWidget(list_, 1);
  QObject::connect(field_, &QLineEdit::textChanged, this, [this](const QString& text) {
    refill(text);
  });
  QObject::connect(list_, &QListWidget::itemClicked, this, [this] { choose(); });
  hide();
}

void CommandSearch::open() {
  const int width = std::min(kWidth, parentWidget()->width() - 4 * kGrid);
  setGeometry((parentWidget()->width() - width) / 2, 6 * kGrid, width,
              std::min(kHeight, parentWidget()->height() - 12 * kGrid));
  field_->clear();
  refill({});
  show();
  raise();
  field_->setFocus();
}

void CommandSearch::refill(const QString& text) {
  list_->clear();
  for (const Command* command : commands_.search(text.toStdString())) {
    if (!command->enabled()) continue;
    QString line = QString::fromStdString(command->title);
    if (!command->shortcut.empty()) {
      line += QStringLiteral("    ") + QString::fromStdString(command->shortcut);
    }
    auto* item = new QListWidgetItem(line, list_);
    item->setData(Qt::UserRole, QString::fromStdString(command->id));
    item->setToolTip(QString::fromStdString(command->help));
  }
  list_->setCurrentRow(0);
}

void CommandSearch::choose() {
  auto* item = list_->currentItem();
  hide();
  if (parentWidget() != nullptr) parentWidget()->setFocus();
  if (item == nullptr) return;
  const Command* command = commands_.find(item->data(Qt::UserRole).toString().toStdString());
  if (command != nullptr && on_chosen) on_chosen(*command);
}

bool CommandSearch::eventFilter(QObject* watched, QEvent* event) {
  if (watched == field_ && event->type() == QEvent::FocusOut) hide();
  if (watched == field_ && event->type() == QEvent::KeyPress) {
    switch (static_cast<QKeyEvent*>(event)->key()) {
      case Qt::Key_Escape: hide(); parentWidget()->setFocus(); return true;
      case Qt::Key_Return:
      case Qt::Key_Enter: choose(); return true;
      case Qt::Key_Down:
        list_->setCurrentRow(std::min(list_->currentRow() + 1, list_->count() - 1));
        return true;
      case Qt::Key_Up: list_->setCurrentRow(std::max(list_->currentRow() - 1, 0)); return true;
      default: break;
    }
  }
  return QFrame::eventFilter(watched, event);
}

}  // namespace karyo::gui
