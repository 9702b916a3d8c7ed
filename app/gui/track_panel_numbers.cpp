// Speeds and ways of tracks as a table and as plots.

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/lineage_view.h"
#include "app/gui/row_table.h"
#include "app/gui/stat_plot.h"
#include "app/gui/theme.h"
#include "app/gui/track_panel.h"

namespace karyo::gui {
namespace {

enum Column {
  kTrack,
  kParent,
  kFirst,
  kLast,
  kDuration,
  kPath,
  kDisplacement,
  kSpeed,
  kDirectionality,
  kDivisionTime
};
enum Plot {
  kSpeeds,
  kDisplacements,
  kDirections,
  kPaths,
  kDivisionTimes,
  kSpeedAndDirection,
  kMsd
};

double number_of(const TrackMeasures& m, int column) {
  const std::array<double, 10> numbers{static_cast<double>(m.track),
                                       static_cast<double>(m.parent),
                                       static_cast<double>(m.first),
                                       static_cast<double>(m.last),
                                       m.duration,
                                       m.path,
                                       m.displacement,
                                       m.mean_speed,
                                       m.directionality,
                                       m.division_time};
  return numbers[static_cast<std::size_t>(column)];
}

/// A unit that a person reads; pixels and frames where nothing is calibrated.
QString length_unit(const VoxelGrid& grid) {
  return unit_text(grid.unit);
}
QString time_unit(const VoxelGrid& grid) {
  return grid.frame_interval > 0 ? QString::fromStdString(grid.time_unit) : QObject::tr("frames");
}

}  // namespace

void TrackPanel::build_table() {
  auto* page = new QWidget(tabs_);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 4, 0, 0);
  column->setSpacing(4);
  table_ = new RowTable(
      "track_table", tr("Tracks"),
      {{tr("Track"), tr("Parent"), tr("First frame"), tr("Last frame"), tr("Duration"), tr("Path"),
        tr("Displacement"), tr("Mean speed"), tr("Directionality"), tr("Division time")},
       [this] { return static_cast<int>(order_.size()); },
       [this](int row, int at) { return table_text(row, at); },
       [this](int row) {
         const Rgb color =
             track_color(shown_->measures[order_[static_cast<std::size_t>(row)]].track);
         return QColor(color.r, color.g, color.b);
       },
       0},
      page);
  table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
  table_->horizontalHeader()->setSectionsClickable(true);
  table_->horizontalHeader()->setSortIndicatorShown(true);
  QObject::connect(table_->horizontalHeader(), &QHeaderView::sectionClicked, this,
                   [this](int section) { sort_by(section); });
  table_->on_chosen = [this](int row) {
    if (row < 0 || row >= static_cast<int>(order_.size())) return;
    const TrackMeasures& m = shown_->measures[order_[static_cast<std::size_t>(row)]];
    choose({m.track, m.first});
  };
  column->addWidget(table_, 1);
  auto* row = new QHBoxLayout;
  auto* save = new QToolButton(page);
  save->setObjectName(QStringLiteral("track_save_table"));
  save->setText(tr("Save table…"));
  save->setToolTip(tr("The table, and mean squared displacements, as CSV."));
  QObject::connect(save, &QToolButton::clicked, this,
                   [this] { run_("tracks.ask_export_measures", nlohmann::json::object()); });
  row->addWidget(save);
  row->addStretch(1);
  column->addLayout(row);
  tabs_->addTab(page, tr("Table"));
}

QString TrackPanel::table_text(int row, int column) const {
  if (!shown_ || row >= static_cast<int>(order_.size())) return {};
  const TrackMeasures& m = shown_->measures[order_[static_cast<std::size_t>(row)]];
  const double value = number_of(m, column);
  switch (column) {
    case kParent:
      return m.parent > 0 ? QString::number(m.parent) : QString();
    case kTrack:
      return QString::number(m.track);
    case kFirst:
    case kLast:
      return QString::number(std::llround(value) + 1);
    default:
      break;
  }
  if (!std::isfinite(value)) return {};
  const VoxelGrid& grid = shown_->grid;
  const QString unit = column == kDuration || column == kDivisionTime ? time_unit(grid)
                       : column == kDirectionality                    ? QString()
                       : column == kSpeed ? length_unit(grid) + QLatin1Char('/') + time_unit(grid)
                                          : length_unit(grid);
  return unit.isEmpty() ? QString::number(value, 'f', 2)
                        : QString::number(value, 'g', 4) + QLatin1Char(' ') + unit;
}

void TrackPanel::sort_by(int column) {
  descending_ = column == sorted_by_ ? !descending_ : column > kLast;
  sorted_by_ = column;
  refresh_table();
  refresh_selection();
}

void TrackPanel::refresh_table() {
  order_.clear();
  for (std::size_t i = 0; shown_ && i < shown_->measures.size(); ++i) {
    if (chosen_.empty() || chosen_.contains(shown_->measures[i].track)) order_.push_back(i);
  }
  // What is not there comes last, whichever way.
  const auto key = [this](std::size_t i) { return number_of(shown_->measures[i], sorted_by_); };
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    const double x = key(a), y = key(b);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return descending_ ? x > y : x < y;
  });
  table_->horizontalHeader()->setSortIndicator(
      sorted_by_, descending_ ? Qt::DescendingOrder : Qt::AscendingOrder);
  filling_ = true;
  table_->refill();
  filling_ = false;
}

