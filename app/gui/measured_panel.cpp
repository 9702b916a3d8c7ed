#include "app/gui/measured_panel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <map>

#include "app/gui/controls.h"
#include "app/gui/row_table.h"
#include "app/gui/stat_plot.h"
#include "app/gui/theme.h"
#include "app/object_checks.h"

namespace karyo::gui {
namespace {

constexpr int kHeight = 272;
constexpr int kSideWidth = 280;

QToolButton* add_button(QBoxLayout& row, QWidget& parent, const char* name, const QString& text,
                        const QString& help, std::function<void()> does) {
  auto* button = new QToolButton(&parent);
  button->setObjectName(QLatin1String(name));
  button->setText(text);
  button->setToolTip(help);
  QObject::connect(button, &QToolButton::clicked, &parent, std::move(does));
  row.addWidget(button);
  return button;
}

}  // namespace

MeasuredPanel::MeasuredPanel(Workspace& workspace, MeasuredObjects& objects, Run run,
                             QWidget* parent)
    : QWidget(parent), workspace_(workspace), objects_(objects), run_(std::move(run)) {
  QHBoxLayout* const row = begin_panel_below(*this, "measured_panel", kHeight);
  row->addWidget(build_table(), 2);
  row->addWidget(build_plot(), 3);
  connections_.push_back(objects_.changed.connect([this] { refresh(); }));
  connections_.push_back(
      workspace_.checks().selection().changed.connect([this] { refresh_chosen(); }));
  connections_.push_back(workspace_.layers().layer_changed.connect([this](Layer& layer) {
    if (&layer == objects_.layer().get()) refresh_chosen();
  }));
  refresh();
}

QWidget* MeasuredPanel::build_table() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  counts_ = new QLabel(side);
  counts_->setObjectName(QStringLiteral("measured_counts"));
  counts_->setProperty("role", "title");
  column->addWidget(counts_);
  table_place_ = new QWidget(side);
  (new QVBoxLayout(table_place_))->setContentsMargins(0, 0, 0, 0);
  column->addWidget(table_place_, 1);
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  add_button(*row, *side, "measured_again", tr("Measure again"),
             tr("The labels as they are now, and the frame that is shown."),
             [this] { run_("measure.objects", nlohmann::json::object()); });
  add_button(*row, *side, "measured_save", tr("Save table…"), tr("All rows, as CSV."),
             [this] { run_("measure.ask_save_objects", nlohmann::json::object()); });
  add_button(*row, *side, "measured_save_plot", tr("Save plot…"), tr("As PNG, SVG or PDF."),
             [this] { run_("measure.ask_save_plot", nlohmann::json::object()); });
  outdated_ = new QLabel(side);
  outdated_->setObjectName(QStringLiteral("measured_outdated"));
  outdated_->setProperty("role", "attention");
  row->addWidget(outdated_, 1);
  column->addLayout(row);
  return side;
}

QWidget* MeasuredPanel::build_plot() {
  auto* page = new QWidget(this);
  auto* row = new QHBoxLayout(page);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGrid);
  auto* side = new QWidget(page);
  side->setFixedWidth(kSideWidth);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(4);
  form->setColumnStretch(1, 1);
  const auto combo = [&](const char* name, const QString& words, const QString& help) {
    auto* made = new QComboBox(side);
    made->setObjectName(QLatin1String(name));
    QObject::connect(made, &QComboBox::activated, this, [this] { refresh_plot(); });
    add_row(*form, words, made, help);
    return made;
  };
  kind_ = combo("measured_kind", tr("Plot"),
                tr("Histogram of one column, two columns against each other, or a box for each "
                   "class."));
  kind_->addItems({tr("Histogram"), tr("Scatter plot"), tr("Box by class")});
  along_x_ = combo("measured_x", tr("Column"), tr("What is plotted."));
  along_y_ = combo("measured_y", tr("Against"), tr("The other column of a scatter plot."));
  column->addLayout(form);
  summaries_ = new RowTable("measured_summaries", tr("By class"),
                            {{tr("Class"), QStringLiteral("n"), tr("Mean"), tr("SD"), tr("Median")},
                             [this] { return static_cast<int>(shown_summaries_.size()); },
                             [this](int at, int part) { return summary_text(at, part); },
                             {},
                             1},
                            side);
  column->addWidget(summaries_, 1);
  auto* words = new QLabel(tr("Drag over the plot to select objects in the views."), side);
  words->setProperty("role", "quiet");
  words->setWordWrap(true);
  column->addWidget(words);
  row->addWidget(side);
  plot_ = new StatPlot("measured_plot", tr("Plot of objects"), page);
  plot_->on_chosen = [this](const std::vector<std::size_t>& rows) {
    const auto layer = objects_.layer();
    if (!layer) return;
    std::vector<std::uint32_t> ids;
    for (const std::size_t at : rows) ids.push_back(objects_.table().objects[at].id);
    workspace_.checks().selection().choose(layer, std::move(ids));
  };
  row->addWidget(plot_, 1);
  return page;
}

