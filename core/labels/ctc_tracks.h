#pragma once

/// Tracks of the Cell Tracking Challenge: man_track.txt or res_track.txt beside label frames.
///
/// The text has a line a track: its label L, first and last frame B and E, parent P (0: none).
/// Where the objects are, the frames say: man_track000.tif ... beside man_track.txt, mask000.tif
/// ... beside res_track.txt. A track's place in a frame is the middle of its object's voxels.

#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/image/voxel_grid.h"
#include "core/io/vector_tables.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// By its name.
bool is_ctc_tracks(const std::filesystem::path& path);

/// Reads one frame after the other; a frame in which a track has no object is passed over.
/// Errors: kBadFile, naming the line; kNotFound without frames; those of read_image; kCancelled.
Result<TrackList> read_ctc_tracks(const std::filesystem::path& path, TaskControl& control);

/// The same with the label frames, from number 0 to the last; one that is not there is empty.
/// Errors: also kBadFile where frames differ in shape.
struct CtcMovie {
  TrackList tracks;
  std::vector<LabelVolume> frames;
  VoxelGrid grid;  ///< of the first frame
};
Result<CtcMovie> read_ctc_movie(const std::filesystem::path& path, TaskControl& control);

}  // namespace karyo
