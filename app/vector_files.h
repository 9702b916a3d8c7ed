#pragma once

/// Files of points, tracks, shapes and surfaces as layers, both ways.

#include <filesystem>
#include <memory>

#include "core/base/task.h"
#include "core/layers/surface_layer.h"
#include "core/layers/vector_layers.h"

namespace karyo {

/// By its ending: .csv, .tsv (points, tracks), .roi, .zip (shapes), .stl, .ply, .obj (surfaces);
/// man_track.txt, res_track.txt.
bool is_vector_file(const std::filesystem::path& path);

/// A layer of a file's points, tracks, shapes or surface, its source set. Errors: those of
/// read_vector_table, read_ctc_tracks, read_rois and read_mesh; kBadFile where one of several
/// regions is broken. Threads: any.
Result<std::shared_ptr<Layer>> open_vector_layer(const std::filesystem::path& path,
                                                 TaskControl& control);

/// Writes what a look holds: points and tracks to .csv, shapes to .zip or .roi, surfaces to .stl,
/// .ply or .obj; atomically.
/// Errors: kInvalidArgument for another ending, kIo. Threads: any.
struct VectorData {
  std::shared_ptr<const PointList> points;  // one of the four
  std::shared_ptr<const ShapeList> shapes;
  std::shared_ptr<const TrackList> tracks;
  std::shared_ptr<const SurfaceMesh> surface;
  friend bool operator==(const VectorData&, const VectorData&) = default;  ///< shared, not alike
};
VectorData vector_data_of(const Layer& layer);
Result<void> check_vector_ending(const VectorData& data, const std::filesystem::path& path);
Result<void> write_vectors(const VectorData& data, const std::filesystem::path& path);

/// What is said when pixels are asked of a vector layer.
Error no_pixels(const Layer& layer);

}  // namespace karyo
