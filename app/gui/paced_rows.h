#pragma once

/// Which rows of a picture an event draws, so that one that takes long (a projection through
/// hundreds of planes, many layers) comes in parts and does not hold the window up.

#include <algorithm>

namespace karyo::gui {

class PacedRows {
 public:
  static constexpr double kMostMs = 25;  // of work an event
  static constexpr int kFewest = 8;

  struct Part {
    int top = 0, bottom = 0;
  };

  /// All rows are to be drawn anew. Goes on below what was drawn last, or the upper rows alone
  /// would be drawn while a hand moves on.
  void begin(int height) {
    if (height != height_) next_ = 0;
    height_ = due_ = height;
  }
  bool due() const { return due_ > 0; }
  /// What is due is drawn by the next event, however long it takes.
  void hurry() { ms_per_row_ = 0; }
  /// The rows to draw now; all of them where that is quick.
  Part next() const {
    if (due_ == height_ && ms_per_row_ * height_ <= kMostMs) return {0, height_};
    const int rows = ms_per_row_ > 0 ? static_cast<int>(kMostMs / ms_per_row_) : height_;
    return {next_, std::min({next_ + std::max(kFewest, rows), next_ + due_, height_})};
  }
  /// They were drawn, with `ms` of this thread's work.
  void drawn(const Part& part, double ms) {
    const int rows = part.bottom - part.top;
    if (rows <= 0) return;
    ms_per_row_ = ms / rows;
    due_ -= rows;
    next_ = part.bottom >= height_ ? 0 : part.bottom;
  }

 private:
  int height_ = 0, due_ = 0, next_ = 0;
  double ms_per_row_ = 0;  // the last time
};

}  // namespace karyo::gui
