#include "app/gui/layer_row.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/line_icon.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr int kOpacityWidth = 48;
constexpr int kIndent = 2 * kGrid;  // of a layer in a group

LineIcon icon_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::kImage:
      return LineIcon::kImage;
    case LayerKind::kLabels:
      return LineIcon::kLabels;
    case LayerKind::kPoints:
      return LineIcon::kPoints;
    case LayerKind::kShapes:
      return LineIcon::kArea;
    case LayerKind::kTracks:
      return LineIcon::kTracks;
    case LayerKind::kSurface:
      return LineIcon::kSurface;
  }
  return LineIcon::kImage;
}

QString word_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::kImage:
      return QObject::tr("image");
    case LayerKind::kLabels:
      return QObject::tr("labels");
    case LayerKind::kPoints:
      return QObject::tr("points");
    case LayerKind::kShapes:
      return QObject::tr("shapes");
    case LayerKind::kTracks:
      return QObject::tr("tracks");
    case LayerKind::kSurface:
      return QObject::tr("surface");
  }
  return {};
}

bool any_visible(const std::vector<Layer*>& layers) {
  return std::any_of(layers.begin(), layers.end(),
                     [](const Layer* layer) { return layer->visible(); });
}

void paint_selection(QPainter& painter, const QRect& row) {
  painter.fillRect(row, palette::selection());
  painter.fillRect(QRect(row.left(), row.top(), 3, row.height()), palette::accent());
}

void paint_eye(QPainter& painter, const QRect& row, bool open, const QColor& color) {
  const QRect eye(row.left() + 8, row.top() + 8, 16, 16);
  line_icon(open ? LineIcon::kEye : LineIcon::kEyeOff, color).paint(&painter, eye);
}

/// Right-aligned, where a layer's row has its opacity.
void paint_number(QPainter& painter, const QRect& row, const QString& text) {
  painter.setPen(palette::quiet_text());
  painter.drawText(
      QRect(row.right() - kOpacityWidth, row.top(), kOpacityWidth - kGrid, row.height()),
      Qt::AlignVCenter | Qt::AlignRight, text);
}

void paint_name(QPainter& painter, const QRect& row, int left, const QString& name,
                const QColor& color) {
  const QRect place(left, row.top(), row.right() + 1 - left - kOpacityWidth - kGrid, row.height());
  painter.setPen(color);
  painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                   painter.fontMetrics().elidedText(name, Qt::ElideMiddle, place.width()));
}

}  // namespace

void LayerRowPainter::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
  const int position = index.data(kPositionRole).toInt();
  if (position >= workspace_.layers().count()) return;
  painter->save();
  painter->setFont(option.font);
  if (position < 0) {
    paint_heading(*painter, option, index);
  } else {
    paint_layer(*painter, option, workspace_.layers().at(position));
  }
  painter->restore();
}

void LayerRowPainter::paint_layer(QPainter& painter, const QStyleOptionViewItem& option,
                                  const Layer& layer) const {
  const QRect row = option.rect;
  if (workspace_.layers().selected() == &layer) paint_selection(painter, row);
  const QColor text = layer.visible() ? palette::text() : palette::quiet_text();
  paint_eye(painter, row, layer.visible(), text);
  const int left = row.left() + kEyeWidth + (layer.group().empty() ? 0 : kIndent);
  line_icon(icon_of(layer.kind()), palette::quiet_text())
      .paint(&painter, QRect(left, row.top() + 8, 16, 16));
  if (layer.locked()) {
    const QRect lock(row.right() - kOpacityWidth - 18, row.top() + 9, 14, 14);
    line_icon(LineIcon::kLock, palette::quiet_text()).paint(&painter, lock);
  }
  paint_name(painter, row, left + kKindWidth, QString::fromStdString(layer.name()), text);
  paint_number(painter, row, QStringLiteral("%1 %").arg(std::lround(layer.opacity() * 100)));
}

void LayerRowPainter::paint_heading(QPainter& painter, const QStyleOptionViewItem& option,
                                    const QModelIndex& index) const {
  const QRect row = option.rect;
  const QString name = index.data(kGroupRole).toString();
  const auto members = workspace_.layers().in_group(name.toStdString());
  const bool folded = index.data(kFoldedRole).toBool();
  const Layer* selected = workspace_.layers().selected();
  if (folded && std::find(members.begin(), members.end(), selected) != members.end()) {
    paint_selection(painter, row);
  } else if ((option.state & QStyle::State_Selected) != 0) {
    painter.fillRect(row, palette::selection());
  }
  const bool shown = any_visible(members);
  const QColor text = shown ? palette::text() : palette::quiet_text();
  paint_eye(painter, row, shown, text);
  line_icon(folded ? LineIcon::kRight : LineIcon::kDown, palette::quiet_text())
      .paint(&painter, QRect(row.left() + kEyeWidth, row.top() + 10, 12, 12));
  QFont bold = option.font;
  bold.setWeight(QFont::DemiBold);
  painter.setFont(bold);
  paint_name(painter, row, row.left() + kEyeWidth + kKindWidth, name, text);
  painter.setFont(option.font);
  paint_number(painter, row, QString::number(members.size()));
}

QString spoken(const Layer& layer) {
  QString text = QStringLiteral("%1, %2, %3")
                     .arg(QString::fromStdString(layer.name()), word_of(layer.kind()),
                          layer.visible() ? QObject::tr("shown") : QObject::tr("hidden"));
  if (!layer.group().empty()) {
    text += QObject::tr(", in group %1").arg(QString::fromStdString(layer.group()));
  }
  return text;
}

QString spoken_heading(const QString& group, const std::vector<Layer*>& members, bool folded) {
  return QObject::tr("Group %1, layers: %2, %3, %4")
      .arg(group)
      .arg(members.size())
      .arg(any_visible(members) ? QObject::tr("shown") : QObject::tr("hidden"),
           folded ? QObject::tr("folded") : QObject::tr("open"));
}

}  // namespace karyo::gui
