#include "app/gui/measure_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <cmath>

#include "app/gui/profile_plot.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

QString hint_for(MeasureKind kind) {
  switch (kind) {
    case MeasureKind::kLine:
      return QObject::tr("Drag a line over the image.");
    case MeasureKind::kRectangle:
      return QObject::tr("Drag a rectangle over the image.");
    case MeasureKind::kAngle:
      return QObject::tr("Click three points; the second is the corner.");
    case MeasureKind::kArea:
      return QObject::tr("Click around the area; a double click closes it.");
  }
  return {};
}

QString row_of(const QString& name, const QString& value) {
  return QStringLiteral("<tr><td style='padding-right:12px'>%1</td><td align='right'>%2</td></tr>")
      .arg(name, value);
}

QString size_rows(const MeasureShape& shape, const QString& unit) {
  const MeasureSize size = size_of(shape);
  const auto length = [&](double value) { return short_number(value) + QLatin1Char(' ') + unit; };
  QString rows;
  if (shape.kind == MeasureKind::kLine) rows += row_of(QObject::tr("Length"), length(size.length));
  if (shape.kind == MeasureKind::kLine || shape.kind == MeasureKind::kAngle) {
    rows +=
        row_of(QObject::tr("Angle"), QString::number(size.degrees, 'f', 1) + QStringLiteral("°"));
  }
  if (shape.kind == MeasureKind::kRectangle) {
    rows += row_of(QObject::tr("Size"),
                   short_number(size.width) + QStringLiteral(" × ") + length(size.height));
  }
  if (size.area > 0) {
    rows += row_of(QObject::tr("Area"), length(size.area) + QStringLiteral("²"));
    rows += row_of(QObject::tr("Perimeter"), length(size.perimeter));
  }
  return rows;
}

QColor curve_color(const ImageLayer& image, std::int64_t channel) {
  if (image.channel_count() == 1) return palette::text();
  if (image.rgb()) return QColor(channel == 0 ? "#ff6b6b" : channel == 1 ? "#4cd07d" : "#6ea8ff");
  const Rgb c = (*image.channel(channel).colormap.table)[255];
  return {c.r, c.g, c.b};
}

}  // namespace

