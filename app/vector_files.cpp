#include "app/vector_files.h"

#include <string>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/roi_zip.h"
#include "core/labels/ctc_tracks.h"

namespace karyo {
namespace {

std::string ending_of(const std::filesystem::path& path) {
  return lower_ascii(path.extension().string());
}

}  // namespace

bool is_vector_file(const std::filesystem::path& path) {
  const std::string ending = ending_of(path);
  return ending == ".csv" || ending == ".tsv" || ending == ".roi" || ending == ".zip" ||
         mesh_format(path) || is_ctc_tracks(path);
}

Result<std::shared_ptr<Layer>> open_vector_layer(const std::filesystem::path& path,
                                                 TaskControl& control) {
  const std::string name = path.filename().string(), ending = ending_of(path);
  std::shared_ptr<Layer> layer;
  if (is_ctc_tracks(path)) {
    KARYO_TRY(TrackList tracks, read_ctc_tracks(path, control));
    layer = std::make_shared<TracksLayer>(name, std::move(tracks));
  } else if (mesh_format(path)) {
    KARYO_TRY(SurfaceMesh mesh, read_mesh(path));
    layer = std::make_shared<SurfaceLayer>(name, std::move(mesh));
  } else if (ending == ".roi" || ending == ".zip") {
    KARYO_TRY(RoiSet set, read_rois(path));
    if (!set.problems.empty()) {  // a set shown in part would be saved in part
      return Error(ErrorCode::kBadFile, name + ": " + set.problems.front(),
                   "Take the broken entries out of the archive, or save the set again in ImageJ.");
    }
    layer = std::make_shared<ShapesLayer>(name, std::move(set.rois));
  } else {
    KARYO_TRY(auto table, read_vector_table(path));
    if (auto* tracks = std::get_if<TrackList>(&table)) {
      layer = std::make_shared<TracksLayer>(name, std::move(*tracks));
    } else {
      layer = std::make_shared<PointsLayer>(name, std::get<PointList>(std::move(table)));
    }
  }
  layer->set_source({path, ""});
  return layer;
}

VectorData vector_data_of(const Layer& layer) {
  VectorData data;
  if (const auto* points = dynamic_cast<const PointsLayer*>(&layer)) {
    data.points = points->look().data;
  } else if (const auto* shapes = dynamic_cast<const ShapesLayer*>(&layer)) {
    data.shapes = shapes->look().data;
  } else if (const auto* tracks = dynamic_cast<const TracksLayer*>(&layer)) {
    data.tracks = tracks->look().data;
  } else if (const auto* surface = dynamic_cast<const SurfaceLayer*>(&layer)) {
    data.surface = surface->look().data;
  }
  return data;
}

Result<void> check_vector_ending(const VectorData& data, const std::filesystem::path& path) {
  const std::string ending = ending_of(path);
  if (data.shapes != nullptr && ending != ".zip" && ending != ".roi") {
    return Error(ErrorCode::kInvalidArgument, "shapes cannot be saved as \"" + ending + "\"",
                 "End the file's name in .zip, or in .roi for a single shape.");
  }
  if (data.surface != nullptr && !mesh_format(path)) {
    return Error(ErrorCode::kInvalidArgument, "surfaces cannot be saved as \"" + ending + "\"",
                 "End the file's name in .stl, .ply or .obj.");
  }
  if (data.shapes == nullptr && data.surface == nullptr && ending != ".csv") {
    return Error(ErrorCode::kInvalidArgument,
                 "points and tracks cannot be saved as \"" + ending + "\"",
                 "End the file's name in .csv.");
  }
  return {};
}

Result<void> write_vectors(const VectorData& data, const std::filesystem::path& path) {
  KARYO_CHECK_OK(check_vector_ending(data, path));
  if (data.shapes != nullptr) return write_rois(path, *data.shapes);
  if (data.surface != nullptr) {
    return write_file_atomically(path, format_mesh(*data.surface, *mesh_format(path)));
  }
  return write_file_atomically(
      path, data.points != nullptr ? format_points(*data.points) : format_tracks(*data.tracks));
}

Error no_pixels(const Layer& layer) {
  return {ErrorCode::kInvalidArgument, layer.name() + " holds no pixels",
          "Choose a layer of an image or of labels."};
}

}  // namespace karyo
