#include "app/gui/selection_overlay.h"

#include <QPainter>
#include <algorithm>
#include <vector>

#include "annotation/index_axis.h"
#include "app/gui/drawn_outline.h"
#include "app/gui/line_icon.h"
#include "app/gui/slice_view.h"
#include "app/gui/theme.h"
#include "app/label_target.h"
#include "app/model_in_use.h"
#include "app/model_walk.h"
#include "app/object_checks.h"
#include "viewer/qt/render_surface.h"

namespace karyo::gui {
namespace {

constexpr int kOutlineWidth = 2;  // pixels, as the selected object's own
constexpr int kLock = 14;         // pixels, of a lock's side
constexpr int kFrameGap = 6;      // pixels between a suggestion and its frame

/// The id of each pixel that shows one of `ids` (sorted), else 0; a row after the other.
std::vector<std::uint32_t> chosen_pixels(const LabelVolume& labels, const VoxelGrid& grid,
                                         const ViewTransform& transform, Plane plane,
                                         const std::vector<std::uint32_t>& ids) {
  const Box3 all = Box3::of_shape(labels.shape());
  const int across = transform.width, down = transform.height;
  std::vector<std::uint32_t> shown(static_cast<std::size_t>(across) *
                                   static_cast<std::size_t>(down));
  std::vector<Index3> columns;
  for (int x = 0; x < across; ++x) columns.push_back(transform.to_voxel({x + 0.5, 0.5}, grid));
  const Axis axis = horizontal_axis(plane);
  std::uint32_t last = 0;
  bool chosen = false;
  for (int y = 0; y < down; ++y) {
    Index3 voxel = transform.to_voxel({0.5, y + 0.5}, grid);
    for (int x = 0; x < across; ++x) {
      coordinate(voxel, axis) = along(columns[static_cast<std::size_t>(x)], axis);
      const std::uint32_t id = all.contains(voxel) ? labels.at(voxel) : 0;
      if (id != last) {
        last = id;
        chosen = std::binary_search(ids.begin(), ids.end(), id);
      }
      if (chosen) shown[static_cast<std::size_t>(y * across + x)] = id;
    }
  }
  return shown;
}

QImage outlines_of(const std::vector<std::uint32_t>& shown, int across, int down) {
  QImage picture(across, down, QImage::Format_ARGB32_Premultiplied);
  picture.fill(Qt::transparent);
  const QRgb color = palette::accent().rgba();
  const auto at = [&](int x, int y) {
    const bool inside = x >= 0 && y >= 0 && x < across && y < down;
    return inside ? shown[static_cast<std::size_t>(y * across + x)] : 0;
  };
  for (int y = 0; y < down; ++y) {
    auto* row = reinterpret_cast<QRgb*>(picture.scanLine(y));
    for (int x = 0; x < across; ++x) {
      const std::uint32_t id = at(x, y);
      if (id == 0) continue;
      bool edge = false;
      for (int by = 1; by <= kOutlineWidth && !edge; ++by) {
        edge = at(x - by, y) != id || at(x + by, y) != id || at(x, y - by) != id ||
               at(x, y + by) != id;
      }
      if (edge) row[x] = color;
    }
  }
  return picture;
}

}  // namespace

std::shared_ptr<LabelsLayer> labels_at_hand(Workspace& workspace) {
  LayerList& layers = workspace.layers();
  const LabelsLayer* const found = labels_in_hand(layers);
  if (found == nullptr) return nullptr;
  return std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(layers.find(found)));
}

std::shared_ptr<LabelsLayer> labels_meant(Workspace& workspace, const SliceView& view,
                                          const QPointF& position) {
  const LayerChoice& choice = view.choice_at(position);
  const auto seen = [&](const Layer& layer) { return layer.visible() && choice.shows(layer); };
  if (auto labels = labels_at_hand(workspace); labels && seen(*labels)) return labels;
  LayerList& layers = workspace.layers();
  for (int i = layers.count() - 1; i >= 0; --i) {
    auto labels = std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(i));
    if (labels && seen(*labels)) return labels;
  }
  return nullptr;
}

QRectF rectangle_of(const Box3& box, const SliceView& view, const VoxelGrid& grid) {
  const auto corner = [&](const Index3& at) {
    const WorldPoint voxel{static_cast<double>(at.z), static_cast<double>(at.y),
                           static_cast<double>(at.x)};
    return view.position_of(world_place(voxel, grid));
  };
  return QRectF(corner(box.begin), corner(box.end)).normalized();
}

SelectionOverlay::SelectionOverlay(QWidget& view) : QWidget(&view) {
  setAttribute(Qt::WA_TransparentForMouseEvents);
  fit();
}

void SelectionOverlay::set_band(const std::optional<QRectF>& band) {
  if (band == band_) return;
  band_ = band;
  update();
}

void SelectionOverlay::paint_band(QPainter& painter) const {
  if (!band_) return;
  painter.setPen(QPen(QColor(0, 0, 0, 180), 3));
  painter.drawRect(*band_);
  painter.setPen(QPen(palette::accent(), 1.5));
  painter.drawRect(*band_);
}

