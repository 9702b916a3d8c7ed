#include "app/gui/row_table.h"

#include <QAbstractTableModel>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <algorithm>

namespace karyo::gui {
namespace {

constexpr int kRowHeight = 24;

}  // namespace

class RowTable::Model : public QAbstractTableModel {
 public:
  Model(Rows rows, QObject* parent) : QAbstractTableModel(parent), rows_(std::move(rows)) {}

  void refill() {
    beginResetModel();
    endResetModel();
  }
  int rowCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : rows_.count();
  }
  int columnCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : static_cast<int>(rows_.headers.size());
  }
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return alignment(section);
    return role == Qt::DisplayRole ? QVariant(rows_.headers[section]) : QVariant();
  }
  QVariant data(const QModelIndex& index, int role) const override {
    const bool chip = role == Qt::DecorationRole && index.column() == 0 && rows_.color;
    if (chip) return rows_.color(index.row());
    if (role == Qt::TextAlignmentRole) return alignment(index.column());
    if (role == Qt::ToolTipRole && rows_.tip) return rows_.tip(index.row());
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    return rows_.text(index.row(), index.column());
  }

 private:
  QVariant alignment(int column) const {
    return static_cast<int>(Qt::AlignVCenter |
                            (column < rows_.words ? Qt::AlignLeft : Qt::AlignRight));
  }
  Rows rows_;
};

RowTable::RowTable(const char* name, const QString& spoken_name, Rows rows, QWidget* parent)
    : QTableView(parent), model_(new Model(std::move(rows), this)) {
  setObjectName(QLatin1String(name));
  setAccessibleName(spoken_name);
  setModel(model_);
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setSelectionMode(QAbstractItemView::SingleSelection);
  verticalHeader()->hide();
  verticalHeader()->setDefaultSectionSize(kRowHeight);
  horizontalHeader()->setMinimumSectionSize(28);
  horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  horizontalHeader()->setResizeContentsPrecision(40);  // rows that are looked at for the widths
  horizontalHeader()->setHighlightSections(false);
  setShowGrid(false);
  setWordWrap(false);
  setTabKeyNavigation(false);
  QObject::connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
                   [this](const QModelIndex& current) {
                     if (!choosing_ && current.isValid() && on_chosen) on_chosen(current.row());
                   });
  // A click on the row that is chosen already goes there again.
  QObject::connect(this, &QTableView::clicked, this, [this](const QModelIndex& index) {
    if (on_chosen) on_chosen(index.row());
  });
}

void RowTable::refill() {
  choosing_ = true;
  model_->refill();
  choosing_ = false;
}

void RowTable::choose(int row) {
  choosing_ = true;
  if (row < 0) {
    clearSelection();
    setCurrentIndex({});
  } else {
    setCurrentIndex(model_->index(row, 0));
    scrollTo(model_->index(row, 0));
  }
  choosing_ = false;
}

void RowTable::show_rows(int least, int most) {
  const int rows = std::clamp(model_->rowCount(), least, most);
  setFixedHeight(horizontalHeader()->sizeHint().height() + rows * kRowHeight + 4);
}

}  // namespace karyo::gui
