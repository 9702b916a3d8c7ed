#include "app/gui/track_tool.h"

#include <QGuiApplication>
#include <QPainter>
#include <cmath>

#include "app/gui/overlay_painter.h"
#include "app/gui/slice_view.h"
#include "app/gui/theme.h"

namespace karyo::gui {
namespace {

constexpr double kReach = 40;  // pixels around a click in which a cell is looked for
constexpr double kRing = 9;    // radius

nlohmann::json numbers_of(const TrackPlace& place) {
  return nlohmann::json::array({place.track, place.frame});
}

/// World units that a pixel of the view is.
double world_per_pixel(const SliceView& view, const WorldPoint& at) {
  WorldPoint beside = at;
  beside[horizontal_axis(view.plane())] += 1;
  const QPointF off = view.position_of(beside) - view.position_of(at);
  return 1 / std::max(1e-9, std::hypot(off.x(), off.y()));
}

}  // namespace

void TrackTool::set_in_use(bool on) {
  in_use_ = on;
  changed.emit();
}

void TrackTool::press(SliceView& view, const WorldPoint& place) {
  const std::int64_t time = workspace_.view().time();
  const auto layer = desk_.layer();
  const auto cell = desk_.place_near(place, time, kReach * world_per_pixel(view, place));
  if (!layer || !cell) return;
  const auto modifiers = QGuiApplication::keyboardModifiers();
  const bool divides = (modifiers & Qt::ControlModifier) != 0;
  const bool links = divides || (modifiers & Qt::ShiftModifier) != 0;
  const auto selected = desk_.selected();
  if (links && selected) {
    const bool done = run_(
        divides ? "tracks.divide" : "tracks.link",
        {{"layer", layer->name()}, {"from", numbers_of(*selected)}, {"to", numbers_of(*cell)}});
    if (!done) return;
    // The cell that was linked to is the next one to go on from, under its number of now.
    const auto now = desk_.place_near(place, time, kReach * world_per_pixel(view, place));
    if (now) run_("tracks.select", {{"at", numbers_of(*now)}});
    return;
  }
  run_("tracks.select", {{"at", numbers_of(*cell)}});
}

void TrackTool::move(SliceView&, const WorldPoint&, bool) {}
void TrackTool::release(SliceView&, const WorldPoint&) {}

void TrackTool::remove() {
  const auto layer = desk_.layer();
  if (layer && desk_.selected()) {
    run_("tracks.delete_place", {{"layer", layer->name()}, {"at", numbers_of(*desk_.selected())}});
  }
}

bool TrackTool::cancel() {
  if (!in_use_ || (!desk_.selected() && !desk_.mark())) return false;
  desk_.clear_selection();
  return true;
}

void TrackTool::paint(QPainter& painter, const SliceView& view) const {
  const auto layer = desk_.layer();
  if (!layer || !layer->visible() || !in_use_) return;
  const auto tracks = desk_.index();
  const std::int64_t time = layer->time_shown(workspace_.view().time());
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  const auto ring = [&](const TrackPoint& cell, Qt::PenStyle style) {
    const QPointF at = view.position_of(desk_.world_of(cell));
    painter.setPen(QPen(QColor(0, 0, 0, 160), 4));
    painter.drawEllipse(at, kRing, kRing);
    painter.setPen(QPen(palette::accent(), 2, style));
    painter.drawEllipse(at, kRing, kRing);
    return at;
  };
  const auto show = [&](const std::optional<TrackPlace>& place, bool named) {
    const TrackSpan* span = place ? tracks->find(place->track) : nullptr;
    if (span == nullptr) return;
    const TrackPoint& cell = tracks->nearest(*span, place->frame);
    const QPointF at = ring(cell, cell.t == time ? Qt::SolidLine : Qt::DashLine);
    if (named) {
      paint_shadowed_text(painter, at + QPointF(kRing + 3, -kRing + 2), QString::number(cell.id),
                          palette::accent());
    }
    const TrackPoint& now = tracks->nearest(*span, time);
    if (named && now.t == time && now.t != cell.t) ring(now, Qt::SolidLine);
  };
  if (desk_.mark() != desk_.selected()) show(desk_.mark(), false);
  show(desk_.selected(), true);
  painter.restore();
}

}  // namespace karyo::gui
