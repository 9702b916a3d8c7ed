#include "app/gui/slice_view.h"

#include <QCoreApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QTimer>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "app/gui/overlay_painter.h"
#include "app/gui/slice_tool.h"
#include "app/gui/theme.h"
#include "app/gui/view_header.h"

namespace karyo::gui {
namespace {

constexpr double kClickSlack = 4;      // pixels a click may move
constexpr double kZoomPerStep = 1.15;  // a notch of the wheel
constexpr double kWheelStep = 120;     // Qt: eighths of a degree, 15 degrees a notch
constexpr int kHeaderHeight = 30;

QString title_of(Plane plane) {
  return plane == Plane::kXY ? QStringLiteral("XY") : plane == Plane::kXZ ? QStringLiteral("XZ")
                                                                          : QStringLiteral("YZ");
}

/// Readable on any picture: on a shade of its own.
void paint_title(QPainter& painter, const QString& title, int width) {
  const QString text =
      painter.fontMetrics().elidedText(title, Qt::ElideMiddle, std::max(0, width - 4 * kGrid));
  const QRect place(kGrid / 2, kGrid / 2, painter.fontMetrics().horizontalAdvance(text) + kGrid,
                    2 * kGrid + 4);
  painter.fillRect(place, QColor(0, 0, 0, 150));
  painter.setPen(kOverPicture);
  painter.drawText(place, Qt::AlignCenter, text);
}

}  // namespace

SliceView::SliceView(Plane plane, Workspace& workspace, QWidget* parent)
    : QWidget(parent), plane_(plane), workspace_(workspace) {
  setObjectName(title_of(plane));
  setAttribute(Qt::WA_OpaquePaintEvent);
  setMouseTracking(true);
  setFocusPolicy(Qt::ClickFocus);
  setMinimumSize(64, 64);
  setCursor(Qt::CrossCursor);
  header_ = new ViewHeader(title_of(plane), true, this);
  header_->hide();
  header_->on_maximise = [this] {
    if (on_maximise) on_maximise();
  };
  header_->on_plane = [this](std::int64_t number) {
    Index3 voxel = workspace_.view().cursor_voxel(workspace_.layers().grid());
    const Axis axis = normal_axis(plane_);
    (axis == Axis::kZ ? voxel.z : axis == Axis::kY ? voxel.y : voxel.x) = number;
    workspace_.view().set_cursor_voxel(voxel, workspace_.layers().grid());
  };
  auto& layers = workspace_.layers();
  auto& view = workspace_.view();
  connections_.push_back(layers.list_changed.connect([this] {
    header_->set_title(title());
    redraw();
  }));
  connections_.push_back(layers.layer_changed.connect([this](Layer&) { redraw(); }));
  connections_.push_back(layers.layer_data_changed.connect([this](Layer& layer, const Box3& box) {
    const ScreenRect part = dirty_rect(workspace_.layers(), layer, box, transform());
    picture_.redraw(part);
    right_picture_.redraw(part);
    update();
  }));
  connections_.push_back(view.cursor_changed.connect([this] { redraw(); }));
  connections_.push_back(view.time_changed.connect([this] { redraw(); }));
  connections_.push_back(view.view_changed.connect([this](Plane changed) {
    if (changed == plane_) redraw();
  }));
}

SliceView::~SliceView() = default;

ViewTransform SliceView::transform() const {
  const double ratio = devicePixelRatioF();
  return ViewTransform::of(workspace_.view(), plane_,
                           std::max(1, static_cast<int>(std::lround(width() * ratio))),
                           std::max(1, static_cast<int>(std::lround(height() * ratio))));
}

WorldPoint SliceView::world_at(const QPointF& position) const {
  const double ratio = devicePixelRatioF();
  return transform().to_world({position.x() * ratio, position.y() * ratio});
}

QPointF SliceView::position_of(const WorldPoint& place) const {
  const auto point = transform().to_screen(place);
  return QPointF(point.x, point.y) / devicePixelRatioF();
}

Box3 SliceView::visible_box(const Layer& layer) const {
  return transform().visible_box(layer.shape().zyx(), workspace_.layers().grid_of(layer));
}

void SliceView::fit() {
  const double ratio = devicePixelRatioF();
  workspace_.view().fit(plane_, workspace_.layers().world_extent(), width() * ratio,
                        height() * ratio);
  redraw();
}

void SliceView::set_overlays(const OverlayChoice& choice) {
  overlays_ = choice;
  update();
}

void SliceView::set_maximised(bool maximised) { header_->set_maximised(maximised); }

void SliceView::set_choice(LayerChoice choice) {
  choice_ = std::move(choice);
  header_->set_title(title());
  redraw();
}

void SliceView::set_chooses_layers(bool chooses) {
  setAcceptDrops(chooses);
  header_->on_layers = chooses ? std::function<void()>([this] { fill_layer_menu(); }) : nullptr;
  header_->set_has_layers(chooses);
}

/// The plane, and which layers where that is not all of them.
QString SliceView::title() const {
  return title_of_choice(choice_);
}

QString SliceView::title_of_choice(const LayerChoice& choice) const {
  if (choice.all()) return title_of(plane_);
  QStringList names;
  const auto& layers = workspace_.layers();
  for (int i = layers.count() - 1; i >= 0; --i) {
    if (choice.shows(layers.at(i))) names << QString::fromStdString(layers.at(i).name());
  }
  return names.isEmpty() ? tr("%1: nothing chosen").arg(title_of(plane_))
                         : names.join(QStringLiteral(" + "));
}

void SliceView::fill_layer_menu() {
  QMenu& menu = header_->layer_menu();
  menu.clear();
  const auto& layers = workspace_.layers();
  for (int i = layers.count() - 1; i >= 0; --i) {
    auto* action = menu.addAction(QString::fromStdString(layers.at(i).name()));
    action->setCheckable(true);
    action->setChecked(choice_.shows(layers.at(i)));
    QObject::connect(action, &QAction::toggled, this,
                     [this, weak = std::weak_ptr(layers.shared_at(i))](bool on) {
                       const auto layer = weak.lock();
                       if (!layer) return;
                       LayerChoice choice = choice_;
                       choice.set_shown(workspace_.layers(), *layer, on);
                       set_choice(std::move(choice));
                     });
  }
  menu.addSeparator();
  QObject::connect(menu.addAction(tr("All layers")), &QAction::triggered, this,
                   [this] { set_choice({}); });
}

void SliceView::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasFormat(kLayerMime)) event->acceptProposedAction();
}

