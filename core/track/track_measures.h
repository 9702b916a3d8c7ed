#pragma once

/// What tracks say about motion, as tables of text (CSV, TrackMate's XML).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/image/voxel_grid.h"
#include "core/track/tracking.h"

namespace karyo {

/// One track, in the movie's unit and time; NaN where there are too few places.
struct TrackMeasures {
  std::int64_t track = 0, parent = 0, first = 0, last = 0, places = 0;
  double duration = 0;        ///< from its first to its last place
  double path = 0;            ///< length of the way
  double displacement = 0;    ///< from the first place to the last
  double mean_speed = 0;      ///< path over duration
  double directionality = 0;  ///< displacement over path, 0..1
  double division_time = 0;   ///< from the division it began by to the one it ended by
};

/// Mean squared displacement over all tracks, by lag in frames from 1.
struct MsdPoint {
  std::int64_t lag = 0, pairs = 0;
  double time = 0, msd = 0;
};

/// `interval`: time between frames; 0: times are counted in frames.
std::vector<TrackMeasures> measure_tracks(std::span<const std::vector<TrackObject>> frames,
                                          const Tracking& tracking, double interval);
std::vector<MsdPoint> mean_squared_displacement(std::span<const std::vector<TrackObject>> frames,
                                                const Tracking& tracking, double interval);

/// track, parent, first, last, places, duration, path, displacement, ...
std::string format_track_measures(const std::vector<TrackMeasures>& measures);
/// lag, pairs, time, msd
std::string format_msd(const std::vector<MsdPoint>& msd);
/// frame, track, from_frame, from_track, division, confidence; the most doubtful first.
std::string format_links(const Tracking& tracking);
/// TrackMate 7's model: spots, edges, tracks. Lineages (a mother and all her descendants) are one
/// TrackMate track, as there.
std::string format_trackmate(std::span<const std::vector<TrackObject>> frames,
                             const Tracking& tracking, const VoxelGrid& grid);

}  // namespace karyo
