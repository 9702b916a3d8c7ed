#pragma once

/// Lineages as the Cell Tracking Challenge writes them (res_track.txt) and the window opens them.

#include <string>

#include "core/io/vector_tables.h"
#include "core/track/track_movie.h"

namespace karyo {

/// A line a track: label, first frame, last frame, parent or 0. A track with missing
/// frames is two lines, the first the second's parent.
std::string format_ctc_tracks(const Tracking& tracking);

/// The label frame beside it: "mask007.tif" of frame 7.
std::string ctc_mask_name(std::size_t frame);

/// As a Tracks layer holds it, in voxels. `frames` in the unit of `grid`.
TrackList track_list(std::span<const std::vector<TrackObject>> frames, const Tracking& tracking,
                     const VoxelGrid& grid);

}  // namespace karyo
