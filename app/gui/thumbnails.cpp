#include "app/gui/thumbnails.h"

#include <algorithm>
#include <utility>

#include "app/open_layer.h"
#include "core/io/image_io.h"
#include "core/layers/layer_list.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo::gui {
namespace {

constexpr int kPollMs = 30;

/// The middle plane, all channels, with the contrast it would open with.
Result<QImage> make_thumbnail(const std::filesystem::path& path, int side, TaskControl& control) {
  KARYO_TRY(const ImageDescription description, describe_image(path));
  const auto bytes = static_cast<std::uint64_t>(description.shape.count()) * sizeof(std::uint16_t);
  if (bytes > Thumbnails::kMostBytes) {
    return Error(ErrorCode::kTooLarge, path.string() + " is large", "It is shown by its name.");
  }
  KARYO_TRY(const auto opened, open_layers(path, OpenAs::kImage, nullptr, control));
  LayerList layers;
  layers.add(opened.front());
  const VoxelGrid& grid = layers.grid();
  const VolumeShape shape = opened.front()->shape();
  const double width = static_cast<double>(shape.x) * grid.spacing_x;
  const double height = static_cast<double>(shape.y) * grid.spacing_y;
  ViewTransform view;
  view.centre = centre_of({shape.z / 2, shape.y / 2, shape.x / 2}, grid);
  view.zoom = side / std::max(width, height);
  view.width = std::max(1, static_cast<int>(width * view.zoom));
  view.height = std::max(1, static_cast<int>(height * view.zoom));
  RgbaImage picture;
  SliceCompositor(1).compose(layers, view, 0, picture);
  return QImage(picture.bytes(), picture.width(), picture.height(), 4 * picture.width(),
                QImage::Format_RGBA8888)
      .copy();
}

}  // namespace

struct Thumbnails::Reading {
  std::filesystem::path path;
  std::shared_ptr<QImage> image = std::make_shared<QImage>();
  std::unique_ptr<Task> task;
};

Thumbnails::Thumbnails(int side, QObject* parent) : QObject(parent), side_(side) {
  poll_.setInterval(kPollMs);
  QObject::connect(&poll_, &QTimer::timeout, this, [this] { take(); });
}

Thumbnails::~Thumbnails() = default;

const QImage* Thumbnails::of(const std::filesystem::path& path) {
  const auto found = made_.find(path);
  if (found != made_.end()) return found->second.isNull() ? nullptr : &found->second;
  if (!reading_ || reading_->path != path) {
    std::erase(wanted_, path);
    wanted_.push_front(path);
    start_next();
  }
  return nullptr;
}

void Thumbnails::forget_all() {
  wanted_.clear();
  reading_.reset();
  made_.clear();
  poll_.stop();
}

void Thumbnails::start_next() {
  if (reading_ || wanted_.empty()) return;
  reading_ = std::make_unique<Reading>();
  reading_->path = wanted_.front();
  wanted_.pop_front();
  reading_->task =
      std::make_unique<Task>([path = reading_->path, side = side_,
                              image = reading_->image](TaskControl& control) -> Result<void> {
        KARYO_TRY(*image, make_thumbnail(path, side, control));
        return {};
      });
  poll_.start();
}

void Thumbnails::take() {
  if (!reading_ || !reading_->task->finished()) return;
  const auto done = std::exchange(reading_, nullptr);
  static_cast<void>(done->task->wait());  // none: what is wrong is said when the image is opened
  made_[done->path] = *done->image;
  start_next();
  if (!reading_) poll_.stop();
  if (on_new) on_new();
}

}  // namespace karyo::gui
