#include "app/gui/object_picker.h"

#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "annotation/index_axis.h"
#include "app/gui/drawn_outline.h"
#include "app/gui/slice_view.h"
#include "app/gui/theme.h"
#include "app/gui/volume_view.h"
#include "app/label_target.h"
#include "app/object_checks.h"
#include "viewer/qt/render_surface.h"
#include "viewer/scene/view_transform.h"

namespace karyo::gui {
namespace {

constexpr double kSlack = 4;      // pixels that a click may move
constexpr int kOutlineWidth = 2;  // pixels, as the selected object's own

ViewTransform transform_of(const Workspace& workspace, const QWidget& widget, Plane plane) {
  return ViewTransform::of(workspace.view(), plane, std::max(1, widget.width()),
                           std::max(1, widget.height()));
}

}  // namespace

/// Lies over a plane and is not in the pointer's way: outlines, and the rectangle that is drawn.
class ObjectPicker::Over : public QWidget {
 public:
  Over(const ObjectPicker& picker, SliceView& view) : QWidget(&view), picker_(picker), view_(view) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setGeometry(view.rect());
    lower();  // the view's header stays above
    show();
  }
  const SliceView& view() const { return view_; }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const auto layer = picker_.layer();
    if (layer && layer->visible()) paint_outlines(painter, *layer);
    if (!picker_.band_ || picker_.pressed_ != &view_) return;
    painter.setPen(QPen(QColor(0, 0, 0, 180), 3));
    painter.drawRect(*picker_.band_);
    painter.setPen(QPen(palette::accent(), 1.5));
    painter.drawRect(*picker_.band_);
  }

 private:
  /// One pixel's id where it is of a selected object, else 0, a row after the other.
  void paint_outlines(QPainter& painter, const LabelsLayer& layer) {
    std::vector<std::uint32_t> ids = picker_.workspace_.checks().selection().of(layer);
    if (ids.size() < 2) return;
    std::sort(ids.begin(), ids.end());
    const ViewTransform transform = transform_of(picker_.workspace_, *this, view_.plane());
    const VoxelGrid grid = picker_.workspace_.layers().grid_of(layer);
    const LabelVolume& labels = layer.labels(picker_.workspace_.view().time());
    const Box3 all = Box3::of_shape(labels.shape());
    const int across = width(), down = height();
    std::vector<std::uint32_t> shown(static_cast<std::size_t>(across) *
                                     static_cast<std::size_t>(down));
    std::vector<Index3> columns;
    for (int x = 0; x < across; ++x) columns.push_back(transform.to_voxel({x + 0.5, 0.5}, grid));
    const Axis axis = horizontal_axis(view_.plane());
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
    painter.drawImage(QPointF(0, 0), outlines_of(shown, across, down));
  }
  static QImage outlines_of(const std::vector<std::uint32_t>& shown, int across, int down) {
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

  const ObjectPicker& picker_;
  SliceView& view_;
};

/// Over the 3D view: where the selected objects are, whatever lies before them.
class ObjectPicker::OverVolume : public QWidget {
 public:
  OverVolume(const ObjectPicker& picker, RenderSurface& surface)
      : QWidget(&surface), picker_(picker), surface_(surface) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setGeometry(surface.rect());
    show();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    const auto layer = picker_.layer();
    if (!layer || !layer->visible()) return;
    const auto ids = picker_.workspace_.checks().selection().of(*layer);
    const ObjectTable* const objects = picker_.workspace_.objects_of(*layer);
    if (ids.size() < 2 || objects == nullptr) return;
    const VoxelGrid grid = picker_.workspace_.layers().grid_of(*layer);
    QPolygonF dots;
    for (const std::uint32_t id : ids) {
      const auto found = objects->find(id);
      if (found == objects->end()) continue;
      const ObjectStats& object = found->second;
      const WorldPoint place = world_place({object.z + 0.5, object.y + 0.5, object.x + 0.5}, grid);
      const auto seen = surface_.camera().project({place.x, place.y, place.z}, surface_.width(),
                                                  surface_.height());
      if (seen) dots.append(QPointF((*seen)[0], (*seen)[1]));
    }
    QPainter painter(this);
    paint_drawn_dots(painter, dots);
  }

 private:
  const ObjectPicker& picker_;
  RenderSurface& surface_;
};

ObjectPicker::ObjectPicker(Workspace& workspace, ViewGrid& views, Host host, QObject* parent)
    : QObject(parent), workspace_(workspace), views_(views), host_(std::move(host)) {
  for (const Plane plane : kPlanes) {
    SliceView& view = views.slice(plane);
    overs_.push_back(new Over(*this, view));
    view.installEventFilter(this);
  }
  over_volume_ = new OverVolume(*this, views.volume().surface());
  views.volume().surface().installEventFilter(this);
  const auto again = [this] { draw_again(); };
  connections_.push_back(workspace.checks().selection().changed.connect(again));
  connections_.push_back(workspace.layers().layer_changed.connect([again](Layer&) { again(); }));
}

