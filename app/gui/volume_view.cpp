#include "app/gui/volume_view.h"

#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <numbers>
#include <optional>
#include <utility>

#include "app/gui/theme.h"
#include "app/gui/view_header.h"
#include "app/gui/volume_scene.h"
#include "app/gui/volume_tool.h"
#include "app/label_target.h"
#include "app/object_checks.h"
#include "viewer/scene/ray_pick.h"

namespace karyo::gui {
namespace {

constexpr int kHeaderHeight = 30;
constexpr int kSoonMs = 30;
constexpr int kDragMs = 400;  // changes that follow each other faster are of a drag
constexpr double kMarkGap = 4, kMarkReach = 12;  // pixels, of the crosshair's mark
constexpr double kDegree = std::numbers::pi / 180;

WorldPoint place_of(const Picked& picked) {
  return {picked.place.z, picked.place.y, picked.place.x};
}

}  // namespace

VolumeView::VolumeView(Workspace& workspace, QWidget* parent)
    : QWidget(parent), workspace_(workspace) {
  setObjectName(QStringLiteral("3D"));
  setMinimumSize(64, 64);
  setAutoFillBackground(true);
  QPalette colors = QWidget::palette();
  colors.setColor(QPalette::Window, Qt::black);
  setPalette(colors);
  surface_ = new RenderSurface(this);
  surface_->hide();
  surface_->on_error = [this](const Error& error) {
    failed_ = true;
    surface_->hide();
    hint_->setText(tr("3D cannot be drawn here."));
    hint_->show();
    if (on_error) on_error(error);
  };
  watch_surface();
  film_.on_progress = [this] {
    surface_->update();
    film_changed.emit();
  };
  film_.on_end = [this](const Result<QString>& outcome) {
    if (outcome) {
      workspace_.done.emit(outcome->toStdString());
    } else if (outcome.error().code == ErrorCode::kCancelled) {
      workspace_.done.emit(tr("The film was stopped").toStdString());
    } else {
      workspace_.failed.emit(outcome.error());
    }
  };
  hint_ = new QLabel(this);
  hint_->setAlignment(Qt::AlignCenter);
  hint_->setWordWrap(true);
  hint_->setProperty("role", "quiet");
  header_ = new ViewHeader(QStringLiteral("3D"), false, this);
  header_->hide();
  header_->on_maximise = [this] {
    if (on_maximise) on_maximise();
  };
  soon_.setSingleShot(true);
  soon_.setInterval(kSoonMs);
  QObject::connect(&soon_, &QTimer::timeout, this, [this] { rebuild(); });
  auto& layers = workspace_.layers();
  connections_.push_back(layers.list_changed.connect([this] { ask_later(); }));
  connections_.push_back(layers.layer_changed.connect([this](Layer&) { ask_later(); }));
  connections_.push_back(layers.layer_data_changed.connect([this](Layer& layer, const Box3&) {
    const auto* image = dynamic_cast<const ImageLayer*>(&layer);
    if (image == nullptr || !image->pages()) ask_later();  // pages arriving change nothing in 3D
  }));
  connections_.push_back(workspace_.checks().selection().changed.connect([this] { ask_later(); }));
  connections_.push_back(workspace_.renditions_changed.connect([this] { ask_later(); }));
  connections_.push_back(workspace_.view().time_changed.connect([this] { ask_later(); }));
  connections_.push_back(workspace_.view().cursor_changed.connect([this] {
    surface_->update();
    if (marks_follow_cursor()) ask_later();
  }));
  connections_.push_back(workspace_.volume().changed.connect([this] { look_changed(); }));
  connections_.push_back(workspace_.arranged.connect([this] {
    const auto camera = workspace_.volume().camera();
    catch_up();
    if (camera) surface_->set_camera(*camera);
  }));
  connections_.push_back(workspace_.first_layer_opened.connect([this] {
    // Cuts are of the stack that was open before.
    VolumeLook look = this->look();
    look.crop_on = look.clip.on = look.slice.on = false;
    set_look(look);
  }));
  rebuild();
}

VolumeView::~VolumeView() = default;

void VolumeView::watch_surface() {
  surface_->paint_over = [this](QPainter& painter) { paint_over(painter); };
  surface_->on_camera = [this] {
    workspace_.volume().set_camera(surface_->camera_moved() ? std::optional(surface_->camera())
                                                            : std::nullopt);
  };
  surface_->on_click = [this](QPointF position) {
    if (tool_ == nullptr || !tool_->click(*this, position)) go_to(position);
  };
  surface_->on_press = [this](QPointF position) {
    return tool_ != nullptr && tool_->press(*this, position);
  };
  surface_->on_drag = [this](QPointF position) {
    if (tool_ != nullptr) tool_->drag(*this, position);
  };
  surface_->on_release = [this](QPointF position) {
    if (tool_ != nullptr) tool_->release(*this, position);
  };
  surface_->on_hover = [this](QPointF position) { hover(position); };
}

void VolumeView::set_tool(VolumeTool* tool) {
  tool_ = tool;
  surface_->setCursor(tool != nullptr ? Qt::CrossCursor : Qt::ArrowCursor);
  surface_->update();
}

std::optional<VolumeView::SeenObject> VolumeView::object_at(QPointF position) {
  catch_up();
  if (!surface_->has_scene()) return {};
  const auto picked = pick_object(surface_->scene(), position.x(), position.y());
  if (!picked) return {};
  auto layer = drawn_labels_[picked->surface].lock();
  if (!layer) return {};
  return SeenObject{std::move(layer), picked->label, place_of(*picked)};
}

/// A tool is about objects; without one it is what a click would go to.
void VolumeView::hover(QPointF position) {
  if (!on_hover) return;
  catch_up();
  const SceneRequest& scene = surface_->scene();
  auto seen = tool_ != nullptr ? pick_object(scene, position.x(), position.y()) : std::nullopt;
  if (!seen) seen = pick(scene, position.x(), position.y());
  on_hover(seen ? std::optional(place_of(*seen)) : std::nullopt);
}

/// Shapes of no slice are drawn in the one that is looked at.
bool VolumeView::marks_follow_cursor() const {
  const auto& layers = workspace_.layers();
  for (int i = 0; i < layers.count(); ++i) {
    const auto* shapes = dynamic_cast<const ShapesLayer*>(&layers.at(i));
    if (shapes == nullptr || !shapes->visible()) continue;
    const auto of_no_slice = [](const ShapeOutline& outline) { return outline.z < 0; };
    if (std::any_of(shapes->outlines().begin(), shapes->outlines().end(), of_no_slice)) return true;
  }
  return false;
}

void VolumeView::look_changed() {
  look_moves_ = since_look_.isValid() && since_look_.elapsed() < kDragMs;
  since_look_.start();
  ask_later();
  changed.emit();
}

void VolumeView::set_method(VolumeMethod method) {
  VolumeLook look = this->look();
  look.method = method;
  set_look(look);
}

void VolumeView::set_crop(bool on, WorldBox kept) {
  const WorldBox whole = box();
  // A sliver is left, so that there is something to take hold of.
  const auto keep = [](double& low, double& high, double least, double most) {
    if (low > high) std::swap(low, high);
    const double sliver = (most - least) / 1000;
    low = std::clamp(low, least, most - sliver);
    high = std::clamp(high, low + sliver, most);
  };
  keep(kept.low.x, kept.high.x, whole.low.x, whole.high.x);
  keep(kept.low.y, kept.high.y, whole.low.y, whole.high.y);
  keep(kept.low.z, kept.high.z, whole.low.z, whole.high.z);
  VolumeLook look = this->look();
  look.crop_on = on;
  look.crop = kept;
  set_look(look);
}

WorldBox VolumeView::box() const {
  const WorldPoint extent = workspace_.layers().world_extent();
  return {{0, 0, 0}, {extent.x, extent.y, extent.z}};
}

/// What was opened or set a moment ago counts: a new box would reset the camera later.
void VolumeView::catch_up() {
  if (!soon_.isActive()) return;
  soon_.stop();
  rebuild();
}

void VolumeView::set_orthographic(bool orthographic) {
  Camera camera = surface_->camera();
  camera.orthographic = orthographic;
  surface_->set_camera(camera);
  changed.emit();
}

void VolumeView::turn(double azimuth_degrees, double elevation_degrees) {
  catch_up();
  Camera camera = surface_->camera();
  camera.turn(azimuth_degrees * kDegree, elevation_degrees * kDegree);
  surface_->set_camera(camera);
}

void VolumeView::look_along(World forward, World down) {
  catch_up();
  Camera camera = surface_->camera();
  camera.look_along(forward, down);
  camera.fit(box(), surface_->width() / std::max(1.0, double(surface_->height())));
  surface_->set_camera(camera);
}

Result<void> VolumeView::make_film(FilmOrder order) {
  catch_up();
  if (!surface_->has_scene()) {
    return Error(ErrorCode::kInvalidArgument, "there is nothing in 3D to make a film of",
                 "Open a stack first.");
  }
  const double ratio = devicePixelRatioF();
  if (order.width == 0) order.width = static_cast<int>(surface_->width() * ratio);
  if (order.height == 0) order.height = static_cast<int>(surface_->height() * ratio);
  return film_.start(surface_->scene(), order);
}

void VolumeView::go_to(QPointF position) {
  catch_up();
  const auto picked = pick(surface_->scene(), position.x(), position.y());
  if (!picked) return;
  const WorldPoint place = place_of(*picked);
  const auto& grid = workspace_.layers().grid();
  const Index3 extent = workspace_.layers().extent();
  Index3 voxel = voxel_at(place, grid);  // on the stack's border it may be the one beyond
  voxel = {std::clamp<std::int64_t>(voxel.z, 0, extent.z - 1),
           std::clamp<std::int64_t>(voxel.y, 0, extent.y - 1),
           std::clamp<std::int64_t>(voxel.x, 0, extent.x - 1)};
  workspace_.view().set_cursor_voxel(voxel, grid);
  if (picked->label == 0) return;
  const auto layer = drawn_labels_[picked->surface].lock();
  if (!layer) return;
  LayerList& layers = workspace_.layers();
  if (labels_in_hand(layers) != layer.get()) layers.select(layer.get());
  layer->set_selected(picked->label);
}

void VolumeView::set_frame_shown(bool shown) {
  frame_shown_ = shown;
  ask_later();
}

void VolumeView::set_crosshair_shown(bool shown) {
  crosshair_shown_ = shown;
  surface_->update();
}

void VolumeView::paint_over(QPainter& painter) const {
  const WorldPoint& cursor = workspace_.view().cursor();
  const auto at = surface_->camera().project({cursor.x, cursor.y, cursor.z}, surface_->width(),
                                             surface_->height());
  if (crosshair_shown_ && at) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(QColor(kAccent.r, kAccent.g, kAccent.b), 1.5));
    const QPointF middle((*at)[0], (*at)[1]);
    for (const QPointF arm : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)}) {
      painter.drawLine(middle + arm * kMarkGap, middle + arm * kMarkReach);
    }
  }
  if (tool_ != nullptr) tool_->paint(painter, *this);
  painter.setPen(kOverPicture);
  painter.drawText(rect().adjusted(kGrid, kGrid, -kGrid, -kGrid), Qt::AlignBottom | Qt::AlignLeft,
                   film_.doing());
  if (header_->isVisible()) return;
  painter.setPen(kOverPicture);
  painter.drawText(QPointF(kGrid, 2 * kGrid + 4), QStringLiteral("3D"));
}

