#include "app/gui/history_panel.h"

#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>

#include "app/gui/theme.h"

namespace karyo::gui {

HistoryPanel::HistoryPanel(LayerHistory& history, std::function<void(std::size_t)> go_to,
                           QWidget* parent)
    : QWidget(parent), history_(history) {
  setObjectName(QStringLiteral("history_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  auto* hint = new QLabel(tr("A click goes back to that step, or forward again."), this);
  hint->setProperty("role", "quiet");
  hint->setWordWrap(true);
  column->addWidget(hint);
  list_ = new QListWidget(this);
  list_->setObjectName(QStringLiteral("history"));
  list_->setAccessibleName(tr("Steps that can be undone"));
  QObject::connect(list_, &QListWidget::itemClicked, this,
                   [this, go_to = std::move(go_to)](QListWidgetItem* item) {
                     go_to(static_cast<std::size_t>(list_->row(item)));
                   });
  column->addWidget(list_, 1);
  connections_.push_back(history_.changed.connect([this] { refill(); }));
  refill();
}

void HistoryPanel::refill() {
  list_->clear();
  list_->addItem(tr("As it was opened"));
  for (std::size_t i = 0; i < history_.count(); ++i) {
    auto* item = new QListWidgetItem(QString::fromStdString(history_.name_of_step(i)), list_);
    if (i >= history_.done()) item->setForeground(palette::quiet_text());
  }
  list_->setCurrentRow(static_cast<int>(history_.done()));
}

}  // namespace karyo::gui