ObjectPicker::~ObjectPicker() = default;

void ObjectPicker::draw_again() {
  for (Over* over : overs_) over->update();
  over_volume_->update();
}

std::shared_ptr<LabelsLayer> ObjectPicker::layer() const {
  LayerList& layers = workspace_.layers();
  const LabelsLayer* const found = labels_in_hand(layers);
  if (found == nullptr) return nullptr;
  return std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(layers.find(found)));
}

ObjectPicker::Seen ObjectPicker::seen_in(SliceView& view, const QPointF& position) const {
  const auto labels = layer();
  if (!labels || !labels->visible()) return {};
  const ViewTransform transform = transform_of(workspace_, view, view.plane());
  const Index3 voxel =
      transform.to_voxel({position.x(), position.y()}, workspace_.layers().grid_of(*labels));
  const std::uint32_t id = labels->id_at(voxel, workspace_.view().time());
  return {labels, id == kIgnoredLabel ? 0 : id};
}

bool ObjectPicker::eventFilter(QObject* watched, QEvent* event) {
  if (watched == &views_.volume().surface()) return in_volume(event);
  for (const Plane plane : kPlanes) {
    if (watched == &views_.slice(plane)) return in_plane(views_.slice(plane), event);
  }
  return false;
}

bool ObjectPicker::in_plane(SliceView& view, QEvent* event) {
  if (event->type() == QEvent::Resize) {
    for (Over* over : overs_) over->setGeometry(over->view().rect());
    return false;
  }
  const auto* mouse = dynamic_cast<QMouseEvent*>(event);
  if (mouse == nullptr) return false;
  const bool left = mouse->button() == Qt::LeftButton;
  const auto keys = mouse->modifiers();
  if (event->type() == QEvent::MouseButtonPress && mouse->button() == Qt::RightButton) {
    const Seen seen = seen_in(view, mouse->position());
    if (seen.id == 0) return false;
    show_menu(seen, mouse->globalPosition().toPoint());
    return true;
  }
  if (event->type() == QEvent::MouseButtonPress && left && host_.looks() && layer()) {
    pressed_ = &view;
    press_ = mouse->position();
    const bool picks = host_.picks();
    owns_ = (keys & (Qt::ControlModifier | Qt::AltModifier)) != 0 ||
            (picks && (keys & Qt::ShiftModifier) != 0);
    draws_ = owns_ || picks;
    return owns_;
  }
  if (pressed_ != &view) return false;
  if (event->type() == QEvent::MouseMove) {
    const QPointF by = mouse->position() - press_;
    if (!draws_ && std::hypot(by.x(), by.y()) > kSlack) pressed_ = nullptr;  // the view moves
    if (draws_ && (band_ || std::hypot(by.x(), by.y()) > kSlack)) {
      band_ = QRectF(press_, mouse->position()).normalized();
      draw_again();
    }
    return owns_ || band_.has_value();
  }
  if (event->type() == QEvent::MouseButtonRelease && left) {
    finish(view, *mouse);
    return std::exchange(owns_, false);
  }
  return false;
}

void ObjectPicker::finish(SliceView& view, const QMouseEvent& event) {
  pressed_ = nullptr;
  const auto band = std::exchange(band_, {});
  const auto keys = event.modifiers();
  if (band) {
    select_touched(view, *band, (keys & (Qt::ControlModifier | Qt::ShiftModifier)) != 0);
  } else if (owns_ && (keys & Qt::AltModifier) == 0) {
    toggle(seen_in(view, press_));
  } else if (keys == Qt::NoModifier) {
    // The view or the tool selects it; of several that were selected it remains alone.
    const Seen seen = seen_in(view, press_);
    ObjectSelection& selection = workspace_.checks().selection();
    if (seen.id != 0 && selection.of(*seen.layer).size() > 1) {
      selection.choose(seen.layer, {seen.id});
    }
  }
  draw_again();
}

bool ObjectPicker::in_volume(QEvent* event) {
  if (event->type() == QEvent::Resize) over_volume_->setGeometry(views_.volume().surface().rect());
  const auto* mouse = dynamic_cast<QMouseEvent*>(event);
  if (mouse == nullptr) return false;
  const auto near = [&](const QPointF& place) {
    const QPointF by = mouse->position() - place;
    return std::hypot(by.x(), by.y()) <= kSlack;
  };
  const bool toggles = mouse->button() == Qt::LeftButton && host_.looks() &&
                       (mouse->modifiers() & Qt::ControlModifier) != 0;
  if (event->type() == QEvent::MouseButtonPress) {
    menu_press_.reset();
    if (mouse->button() == Qt::RightButton) menu_press_ = mouse->position();
    if (!toggles) return false;
    const auto seen = views_.volume().object_at(mouse->position());
    if (seen) toggle({seen->layer, seen->label});
    return seen.has_value();
  }
  if (event->type() == QEvent::MouseButtonRelease && mouse->button() == Qt::RightButton) {
    const auto press = std::exchange(menu_press_, {});
    if (!press || !near(*press)) return false;
    const auto seen = views_.volume().object_at(*press);
    if (seen) show_menu({seen->layer, seen->label}, mouse->globalPosition().toPoint());
  }
  return false;
}