void VolumeView::reset_camera() {
  surface_->reset_camera();
}

void VolumeView::set_maximised(bool maximised) {
  header_->set_maximised(maximised);
}

bool VolumeView::settled() const {
  if (soon_.isActive() || film_.running()) return false;
  return !surface_->isVisible() || surface_->settled();
}

void VolumeView::ask_later() {
  if (!soon_.isActive()) soon_.start();
}

SceneRequest VolumeView::request_from_layers() {
  LayerScene scene = scene_of_layers(workspace_);
  drawn_labels_ = std::move(scene.labels);
  scene.request.box = box();
  scene.request.look = look();
  scene.request.show_box = frame_shown_;
  return std::move(scene.request);
}

void VolumeView::rebuild() {
  if (failed_) return;
  const bool something = !workspace_.layers().empty() && workspace_.has_depth();
  const WorldBox before = std::exchange(box_, box());
  surface_->setVisible(something);
  hint_->setVisible(!something);
  if (something) {
    surface_->set_scene(request_from_layers(), std::exchange(look_moves_, false));
  } else {
    surface_->clear_scene();
    drawn_labels_.clear();
    hint_->setText(workspace_.layers().empty()
                       ? QString()
                       : tr("This image is flat.\nOpen a stack to see it in 3D."));
  }
  if (!(before == box_)) changed.emit();
}

void VolumeView::resizeEvent(QResizeEvent*) {
  surface_->setGeometry(rect());
  hint_->setGeometry(rect().adjusted(2 * kGrid, 2 * kGrid, -2 * kGrid, -2 * kGrid));
  header_->setGeometry(0, 0, width(), kHeaderHeight);
}

void VolumeView::showEvent(QShowEvent*) {
  ask_later();
}

void VolumeView::enterEvent(QEnterEvent*) {
  header_->setVisible(!workspace_.layers().empty());
  header_->raise();
  surface_->update();
}

void VolumeView::leaveEvent(QEvent*) {
  header_->hide();
  surface_->update();
  if (on_hover) on_hover({});
}

void VolumeView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && on_maximise) on_maximise();
}

}  // namespace karyo::gui
