#include "app/gui/vector_painter.h"

#include <QLineF>
#include <QList>
#include <QPainter>
#include <QPainterPath>
#include <QPixmap>
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "app/gui/overlay_painter.h"
#include "core/layers/surface_layer.h"
#include "viewer/scene/slab_planes.h"

namespace karyo::gui {
namespace {

constexpr std::size_t kMostTexts = 500;  // more are not readable, and slow
constexpr std::size_t kCrowd = 20000;    // dots; beyond it they may overlap less
constexpr std::size_t kMostFineShapes = 3000;  // more in one view get hairlines, 10 times as fast
constexpr double kSelectedWider = 2;           // pixels

QColor color_of(Rgb color) {
  return {color.r, color.g, color.b};
}

/// Of ARGB as ImageJ stores it; the layer's own where a shape has none.
QColor stroke_of(const Roi& roi, Rgb standard) {
  if (roi.stroke_color == 0) return color_of(standard);
  return QColor::fromRgba(roi.stroke_color);
}

/// A layer's places on one plane of the screen.
struct Placing {
  const ViewTransform& view;
  const VoxelGrid& grid;
  std::int64_t time;
  double scale;

  QPointF screen(const WorldPoint& voxel) const {
    const ScreenPoint point = view.to_screen(world_place(voxel, grid));
    return {point.x, point.y};
  }
  /// Voxels along the normal that the view shows, half open.
  std::pair<double, double> depth() const {
    const Axis normal = normal_axis(view.plane);
    return marks_depth(view.slab, view.centre[normal], grid, normal);
  }
};

/// A dot, drawn once and then copied.
QPixmap dot_of(double diameter, const QColor& color) {
  const int side = static_cast<int>(std::ceil(diameter)) + 4;
  QPixmap dot(side, side);
  dot.fill(Qt::transparent);
  QPainter painter(&dot);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(QColor(0, 0, 0, 160), 1));
  painter.setBrush(color);
  painter.drawEllipse(QPointF(side / 2.0, side / 2.0), diameter / 2, diameter / 2);
  return dot;
}

/// Which cells of the screen have a dot already: many points in one place cost one.
class Occupied {
 public:
  Occupied(const ViewTransform& view, double cell)
      : cell_(std::max(1.0, cell)),
        across_(static_cast<int>(view.width / cell_) + 1),
        taken_(static_cast<std::size_t>(across_) *
               (static_cast<std::size_t>(view.height / cell_) + 1)) {}
  /// False where there was one; the place lies in the view.
  bool take(const QPointF& at) {
    const auto cell = static_cast<std::size_t>(at.y() / cell_) * static_cast<std::size_t>(across_) +
                      static_cast<std::size_t>(at.x() / cell_);
    if (taken_[cell]) return false;
    taken_[cell] = true;
    return true;
  }

 private:
  double cell_;
  int across_;
  std::vector<bool> taken_;
};

void paint_points(QPainter& painter, const PointsLayer& layer, const Placing& placing) {
  const PointsLook& look = layer.look();
  const ViewTransform& view = placing.view;
  const double diameter = std::clamp(
      look.on_screen ? look.size * placing.scale : look.size * placing.grid.spacing_x * view.zoom,
      1.0, 2000.0);
  const auto [near, far] = placing.depth();
  const Axis normal = normal_axis(view.plane);
  const QPixmap dot = dot_of(diameter, color_of(look.color));
  const QRectF source(0, 0, dot.width(), dot.height());
  const double margin = diameter / 2 + 2;
  std::vector<std::pair<QPointF, std::size_t>> seen;
  const PointList& points = *look.data;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const PointMark& point = points[i];
    if (point.t >= 0 && point.t != placing.time) continue;
    const double depth = point.at[normal];
    if (depth < near || depth >= far) continue;
    const QPointF at = placing.screen(point.at);
    if (at.x() > -margin && at.y() > -margin && at.x() < view.width + margin &&
        at.y() < view.height + margin) {
      seen.emplace_back(at, i);
    }
  }
  Occupied occupied(view, seen.size() > kCrowd ? 0.75 * diameter : diameter / 4);
  std::vector<QPainter::PixmapFragment> dots;
  std::vector<std::size_t> texts;
  for (const auto& [at, i] : seen) {
    const bool inside = at.x() >= 0 && at.y() >= 0 && at.x() < view.width && at.y() < view.height;
    if (inside && !occupied.take(at)) continue;
    dots.push_back(QPainter::PixmapFragment::create(at, source));
    if (look.show_text && !points[i].text.empty() && texts.size() < kMostTexts) texts.push_back(i);
  }
  painter.drawPixmapFragments(dots.data(), static_cast<int>(dots.size()), dot);
  for (const std::size_t i : texts) {
    paint_shadowed_text(painter, placing.screen(points[i].at) + QPointF(diameter / 2 + 3, 4),
                        QString::fromStdString(points[i].text), color_of(look.color));
  }
  if (look.selected < 0) return;
  const PointMark& chosen = points[static_cast<std::size_t>(look.selected)];
  const double depth = chosen.at[normal];
  if (depth < near || depth >= far || (chosen.t >= 0 && chosen.t != placing.time)) return;
  painter.setPen(QPen(color_of(kAccent), 2 * placing.scale));
  painter.setBrush(Qt::NoBrush);
  painter.drawEllipse(placing.screen(chosen.at), diameter / 2 + 3, diameter / 2 + 3);
}