void TrackPanel::build_plots() {
  auto* page = new QWidget(tabs_);
  auto* row = new QHBoxLayout(page);
  row->setContentsMargins(0, 4, 0, 0);
  row->setSpacing(kGrid);
  auto* side = new QVBoxLayout;
  side->setSpacing(4);
  plot_kind_ = new QComboBox(page);
  plot_kind_->setObjectName(QStringLiteral("track_plot_kind"));
  plot_kind_->setAccessibleName(tr("Plot"));
  plot_kind_->addItems({tr("Mean speed"), tr("Displacement"), tr("Directionality"), tr("Path"),
                        tr("Division time"), tr("Speed and directionality"),
                        tr("Mean squared displacement")});
  QObject::connect(plot_kind_, &QComboBox::currentIndexChanged, this, [this] { refresh_plot(); });
  side->addWidget(plot_kind_);
  auto* words = new QLabel(tr("Drag over the plot to choose tracks: the tree shows them, and the "
                              "table lists them alone. A click on nothing chooses all."),
                           page);
  words->setProperty("role", "quiet");
  words->setWordWrap(true);
  words->setFixedWidth(200);
  side->addWidget(words);
  side->addStretch(1);
  auto* save = new QToolButton(page);
  save->setObjectName(QStringLiteral("track_save_plot"));
  save->setText(tr("Save plot…"));
  save->setToolTip(tr("As PNG, SVG or PDF."));
  QObject::connect(save, &QToolButton::clicked, this,
                   [this] { run_("tracks.ask_save_plot", nlohmann::json::object()); });
  side->addWidget(save);
  row->addLayout(side);
  plot_ = new StatPlot("track_plot", tr("Plot of tracks"), page);
  plot_->on_chosen = [this](const auto& rows) { choose_tracks(rows); };
  row->addWidget(plot_, 1);
  tabs_->addTab(page, tr("Plots"));
}

void TrackPanel::refresh_plot() {
  const int kind = plot_kind_->currentIndex();
  if (!shown_) {
    plot_->set_numbers({});
    return;
  }
  const VoxelGrid& grid = shown_->grid;
  const QString length = length_unit(grid), time = time_unit(grid);
  StatPlot::Numbers numbers;
  if (kind == kMsd) {
    numbers.kind = StatPlot::Kind::kScatter;
    numbers.joined = true;
    numbers.name = tr("Time lag (%1)").arg(time);
    numbers.second_name = tr("Mean squared displacement (%1)").arg(length + QChar(0xB2));
    for (const MsdPoint& point : shown_->msd) {
      numbers.values.push_back(point.time);
      numbers.second.push_back(point.msd);
    }
    plot_->set_numbers(std::move(numbers));
    plot_->set_chosen({});
    return;
  }
  constexpr std::array<int, 6> kColumns{kSpeed, kDisplacement, kDirectionality,
                                        kPath,  kDivisionTime, kSpeed};
  const std::array<QString, 6> names{tr("Mean speed (%1/%2)").arg(length, time),
                                     tr("Displacement (%1)").arg(length),
                                     tr("Directionality"),
                                     tr("Path (%1)").arg(length),
                                     tr("Division time (%1)").arg(time),
                                     tr("Mean speed (%1/%2)").arg(length, time)};
  numbers.name = names[static_cast<std::size_t>(kind)];
  std::vector<char> chosen;
  for (const TrackMeasures& m : shown_->measures) {
    numbers.values.push_back(number_of(m, kColumns[static_cast<std::size_t>(kind)]));
    if (kind == kSpeedAndDirection) numbers.second.push_back(m.directionality);
    chosen.push_back(chosen_.contains(m.track) ? 1 : 0);
  }
  if (kind == kSpeedAndDirection) {
    numbers.kind = StatPlot::Kind::kScatter;
    numbers.second_name = tr("Directionality");
  }
  plot_->set_numbers(std::move(numbers));
  plot_->set_chosen(std::move(chosen));
}

void TrackPanel::choose_tracks(const std::vector<std::size_t>& rows) {
  if (plot_kind_->currentIndex() == kMsd) return;  // its dots are lags, not tracks
  chosen_.clear();
  std::vector<char> chosen(shown_ ? shown_->measures.size() : 0, 0);
  for (const std::size_t row : rows) {
    chosen_.insert(shown_->measures[row].track);
    chosen[row] = 1;
  }
  plot_->set_chosen(std::move(chosen));
  lineage_->set_chosen(chosen_);
  chosen_words_->setText(chosen_.empty() ? QString()
                                         : tr("%1 of %2 tracks are chosen in the plot.")
                                               .arg(chosen_.size())
                                               .arg(shown_->measures.size()));
  refresh_table();
}

Result<void> TrackPanel::save_plot(const std::filesystem::path& path) const {
  return plot_->save(path);
}

}  // namespace karyo::gui
