#include "app/gui/layer_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

#include "app/gui/layer_choice.h"
#include "app/gui/layer_row.h"
#include "app/gui/line_icon.h"
#include "app/gui/theme.h"

namespace karyo::gui {
class LayerPanel::List : public QListWidget {
 public:
  using QListWidget::QListWidget;
  std::function<void(int row)> on_eye;
  std::function<void(int row, bool folded)> on_fold;

 protected:
  /// Beside what the list itself needs for moving rows: the layer, for views to take.
  QMimeData* mimeData(const QList<QListWidgetItem*>& items) const override {
    QMimeData* data = QListWidget::mimeData(items);
    const int position = items.isEmpty() ? -1 : items.front()->data(kPositionRole).toInt();
    if (data != nullptr && position >= 0) data->setData(kLayerMime, QByteArray::number(position));
    return data;
  }
  void mousePressEvent(QMouseEvent* event) override {
    const int row = indexAt(event->position().toPoint()).row();
    const bool left = row >= 0 && event->button() == Qt::LeftButton;
    if (left && event->position().x() < kEyeWidth) {
      if (on_eye) on_eye(row);
    } else if (left && on_arrow(row, event->position().x())) {
      if (on_fold) on_fold(row, !item(row)->data(kFoldedRole).toBool());
    } else {
      QListWidget::mousePressEvent(event);
    }
  }
  void mouseDoubleClickEvent(QMouseEvent* event) override {
    // Two quick clicks on the eye are two clicks.
    const int row = indexAt(event->position().toPoint()).row();
    if (event->position().x() < kEyeWidth || (row >= 0 && on_arrow(row, event->position().x()))) {
      mousePressEvent(event);
      return;
    }
    QListWidget::mouseDoubleClickEvent(event);
  }
  void keyPressEvent(QKeyEvent* event) override {
    const int row = currentRow();
    const bool heading = row >= 0 && item(row)->data(kPositionRole).toInt() < 0;
    if (heading && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
      if (on_fold) on_fold(row, event->key() == Qt::Key_Left);
    } else if (heading && event->key() == Qt::Key_Space) {
      if (on_eye) on_eye(row);
    } else {
      QListWidget::keyPressEvent(event);
    }
  }

