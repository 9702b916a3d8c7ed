#include "app/gui/object_picker.h"

#include <QMouseEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/gui/slice_view.h"
#include "app/gui/volume_view.h"
#include "app/object_checks.h"
#include "viewer/qt/render_surface.h"
#include "viewer/scene/ray_pick.h"

namespace karyo::gui {
namespace {

constexpr double kSlack = 4;  // pixels that a click may move

bool is_near(const QPointF& a, const QPointF& b) {
  return std::hypot(a.x() - b.x(), a.y() - b.y()) <= kSlack;
}

}  // namespace

ObjectPicker::ObjectPicker(Workspace& workspace, ViewGrid& views, Host host, QObject* parent)
    : QObject(parent), workspace_(workspace), views_(&views), host_(std::move(host)) {
  for (const Plane plane : kPlanes) watch(views.slice(plane));
  views.on_cell = [this](SliceView& view) { watch(view); };
  RenderSurface& surface = views.volume().surface();
  overlays_.emplace_back(new VolumeSelection(workspace, surface));
  surface.installEventFilter(this);
  const auto again = [this] { draw_again(); };
  connections_.push_back(workspace.checks().selection().changed.connect(again));
  connections_.push_back(workspace.layers().layer_changed.connect([again](Layer&) { again(); }));
}

ObjectPicker::~ObjectPicker() {
  if (views_) views_->on_cell = {};  // the window deletes both, the views first
}

void ObjectPicker::watch(SliceView& view) {
  std::erase_if(overlays_, [](const auto& one) { return one.isNull(); });
  overlays_.emplace_back(new PlaneSelection(workspace_, view));
  view.installEventFilter(this);
}

void ObjectPicker::draw_again() {
  for (const auto& overlay : overlays_) {
    if (overlay) overlay->update();
  }
}

void ObjectPicker::show_band() {
  for (const auto& one : overlays_) {
    auto* overlay = dynamic_cast<SelectionOverlay*>(one.data());
    if (overlay == nullptr) continue;
    overlay->set_band(overlay->parentWidget() == press_.view ? press_.band : std::nullopt);
  }
}

ObjectPicker::Seen ObjectPicker::seen_in(const SliceView& view, const QPointF& position) const {
  const auto labels = labels_meant(workspace_, view, position);
  if (!labels) return {};
  const VoxelGrid grid = workspace_.layers().grid_of(*labels);
  const std::uint32_t id =
      labels->id_at(voxel_at(view.world_at(position), grid), workspace_.view().time());
  return {labels, id == kIgnoredLabel ? 0 : id};
}

bool ObjectPicker::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) {
    for (const auto& one : overlays_) {
      auto* overlay = dynamic_cast<SelectionOverlay*>(one.data());
      if (overlay != nullptr && overlay->parentWidget() == watched) overlay->fit();
    }
  }
  const auto* mouse = dynamic_cast<QMouseEvent*>(event);
  if (mouse == nullptr) return false;
  auto* plane = dynamic_cast<SliceView*>(watched);
  return plane != nullptr ? in_plane(*plane, *mouse) : in_volume(*mouse);
}

bool ObjectPicker::in_plane(SliceView& view, const QMouseEvent& event) {
  const bool left = event.button() == Qt::LeftButton;
  const auto keys = event.modifiers();
  if (event.type() == QEvent::MouseButtonPress && event.button() == Qt::RightButton) {
    const Seen seen = seen_in(view, event.position());
    if (seen.id != 0) show_menu(seen, event.globalPosition().toPoint());
    return seen.id != 0;
  }
  if (event.type() == QEvent::MouseButtonPress && left && host_.looks() &&
      labels_meant(workspace_, view, event.position())) {
    const bool picks = host_.picks();
    press_ = {&view, event.position(), false, false, {}};
    press_.owned = (keys & (Qt::ControlModifier | Qt::AltModifier)) != 0 ||
                   (picks && (keys & Qt::ShiftModifier) != 0);
    press_.draws = press_.owned || picks;
    return press_.owned;
  }
  if (press_.view != &view) return false;
  if (event.type() == QEvent::MouseMove) return drag(event);
  if (event.type() != QEvent::MouseButtonRelease || !left) return false;
  const Press press = std::exchange(press_, {});
  show_band();
  finish(view, press, keys);
  return press.owned;
}

bool ObjectPicker::drag(const QMouseEvent& event) {
  const bool far = press_.band || !is_near(event.position(), press_.at);
  if (far && !press_.draws) {  // the view moves
    press_ = {};
    return false;
  }
  if (far) press_.band = QRectF(press_.at, event.position()).normalized();
  show_band();
  return press_.owned || press_.band.has_value();
}

