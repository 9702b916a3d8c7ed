#include "app/gui/review_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "app/gui/theme.h"
#include "app/gui/translator.h"

namespace karyo::gui {
namespace {

constexpr int kRefreshMs = 300;

}  // namespace

ReviewPanel::ReviewPanel(Workspace& workspace, const CommandTable& commands, Run run,
                         QWidget* parent)
    : QWidget(parent), workspace_(workspace), run_(std::move(run)) {
  setObjectName(QStringLiteral("review_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  counts_ = new QLabel(this);
  counts_->setObjectName(QStringLiteral("review_counts"));
  counts_->setWordWrap(true);
  column->addWidget(counts_);
  list_ = new QTreeWidget(this);
  list_->setObjectName(QStringLiteral("review"));
  list_->setAccessibleName(tr("Objects to look at"));
  list_->setRootIsDecorated(false);
  list_->setUniformRowHeights(true);
  list_->setHeaderLabels({tr("No."), tr("Why")});
  list_->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
  list_->header()->setStretchLastSection(true);
  QObject::connect(list_, &QTreeWidget::itemSelectionChanged, this, [this] {
    const auto layer = workspace_.checks().layer();
    const auto chosen = list_->selectedItems();
    if (filling_ || !layer || chosen.isEmpty()) return;
    run_("layer.go_to",
         {{"layer", layer->name()}, {"object", chosen[0]->data(0, Qt::UserRole).toUInt()}});
  });
  column->addWidget(list_, 1);
  auto* row = new QHBoxLayout;
  row->setSpacing(kGrid);
  for (const char* id : {"review.accept", "review.delete", "review.next"}) {
    const Command& command = *commands.find(id);
    auto* button = new QPushButton(command.id == "review.next"     ? tr("Next")
                                   : command.id == "review.accept" ? tr("Accept")
                                                                   : tr("Delete"),
                                   this);
    button->setObjectName(QLatin1String(id));
    button->setToolTip(QString::fromStdString(command.help + " (" + command.shortcut + ")"));
    QObject::connect(button, &QPushButton::clicked, this,
                     [this, name = command.id] { run_(name, nlohmann::json::object()); });
    row->addWidget(button);
  }
  column->addLayout(row);
  clock_.setInterval(kRefreshMs);
  QObject::connect(&clock_, &QTimer::timeout, this,
                   [this] { isVisible() ? workspace_.checks().update() : clock_.stop(); });
  connections_.push_back(workspace_.checks().changed.connect([this] { refill(); }));
  refill();
}

void ReviewPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  workspace_.checks().update();
  clock_.start();
  refill();
}

void ReviewPanel::refill() {
  if (!isVisible()) return;
  filling_ = true;
  const auto layer = workspace_.checks().layer();
  list_->clear();
  for (const ReviewItem& item : workspace_.checks().queue().items()) {
    if (item.state != ReviewState::kOpen) continue;
    QStringList reasons;
    for (const LabelFinding& finding : item.findings) {
      reasons << message_text(finding.text);
    }
    auto* row =
        new QTreeWidgetItem(list_, {QString::number(item.id), reasons.join(QStringLiteral(", "))});
    row->setData(0, Qt::UserRole, item.id);
    row->setToolTip(1, reasons.join(QLatin1Char('\n')));
    if (layer && layer->selected() == item.id) list_->setCurrentItem(row);
  }
  const auto open = workspace_.checks().queue().open_count();
  counts_->setText(open == 0 ? (layer ? tr("Nothing is left to be looked at.")
                                      : tr("Labels that are open are looked through here."))
                             : tr("Objects that may have something wrong: %1").arg(open));
  filling_ = false;
}

}  // namespace karyo::gui