MeasurePanel::MeasurePanel(Workspace& workspace, const CommandTable& commands, MeasureTool& tool,
                           QWidget* parent)
    : QWidget(parent), workspace_(workspace), commands_(commands), tool_(tool) {
  setObjectName(QStringLiteral("measure_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  auto* title = new QLabel(tr("Measure"), this);
  title->setProperty("role", "title");
  column->addWidget(title);
  hint_ = new QLabel(this);
  hint_->setProperty("role", "quiet");
  hint_->setWordWrap(true);
  column->addWidget(hint_);
  values_ = new QLabel(this);
  values_->setObjectName(QStringLiteral("measured"));
  values_->setTextFormat(Qt::RichText);
  values_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(values_);
  plot_ = new ProfilePlot(this);
  column->addWidget(plot_);
  const auto button = [&](const char* command_id, const QString& text, const QString& help) {
    auto* made = new QPushButton(text, this);
    made->setObjectName(QString::fromLatin1(command_id));
    made->setToolTip(help);
    QObject::connect(made, &QPushButton::clicked, this, [this, command_id] {
      const auto outcome = commands_.run(command_id);
      if (!outcome) workspace_.failed.emit(outcome.error());
    });
    return made;
  };
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(kGrid);
  add_ = button("measure.current", tr("Add to table"),
                tr("Keeps what is measured as a row of the table (M)."));
  save_profile_ = button("measure.ask_save_profile", tr("Save profile…"),
                         tr("Writes the curve as a CSV file."));
  buttons->addWidget(add_);
  buttons->addWidget(save_profile_);
  column->addLayout(buttons);
  table_ = new QTableWidget(0, 6, this);
  table_->setObjectName(QStringLiteral("measurements"));
  table_->setAccessibleName(tr("Measurements"));
  table_->setHorizontalHeaderLabels(
      {tr("Image"), tr("Kind"), tr("Size"), tr("Mean"), tr("SD"), tr("n")});
  table_->verticalHeader()->hide();
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table_->setMinimumHeight(120);
  column->addWidget(table_, 1);
  save_table_ = button("measure.ask_save", tr("Save table…"),
                       tr("Writes all rows as a CSV file, with minimum, maximum and places."));
  column->addWidget(save_table_);

  connections_.push_back(tool_.changed.connect([this] { refresh(); }));
  connections_.push_back(workspace_.measurements().changed.connect([this] { refresh_table(); }));
  connections_.push_back(
      workspace_.layers().selection_changed.connect([this](Layer*) { refresh(); }));
  connections_.push_back(workspace_.layers().layer_changed.connect([this](Layer&) { refresh(); }));
  connections_.push_back(workspace_.view().time_changed.connect([this] { refresh(); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] { refresh(); }));
  refresh();
  refresh_table();
}

ImageLayer* MeasurePanel::image() const {
  const LayerList& layers = workspace_.layers();
  if (auto* image = dynamic_cast<ImageLayer*>(layers.selected())) return image;
  for (int i = layers.count() - 1; i >= 0; --i) {
    auto* image = dynamic_cast<ImageLayer*>(&layers.at(i));
    if (image != nullptr && image->visible()) return image;
  }
  return nullptr;
}

void MeasurePanel::refresh() {
  hint_->setText(hint_for(tool_.kind()));
  const auto& shape = tool_.shape();
  const ImageLayer* layer = image();
  const bool complete = tool_.complete();
  add_->setEnabled(complete && layer != nullptr);
  const bool has_profile =
      shape && layer != nullptr && shape->complete() &&
      (shape->kind == MeasureKind::kLine || shape->kind == MeasureKind::kRectangle);
  save_profile_->setEnabled(has_profile && complete);
  plot_->setVisible(has_profile);
  hint_->setVisible(!shape);
  values_->setVisible(shape.has_value());
  if (!shape || layer == nullptr || !shape->complete()) {
    values_->clear();
    return;
  }
  const VoxelGrid grid = workspace_.layers().grid_of(*layer);
  const QString unit = unit_text(grid.unit);
  const std::int64_t time = workspace_.view().time();
  QString rows = size_rows(*shape, unit);
  const Statistics statistics = statistics_of(*shape, *layer, grid, time);
  for (const ValueStats& values : statistics.channels) {
    if (values.count == 0) continue;
    const QString name =
        statistics.channels.size() > 1
            ? tr("Mean of %1").arg(QString::fromStdString(layer->channel(values.channel).name))
            : tr("Mean");
    rows += row_of(name,
                   tr("%1 ± %2 SD").arg(short_number(values.mean), short_number(values.deviation)));
    rows += row_of(tr("Range"),
                   tr("%1 to %2").arg(short_number(values.least), short_number(values.most)));
  }
  if (statistics.step > 1) {
    rows += row_of(tr("Counted"), tr("every %1th voxel").arg(statistics.step));
  }
  values_->setText(QStringLiteral("<table width='100%'>") + rows + QStringLiteral("</table>"));
  if (!has_profile) return;
  Profile profile = profile_of(*shape, *layer, grid, time);
  std::vector<QColor> colors;
  for (const std::int64_t channel : profile.channels)
    colors.push_back(curve_color(*layer, channel));
  plot_->set_profile(std::move(profile), std::move(colors), unit);
}

void MeasurePanel::refresh_table() {
  const auto& rows = workspace_.measurements().rows();
  table_->setVisible(!rows.empty());
  save_table_->setVisible(!rows.empty());
  table_->setRowCount(static_cast<int>(rows.size()));
  for (int i = 0; i < static_cast<int>(rows.size()); ++i) {
    const MeasuredRow& row = rows[static_cast<std::size_t>(i)];
    const bool angle = row.shape.kind == MeasureKind::kAngle;
    const QString unit = unit_text(row.unit);
    const QString size =
        angle ? QString::number(row.size.degrees, 'f', 1) + QStringLiteral("°")
        : row.size.length > 0
            ? short_number(row.size.length) + QLatin1Char(' ') + unit
            : short_number(row.size.area) + QLatin1Char(' ') + unit + QStringLiteral("²");
    const QString image =
        QString::fromStdString(row.channel.empty() ? row.layer : row.layer + " – " + row.channel);
    const bool none = row.values.count == 0;
    const QStringList texts{image,
                            QString::fromUtf8(name_of(row.shape.kind).data()),
                            size,
                            none ? QString() : short_number(row.values.mean),
                            none ? QString() : short_number(row.values.deviation),
                            none ? QString() : QString::number(row.values.count)};
    for (int column = 0; column < texts.size(); ++column) {
      auto* item = new QTableWidgetItem(texts[column]);
      item->setTextAlignment((column < 2 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
      table_->setItem(i, column, item);
    }
  }
  table_->resizeColumnsToContents();
  if (!rows.empty()) table_->scrollToBottom();
}

}  // namespace karyo::gui
