#include "app/gui/objects_panel.h"

#include <QAbstractTableModel>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QRegularExpression>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kRefreshMs = 300;
enum Column { kId, kSize, kCircularity, kMean, kClass, kFlags, kColumnCount };
constexpr int kNumberRole = Qt::UserRole;  // what rows are sorted and compared by

QString column_name(int column) {
  switch (column) {
    case kId:
      return ObjectsPanel::tr("No.");
    case kSize:
      return ObjectsPanel::tr("Size");
    case kCircularity:
      return ObjectsPanel::tr("Circ.");
    case kMean:
      return ObjectsPanel::tr("Mean");
    case kClass:
      return ObjectsPanel::tr("Class");
    case kFlags:
      return ObjectsPanel::tr("Look at");
    default:
      return {};
  }
}

}  // namespace

class ObjectsPanel::Model : public QAbstractTableModel {
 public:
  Model(ObjectChecks& checks, QObject* parent) : QAbstractTableModel(parent), checks_(checks) {}

  void refill() {
    beginResetModel();
    endResetModel();
  }
  int rowCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : static_cast<int>(checks_.rows().size());
  }
  int columnCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : kColumnCount;
  }
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return section < kClass ? Qt::AlignRight : Qt::AlignLeft;
    return role == Qt::DisplayRole ? QVariant(column_name(section)) : QVariant();
  }
  QVariant data(const QModelIndex& index, int role) const override {
    const ObjectRow& row = checks_.rows()[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole) {
      return static_cast<int>(Qt::AlignVCenter |
                              (index.column() < kClass ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role == kNumberRole) return number(row, index.column());
    if (role == Qt::ToolTipRole && index.column() == kFlags) return text(row, kFlags);
    if (role == Qt::DecorationRole && index.column() == kId) return color_of(row);
    if (role != Qt::DisplayRole) return {};
    return text(row, index.column());
  }
  std::uint32_t id_at(int row) const {
    return checks_.rows()[static_cast<std::size_t>(row)].facts.id;
  }

 private:
  QVariant number(const ObjectRow& row, int column) const {
    switch (column) {
      case kId:
        return row.facts.id;
      case kSize:
        return static_cast<double>(row.facts.voxels);
      case kCircularity:
        return row.facts.circularity;
      case kMean:
        return std::isnan(row.mean) ? QVariant() : QVariant(row.mean);
      default:
        return text(row, column);
    }
  }
  QString text(const ObjectRow& row, int column) const {
    switch (column) {
      case kId:
        return QString::number(row.facts.id);
      case kSize:
        return QString::number(row.facts.voxels);
      case kCircularity:
        return row.facts.circularity > 0 ? QString::number(row.facts.circularity, 'f', 2)
                                         : QStringLiteral("–");
      case kMean:
        return std::isnan(row.mean) ? QStringLiteral("–")
                                    : short_number(std::round(row.mean * 10) / 10);
      case kClass:
        return class_of(row);
      case kFlags:
        return QString::fromStdString(row.flags);
      default:
        return {};
    }
  }
  QString class_of(const ObjectRow& row) const {
    const auto layer = checks_.layer();
    if (!layer) return {};
    const ObjectNotes& notes = *layer->notes();
    const ObjectNote note = notes.of(row.facts.id);
    QString text;
    if (note.object_class >= 0 && note.object_class < std::ssize(notes.classes)) {
      text =
          QString::fromStdString(notes.classes[static_cast<std::size_t>(note.object_class)].name);
    }
    if (note.locked) text += QStringLiteral(" 🔒");
    return text;
  }
  QVariant color_of(const ObjectRow& row) const {
    const auto layer = checks_.layer();
    if (!layer) return {};
    const Rgb color = layer->drawn_colors().of(row.facts.id);
    return QColor(color.r, color.g, color.b);
  }

  ObjectChecks& checks_;
};

/// Words and comparisons, all of which a row has to fulfil.
class ObjectsPanel::Filter : public QSortFilterProxyModel {
 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;
  void set_text(const QString& text) {
    words_.clear();
    comparisons_.clear();
    static const QRegularExpression comparison(
        QStringLiteral("^(size|circ|mean|no)([<>=])([0-9.]+)$"));
    for (const QString& word : text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
      const auto match = comparison.match(word);
      if (!match.hasMatch()) {
        words_ << word;
        continue;
      }
      static const std::array<QString, 4> kNames{QStringLiteral("no"), QStringLiteral("size"),
                                                 QStringLiteral("circ"), QStringLiteral("mean")};
      const auto column = std::find(kNames.begin(), kNames.end(), match.captured(1));
      comparisons_.push_back({static_cast<int>(column - kNames.begin()), match.captured(2)[0],
                              match.captured(3).toDouble()});
    }
    invalidateFilter();
  }

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
    const auto at = [&](int column) { return sourceModel()->index(row, column, parent); };
    for (const Comparison& one : comparisons_) {
      const double value = at(one.column).data(kNumberRole).toDouble();
      const bool holds = one.sign == QLatin1Char('<')   ? value < one.than
                         : one.sign == QLatin1Char('>') ? value > one.than
                                                        : value == one.than;
      if (!holds) return false;
    }
    const QString texts = at(kClass).data().toString().toLower() + QLatin1Char(' ') +
                          at(kFlags).data().toString().toLower() + QLatin1Char(' ') +
                          at(kId).data().toString();
    return std::all_of(words_.begin(), words_.end(),
                       [&](const QString& word) { return texts.contains(word); });
  }

 private:
  struct Comparison {
    int column;
    QChar sign;
    double than;
  };
  QStringList words_;
  std::vector<Comparison> comparisons_;
};