/// A dropped layer is shown here as well; in a view of all layers, alone.
void SliceView::dropEvent(QDropEvent* event) {
  const int position = event->mimeData()->data(kLayerMime).toInt();
  const auto& layers = workspace_.layers();
  if (!event->mimeData()->hasFormat(kLayerMime) || position < 0 || position >= layers.count()) {
    return;
  }
  LayerChoice choice = choice_.all() ? LayerChoice(layers.shared_at(position)) : choice_;
  choice.set_shown(layers, layers.at(position), true);
  set_choice(std::move(choice));
  event->setDropAction(Qt::CopyAction);  // the layer stays in the list as well
  event->accept();
}

const LayerList& SliceView::layers() const {
  return instead_ != nullptr ? *instead_ : workspace_.layers();
}

void SliceView::redraw() {
  picture_.redraw();
  right_picture_.redraw();
  update();
}

void SliceView::compose() {
  const ViewTransform view = transform();
  const std::int64_t time = workspace_.view().time();
  picture_.compose(
      layers(), view, time, [this](const Layer& layer) { return choice_.shows(layer); },
      drawing_time_->until());
  if (wipe_) {
    right_picture_.compose(
        workspace_.layers(), view, time,
        [this](const Layer& layer) { return wipe_->right.shows(layer); }, drawing_time_->until());
  }
  const bool more = !picture_.drawn() || (wipe_ && !right_picture_.drawn());
  if (more) QTimer::singleShot(0, this, [this] { update(); });
  workspace_.note_reading();
}