/// Corners of a path on screen; those that would lie in one pixel with the one before are left out,
/// as an ellipse of 4 pixels is no better with 100 of them.
void add_corners(const PathF& corners, bool closed, const Placing& placing, QPainterPath& path) {
  constexpr double kLeast = 0.7;  // pixels
  QPointF last;
  for (std::size_t k = 0; k < corners.size(); ++k) {
    const QPointF at = placing.screen({0, corners[k].y, corners[k].x});
    const bool end = k == 0 || k + 1 == corners.size();
    if (!end && (at - last).manhattanLength() < kLeast) continue;
    k == 0 ? path.moveTo(at) : path.lineTo(at);
    last = at;
  }
  if (closed) path.closeSubpath();
}

void paint_shapes(QPainter& painter, const ShapesLayer& layer, const Placing& placing) {
  if (placing.view.plane != Plane::kXY) return;
  const ShapesLook& look = layer.look();
  const auto [near, far] = placing.depth();
  const OutlineList& outlines = layer.outlines();
  const QRectF viewport(0, 0, placing.view.width, placing.view.height);
  const auto path_of = [&](const ShapeOutline& outline) {
    QPainterPath path;
    for (const PathF& corners : outline.paths) add_corners(corners, outline.closed, placing, path);
    return path;
  };
  const auto top_left = [&](std::size_t i) {
    return placing.screen({0, outlines[i].top, outlines[i].left});
  };
  const auto seen = [&](std::size_t i) {
    const ShapeOutline& outline = outlines[i];
    const auto middle = static_cast<double>(outline.z) + 0.5;
    if (outline.z >= 0 && (middle < near || middle >= far)) return false;
    if (outline.t >= 0 && outline.t != placing.time) return false;
    const QPointF to = placing.screen({0, outline.bottom, outline.right});
    const double around = look.width * placing.scale + kSelectedWider;
    return viewport.intersects(QRectF(top_left(i), to).adjusted(-around, -around, around, around));
  };
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < outlines.size(); ++i) {
    if (seen(i)) shown.push_back(i);
  }
  const auto draw = [&](std::size_t i, const QColor& color, double width) {
    const QPainterPath path = path_of(outlines[i]);
    if (outlines[i].closed && look.fill) {
      QColor inside = color;
      inside.setAlphaF(color.alphaF() / 4);
      painter.fillPath(path, inside);
    }
    // Corners of thin lines are not seen, and round ones cost most of the time.
    const Qt::PenJoinStyle join = width < 4 ? Qt::BevelJoin : Qt::RoundJoin;
    painter.strokePath(path, QPen(color, width, Qt::SolidLine, Qt::RoundCap, join));
  };
  const auto own_color = [&](std::size_t i) { return stroke_of((*look.data)[i], look.color); };
  const bool crowded = shown.size() > kMostFineShapes;
  painter.setRenderHint(QPainter::Antialiasing, !crowded);
  const auto selected = static_cast<std::size_t>(look.selected);  // beyond all where there is none
  for (const std::size_t i : shown) {
    if (i != selected) draw(i, own_color(i), crowded ? 0 : look.width * placing.scale);
  }
  painter.setRenderHint(QPainter::Antialiasing);
  if (look.selected >= 0 && seen(selected)) {
    draw(selected, color_of(kAccent), (look.width + kSelectedWider) * placing.scale);
  }
  if (!look.show_text) return;
  std::size_t texts = 0;
  for (const std::size_t i : shown) {
    const std::string& name = (*look.data)[i].name;
    if (name.empty() || texts++ >= kMostTexts) continue;
    paint_shadowed_text(painter, top_left(i) + QPointF(2, -4), QString::fromStdString(name),
                        i == selected ? color_of(kAccent) : own_color(i));
  }
}

