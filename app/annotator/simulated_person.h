#pragma once

/// What a person who knows the truth would mend in a picture's labels, one object at a time.

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume_view.h"

namespace karyo {

/// Each entry is one correction: a person points at one nucleus and deletes it or draws its
/// outline.
struct Corrections {
  std::vector<std::uint32_t> remove;  ///< objects of the labels that are none in truth
  std::vector<std::uint32_t> draw;    ///< true objects that the labels lack
  /// True objects whose outline is bad, and the object to be drawn anew for each.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> redraw;
  std::int64_t left = 0;  ///< objects that stay as they are

  std::int64_t count() const {
    return static_cast<std::int64_t>(remove.size() + draw.size() + redraw.size());
  }
};

/// Outlines that agree with the truth to this IoU are good enough to a person; below 0.5 an object
/// is not the true one: it is removed and the true one drawn.
inline constexpr double kGoodOutline = 0.7;

/// Errors: kInvalidArgument when the shapes differ. Threads: any.
Result<Corrections> corrections_needed(LabelView truth, LabelView labels);

}  // namespace karyo