ObjectsPanel::ObjectsPanel(Workspace& workspace, const CommandTable& commands, QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands) {
  setObjectName(QStringLiteral("objects_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  filter_text_ = new QLineEdit(this);
  filter_text_->setObjectName(QStringLiteral("objects_filter"));
  filter_text_->setPlaceholderText(tr("Filter: mitotic, pieces, size<50, circ<0.7 …"));
  filter_text_->setClearButtonEnabled(true);
  filter_text_->setToolTip(
      tr("Words of the class and of what to look at, and comparisons of no, "
         "size, circ and mean."));
  column->addWidget(filter_text_);
  build_table();
  column->addWidget(table_, 1);
  counts_ = new QLabel(this);
  counts_->setObjectName(QStringLiteral("objects_counts"));
  counts_->setProperty("role", "quiet");
  counts_->setWordWrap(true);
  column->addWidget(counts_);
  build_buttons();
  clock_.setInterval(kRefreshMs);
  QObject::connect(&clock_, &QTimer::timeout, this,
                   [this] { isVisible() ? workspace_.checks().update() : clock_.stop(); });
  connections_.push_back(workspace_.checks().changed.connect([this] { refill(); }));
  connections_.push_back(workspace_.checks().selection().changed.connect([this] { select_row(); }));
  connections_.push_back(
      workspace_.layers().layer_changed.connect([this](Layer&) { select_row(); }));
  refill();
}

ObjectsPanel::~ObjectsPanel() = default;

void ObjectsPanel::build_table() {
  model_ = new Model(workspace_.checks(), this);
  filter_ = new Filter(this);
  filter_->setSourceModel(model_);
  filter_->setSortRole(kNumberRole);
  table_ = new QTableView(this);
  table_->setObjectName(QStringLiteral("objects"));
  table_->setAccessibleName(tr("Objects"));
  table_->setModel(filter_);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  table_->setSortingEnabled(true);
  table_->sortByColumn(kId, Qt::AscendingOrder);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(24);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  const std::array<int, 5> widths{46, 46, 42, 46, 54};
  for (int i = 0; i < static_cast<int>(widths.size()); ++i) {
    table_->setColumnWidth(i, widths[static_cast<std::size_t>(i)]);
  }
  QObject::connect(filter_text_, &QLineEdit::textChanged, this, [this](const QString& text) {
    filter_->set_text(text);
    refill();
  });
  QObject::connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
                   [this] { row_chosen(); });
}

void ObjectsPanel::build_buttons() {
  auto* row = new QHBoxLayout;
  row->setSpacing(kGrid);
  const auto button = [&](const QString& text, const char* name, const QString& help) {
    auto* made = new QPushButton(text, this);
    made->setObjectName(QLatin1String(name));
    made->setToolTip(help);
    row->addWidget(made);
    return made;
  };
  auto* merge = button(tr("Merge"), "objects_merge", tr("Makes one object of the chosen rows."));
  auto* remove = button(tr("Delete"), "objects_delete", tr("Makes background of the chosen rows."));
  auto* classes =
      button(tr("Class"), "objects_class", tr("Says of which class the chosen rows are."));
  QObject::connect(merge, &QPushButton::clicked, this,
                   [this] { run_on_chosen("labels.merge_objects"); });
  QObject::connect(remove, &QPushButton::clicked, this,
                   [this] { run_on_chosen("labels.delete_objects"); });
  QObject::connect(classes, &QPushButton::clicked, this, [this, classes] {
    const auto layer = workspace_.checks().layer();
    if (!layer) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const ObjectClass& one : layer->notes()->classes) {
      menu->addAction(QString::fromStdString(one.name), this, [this, name = one.name] {
        run_on_chosen("labels.set_class", {{"class", name}});
      });
    }
    menu->addAction(tr("none"), this, [this] {
      run_on_chosen("labels.set_class", {{"class", ""}});
    });
    menu->popup(classes->mapToGlobal(QPoint(0, classes->height())));
  });
  static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

void ObjectsPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  workspace_.checks().update();
  clock_.start();
}

