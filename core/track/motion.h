#pragma once

/// How a frame's objects move to the next one.

#include <vector>

#include "core/track/tracking.h"

namespace karyo {

struct Motion {
  double z = 0, y = 0, x = 0;
};

/// Median distance of an object to its nearest neighbour, over frames; 0 without two objects.
double median_spacing(std::span<const std::vector<TrackObject>> frames);

/// The displacement that most pairs of objects agree on, among those up to `reach` long.
Motion frame_drift(const std::vector<TrackObject>& earlier, const std::vector<TrackObject>& later,
                   double spacing, double reach);

/// Of each object, the median motion of its nearest neighbours' links (its own left out; divisions
/// pass no motion on), `drift` where fewer than three are near.
std::vector<Motion> neighbour_motion(const std::vector<TrackObject>& earlier,
                                     const std::vector<TrackObject>& later,
                                     const std::vector<std::int64_t>& from, const Motion& drift,
                                     double spacing);

/// The middle value (the upper of two); 0 of none.
double median_of(std::vector<double> values);

}  // namespace karyo
