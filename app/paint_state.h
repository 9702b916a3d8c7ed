#pragma once

/// How labels are painted: what the brush and its kin are set to.

#include <algorithm>
#include <cstdint>

#include "annotation/paint_rule.h"
#include "core/base/signal.h"

namespace karyo {

/// Threads  one, the UI thread.
class PaintState {
 public:
  static constexpr double kLeastSize = 1, kMostSize = 2000;

  /// The brush's diameter in voxels along x: 10 as in napari.
  double size() const { return size_; }
  void set_size(double size) { set(size_, std::clamp(size, kLeastSize, kMostSize)); }
  /// A ball through the planes; else a disc in the plane that is painted in.
  bool ball() const { return ball_; }
  void set_ball(bool ball) { set(ball_, ball); }
  /// Leaves other objects as they are.
  PaintOver over() const { return over_; }
  void set_over(PaintOver over) { set(over_, over); }

  Signal<> changed;

 private:
  template <typename T>
  void set(T& kept, T value) {
    if (kept == value) return;
    kept = value;
    changed.emit();
  }

  double size_ = 10;
  bool ball_ = false;
  PaintOver over_ = PaintOver::kEverything;
};

}  // namespace karyo