void ObjectPicker::toggle(const Seen& seen) {
  if (!seen.layer || seen.id == 0) return;
  workspace_.layers().select(seen.layer.get());
  workspace_.checks().selection().toggle(seen.layer, seen.id);
}

void ObjectPicker::select_touched(const SliceView& view, const QRectF& band, bool adds) {
  const auto labels = layer();
  if (!labels) return;
  const ViewTransform transform = transform_of(workspace_, view, view.plane());
  const VoxelGrid grid = workspace_.layers().grid_of(*labels);
  const Index3 first = transform.to_voxel({band.left(), band.top()}, grid);
  const Index3 last = transform.to_voxel({band.right(), band.bottom()}, grid);
  const LabelVolume& volume = labels->labels(workspace_.view().time());
  const Box3 box = Box3{first, last + Index3{1, 1, 1}}.clipped_to(Box3::of_shape(volume.shape()));
  const auto ids = box.empty() ? std::vector<std::uint32_t>{} : objects_in(volume, box);
  workspace_.layers().select(labels.get());
  ObjectSelection& selection = workspace_.checks().selection();
  if (adds) {
    selection.add(labels, ids);
  } else {
    selection.choose(labels, ids);
  }
}

void ObjectPicker::show_menu(const Seen& seen, const QPoint& where) {
  workspace_.layers().select(seen.layer.get());
  const auto layer = seen.layer;
  ObjectSelection& selection = workspace_.checks().selection();
  const auto selected = selection.of(*layer);
  const bool all = selection.holds(*layer, seen.id);
  const std::vector<std::uint32_t> ids = all ? selected : std::vector<std::uint32_t>{seen.id};
  std::vector<std::uint32_t> together = selected;
  if (!all) together.push_back(seen.id);
  auto* menu = new QMenu(&views_);
  menu->setObjectName(QStringLiteral("object_menu"));
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->addAction(ids.size() == 1 ? tr("Object %1").arg(ids[0]) : tr("Objects: %1").arg(ids.size()))
      ->setEnabled(false);
  menu->addSeparator();
  nlohmann::json target{{"layer", layer->name()}, {"objects", ids}};
  const auto entry = [this](QMenu* of, const QString& text, const char* command,
                            const nlohmann::json& arguments) {
    return of->addAction(text, this, [this, command, arguments] { host_.run(command, arguments); });
  };
  const auto with = [&target](const char* name, const nlohmann::json& value) {
    nlohmann::json arguments = target;
    arguments[name] = value;
    return arguments;
  };
  nlohmann::json moment = target;  // of commands that change labels, which may be a movie's
  if (layer->shape().t > 1) moment["frame"] = workspace_.view().time();
  entry(menu, tr("Delete"), "labels.delete_objects", moment);
  nlohmann::json merged = moment;
  merged["objects"] = together;
  entry(menu, tr("Merge with the selected"), "labels.merge_objects", merged)
      ->setEnabled(together.size() > 1);
  entry(menu, tr("Split at necks"), "labels.split", moment);
  entry(menu, tr("Fill holes"), "labels.fill_holes", moment);
  menu->addSeparator();
  const ObjectNotes& notes = *layer->notes();
  QMenu* classes = menu->addMenu(tr("Class"));
  for (std::size_t i = 0; i < notes.classes.size(); ++i) {
    QAction* action = entry(classes, QString::fromStdString(notes.classes[i].name),
                            "labels.set_class", with("class", notes.classes[i].name));
    action->setCheckable(true);
    action->setChecked(notes.of(seen.id).object_class == static_cast<int>(i));
  }
  entry(classes, tr("none"), "labels.set_class", with("class", ""));
  const bool locked =
      std::all_of(ids.begin(), ids.end(), [&](std::uint32_t id) { return notes.of(id).locked; });
  entry(menu, locked ? tr("Unlock") : tr("Lock"), "labels.lock", with("locked", !locked));
  entry(menu, tr("Ignore"), "labels.ignore", moment);
  menu->addSeparator();
  menu->addAction(tr("Show in the table"), this, [this, layer, ids] {
    workspace_.checks().selection().choose(layer, ids);
    host_.show_table();
  });
  menu->popup(where);
}

}  // namespace karyo::gui
