#include "viewer/qt/render_surface.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPointer>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <numbers>
#include <optional>
#include <thread>
#include <utility>

#include "viewer/scene/scene_3d.h"

namespace karyo {
namespace {

constexpr int kHiddenMs = 20000;       // after this out of sight what is drawn is given back
constexpr int kRestMs = 180;           // after this the full picture is drawn
constexpr double kDraftScale = 0.5;    // of the view's pixels, while turning
constexpr double kZoomPerStep = 1.15;  // as in the planes
constexpr double kClickSlack = 4;      // pixels a hand may move in a click
constexpr double kWheelStep = 120;     // Qt: eighths of a degree, 15 degrees a notch

}  // namespace

/// The drawing thread. Only the newest request waits; an older one that has not begun is dropped.
class RenderSurface::Worker {
 public:
  explicit Worker(RenderSurface* surface) : surface_(surface), thread_([this] { run(); }) {}

  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void draw(SceneRequest request, std::uint64_t number) { put({std::move(request), number}); }

  /// Gives back what the last scene held: its voxels and meshes in memory and on the graphics card,
  /// and the shaders that the driver compiled for it and keeps as long as the context lives.
  void let_go() { put({}); }

 private:
  struct Job {
    std::optional<SceneRequest> scene;  // none: let go of the last
    std::uint64_t number = 0;
  };

  void put(Job job) {
    {
      const std::lock_guard lock(mutex_);
      waiting_ = std::move(job);
    }
    wake_.notify_one();
  }

  void run() {
    std::unique_ptr<Scene3d> scene;
    for (;;) {
      Job job;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stop_ || waiting_.has_value(); });
        if (stop_) return;
        job = *std::exchange(waiting_, std::nullopt);
      }
      if (!job.scene) {
        scene.reset();
        continue;
      }
      if (!scene) {
        auto made = Scene3d::create();
        if (!made) {
          tell_error(made.error());
          return;
        }
        scene = *std::move(made);
      }
      const bool draft = job.scene->draft;
      auto drawn = scene->draw(*job.scene);
      if (!drawn) {
        tell_error(drawn.error());
        continue;
      }
      const QImage picture =
          QImage(drawn->bytes(), drawn->width(), drawn->height(), QImage::Format_RGBA8888)
              .convertToFormat(QImage::Format_RGB32);
      QMetaObject::invokeMethod(
          surface_.data(),
          [surface = surface_, picture, draft, number = job.number] {
            if (surface) surface->arrived(picture, draft, number);
          },
          Qt::QueuedConnection);
    }
  }

  void tell_error(const Error& error) {
    QMetaObject::invokeMethod(
        surface_.data(),
        [surface = surface_, error] {
          if (surface && surface->on_error) surface->on_error(error);
        },
        Qt::QueuedConnection);
  }

  const QPointer<RenderSurface> surface_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::optional<Job> waiting_;
  std::thread thread_;
};

RenderSurface::RenderSurface(QWidget* parent) : QWidget(parent) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setMouseTracking(true);
  setMinimumSize(64, 64);
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMs);
  QObject::connect(&rest_, &QTimer::timeout, this, [this] { request(false); });
  hidden_.setParent(this);
  hidden_.setObjectName("hidden");
  hidden_.setSingleShot(true);
  hidden_.setInterval(kHiddenMs);
  QObject::connect(&hidden_, &QTimer::timeout, this, [this] {
    if (worker_) worker_->let_go();
  });
}

// The thread ends before the widget does; what it still posts is dropped with the widget.
RenderSurface::~RenderSurface() { worker_.reset(); }

void RenderSurface::set_scene(SceneRequest scene, bool moving) {
  const bool same_box = has_scene_ && scene.box == scene_.box;
  const Camera camera = scene_.camera;
  scene_ = std::move(scene);
  measure();
  has_scene_ = true;
  if (same_box) {
    scene_.camera = camera;
    moving ? draw_coarse_first() : request(false);
  } else {
    scene_.camera = camera;  // its projection stays
    reset_camera();
  }
}

void RenderSurface::set_camera(const Camera& camera) {
  scene_.camera = camera;
  camera_moved_ = true;
  if (on_camera) on_camera();
  request(false);
}

void RenderSurface::measure() {
  scene_.width = std::max(1, width());
  scene_.height = std::max(1, height());
}

void RenderSurface::clear_scene() {
  has_scene_ = false;
  const bool orthographic = scene_.camera.orthographic;
  scene_ = {};
  scene_.camera.orthographic = orthographic;
  picture_ = {};
  full_drawn_ = full_asked_ = ++asked_;
  if (worker_) worker_->let_go();
  update();
}

