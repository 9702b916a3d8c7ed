#include "app/gui/marks_picture.h"

#include <QPainter>
#include <algorithm>
#include <utility>

namespace karyo::gui {
namespace {

/// Beyond it marks are drawn meanwhile. One is a shape, some 30 µs.
constexpr std::size_t kMostAtOnce = 500;

std::size_t weight_of(const Layer& layer) {
  const std::size_t count = static_cast<const VectorLayer&>(layer).count();
  return layer.kind() == LayerKind::kShapes    ? count
         : layer.kind() == LayerKind::kSurface ? count / 1000
                                               : count / 100;
}

bool many(const std::vector<ShownMarks>& marks) {
  std::size_t weight = 0;
  for (const ShownMarks& one : marks) weight += weight_of(*one.layer);
  return weight > kMostAtOnce;
}

}  // namespace

bool MarksPicture::Scene::shows(const std::vector<ShownMarks>& others,
                                const std::vector<LayerLook>& their_looks, const ViewTransform& at,
                                std::int64_t when, double pixels) const {
  return view == at && time == when && ratio == pixels && looks == their_looks &&
         std::equal(marks.begin(), marks.end(), others.begin(), others.end(),
                    [](const auto& a, const auto& b) { return a.grid == b.grid; });
}

MarksPicture::~MarksPicture() {
  pool_.waitForDone();
}

void MarksPicture::paint(QPainter& painter, const std::vector<ShownMarks>& marks,
                         const ViewTransform& view, std::int64_t time, double ratio) {
  if (std::exchange(hurries_, false) || !many(marks)) {
    wanted_.reset();
    last_.reset();
    return paint_vectors(painter, marks, view, time, ratio, ratio);
  }
  std::vector<LayerLook> looks;
  for (const ShownMarks& one : marks) looks.push_back(look_of(*one.layer));
  const auto is_this = [&](const Scene& scene) {
    return scene.shows(marks, looks, view, time, ratio);
  };
  if (drawing_ ? is_this(*drawing_) : last_ && is_this(last_->scene)) {
    wanted_.reset();
  } else if (!wanted_ || !is_this(*wanted_)) {
    wanted_ = copied(marks, std::move(looks), view, time, ratio);
    if (!drawing_) draw(*std::exchange(wanted_, std::nullopt));
  }
  if (!last_) return;
  const ViewTransform& then = last_->scene.view;
  const auto at = view.to_screen(then.to_world({0, 0}));
  const double scale = view.zoom / then.zoom;
  painter.drawImage(
      QRectF(at.x / ratio, at.y / ratio, then.width * scale / ratio, then.height * scale / ratio),
      last_->picture);
}

MarksPicture::Scene MarksPicture::copied(const std::vector<ShownMarks>& marks,
                                         std::vector<LayerLook> looks, const ViewTransform& view,
                                         std::int64_t time, double ratio) const {
  Scene scene{{}, std::move(looks), view, time, ratio};
  for (std::size_t i = 0; i < marks.size(); ++i) {
    // A copy that was made before may know already where a plane cuts it.
    std::shared_ptr<const Layer> copy;
    for (const Scene* known : {drawing_ ? &*drawing_ : nullptr, last_ ? &last_->scene : nullptr}) {
      if (known == nullptr || copy != nullptr) continue;
      const auto same = std::find(known->looks.begin(), known->looks.end(), scene.looks[i]);
      if (same == known->looks.end()) continue;
      copy = known->marks[static_cast<std::size_t>(same - known->looks.begin())].layer;
    }
    scene.marks.push_back({copy ? copy : duplicate(*marks[i].layer), marks[i].grid});
  }
  return scene;
}

void MarksPicture::draw(Scene scene) {
  drawing_ = scene;
  pool_.start([this, scene = std::move(scene)] {
    QImage picture(scene.view.width, scene.view.height, QImage::Format_ARGB32_Premultiplied);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    paint_vectors(painter, scene.marks, scene.view, scene.time, 1, scene.ratio);
    painter.end();
    QMetaObject::invokeMethod(
        &receiver_, [this, drawn = Drawn{scene, picture}] { take(drawn); }, Qt::QueuedConnection);
  });
}

void MarksPicture::take(Drawn drawn) {
  last_ = std::move(drawn);
  drawing_.reset();
  if (wanted_) draw(*std::exchange(wanted_, std::nullopt));
  ready_();
}

}  // namespace karyo::gui