Result<void> MeasuredPanel::save_plot(const std::filesystem::path& path) const {
  return plot_->save(path);
}

void MeasuredPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh();
}

void MeasuredPanel::refresh() {
  order_.clear();  // places in a table that may be another by now
  if (table_ != nullptr) table_->refill();
  if (!isVisible()) return;
  const auto layer = objects_.layer();
  if (objects_.measuring()) {
    counts_->setText(tr("Measuring …"));
  } else if (!layer) {
    counts_->setText(tr("No objects were measured."));
  } else {
    counts_->setText(
        tr("%1: %n object(s)", nullptr, static_cast<int>(objects_.table().objects.size()))
            .arg(QString::fromStdString(layer->name())));
  }
  refill_columns();
  refresh_rows();
  refresh_plot();
  refresh_chosen();
}

/// Planes and stacks, with an image and without, have other columns.
void MeasuredPanel::refill_columns() {
  if (table_ != nullptr && columns_ == objects_.table().columns) return;
  columns_ = objects_.table().columns;
  QStringList names;
  for (const std::string& name : columns_) names << QString::fromStdString(name);
  delete table_;
  table_ = new RowTable("measured_table", tr("Objects"),
                        {QStringList{tr("No."), tr("Class")} + names,
                         [this] { return static_cast<int>(order_.size()); },
                         [this](int row, int at) { return table_text(row, at); },
                         {},
                         0},
                        table_place_);
  table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
  table_->horizontalHeader()->setSectionsClickable(true);
  QObject::connect(table_->horizontalHeader(), &QHeaderView::sectionClicked, this,
                   [this](int section) { sort_by(section); });
  table_->on_chosen = [this](int row) {
    if (choosing_ || row < 0 || row >= static_cast<int>(order_.size())) return;
    run_("measure.go_to_object",
         {{"object", objects_.table().objects[order_[static_cast<std::size_t>(row)]].id}});
  };
  table_place_->layout()->addWidget(table_);
  const QString x = along_x_->currentText(), y = along_y_->currentText();
  const auto fill = [&](QComboBox& combo, const QString& before, int otherwise) {
    combo.clear();
    combo.addItems(names);
    const int at = combo.findText(before);
    combo.setCurrentIndex(at >= 0 ? at : std::min(otherwise, combo.count() - 1));
  };
  fill(*along_x_, x, 0);
  fill(*along_y_, y, 1);
}

double MeasuredPanel::number(std::size_t row, int column) const {
  const ObjectMeasures& object = objects_.table().objects[row];
  if (column < 0 || column >= static_cast<int>(object.values.size())) return NAN;
  return object.values[static_cast<std::size_t>(column)];
}

QString MeasuredPanel::class_name(int at) const {
  const auto layer = objects_.layer();
  if (!layer || at < 0) return {};
  return QString::fromStdString(layer->notes()->classes[static_cast<std::size_t>(at)].name);
}

QString MeasuredPanel::table_text(int row, int column) const {
  if (row >= static_cast<int>(order_.size())) return {};
  const std::size_t at = order_[static_cast<std::size_t>(row)];
  if (column == 0) return QString::number(objects_.table().objects[at].id);
  if (column == 1) return class_name(objects_.class_of(at));
  const double value = number(at, column - 2);
  return std::isfinite(value) ? short_number(value) : QString();
}

void MeasuredPanel::sort_by(int column) {
  descending_ = column == sorted_by_ && !descending_;
  sorted_by_ = column;
  refresh_rows();
  refresh_chosen();
}

void MeasuredPanel::refresh_rows() {
  order_.resize(objects_.table().objects.size());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
  const auto key = [this](std::size_t i) {
    return sorted_by_ == 0   ? static_cast<double>(objects_.table().objects[i].id)
           : sorted_by_ == 1 ? objects_.class_of(i)
                             : number(i, sorted_by_ - 2);
  };
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    const double x = key(a), y = key(b);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return descending_ ? x > y : x < y;
  });
  table_->horizontalHeader()->setSortIndicatorShown(true);
  table_->horizontalHeader()->setSortIndicator(
      sorted_by_, descending_ ? Qt::DescendingOrder : Qt::AscendingOrder);
  choosing_ = true;
  table_->refill();
  choosing_ = false;
}