PlaneSelection::PlaneSelection(Workspace& workspace, SliceView& view)
    : SelectionOverlay(view), workspace_(workspace), view_(view) {
  lower();  // the view's header stays above
  show();
  walked_ = workspace_.model().walk().changed.connect([this] { update(); });
}

void PlaneSelection::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  if (const auto layer = labels_meant(workspace_, view_, {})) {
    paint_outlines(painter, *layer);
    paint_locks(painter, *layer);
    paint_suggestion(painter, *layer);
  }
  paint_band(painter);
}

/// Where the plane that is seen cuts it: a small one among many is found at once.
void PlaneSelection::paint_suggestion(QPainter& painter, const LabelsLayer& layer) const {
  ModelWalk& walk = workspace_.model().walk();
  const TrialObject* const at_hand = walk.current();
  if (at_hand == nullptr || walk.wanted().target.layer.get() != &layer) return;
  const VoxelGrid grid = workspace_.layers().grid_of(layer);
  const Axis normal = normal_axis(view_.plane());
  const std::int64_t seen = along(voxel_at(workspace_.view().cursor(), grid), normal);
  const Box3& box = at_hand->box;
  if (seen < along(box.begin, normal) || seen >= along(box.end, normal)) return;
  QPainterPath frame;
  frame.addRoundedRect(
      rectangle_of(box, view_, grid).adjusted(-kFrameGap, -kFrameGap, kFrameGap, kFrameGap),
      kFrameGap, kFrameGap);
  paint_suggested_outline(painter, frame);
}

void PlaneSelection::paint_outlines(QPainter& painter, const LabelsLayer& layer) const {
  std::vector<std::uint32_t> ids = workspace_.checks().selection().of(layer);
  if (ids.size() < 2) return;  // one alone has the layer's own outline
  std::sort(ids.begin(), ids.end());
  const ViewTransform transform = view_.transform();
  const auto shown =
      chosen_pixels(layer.labels(workspace_.view().time()), workspace_.layers().grid_of(layer),
                    transform, view_.plane(), ids);
  QImage outlines = outlines_of(shown, transform.width, transform.height);
  outlines.setDevicePixelRatio(devicePixelRatioF());
  painter.drawImage(QPointF(0, 0), outlines);
}

/// In the middle of objects that the slice goes through.
void PlaneSelection::paint_locks(QPainter& painter, const LabelsLayer& layer) const {
  const ObjectTable* const objects = workspace_.objects_of(layer);
  const std::vector<std::uint32_t> locked = layer.notes()->locked();
  if (objects == nullptr || locked.empty()) return;
  const VoxelGrid grid = workspace_.layers().grid_of(layer);
  const Axis normal = normal_axis(view_.plane());
  const std::int64_t slice = along(voxel_at(workspace_.view().cursor(), grid), normal);
  const QIcon light = line_icon(LineIcon::kLock, kOverPicture);
  const QIcon dark = line_icon(LineIcon::kLock, QColor(0, 0, 0));
  for (const std::uint32_t id : locked) {
    const auto found = objects->find(id);
    if (found == objects->end()) continue;
    const ObjectStats& object = found->second;
    if (slice < along(object.box.begin, normal) || slice >= along(object.box.end, normal)) continue;
    const QPointF at =
        view_.position_of(world_place({object.z + 0.5, object.y + 0.5, object.x + 0.5}, grid));
    const QRect place = QRectF(at.x() - kLock / 2.0, at.y() - kLock / 2.0, kLock, kLock).toRect();
    if (!place.intersects(rect())) continue;
    dark.paint(&painter, place.translated(1, 1));  // seen on any picture
    light.paint(&painter, place);
  }
}

VolumeSelection::VolumeSelection(Workspace& workspace, RenderSurface& surface)
    : SelectionOverlay(surface), workspace_(workspace), surface_(surface) {
  show();
}

void VolumeSelection::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paint_band(painter);
  const auto layer = labels_at_hand(workspace_);
  if (!layer || !layer->visible()) return;
  const auto ids = workspace_.checks().selection().of(*layer);
  const ObjectTable* const objects = workspace_.objects_of(*layer);
  if (ids.size() < 2 || objects == nullptr) return;
  const VoxelGrid grid = workspace_.layers().grid_of(*layer);
  QPolygonF dots;
  for (const std::uint32_t id : ids) {
    const auto found = objects->find(id);
    if (found == objects->end()) continue;
    const ObjectStats& object = found->second;
    const WorldPoint place = world_place({object.z + 0.5, object.y + 0.5, object.x + 0.5}, grid);
    const auto seen =
        surface_.camera().project({place.x, place.y, place.z}, surface_.width(), surface_.height());
    if (seen) dots.append(QPointF((*seen)[0], (*seen)[1]));
  }
  paint_drawn_dots(painter, dots);
}

}  // namespace karyo::gui
