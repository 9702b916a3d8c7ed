#pragma once

/// Tracks of open layers made and written: what the window's commands do in the background.

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/image/paged_image.h"
#include "core/labels/label_volume.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "core/layers/vector_layers.h"
#include "core/track/tracking.h"

namespace karyo {

/// Label frames as they were when the work began, and the image that they were made of.
struct LabelMovie {
  std::vector<LabelVolume> frames;
  VoxelGrid grid;
  std::shared_ptr<const Volume> image;      ///< null: none, or it stays in its file
  std::shared_ptr<const PagedImage> pages;  ///< null: none, or it is in memory
};
LabelMovie label_movie(const LabelsLayer& labels, const VoxelGrid& grid, const ImageLayer* image);

/// Errors: those of track_objects; kInvalidArgument of a single frame; kCancelled.
Result<TrackList> track_movie(const LabelMovie& movie, const TrackingSettings& settings,
                              TaskControl& control);

/// The label frames with each object under its track's number; objects of no track are left out.
Result<std::vector<LabelVolume>> labels_by_track(const LabelMovie& movie, const TrackList& tracks,
                                                 TaskControl& control);

/// mask000.tif ... and res_track.txt in a folder, as the Cell Tracking Challenge wants results.
/// Tracks with missing frames become several. Errors: kInvalidArgument where no place of the tracks
/// has an object, or the tracks last longer than the labels; kIo; kCancelled.
Result<void> write_ctc_result(const LabelMovie& movie, const TrackList& tracks,
                              const std::filesystem::path& folder, TaskControl& control);

/// TrackMate's XML. `movie`, where there is one, gives the sizes of cells.
Result<void> write_trackmate(const std::optional<LabelMovie>& movie, const TrackList& tracks,
                             const VoxelGrid& grid, const std::filesystem::path& path,
                             TaskControl& control);

}  // namespace karyo