/// With its unit, as ImageJ's columns have them.
QString MeasuredPanel::axis_name(const QString& column) const {
  const QString unit = unit_text(objects_.grid().unit);
  static const QStringList lengths{
      QStringLiteral("Perim."), QStringLiteral("Major"),  QStringLiteral("Minor"),
      QStringLiteral("Middle"), QStringLiteral("Feret"),  QStringLiteral("MinFeret"),
      QStringLiteral("Width"),  QStringLiteral("Height"), QStringLiteral("Depth"),
      QStringLiteral("X"),      QStringLiteral("Y"),      QStringLiteral("Z"),
      QStringLiteral("XM"),     QStringLiteral("YM"),     QStringLiteral("ZM")};
  const QString power = column == QLatin1String("Area") || column == QLatin1String("Surface")
                            ? QStringLiteral("²")
                        : column == QLatin1String("Volume") ? QStringLiteral("³")
                                                            : QString();
  if (power.isEmpty() && !lengths.contains(column)) return column;
  return column + QStringLiteral(" (") + unit + power + QLatin1Char(')');
}

void MeasuredPanel::refresh_plot() {
  const auto kind = static_cast<StatPlot::Kind>(kind_->currentIndex());
  along_y_->setEnabled(kind == StatPlot::Kind::kScatter);
  StatPlot::Numbers numbers;
  numbers.kind = kind;
  numbers.name = axis_name(along_x_->currentText());
  std::map<int, int> place;  // of a class among those that occur
  const std::size_t count = objects_.table().objects.size();
  for (std::size_t row = 0; row < count; ++row) place[objects_.class_of(row)] = 0;
  for (auto& [number, at] : place) {
    at = static_cast<int>(numbers.groups.size());
    numbers.groups.push_back(number < 0 ? tr("no class") : class_name(number));
  }
  for (std::size_t row = 0; row < count; ++row) {
    numbers.values.push_back(number(row, along_x_->currentIndex()));
    numbers.group.push_back(place[objects_.class_of(row)]);
    if (kind == StatPlot::Kind::kScatter) {
      numbers.second.push_back(number(row, along_y_->currentIndex()));
    }
  }
  numbers.second_name = axis_name(along_y_->currentText());
  shown_summaries_.clear();
  const auto add_summary = [&](const QString& name, int group) {
    std::vector<double> values;
    for (std::size_t row = 0; row < count; ++row) {
      const bool in =
          (group < 0 || numbers.group[row] == group) && std::isfinite(numbers.values[row]);
      if (in) values.push_back(numbers.values[row]);
    }
    const SpreadNumbers spread = spread_of(values);
    shown_summaries_.push_back(
        {name, values.size(), spread.mean, spread.deviation, box_of(values).median});
  };
  if (count > 0) add_summary(tr("all"), -1);
  for (std::size_t g = 0; numbers.groups.size() > 1 && g < numbers.groups.size(); ++g) {
    add_summary(numbers.groups[g], static_cast<int>(g));
  }
  summaries_->refill();
  plot_->set_numbers(std::move(numbers));
  refresh_chosen();
}

QString MeasuredPanel::summary_text(int row, int column) const {
  if (row >= static_cast<int>(shown_summaries_.size())) return {};
  const Summary& summary = shown_summaries_[static_cast<std::size_t>(row)];
  const auto text = [](double value) {
    return std::isfinite(value) ? QString::number(value, 'g', 4) : QString();
  };
  switch (column) {
    case 0:
      return summary.name;
    case 1:
      return QString::number(summary.count);
    case 2:
      return text(summary.mean);
    case 3:
      return text(summary.deviation);
    default:
      return text(summary.median);
  }
}

void MeasuredPanel::refresh_chosen() {
  if (!isVisible() || table_ == nullptr) return;
  const auto layer = objects_.layer();
  outdated_->setText(objects_.outdated() ? tr("Labels have changed since.") : QString());
  const auto& rows = objects_.table().objects;
  std::vector<char> chosen(rows.size(), 0);
  std::vector<std::uint32_t> ids;
  if (layer) ids = workspace_.checks().selection().of(*layer);
  std::sort(ids.begin(), ids.end());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    chosen[i] = std::binary_search(ids.begin(), ids.end(), rows[i].id) ? 1 : 0;
  }
  plot_->set_chosen(std::move(chosen));
  int at = -1;
  for (std::size_t i = 0; layer && layer->selected() != 0 && i < order_.size(); ++i) {
    if (rows[order_[i]].id == layer->selected()) at = static_cast<int>(i);
  }
  choosing_ = true;
  table_->choose(at);
  choosing_ = false;
}

}  // namespace karyo::gui