/// Tails end at the current time and fade towards the past; a division joins to its parent.
void paint_tracks(QPainter& painter, const TracksLayer& layer, const Placing& placing) {
  const TracksLook& look = layer.look();
  const QRectF viewport(0, 0, placing.view.width, placing.view.height);
  std::map<QRgb, QList<QLineF>> by_color;
  for_each_tail_piece(look, placing.time, [&](const TailPiece& piece) {
    const QPointF from = placing.screen(piece.from.at), to = placing.screen(piece.to.at);
    if (!viewport.intersects(QRectF(from, to).normalized().adjusted(-2, -2, 2, 2))) return;
    QColor shade = color_of(track_color(piece.to.id));
    shade.setAlphaF(1 - 0.8 * piece.age);
    by_color[shade.rgba()].append(QLineF(from, to));
  });
  for (const auto& [color, lines] : by_color) {
    painter.setPen(
        QPen(QColor::fromRgba(color), look.width * placing.scale, Qt::SolidLine, Qt::FlatCap));
    painter.drawLines(lines);
  }
  std::size_t texts = 0;
  for (const TrackPoint& point : look.data->points) {
    if (point.t != placing.time) continue;
    const QPointF at = placing.screen(point.at);
    if (!viewport.contains(at)) continue;
    const QColor color = color_of(track_color(point.id));
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawEllipse(at, (look.width + 1) * placing.scale, (look.width + 1) * placing.scale);
    if (look.show_text && texts++ < kMostTexts) {
      paint_shadowed_text(painter, at + QPointF(6, -4), QString::number(point.id), color);
    }
  }
}

/// Where the surface passes the plane.
void paint_surface(QPainter& painter, const SurfaceLayer& layer, const Placing& placing) {
  const SurfaceLook& look = layer.look();
  const Axis normal = normal_axis(placing.view.plane);
  const double place = voxels_along(placing.view.centre[normal], placing.grid, normal);
  const QRectF viewport(0, 0, placing.view.width, placing.view.height);
  const double around = look.width * placing.scale;
  const auto& section = *layer.section(normal, place);
  // Lines of one colour are drawn at once: a pen for each would be slow.
  std::map<std::uint32_t, QList<QLineF>> by_color;
  for (const SectionLine& line : section) {
    const QPointF from = placing.screen(line.from), to = placing.screen(line.to);
    const QRectF box = QRectF(from, to).normalized().adjusted(-around, -around, around, around);
    if (!viewport.intersects(box)) continue;
    by_color[color_of(line.color).rgb()].append(QLineF(from, to));
  }
  painter.setBrush(Qt::NoBrush);
  for (const auto& [color, lines] : by_color) {
    painter.setPen(QPen(QColor(color), look.width * placing.scale, Qt::SolidLine, Qt::RoundCap));
    painter.drawLines(lines);
  }
}

}  // namespace

std::pair<double, double> marks_depth(const Slab& slab, double place, const VoxelGrid& grid,
                                      Axis normal) {
  constexpr std::int64_t kFar = std::int64_t{1} << 60;
  const PlaneRange planes = slab_range(voxel_along(place, grid, normal),
                                       slab_planes(slab, spacing_along(grid, normal)), -kFar, kFar);
  return {static_cast<double>(planes.first), static_cast<double>(planes.last)};
}

std::vector<ShownMarks> shown_marks(const LayerList& layers, const LayerFilter& shown) {
  std::vector<ShownMarks> marks;
  for (int i = 0; i < layers.count(); ++i) {
    const Layer& layer = layers.at(i);
    if (!layer.visible() || !is_vector(layer.kind()) || (shown && !shown(layer))) continue;
    marks.push_back({layers.shared_at(i), layers.grid_of(layer)});
  }
  return marks;
}

void paint_vectors(QPainter& painter, const std::vector<ShownMarks>& marks,
                   const ViewTransform& view, std::int64_t time, double ratio, double scale) {
  painter.save();
  painter.scale(1 / ratio, 1 / ratio);
  painter.setRenderHint(QPainter::Antialiasing);
  QFont font = painter.font();
  font.setPixelSize(static_cast<int>(std::lround(12 * scale)));
  painter.setFont(font);
  for (const auto& [layer, grid] : marks) {
    const Placing placing{view, grid, time, scale};
    painter.setOpacity(layer->opacity());
    if (const auto* points = dynamic_cast<const PointsLayer*>(layer.get())) {
      paint_points(painter, *points, placing);
    } else if (const auto* shapes = dynamic_cast<const ShapesLayer*>(layer.get())) {
      paint_shapes(painter, *shapes, placing);
    } else if (const auto* tracks = dynamic_cast<const TracksLayer*>(layer.get())) {
      paint_tracks(painter, *tracks, placing);
    } else if (const auto* surface = dynamic_cast<const SurfaceLayer*>(layer.get())) {
      paint_surface(painter, *surface, placing);
    }
  }
  painter.restore();
}

}  // namespace karyo::gui
