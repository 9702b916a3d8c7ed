#pragma once

/// Layers x view transform x viewport -> RGBA picture, in screen space.
///
/// Only what the screen shows is sampled, at the middle of each screen pixel, so the cost follows
/// the viewport and never the image: a dab on 16 384 x 16 384 costs what it costs on 512 x 512.
/// Every pixel takes the nearest voxel. That holds for magnified pictures (blocks of one colour,
/// or linear where an image layer asks for it) and for reduced ones too: averaging all voxels under
/// a pixel would make the cost follow the image, and would invent values between labels.
///
/// Values become colours through tables (contrast, gamma and colour table in one); layers meet as
/// core/layers/layer.h's Blending says, in 8 bits, rounding to nearest. What no layer covers is
/// black and opaque.
///
/// Threads  call from the thread that owns the layers; the work is split over rows inside.
///          One compositor a view: it keeps tables and buffers between frames.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/layers/layer_list.h"
#include "viewer/scene/rgba_image.h"
#include "viewer/scene/view_transform.h"

namespace karyo {

/// Says which layers take part; empty: all. Hidden ones never do.
using LayerFilter = std::function<bool(const Layer&)>;

class SliceCompositor {
 public:
  /// `threads` as in parallel_for.
  explicit SliceCompositor(int threads = 0);
  ~SliceCompositor();
  SliceCompositor(SliceCompositor&&) noexcept;
  SliceCompositor& operator=(SliceCompositor&&) noexcept;

  /// Draws everything; `picture` gets the view's size.
  void compose(const LayerList& layers, const ViewTransform& view, std::int64_t time,
               RgbaImage& picture, const LayerFilter& shown = {});
  using Clock = std::chrono::steady_clock;
  /// Draws only the pixels of `part`, exactly as the above would; `picture` must hold a picture of
  /// this view's size already. From the top, and once it is later than `until` no more than what
  /// was begun, at least a few rows. Returns the first row that was not drawn, `part.bottom` where
  /// all were.
  int compose(const LayerList& layers, const ViewTransform& view, std::int64_t time,
              const ScreenRect& part, RgbaImage& picture, const LayerFilter& shown = {},
              Clock::time_point until = Clock::time_point::max());

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What has to be drawn again after voxels in `box` of `layer` changed: the pixels showing them and
/// those around whose contours may change.
ScreenRect dirty_rect(const LayerList& layers, const Layer& layer, const Box3& box,
                      const ViewTransform& view);

}  // namespace karyo
