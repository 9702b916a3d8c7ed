#include "app/gui/layer_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>
#include <utility>

#include "app/gui/layer_choice.h"
#include "app/gui/line_icon.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kRowHeight = 32;
constexpr int kEyeWidth = 32;
constexpr int kKindWidth = 26;
constexpr int kOpacityWidth = 48;

LineIcon icon_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::kImage: return LineIcon::kImage;
    case LayerKind::kLabels: return LineIcon::kLabels;
    case LayerKind::kPoints: return LineIcon::kPoints;
    case LayerKind::kShapes: return LineIcon::kArea;
    case LayerKind::kTracks: return LineIcon::kTracks;
  }
  return LineIcon::kImage;
}

/// Paints a row from the layer itself.
class RowPainter : public QStyledItemDelegate {
 public:
  RowPainter(Workspace& workspace, QObject* parent)
      : QStyledItemDelegate(parent), workspace_(workspace) {}

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
    return {100, kRowHeight};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override {
    const int position = workspace_.layers().count() - 1 - index.row();
    if (position < 0) return;
    const Layer& layer = workspace_.layers().at(position);
    const bool selected = workspace_.layers().selected() == &layer;
    const QRect row = option.rect;
    painter->save();
    if (selected) {
      painter->fillRect(row, palette::selection());
      painter->fillRect(QRect(row.left(), row.top(), 3, row.height()), palette::accent());
    }
    const QColor text = layer.visible() ? palette::text() : palette::quiet_text();
    const QRect eye(row.left() + 8, row.top() + 8, 16, 16);
    line_icon(layer.visible() ? LineIcon::kEye : LineIcon::kEyeOff, text).paint(painter, eye);
    const QRect kind(row.left() + kEyeWidth, row.top() + 8, 16, 16);
    if (layer.locked()) {
      const QRect lock(row.right() - kOpacityWidth - 18, row.top() + 9, 14, 14);
      line_icon(LineIcon::kLock, palette::quiet_text()).paint(painter, lock);
    }
    line_icon(icon_of(layer.kind()), palette::quiet_text())
        .paint(painter, kind);
    painter->setPen(text);
    const QRect name(row.left() + kEyeWidth + kKindWidth, row.top(),
                     row.width() - kEyeWidth - kKindWidth - kOpacityWidth - kGrid, row.height());
    painter->drawText(name, Qt::AlignVCenter | Qt::AlignLeft,
                      option.fontMetrics.elidedText(QString::fromStdString(layer.name()),
                                                    Qt::ElideMiddle, name.width()));
    painter->setPen(palette::quiet_text());
    const QRect opacity(row.right() - kOpacityWidth, row.top(), kOpacityWidth - kGrid,
                        row.height());
    painter->drawText(opacity, Qt::AlignVCenter | Qt::AlignRight,
                      QStringLiteral("%1 %").arg(std::lround(layer.opacity() * 100)));
    painter->restore();
  }

 private:
  Workspace& workspace_;
};

}  // namespace

class LayerPanel::List : public QListWidget {
 public:
  using QListWidget::QListWidget;
  std::function<void(int row)> on_eye;

 protected:
  /// Beside what the list itself needs for moving rows: the layer, for views to take.
  QMimeData* mimeData(const QList<QListWidgetItem*>& items) const override {
    QMimeData* data = QListWidget::mimeData(items);
    if (data != nullptr && !items.isEmpty()) {
      data->setData(kLayerMime, QByteArray::number(items.front()->data(Qt::UserRole).toInt()));
    }
    return data;
  }
  void mousePressEvent(QMouseEvent* event) override {
    const int row = indexAt(event->position().toPoint()).row();
    if (row >= 0 && event->position().x() < kEyeWidth && event->button() == Qt::LeftButton) {
      if (on_eye) on_eye(row);
      return;
    }
    QListWidget::mousePressEvent(event);
  }
  void mouseDoubleClickEvent(QMouseEvent* event) override {
    // Two quick clicks on the eye are two clicks.
    if (event->position().x() < kEyeWidth) {
      mousePressEvent(event);
      return;
    }
    QListWidget::mouseDoubleClickEvent(event);
  }
};

