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
  // Rows that stay are left alone: there may be thousands, of earlier runs too.
  const int rows = static_cast<int>(history_.count()) + 1;
  while (list_->count() > rows) delete list_->takeItem(list_->count() - 1);
  while (list_->count() < rows) list_->addItem(QString());
  list_->item(0)->setText(tr("Before these steps"));
  for (int row = 1; row < rows; ++row) {
    const auto step = static_cast<std::size_t>(row) - 1;
    QListWidgetItem* const item = list_->item(row);
    const QString name = QString::fromStdString(history_.name_of_step(step));
    if (item->text() != name) item->setText(name);
    const bool undone = step >= history_.done();
    item->setData(Qt::ForegroundRole,
                  undone ? QVariant(QBrush(palette::quiet_text())) : QVariant());
  }
  list_->setCurrentRow(static_cast<int>(history_.done()));
}

}  // namespace karyo::gui
