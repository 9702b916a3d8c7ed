#pragma once

/// Files of points, tracks and shapes as layers, both ways.

#include <filesystem>
#include <memory>

#include "core/base/task.h"
#include "core/layers/vector_layers.h"

namespace karyo {

/// By its ending: .csv, .tsv (points, tracks), .roi, .zip (shapes); man_track.txt, res_track.txt.
bool is_vector_file(const std::filesystem::path& path);

/// A layer of a file's points, tracks or shapes, its source set. Errors: those of
/// read_vector_table, read_ctc_tracks and read_rois; kBadFile where one of several regions is
/// broken. Threads: any.
Result<std::shared_ptr<Layer>> open_vector_layer(const std::filesystem::path& path,
                                                 TaskControl& control);

/// Writes what a look holds: points and tracks to .csv, shapes to .zip or .roi; atomically.
/// Errors: kInvalidArgument for another ending, kIo. Threads: any.
struct VectorData {
  std::shared_ptr<const PointList> points;  // one of the three
  std::shared_ptr<const ShapeList> shapes;
  std::shared_ptr<const TrackList> tracks;
};
VectorData vector_data_of(const Layer& layer);
Result<void> check_vector_ending(const VectorData& data, const std::filesystem::path& path);
Result<void> write_vectors(const VectorData& data, const std::filesystem::path& path);

/// What is said when pixels are asked of a vector layer.
Error no_pixels(const Layer& layer);

}  // namespace karyo
