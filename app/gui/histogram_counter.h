#pragma once

/// Histograms counted in the background, so that a large stack does not hold the window up.

#include <QObject>
#include <functional>
#include <optional>

#include "app/workspace.h"
#include "core/layers/contrast.h"

namespace karyo::gui {

/// One count at a time; of wishes that come meanwhile the last is counted next. On the window's
/// thread.
class HistogramCounter : public QObject {
 public:
  using Count = std::function<Histogram()>;  // on another thread: holds what it reads
  HistogramCounter(Workspace& workspace, QObject* parent, std::function<void(Histogram)> ready);

  void count(Count wish);

 private:
  void start(Count wish);

  Workspace& workspace_;
  std::function<void(Histogram)> ready_;
  bool counting_ = false;
  std::optional<Count> next_;
};

/// What contrast is measured on (ImageLayer::sample()), to be held.
inline std::shared_ptr<const Volume> shared_sample(const ImageLayer& image) {
  return image.pages() ? image.pages()->sample() : image.shared_volume();
}

}  // namespace karyo::gui