void ObjectPicker::finish(const SliceView& view, const Press& press, Qt::KeyboardModifiers keys) {
  if (press.band) {
    select_touched(view, *press.band, (keys & (Qt::ControlModifier | Qt::ShiftModifier)) != 0);
  } else if (press.owned && (keys & Qt::AltModifier) == 0) {
    toggle(seen_in(view, press.at));
  } else if (keys == Qt::NoModifier) {
    // The view or the tool selects it; of several that were selected it remains alone.
    const Seen seen = seen_in(view, press.at);
    ObjectSelection& selection = workspace_.checks().selection();
    if (seen.id != 0 && selection.of(*seen.layer).size() > 1) {
      selection.choose(seen.layer, {seen.id});
    }
  }
}

bool ObjectPicker::in_volume(const QMouseEvent& event) {
  RenderSurface& surface = views_->volume().surface();
  if (event.type() == QEvent::MouseButtonPress) return press_in_volume(event);
  if (press_.view == &surface && event.type() == QEvent::MouseMove) return drag(event);
  if (event.type() != QEvent::MouseButtonRelease) return false;
  if (press_.view == &surface && event.button() == Qt::LeftButton) {
    const Press press = std::exchange(press_, {});
    show_band();
    if (press.band) {
      select_seen(*press.band);
    } else if (const auto seen = views_->volume().object_at(press.at)) {
      toggle({seen->layer, seen->label});
    }
    return true;
  }
  if (event.button() == Qt::RightButton) {
    const auto press = std::exchange(menu_press_, {});
    if (!press || !is_near(*press, event.position())) return false;
    const auto seen = views_->volume().object_at(*press);
    if (seen) show_menu({seen->layer, seen->label}, event.globalPosition().toPoint());
  }
  return false;
}

/// With Ctrl the button is not the view's, which it would turn.
bool ObjectPicker::press_in_volume(const QMouseEvent& event) {
  RenderSurface& surface = views_->volume().surface();
  menu_press_.reset();
  if (event.button() == Qt::RightButton) menu_press_ = event.position();
  const bool selects = event.button() == Qt::LeftButton && host_.looks() && surface.has_scene() &&
                       !surface.scene().surfaces.empty() &&
                       (event.modifiers() & Qt::ControlModifier) != 0;
  if (selects) press_ = {&surface, event.position(), true, true, {}};
  return selects;
}

void ObjectPicker::toggle(const Seen& seen) {
  if (!seen.layer || seen.id == 0) return;
  workspace_.layers().select(seen.layer.get());
  workspace_.checks().selection().toggle(seen.layer, seen.id);
}

void ObjectPicker::choose(const std::shared_ptr<LabelsLayer>& labels,
                          const std::vector<std::uint32_t>& ids, bool adds) {
  workspace_.layers().select(labels.get());
  ObjectSelection& selection = workspace_.checks().selection();
  if (adds) {
    selection.add(labels, ids);
  } else {
    selection.choose(labels, ids);
  }
}

void ObjectPicker::select_touched(const SliceView& view, const QRectF& band, bool adds) {
  const auto labels = labels_meant(workspace_, view, band.center());
  if (!labels) return;
  const VoxelGrid grid = workspace_.layers().grid_of(*labels);
  const Index3 first = voxel_at(view.world_at(band.topLeft()), grid);
  const Index3 last = voxel_at(view.world_at(band.bottomRight()), grid);
  const LabelVolume& volume = labels->labels(workspace_.view().time());
  const Box3 box = Box3{first, last + Index3{1, 1, 1}}.clipped_to(Box3::of_shape(volume.shape()));
  choose(labels, box.empty() ? std::vector<std::uint32_t>{} : objects_in(volume, box), adds);
}

/// Lines of sight are followed in the background, in the scene as it is now.
void ObjectPicker::select_seen(const QRectF& band) {
  VolumeView& view = views_->volume();
  const auto drawn = view.drawn_labels();
  workspace_.in_background([this, alive = QPointer(this), scene = view.surface().scene(), drawn,
                            band](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Looking for objects");
    KARYO_TRY(const auto found,
              objects_seen(scene, {band.left(), band.top(), band.right(), band.bottom()}, control));
    return Workspace::Finish([this, alive, drawn, found] {
      if (!alive || found.empty()) return;
      // Those of the labels in hand, where it shows any.
      const auto hand = labels_at_hand(workspace_);
      auto labels = drawn[found.front().surface].lock();
      for (const Picked& one : found) {
        if (hand && drawn[one.surface].lock() == hand) labels = hand;
      }
      std::vector<std::uint32_t> ids;
      for (const Picked& one : found) {
        if (labels && drawn[one.surface].lock() == labels) ids.push_back(one.label);
      }
      const bool open = labels && workspace_.layers().find(labels.get()) >= 0;
      if (open) choose(labels, ids, true);
    });
  });
}

void ObjectPicker::show_menu(const Seen& seen, const QPoint& where) {
  show_object_menu(workspace_, seen.layer, seen.id, host_.actions, *views_, where);
}

}  // namespace karyo::gui