LayerPanel::LayerPanel(Workspace& workspace, const CommandTable& commands, QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  auto* head = new QHBoxLayout;
  head->setSpacing(0);
  auto* title = new QLabel(tr("Layers"), this);
  title->setProperty("role", "title");
  head->addWidget(title);
  head->addStretch(1);
  for (const auto& [id, icon] : {std::pair{"layer.up", LineIcon::kUp},
                                 std::pair{"layer.down", LineIcon::kDown},
                                 std::pair{"layer.delete", LineIcon::kDelete}}) {
    const Command* command = commands.find(id);
    if (command == nullptr) continue;
    auto* button = new QToolButton(this);
    button->setIcon(line_icon(icon));
    button->setProperty("flat", true);
    button->setAutoRaise(true);
    button->setToolTip(QString::fromStdString(command->help));
    button->setObjectName(QString::fromStdString(command->id));
    QObject::connect(button, &QToolButton::clicked, this,
                     [&commands, id = command->id] { static_cast<void>(commands.run(id)); });
    head->addWidget(button);
  }
  column->addLayout(head);
  list_ = new List(this);
  list_->setObjectName(QStringLiteral("layers"));
  list_->setItemDelegate(new RowPainter(workspace_, list_));
  list_->setDragDropMode(QAbstractItemView::InternalMove);
  list_->setDefaultDropAction(Qt::MoveAction);
  list_->setSelectionMode(QAbstractItemView::SingleSelection);
  list_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setMinimumHeight(4 * kRowHeight + 2);
  list_->setMaximumHeight(10 * kRowHeight + 2);
  column->addWidget(list_, 1);

  list_->on_eye = [this](int row) {
    const Layer& layer = workspace_.layers().at(position_of_row(row));
    static_cast<void>(
        commands_.run("layer.set", {{"layer", layer.name()}, {"visible", !layer.visible()}}));
  };
  QObject::connect(list_, &QListWidget::currentRowChanged, this, [this](int row) {
    if (!refilling_ && row >= 0 && row < workspace_.layers().count()) {
      workspace_.layers().select(&workspace_.layers().at(position_of_row(row)));
    }
  });
  QObject::connect(list_, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) {
    const int row = list_->row(item);
    if (refilling_ || row < 0 || item->text().trimmed().isEmpty()) return;
    const Layer& layer = workspace_.layers().at(position_of_row(row));
    const auto outcome = commands_.run(
        "layer.set", {{"layer", layer.name()}, {"name", item->text().trimmed().toStdString()}});
    if (outcome) return;
    workspace_.failed.emit(outcome.error());
    QTimer::singleShot(0, this, [this] { refill(); });  // the old name again
  });
  // The view still holds on to the dragged row while this signal is out.
  QObject::connect(list_->model(), &QAbstractItemModel::rowsMoved, this,
                   [this] { QTimer::singleShot(0, this, [this] { reorder(); }); });
  connections_.push_back(workspace_.layers().list_changed.connect([this] { refill(); }));
  connections_.push_back(
      workspace_.layers().selection_changed.connect([this](Layer*) { show_selection(); }));
  connections_.push_back(
      workspace_.layers().layer_changed.connect([this](Layer&) { list_->viewport()->update(); }));
  refill();
}

int LayerPanel::position_of_row(int row) const { return workspace_.layers().count() - 1 - row; }

void LayerPanel::refill() {
  refilling_ = true;
  list_->clear();
  auto& layers = workspace_.layers();
  for (int row = 0; row < layers.count(); ++row) {
    const Layer& layer = layers.at(position_of_row(row));
    auto* item = new QListWidgetItem(QString::fromStdString(layer.name()), list_);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable |
                   Qt::ItemIsDragEnabled);
    item->setToolTip(QString::fromStdString(layer.name()));
    item->setData(Qt::UserRole, position_of_row(row));
  }
  show_selection();
  refilling_ = false;
}

void LayerPanel::show_selection() {
  const bool outer = std::exchange(refilling_, true);
  const int position = workspace_.layers().find(workspace_.layers().selected());
  list_->setCurrentRow(position < 0 ? -1 : workspace_.layers().count() - 1 - position);
  list_->viewport()->update();
  refilling_ = outer;
}

void LayerPanel::reorder() {
  auto& layers = workspace_.layers();
  std::vector<const Layer*> wanted;  // from the bottom
  for (int row = list_->count() - 1; row >= 0; --row) {
    wanted.push_back(&layers.at(list_->item(row)->data(Qt::UserRole).toInt()));
  }
  for (int to = 0; to < static_cast<int>(wanted.size()); ++to) {
    const int from = layers.find(wanted[static_cast<std::size_t>(to)]);
    if (from == to) continue;
    static_cast<void>(
        commands_.run("layer.move", {{"layer", layers.at(from).name()}, {"to", to + 1}}));
  }
  refill();
}

}  // namespace karyo::gui
