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
  /// How hard a pen is pressed says how much of the size it paints with.
  bool pen_pressure() const { return pen_pressure_; }
  void set_pen_pressure(bool on) { set(pen_pressure_, on); }
  /// The share of the size, kLeastShare to 1, at a pen's pressure, 0 to 1. Steep where a hand that
  /// draws at ease presses, up to half, where it has three quarters of the way.
  static double share_at(double pressure) {
    const double p = std::clamp(pressure, 0.0, 1.0);
    return kLeastShare + (1 - kLeastShare) * p * (2 - p);
  }
  static constexpr double kLeastShare = 0.2;
  /// A ball through the planes; else a disc in the plane that is painted in.
  bool ball() const { return ball_; }
  void set_ball(bool ball) { set(ball_, ball); }
  /// The brush stops at edges of the picture.
  bool adaptive() const { return adaptive_; }
  void set_adaptive(bool adaptive) { set(adaptive_, adaptive); }
  /// Outlines that are drawn become objects of their own, else a part of the selected one.
  bool new_each() const { return new_each_; }
  void set_new_each(bool each) { set(new_each_, each); }
  /// How far from the clicked value the magic wand goes, per cent of the contrast limits' range.
  double tolerance() const { return tolerance_; }
  void set_tolerance(double per_cent) { set(tolerance_, std::clamp(per_cent, 0.0, 100.0)); }
  /// Leaves other objects as they are.
  PaintOver over() const { return over_; }
  void set_over(PaintOver over) { set(over_, over); }
  /// The object that alone changes, with kInside.
  std::uint32_t inside() const { return inside_; }
  void set_inside(std::uint32_t id) { set(inside_, id); }

  Signal<> changed;

 private:
  template <typename T>
  void set(T& kept, T value) {
    if (kept == value) return;
    kept = value;
    changed.emit();
  }

  double size_ = 10;
  bool pen_pressure_ = true;
  bool ball_ = false;
  bool adaptive_ = false;
  bool new_each_ = true;
  double tolerance_ = 10;
  std::uint32_t inside_ = 0;
  PaintOver over_ = PaintOver::kEverything;
};

}  // namespace karyo
