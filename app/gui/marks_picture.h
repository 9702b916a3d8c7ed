#pragma once

/// Points, shapes, tracks and surfaces over a plane, drawn meanwhile where they are many.
///
/// A few are drawn at once. Thousands take longer than an event may: they are drawn on a thread of
/// their own, and until they are there the last ones are shown, moved to where they belong now.
///
/// Threads  the window's.

#include <QImage>
#include <QObject>
#include <QThreadPool>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/gui/vector_painter.h"
#include "core/layers/layer_look.h"

namespace karyo::gui {

class MarksPicture {
 public:
  /// `ready` is called when a picture has come: the view is to be painted again.
  explicit MarksPicture(std::function<void()> ready) : ready_(std::move(ready)) {
    pool_.setMaxThreadCount(1);
  }
  ~MarksPicture();
  MarksPicture(const MarksPicture&) = delete;
  MarksPicture& operator=(const MarksPicture&) = delete;

  /// `ratio`: pixels, in which `view` counts, for one of the painter's.
  void paint(QPainter& painter, const std::vector<ShownMarks>& marks, const ViewTransform& view,
             std::int64_t time, double ratio);
  /// What was painted last is what was asked for.
  bool drawn() const { return !wanted_ && !drawing_; }
  /// The next paint() draws all, however long it takes.
  void hurry() { hurries_ = true; }

 private:
  /// What a picture shows; marks are copies that nobody changes.
  struct Scene {
    std::vector<ShownMarks> marks;
    std::vector<LayerLook> looks;
    ViewTransform view;
    std::int64_t time = 0;
    double ratio = 1;
    bool shows(const std::vector<ShownMarks>& others, const std::vector<LayerLook>& their_looks,
               const ViewTransform& at, std::int64_t when, double pixels) const;
  };
  struct Drawn {
    Scene scene;
    QImage picture;
  };
  Scene copied(const std::vector<ShownMarks>& marks, std::vector<LayerLook> looks,
               const ViewTransform& view, std::int64_t time, double ratio) const;
  void draw(Scene scene);
  void take(Drawn drawn);

  std::function<void()> ready_;
  std::optional<Scene> wanted_;  // once what is being drawn is there
  std::optional<Scene> drawing_;
  std::optional<Drawn> last_;
  bool hurries_ = false;
  QObject receiver_;
  QThreadPool pool_;
};

}  // namespace karyo::gui