 private:
  bool on_arrow(int row, double x) const {
    return item(row)->data(kPositionRole).toInt() < 0 && x < kEyeWidth + kKindWidth;
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
  for (const auto& [id, icon] :
       {std::pair{"layer.up", LineIcon::kUp}, std::pair{"layer.down", LineIcon::kDown},
        std::pair{"layer.delete", LineIcon::kDelete}}) {
    const Command* command = commands.find(id);
    if (command == nullptr) continue;
    auto* button = new QToolButton(this);
    button->setIcon(line_icon(icon));
    button->setProperty("flat", true);
    button->setAutoRaise(true);
    button->setToolTip(QString::fromStdString(command->help));
    button->setAccessibleName(QString::fromStdString(command->title));
    button->setObjectName(QString::fromStdString(command->id));
    QObject::connect(button, &QToolButton::clicked, this,
                     [&commands, id = command->id] { static_cast<void>(commands.run(id)); });
    head->addWidget(button);
  }
  column->addLayout(head);
  list_ = new List(this);
  list_->setObjectName(QStringLiteral("layers"));
  list_->setAccessibleName(tr("Layers, the topmost first"));
  list_->setItemDelegate(new LayerRowPainter(workspace_, list_));
  list_->setDragDropMode(QAbstractItemView::InternalMove);
  list_->setDefaultDropAction(Qt::MoveAction);
  list_->setSelectionMode(QAbstractItemView::SingleSelection);
  list_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setMinimumHeight(4 * kRowHeight + 2);
  list_->setMaximumHeight(10 * kRowHeight + 2);
  column->addWidget(list_, 1);

  connect_list();
  connect_layers();
  refill();
}

void LayerPanel::connect_list() {
  list_->on_eye = [this](int row) { click_eye(row); };
  list_->on_fold = [this](int row, bool folded) { set_folded(row, folded); };
  QObject::connect(list_, &QListWidget::currentRowChanged, this, [this](int row) {
    const int position = position_of_row(row);
    if (!refilling_ && position >= 0) workspace_.layers().select(&workspace_.layers().at(position));
  });
  QObject::connect(list_, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) {
    if (!refilling_) rename(list_->row(item));
  });
  QObject::connect(list_->model(), &QAbstractItemModel::rowsMoved, this,
                   [this](const QModelIndex&, int from, int, const QModelIndex&, int before) {
                     const int row = before > from ? before - 1 : before;
                     // The view still holds on to the dragged row while this signal is out.
                     QTimer::singleShot(0, this, [this, row] { drop(row); });
                   });
}

void LayerPanel::connect_layers() {
  LayerList& layers = workspace_.layers();
  connections_.push_back(layers.list_changed.connect([this] { refill(); }));
  connections_.push_back(layers.selection_changed.connect([this](Layer*) { show_selection(); }));
  connections_.push_back(layers.layer_changed.connect([this](Layer&) { describe_rows(); }));
}

int LayerPanel::position_of_row(int row) const {
  if (row < 0 || row >= list_->count()) return -1;
  const int position = list_->item(row)->data(kPositionRole).toInt();
  return position < workspace_.layers().count() ? position : -1;
}

std::string LayerPanel::group_of_row(int row) const {
  if (row < 0 || row >= list_->count()) return {};
  return list_->item(row)->data(kGroupRole).toString().toStdString();
}

bool LayerPanel::is_heading(int row) const {
  return row >= 0 && row < list_->count() && list_->item(row)->data(kPositionRole).toInt() < 0;
}

int LayerPanel::row_of(int position) const {
  int heading = -1;
  for (int row = 0; row < list_->count(); ++row) {
    if (is_heading(row)) heading = row;
    if (position < 0 || position_of_row(row) != position) continue;
    return list_->isRowHidden(row) ? heading : row;
  }
  return -1;
}

void LayerPanel::run(const char* command, const nlohmann::json& arguments) {
  const auto outcome = commands_.run(command, arguments);
  if (!outcome) workspace_.failed.emit(outcome.error());
}

void LayerPanel::click_eye(int row) {
  if (is_heading(row)) {
    run("layer.toggle_group", {{"group", group_of_row(row)}});
  } else if (const int position = position_of_row(row); position >= 0) {
    const Layer& layer = workspace_.layers().at(position);
    run("layer.set", {{"layer", layer.name()}, {"visible", !layer.visible()}});
  }
}

void LayerPanel::rename(int row) {
  const auto text = row < 0 ? std::string() : list_->item(row)->text().trimmed().toStdString();
  if (text.empty()) return;
  if (is_heading(row)) {
    run("layer.rename_group", {{"group", group_of_row(row)}, {"name", text}});
  } else if (const int position = position_of_row(row); position >= 0) {
    run("layer.set", {{"layer", workspace_.layers().at(position).name()}, {"name", text}});
  }
  refill_soon();  // the old name again where the new one was refused
}

void LayerPanel::set_folded(int row, bool folded) {
  const std::string group = group_of_row(row);
  if (folded) {
    folded_.insert(group);
  } else {
    folded_.erase(group);
  }
  list_->item(row)->setData(kFoldedRole, folded);
  for (int i = row + 1; i < list_->count() && !is_heading(i) && group_of_row(i) == group; ++i) {
    list_->setRowHidden(i, folded);
  }
  if (list_->isRowHidden(list_->currentRow())) show_selection();
  describe_rows();
}

void LayerPanel::refill_soon() {
  if (std::exchange(refill_asked_, true)) return;
  // The list may be in the midst of an edit that this change comes from.
  QTimer::singleShot(0, this, [this] {
    refill_asked_ = false;
    refill();
  });
}

void LayerPanel::refill() {
  refilling_ = true;
  list_->clear();
  auto& layers = workspace_.layers();
  shown_groups_.clear();
  for (int i = 0; i < layers.count(); ++i) shown_groups_.push_back(layers.at(i).group());
  std::string last;
  for (int position = layers.count() - 1; position >= 0; --position) {
    const Layer& layer = layers.at(position);
    const auto add = [&](int of) {
      auto* item = new QListWidgetItem(list_);
      item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable |
                     Qt::ItemIsDragEnabled);
      item->setData(kPositionRole, of);
      item->setData(kGroupRole, QString::fromStdString(layer.group()));
      item->setData(kFoldedRole, of < 0 && folded(layer.group()));
      list_->setRowHidden(list_->count() - 1, of >= 0 && folded(layer.group()));
    };
    if (!layer.group().empty() && layer.group() != last) add(-1);
    add(position);
    last = layer.group();
  }
  describe_rows();
  show_selection();
  refilling_ = false;
}