void ObjectsPanel::refill() {
  selecting_ = true;
  model_->refill();
  selecting_ = false;
  std::size_t flagged = 0;
  std::map<int, int> by_class;
  const auto layer = workspace_.checks().layer();
  for (const ObjectRow& row : workspace_.checks().rows()) {
    if (!row.flags.empty()) ++flagged;
    if (layer) ++by_class[layer->notes()->of(row.facts.id).object_class];
  }
  QString text = tr("%1 objects").arg(workspace_.checks().rows().size());
  if (filter_->rowCount() != model_->rowCount()) {
    text += QStringLiteral(" · ") + tr("%1 shown").arg(filter_->rowCount());
  }
  if (flagged > 0) text += QStringLiteral(" · ") + tr("%1 to look at").arg(flagged);
  for (const auto& [number, count] : by_class) {
    if (number < 0 || !layer || number >= std::ssize(layer->notes()->classes)) continue;
    text += QStringLiteral(" · %1 %2")
                .arg(count)
                .arg(QString::fromStdString(
                    layer->notes()->classes[static_cast<std::size_t>(number)].name));
  }
  counts_->setText(text);
  select_row();
}

/// The rows of the objects that are selected in the views.
void ObjectsPanel::select_row() {
  const auto layer = workspace_.checks().layer();
  if (!layer || selecting_ || !isVisible()) return;
  std::vector<std::uint32_t> wanted = workspace_.checks().selection().of(*layer);
  std::sort(wanted.begin(), wanted.end());
  const auto ids = chosen_ids();
  std::vector<std::uint32_t> chosen(ids.begin(), ids.end());
  std::sort(chosen.begin(), chosen.end());
  if (chosen == wanted) return;
  selecting_ = true;
  QItemSelection rows;
  QModelIndex last;
  for (int row = 0; row < filter_->rowCount(); ++row) {
    const QModelIndex index = filter_->index(row, 0);
    const std::uint32_t id = model_->id_at(filter_->mapToSource(index).row());
    if (!std::binary_search(wanted.begin(), wanted.end(), id)) continue;
    rows.select(index, index);
    if (id == layer->selected() || !last.isValid()) last = index;
  }
  table_->selectionModel()->select(rows,
                                   QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  if (last.isValid()) {
    table_->selectionModel()->setCurrentIndex(last, QItemSelectionModel::NoUpdate);
    table_->scrollTo(last);
  }
  selecting_ = false;
}

void ObjectsPanel::row_chosen() {
  if (selecting_) return;
  const auto ids = chosen_ids();
  const auto layer = workspace_.checks().layer();
  if (!layer || ids.empty()) return;
  selecting_ = true;
  if (ids.size() == 1) {
    static_cast<void>(commands_.run("layer.go_to", {{"layer", layer->name()}, {"object", ids[0]}}));
  }
  workspace_.checks().selection().choose(layer, {ids.begin(), ids.end()});
  selecting_ = false;
}

std::vector<double> ObjectsPanel::chosen_ids() const {
  std::vector<double> ids;
  for (const QModelIndex& index : table_->selectionModel()->selectedRows()) {
    ids.push_back(model_->id_at(filter_->mapToSource(index).row()));
  }
  return ids;
}

void ObjectsPanel::run_on_chosen(const char* command, nlohmann::json arguments) {
  const auto layer = workspace_.checks().layer();
  const auto ids = chosen_ids();
  if (!layer || ids.empty()) return;
  arguments["layer"] = layer->name();
  arguments["objects"] = ids;
  const auto outcome = commands_.run(command, arguments);
  if (!outcome) workspace_.failed.emit(outcome.error());
}

}  // namespace karyo::gui
