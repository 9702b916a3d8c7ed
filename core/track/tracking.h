#pragma once

/// Objects of a movie linked through time, divisions included.
///
/// From frame to frame, all links are chosen at once: a minimum-cost flow (LEMON's network simplex)
/// in which an object goes to one object, divides into two, or ends, and an object that nothing
/// leads to begins a track. An object never has two predecessors: merges are refused. A link costs
/// the square of its distance from where the object was expected, in standard deviations, and those
/// of the changes of size and brightness. Where an object is expected, its neighbours say: first
/// the frame's drift, then, twice, the median motion of the nearest linked neighbours. A division
/// costs the distance of the daughters' middle from there, in place of their own, and the
/// difference of their sizes and brightness. Ends and later beginnings are joined over missing
/// frames last.
///
/// Method: assignment with divisions after Jaqaman et al. 2008 (doi 10.1038/nmeth.1237) and flow of
/// Padfield et al. 2011 (doi 10.1016/j.media.2010.07.006), the motion model is ours.

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"

namespace karyo {

/// One object in one frame.
struct TrackObject {
  double z = 0, y = 0, x = 0;  ///< centroid, in the unit of the movie
  double size = 0;             ///< area or volume; 0: unknown
  double brightness = 0;       ///< mean value; 0 or less: unknown
};

struct TrackingSettings {
  double search = 0;  ///< farthest place from the expected one, in the unit of the
                      ///< movie; 0: 1.2 times the median distance of neighbours
  bool divisions = true;
  std::int64_t missing = 0;   ///< frames that an object may be lost for, 0..5
  double end_cost = 20;       ///< of a track's end or beginning, in squared deviations, > 0
  double division_cost = 14;  ///< added to each division, >= 0
};

/// What leads to an object. Objects are numbered within their frame.
struct TrackLink {
  std::int64_t from_frame = -1, from = -1;  ///< -1: nothing, a track begins here
  bool division = false;                    ///< the object before has a second successor
  /// From 0, as good as another choice, towards 1: 1 - exp(-m / 2), m the least that is paid for
  /// another link of either object in place of this one. Of links only.
  double confidence = 1;
};

struct Tracking {
  /// By frame, then as the objects there.
  std::vector<std::vector<TrackLink>> links;
  /// Track of each object, from 1: by the frame a track begins in, then by place (z, y, x).
  std::vector<std::vector<std::int64_t>> tracks;
  /// By track - 1: the track that divided, or that was lost for some frames (this is then its only
  /// child, as the Cell Tracking Challenge has it); 0: none.
  std::vector<std::int64_t> parents;
};

/// Does not depend on the order of objects within a frame, ties at equal places apart. Errors:
/// kInvalidArgument (settings), kNumeric (places), kCancelled. Threads: pure; one thread.
Result<Tracking> track_objects(std::span<const std::vector<TrackObject>> frames,
                               const TrackingSettings& settings, TaskControl& control);

}  // namespace karyo
