#include "app/gui/roi_panel.h"

#include <QCheckBox>
#include <QElapsedTimer>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/gui/theme.h"
#include "app/roi_list.h"

namespace karyo::gui {
namespace {

constexpr int kMostMs = 15;            // of an event, to add rows
constexpr int kMostRowsBetween = 500;  // that come at once; more come at the end, in parts

QElapsedTimer started() {
  QElapsedTimer clock;
  clock.start();
  return clock;
}

QTreeWidgetItem* row_of(const Roi& roi) {
  const std::int64_t pixels = pixels_in(roi), slice = slice_of(roi);
  auto* item =
      new QTreeWidgetItem({QString::fromStdString(roi.name), QString::fromStdString(type_text(roi)),
                           pixels > 0 ? QString::number(pixels) : QStringLiteral("–"),
                           slice >= 0 ? QString::number(slice + 1) : QStringLiteral("–")});
  item->setFlags(item->flags() | Qt::ItemIsEditable);
  item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
  item->setTextAlignment(3, Qt::AlignRight | Qt::AlignVCenter);
  return item;
}

}  // namespace

RoiPanel::RoiPanel(Workspace& workspace, Run run, QWidget* parent)
    : QWidget(parent), workspace_(workspace), run_(std::move(run)) {
  setObjectName(QStringLiteral("roi_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  build_list();
  column->addWidget(list_, 1);
  hint_ =
      new QLabel(tr("T adds the outline of the selected object, or what is drawn with a tool of "
                    "the Measure menu."),
                 this);
  hint_->setWordWrap(true);
  hint_->setProperty("role", "quiet");
  column->addWidget(hint_);
  build_buttons();
  LayerList& layers = workspace_.layers();
  connections_.push_back(layers.list_changed.connect([this] { refill(); }));
  connections_.push_back(layers.selection_changed.connect([this](Layer*) { refill(); }));
  connections_.push_back(layers.layer_changed.connect([this](Layer& layer) {
    if (layer.kind() == LayerKind::kShapes) refill();
  }));
  refill();
}

void RoiPanel::build_list() {
  list_ = new QTreeWidget(this);
  list_->setObjectName(QStringLiteral("regions"));
  list_->setAccessibleName(tr("Regions (ROI Manager)"));
  list_->setRootIsDecorated(false);
  list_->setUniformRowHeights(true);
  list_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  list_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
  list_->setHeaderLabels({tr("Name"), tr("Kind"), tr("Area"), tr("Slice")});
  list_->header()->setStretchLastSection(false);
  list_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  for (const int section : {1, 2, 3}) {
    list_->header()->setSectionResizeMode(section, QHeaderView::ResizeToContents);
  }
  QObject::connect(list_, &QTreeWidget::itemSelectionChanged, this, [this] {
    const auto numbers = chosen();
    if (!filling_ && numbers.size() == 1) run_("rois.select", {{"numbers", numbers}});
  });
  QObject::connect(list_, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int) {
    if (filling_) return;
    run_("rois.rename", {{"numbers", {list_->indexOfTopLevelItem(item) + 1}},
                         {"name", item->text(0).toStdString()}});
  });
}

void RoiPanel::build_buttons() {
  auto* grid = new QGridLayout;
  grid->setSpacing(kGrid);
  int at = 0;
  const auto button = [&](const QString& text, const char* name, const QString& help,
                          std::function<void()> body) {
    auto* made = new QPushButton(text, this);
    made->setObjectName(QLatin1String(name));
    made->setToolTip(help);
    QObject::connect(made, &QPushButton::clicked, this, std::move(body));
    grid->addWidget(made, at / 3, at % 3);
    ++at;
    return made;
  };
  button(tr("Add"), "roi_add", tr("Adds what is selected to the list (ROI Manager: t)."),
         [this] { run_("rois.add", nlohmann::json::object()); });
  button(tr("Delete"), "roi_delete", tr("Takes the chosen regions out of the list."),
         [this] { run_on_chosen("rois.delete"); });
  button(tr("Measure"), "roi_measure",
         tr("Keeps area and values under the chosen regions as rows of the table of measurements."),
         [this] { run_on_chosen("rois.measure"); });
  button(tr("To objects"), "roi_to_labels",
         tr("Fills each region of the list with a number of its own (Fiji: ROIs to label map)."),
         [this] { run_("rois.to_labels", nlohmann::json::object()); });
  button(tr("From objects"), "roi_from_labels", tr("Lists the outline of every object."),
         [this] { run_("rois.from_labels", nlohmann::json::object()); });
  button(tr("More »"), "roi_more", tr("Open, save, combine."), [this] { show_more(); });
  static_cast<QVBoxLayout*>(layout())->addLayout(grid);
  all_ = new QCheckBox(tr("Show all"), this);
  all_->setObjectName(QStringLiteral("roi_show_all"));
  QObject::connect(all_, &QCheckBox::clicked, this, [this](bool on) {
    if (const ShapesLayer* layer = roi_layer(workspace_)) {
      run_("layer.set", {{"layer", layer->name()}, {"visible", on}});
    }
  });
  labels_ = new QCheckBox(tr("Names"), this);
  labels_->setObjectName(QStringLiteral("roi_labels"));
  QObject::connect(labels_, &QCheckBox::clicked, this, [this](bool on) {
    if (const ShapesLayer* layer = roi_layer(workspace_)) {
      run_("layer.set", {{"layer", layer->name()}, {"show_text", on}});
    }
  });
  auto* checks = new QHBoxLayout;
  checks->addWidget(all_);
  checks->addWidget(labels_);
  checks->addStretch(1);
  static_cast<QVBoxLayout*>(layout())->addLayout(checks);
}

void RoiPanel::show_more() {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->addAction(tr("Open RoiSet.zip…"), this,
                  [this] { run_("rois.ask_open", nlohmann::json::object()); });
  menu->addAction(tr("Save RoiSet.zip…"), this,
                  [this] { run_("rois.ask_save", nlohmann::json::object()); });
  menu->addAction(tr("Combine (OR)"), this, [this] { run_on_chosen("rois.combine"); });
  menu->popup(QCursor::pos());
}

std::vector<double> RoiPanel::chosen() const {
  std::vector<double> numbers;
  const QModelIndexList rows = list_->selectionModel()->selectedRows();
  for (const QModelIndex& row : rows) numbers.push_back(row.row() + 1);
  return numbers;
}

void RoiPanel::run_on_chosen(const char* command, nlohmann::json arguments) {
  const auto numbers = chosen();
  if (numbers.empty()) return;
  arguments["numbers"] = numbers;
  run_(command, arguments);
}

void RoiPanel::refill() {
  const ShapesLayer* layer = roi_layer(workspace_);
  filling_ = true;
  all_->setEnabled(layer != nullptr);
  labels_->setEnabled(layer != nullptr);
  all_->setChecked(layer != nullptr && layer->visible());
  labels_->setChecked(layer != nullptr && layer->look().show_text);
  hint_->setVisible(layer == nullptr || layer->count() == 0);
  const std::shared_ptr<const ShapeList> data = layer != nullptr ? layer->look().data : nullptr;
  if (data != shown_) show_rows_of(data);
  const auto selected = layer != nullptr ? static_cast<int>(layer->look().selected) : -1;
  const bool there = selected >= 0 && selected < list_->topLevelItemCount();
  if (there && list_->selectionModel()->selectedRows().size() < 2) {
    list_->setCurrentItem(list_->topLevelItem(selected));
  }
  filling_ = false;
}

/// Rows of regions that stay are left alone: there may be thousands.
void RoiPanel::show_rows_of(const std::shared_ptr<const ShapeList>& data) {
  const ShapeList none;
  const ShapeList &before = shown_ ? *shown_ : none, &now = data ? *data : none;
  const auto rows = before.begin() + list_->topLevelItemCount();  // that are there
  const auto [first, old_first] = std::mismatch(now.begin(), now.end(), before.begin(), rows);
  // Those at the end stay where all were there.
  auto last = now.end();
  auto old_last = rows;
  while (rows == before.end() && last != first && old_last != old_first &&
         *(last - 1) == *(old_last - 1)) {
    --last;
    --old_last;
  }
  list_->clearSelection();
  const auto at = static_cast<int>(first - now.begin());
  for (auto gone = old_last - old_first; gone > 0; --gone) delete list_->takeTopLevelItem(at);
  const auto stay = now.end() - last;
  if (stay > 0 && last - first > kMostRowsBetween) {
    for (auto gone = stay; gone > 0; --gone) delete list_->takeTopLevelItem(at);
    last = first;
  }
  for (auto roi = first; stay > 0 && roi != last; ++roi) {
    list_->insertTopLevelItem(static_cast<int>(roi - now.begin()), row_of(*roi));
  }
  shown_ = data;
  add_rows();
}

void RoiPanel::add_rows() {
  const QElapsedTimer clock = started();
  const bool was_filling = std::exchange(filling_, true);
  const auto count = static_cast<int>(shown_ ? shown_->size() : 0);
  QList<QTreeWidgetItem*> rows;
  int row = list_->topLevelItemCount();
  for (; row < count && clock.elapsed() < kMostMs; ++row) {
    rows << row_of((*shown_)[static_cast<std::size_t>(row)]);
  }
  list_->addTopLevelItems(rows);
  filling_ = was_filling;
  if (row < count) {
    QTimer::singleShot(0, this, [this] { add_rows(); });
  } else if (!rows.isEmpty() && !was_filling) {
    refill();  // what is selected is there now
  }
}

}  // namespace karyo::gui
