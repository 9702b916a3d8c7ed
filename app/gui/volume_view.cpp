#include "app/gui/volume_view.h"

#include <QLabel>
#include <QMouseEvent>
#include <QPainter>

#include "app/gui/theme.h"
#include "app/gui/view_header.h"

namespace karyo::gui {
namespace {

constexpr int kHeaderHeight = 30;
constexpr int kSoonMs = 30;

void add_image(const ImageLayer& layer, const Workspace::Rendition& rendition,
               SceneRequest& request) {
  if (!rendition.volume) return;
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    const auto& channel = layer.channel(c);
    if (!channel.visible) continue;
    VolumeItem item;
    item.volume = rendition.volume;
    item.grid = rendition.grid;
    item.t = rendition.t;
    item.c = c;
    item.low = channel.limits.low;
    item.high = channel.limits.high;
    item.gamma = channel.gamma;
    item.opacity = layer.opacity();
    item.colours = channel.inverted ? reversed(*channel.colormap.table) : *channel.colormap.table;
    if (layer.rgb()) {
      for (int i = 0; i < 256; ++i) {
        const auto v = static_cast<std::uint8_t>(i);
        item.colours[static_cast<std::size_t>(i)] = {c == 0 ? v : std::uint8_t{0},
                                                     c == 1 ? v : std::uint8_t{0},
                                                     c == 2 ? v : std::uint8_t{0}};
      }
    }
    request.volumes.push_back(std::move(item));
  }
}

/// Labels that are half transparent in the planes are solid in 3D: opacity there says how well the
/// image shows through, and a translucent surface hides its own shape.
void add_labels(const LabelsLayer& layer, const LayerList& layers, std::int64_t time,
                SceneRequest& request) {
  if (layer.opacity() <= 0) return;
  SurfaceItem item;
  item.labels = layer.labels(time);
  item.grid = layers.grid_of(layer);
  item.only = layer.selected_only() ? layer.selected() : 0;
  item.colour = [colors = layer.colors()](std::uint32_t id) { return colors.of(id); };
  request.surfaces.push_back(std::move(item));
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
  surface_->paint_over = [this](QPainter& painter) {
    if (header_->isVisible()) return;
    painter.setPen(kOverPicture);
    painter.drawText(QPointF(kGrid, 2 * kGrid + 4), QStringLiteral("3D"));
  };
  hint_ = new QLabel(this);
  hint_->setAlignment(Qt::AlignCenter);
  hint_->setWordWrap(true);
  hint_->setProperty("role", "quiet");
  header_ = new ViewHeader(QStringLiteral("3D"), {}, this);
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
  connections_.push_back(workspace_.renditions_changed.connect([this] { ask_later(); }));
  connections_.push_back(workspace_.view().time_changed.connect([this] { ask_later(); }));
  rebuild();
}

VolumeView::~VolumeView() = default;

void VolumeView::set_method(VolumeMethod method) {
  method_ = method;
  ask_later();
}

void VolumeView::set_frame_shown(bool shown) {
  frame_shown_ = shown;
  ask_later();
}

void VolumeView::reset_camera() {
  surface_->reset_camera();
}

void VolumeView::set_maximised(bool maximised) {
  header_->set_maximised(maximised);
}

bool VolumeView::settled() const {
  if (soon_.isActive()) return false;
  return !surface_->isVisible() || surface_->settled();
}

void VolumeView::ask_later() {
  if (!soon_.isActive()) soon_.start();
}

SceneRequest VolumeView::request_from_layers() const {
  SceneRequest request;
  const auto& layers = workspace_.layers();
  const std::int64_t time = workspace_.view().time();
  for (int i = 0; i < layers.count(); ++i) {
    const Layer& layer = layers.at(i);
    if (!layer.visible()) continue;
    if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
      add_image(*image, workspace_.rendition(*image), request);
    } else if (const auto* labels = dynamic_cast<const LabelsLayer*>(&layer)) {
      add_labels(*labels, layers, time, request);
    }
  }
  const WorldPoint extent = layers.world_extent();
  request.box = {{0, 0, 0}, {extent.x, extent.y, extent.z}};
  request.method = method_;
  request.show_box = frame_shown_;
  return request;
}

void VolumeView::rebuild() {
  if (failed_) return;
  const bool something = !workspace_.layers().empty() && workspace_.has_depth();
  surface_->setVisible(something);
  hint_->setVisible(!something);
  if (something) {
    surface_->set_scene(request_from_layers());
  } else {
    surface_->clear_scene();
    hint_->setText(workspace_.layers().empty()
                       ? QString()
                       : tr("This image is flat.\nOpen a stack to see it in 3D."));
  }
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
}

void VolumeView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && on_maximise) on_maximise();
}

}  // namespace karyo::gui