bool SliceView::drawn() const {
  return layers().empty() ||
         (picture_.drawn() && (!wipe_ || right_picture_.drawn()) && marks_.drawn());
}

void SliceView::hurry() {
  if (drawn()) return;
  picture_.hurry();
  right_picture_.hurry();
  marks_.hurry();
}

void SliceView::paint_picture(QPainter& painter, const PacedPicture& picture) const {
  const RgbaImage& pixels = picture.pixels();
  QImage image(pixels.bytes(), pixels.width(), pixels.height(), pixels.width() * 4,
               QImage::Format_RGBX8888);
  image.setDevicePixelRatio(devicePixelRatioF());
  painter.drawImage(QPointF(0, 0), image);
}

void SliceView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  if (workspace_.layers().empty()) {
    painter.fillRect(rect(), Qt::black);
  } else {
    compose();
    paint_picture(painter, picture_);
    if (wipe_) paint_right(painter);
    marks_.paint(painter,
                 shown_marks(layers(), [this](const Layer& layer) { return choice_.shows(layer); }),
                 transform(), workspace_.view().time(), devicePixelRatioF());
    paint_overlays(painter);
    if (tool_ != nullptr && !shows_nothing()) tool_->paint(painter, *this);
    const Axis axis = normal_axis(plane_);
    const VoxelGrid& grid = workspace_.layers().grid();
    header_->set_plane(QString::fromStdString(name_along(grid.names, axis)),
                       along(workspace_.view().cursor_voxel(grid), axis),
                       along(workspace_.layers().extent(), axis));
  }
  if (on_first_paint) {
    const auto first = std::exchange(on_first_paint, nullptr);
    first();
  }
}

void SliceView::paint_overlays(QPainter& painter) {
  if (shows_nothing()) return;
  const double ratio = devicePixelRatioF();
  paint_color_bar(painter);
  paint_overlay(painter, overlay_on(transform(), ratio, overlays_), ratio);
  if (!header_->isVisible()) {
    paint_title(painter, title(), width());
  }
}

void SliceView::resizeEvent(QResizeEvent*) {
  header_->setGeometry(0, 0, width(), kHeaderHeight);
  if (on_resized) on_resized();
}

void SliceView::put_cursor(const QPointF& position) {
  const auto& grid = workspace_.layers().grid();
  const Index3 extent = workspace_.layers().extent();
  Index3 voxel = voxel_at(world_at(position), grid);
  voxel = {std::clamp<std::int64_t>(voxel.z, 0, extent.z - 1),
           std::clamp<std::int64_t>(voxel.y, 0, extent.y - 1),
           std::clamp<std::int64_t>(voxel.x, 0, extent.x - 1)};
  workspace_.view().set_cursor_voxel(voxel, grid);
}

void SliceView::pan_by(const QPointF& pixels) {
  if (on_moved) on_moved();
  const ViewTransform view = transform();
  const double ratio = devicePixelRatioF();
  WorldPoint centre = workspace_.view().view(plane_).centre;
  centre[horizontal_axis(plane_)] -= pixels.x() * ratio / view.zoom;
  centre[vertical_axis(plane_)] -= pixels.y() * ratio / view.zoom;
  workspace_.view().set_centre(plane_, centre);
}

void SliceView::mousePressEvent(QMouseEvent* event) {
  end_lost_pen(*event);
  if (of_pen(*event)) return;
  if (on_active) on_active();
  if (workspace_.layers().empty()) return;
  press_ = last_ = event->position();
  const bool left = event->button() == Qt::LeftButton;
  if (left && on_wipe_line(press_)) {
    drag_ = Drag::kWipe;
  } else if (left && tool_ != nullptr) {
    drag_ = Drag::kTool;
    tool_->press(*this, world_at(press_));
  } else if (left && (event->modifiers() & Qt::ShiftModifier) != 0) {
    drag_ = Drag::kCursor;
    put_cursor(press_);
  } else if (left || event->button() == Qt::MiddleButton) {
    drag_ = Drag::kUndecided;
  }
}