void RenderSurface::reset_camera() {
  if (!has_scene_) return;
  const bool orthographic = scene_.camera.orthographic;
  scene_.camera = Camera::showing(scene_.box, width() / std::max(1.0, double(height())));
  scene_.camera.orthographic = orthographic;
  camera_moved_ = false;
  if (on_camera) on_camera();
  request(false);
}

bool RenderSurface::settled() const { return !has_scene_ || full_drawn_ >= full_asked_; }

void RenderSurface::request(bool draft) {
  if (!has_scene_ || !isVisible()) return;
  const double scale = devicePixelRatioF() * (draft ? kDraftScale : 1);
  SceneRequest copy = scene_;
  copy.width = std::max(1, static_cast<int>(std::lround(width() * scale)));
  copy.height = std::max(1, static_cast<int>(std::lround(height() * scale)));
  copy.scale = scale;
  copy.draft = draft;
  if (!worker_) worker_ = std::make_unique<Worker>(this);
  ++asked_;
  if (!draft) full_asked_ = asked_;
  worker_->draw(std::move(copy), asked_);
}

void RenderSurface::arrived(QImage picture, bool draft, std::uint64_t number) {
  if (!has_scene_) return;
  picture_ = std::move(picture);
  if (!draft) full_drawn_ = std::max(full_drawn_, number);
  update();
  if (on_drawn) on_drawn();
}

void RenderSurface::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  if (picture_.isNull()) {
    painter.fillRect(rect(), Qt::black);
  } else {
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(rect(), picture_);
  }
  if (paint_over) paint_over(painter);
}

void RenderSurface::resizeEvent(QResizeEvent*) {
  measure();
  if (camera_moved_) {
    request(false);
  } else {
    reset_camera();
  }
}

void RenderSurface::showEvent(QShowEvent*) {
  hidden_.stop();
  request(false);
}

void RenderSurface::hideEvent(QHideEvent*) {
  hidden_.start();
}

void RenderSurface::moved() {
  camera_moved_ = true;
  if (on_camera) on_camera();
  draw_coarse_first();
}

void RenderSurface::draw_coarse_first() {
  request(true);
  rest_.start();
  full_asked_ = std::max(full_asked_, asked_ + 1);  // the full picture is still owed
}

void RenderSurface::mousePressEvent(QMouseEvent* event) {
  button_ = event->button();
  panning_ = button_ == Qt::MiddleButton || (event->modifiers() & Qt::ShiftModifier) != 0;
  pressed_at_ = last_mouse_ = event->position();
  dragging_ = false;
  owners_ = button_ == Qt::LeftButton && !panning_ && has_scene_ && on_press &&
            on_press(event->position());
}

void RenderSurface::mouseMoveEvent(QMouseEvent* event) {
  if (!has_scene_) return;
  if (button_ == Qt::NoButton) {
    if (on_hover) on_hover(event->position());
    return;
  }
  if (owners_) {
    if (on_drag) on_drag(event->position());
    return;
  }
  dragging_ = dragging_ || (event->position() - pressed_at_).manhattanLength() > kClickSlack;
  if (!dragging_) return;
  const QPointF by = event->position() - last_mouse_;
  last_mouse_ = event->position();
  const double height_px = std::max(1, height());
  if (panning_) {
    scene_.camera.pan(by.x() / height_px, by.y() / height_px);
  } else {
    // Across the whole view: half a turn.
    scene_.camera.turn(by.x() / height_px * std::numbers::pi, by.y() / height_px * std::numbers::pi);
  }
  moved();
}

void RenderSurface::mouseReleaseEvent(QMouseEvent* event) {
  if (button_ == Qt::NoButton) return;
  const bool clicked = button_ == Qt::LeftButton && !dragging_ && !panning_;
  button_ = Qt::NoButton;
  if (std::exchange(owners_, false)) {
    if (on_release) on_release(event->position());
    return;
  }
  if (clicked && has_scene_ && on_click) on_click(event->position());
  if (rest_.isActive()) {
    rest_.stop();
    request(false);
  }
}

// The second press of a double click is no drag; the owner, its parent widget, sees it.
void RenderSurface::mouseDoubleClickEvent(QMouseEvent* event) { event->ignore(); }

void RenderSurface::wheelEvent(QWheelEvent* event) {
  if (!has_scene_) return;
  scene_.camera.zoom(std::pow(kZoomPerStep, event->angleDelta().y() / kWheelStep));
  moved();
  event->accept();
}

}  // namespace karyo