void LayerPanel::describe_rows() {
  LayerList& layers = workspace_.layers();
  std::vector<std::string> groups;
  for (int i = 0; i < layers.count(); ++i) groups.push_back(layers.at(i).group());
  if (groups != shown_groups_) {
    refill_soon();
    return;
  }
  const bool outer = std::exchange(refilling_, true);
  for (int row = 0; row < list_->count(); ++row) {
    QListWidgetItem& item = *list_->item(row);
    const int position = position_of_row(row);
    const std::string group = group_of_row(row);
    const QString name = QString::fromStdString(position < 0 ? group : layers.at(position).name());
    item.setText(name);
    item.setToolTip(name);
    item.setData(Qt::AccessibleTextRole,
                 position < 0 ? spoken_heading(name, layers.in_group(group), folded(group))
                              : spoken(layers.at(position)));
  }
  list_->viewport()->update();
  refilling_ = outer;
}

void LayerPanel::show_selection() {
  const bool outer = std::exchange(refilling_, true);
  list_->setCurrentRow(row_of(workspace_.layers().find(workspace_.layers().selected())));
  list_->viewport()->update();
  refilling_ = outer;
}

void LayerPanel::drop(int row) {
  if (is_heading(row)) {
    drop_heading(row);
  } else if (position_of_row(row) >= 0) {
    drop_layer(row);
  }
  refill();
}

void LayerPanel::drop_layer(int row) {
  const int from = position_of_row(row);
  const std::string own = group_of_row(row), above = group_of_row(row - 1);
  // Under the heading of a folded group it comes to lie beneath that group.
  int next = row + 1;
  while (folded(above) && !is_heading(next) && next < list_->count() &&
         group_of_row(next) == above) {
    ++next;
  }
  const bool under_heading = is_heading(row - 1);
  const bool between = !is_heading(row + 1) && group_of_row(row + 1) == above;
  std::string group;
  if (!above.empty() && !folded(above) && (under_heading || between || above == own)) group = above;
  int to = 0;
  if (group.empty() || under_heading || between) {
    // Right above the layer that the list has under it.
    while (is_heading(next)) ++next;
    const int below = position_of_row(next);
    to = below < 0 ? 0 : below + (from < below ? 0 : 1);
  } else {
    const int upper = position_of_row(row - 1);  // the last of its group
    to = upper - (from < upper ? 1 : 0);
  }
  const Layer& layer = workspace_.layers().at(from);
  if (from == to && group == own) return;
  run("layer.move", {{"layer", layer.name()}, {"to", to + 1}, {"group", group}});
}

void LayerPanel::drop_heading(int row) {
  const std::string group = group_of_row(row);
  const auto is_own = [&](int i) { return !is_heading(i) && group_of_row(i) == group; };
  int next = row + 1;
  while (next < list_->count() && is_own(next)) ++next;
  // Not among the layers of another group: beneath those.
  const std::string other = group_of_row(next);
  while (next < list_->count() && !other.empty() && !is_heading(next) &&
         (group_of_row(next) == other || is_own(next))) {
    ++next;
  }
  while (next < list_->count() && (is_heading(next) || is_own(next))) ++next;
  const int below = position_of_row(next);
  int to = 0;
  for (int i = 0; i <= below; ++i) to += workspace_.layers().at(i).group() == group ? 0 : 1;
  run("layer.move_group", {{"group", group}, {"to", to + 1}});
}

}  // namespace karyo::gui