void SliceView::mouseMoveEvent(QMouseEvent* event) {
  if (of_pen(*event)) return;
  const QPointF here = event->position();
  if (!workspace_.layers().empty() && on_hover) on_hover(world_at(here));
  if (tool_ != nullptr && (drag_ == Drag::kTool || drag_ == Drag::kNone)) {
    tool_->move(*this, world_at(here), drag_ == Drag::kTool);
  }
  if (drag_ == Drag::kUndecided && (here - press_).manhattanLength() > kClickSlack) {
    drag_ = Drag::kPan;
    setCursor(Qt::ClosedHandCursor);
  }
  if (drag_ == Drag::kNone && wipe_) {
    on_wipe_line(here) ? setCursor(Qt::SplitHCursor) : set_usual_cursor();
  }
  if (drag_ == Drag::kWipe) drag_wipe(here, false);
  if (drag_ == Drag::kPan) pan_by(here - last_);
  if (drag_ == Drag::kCursor) put_cursor(here);
  if (drag_ != Drag::kUndecided) last_ = here;
}

void SliceView::mouseReleaseEvent(QMouseEvent* event) {
  if (of_pen(*event)) return;
  if (drag_ == Drag::kWipe) {
    drag_wipe(event->position(), true);
  } else if (drag_ == Drag::kTool && tool_ != nullptr) {
    tool_->release(*this, world_at(event->position()));
  } else if (drag_ == Drag::kUndecided && event->button() == Qt::LeftButton) {
    put_cursor(event->position());
    workspace_.select_object_at(world_at(event->position()));
  }
  drag_ = Drag::kNone;
  set_usual_cursor();
}

void SliceView::set_tool(SliceTool* tool) {
  tool_ = tool;
  drag_ = Drag::kNone;
  set_usual_cursor();
  update();
}

void SliceView::set_shown_instead(const LayerList* layers) {
  instead_ = layers;
  redraw();
}

void SliceView::set_usual_cursor() {
  setCursor(tool_ != nullptr ? tool_->cursor() : Qt::CrossCursor);
}

void SliceView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || of_pen(*event)) return;
  if (tool_ != nullptr) {
    tool_->double_click(*this, world_at(event->position()));
  } else if (on_maximise) {
    on_maximise();
  }
}

void SliceView::wheelEvent(QWheelEvent* event) {
  event->accept();
  if (workspace_.layers().empty()) return;
  const QPoint turned = event->angleDelta();  // some systems turn it aside with Shift
  const double notches = (turned.y() != 0 ? turned.y() : turned.x()) / kWheelStep;
  const bool with_shift = (event->modifiers() & Qt::ShiftModifier) != 0;
  if (with_shift && tool_ != nullptr && tool_->wheel(notches)) return;
  if ((event->modifiers() & Qt::ControlModifier) != 0) {
    if (on_moved) on_moved();
    workspace_.view().zoom_about(plane_, std::pow(kZoomPerStep, notches),
                                 world_at(event->position()));
    return;
  }
  // Touchpads send parts of a notch: planes change when a whole one has come together.
  wheel_left_ += notches;
  const double steps = std::trunc(wheel_left_);
  if (steps == 0) return;
  wheel_left_ -= steps;
  workspace_.view().scroll(plane_, -static_cast<std::int64_t>(steps),
                           workspace_.layers().extent(), workspace_.layers().grid());
  if (on_hover) on_hover(world_at(event->position()));
}

bool SliceView::event(QEvent* event) {
  if (event->type() == QEvent::NativeGesture) {
    auto* gesture = static_cast<QNativeGestureEvent*>(event);
    if (gesture->gestureType() == Qt::ZoomNativeGesture && !workspace_.layers().empty()) {
      if (on_moved) on_moved();
      workspace_.view().zoom_about(plane_, 1 + gesture->value(), world_at(gesture->position()));
      return true;
    }
  }
  return QWidget::event(event);
}

void SliceView::enterEvent(QEnterEvent*) {
  if (on_active) on_active();
  header_->setVisible(!workspace_.layers().empty());
  update();
}

void SliceView::leaveEvent(QEvent*) {
  header_->hide();
  update();
  if (on_hover) on_hover({});
}

}  // namespace karyo::gui
