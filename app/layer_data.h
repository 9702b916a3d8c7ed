#pragma once

/// What a layer holds, as it is at a moment: to be written while the layer lives on.

#include <filesystem>
#include <memory>
#include <vector>

#include "app/vector_files.h"
#include "core/image/volume.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// Shared with the layer, so taking it costs nothing.
struct LayerData {
  // One of the three.
  std::shared_ptr<const Volume> image;
  std::vector<LabelVolume> labels;  ///< one a time
  VectorData marks;
  VoxelGrid place;  ///< that of the pixels
};
/// Errors: kUnsupported for an image that stays in its file.
Result<LayerData> data_of(const Layer& layer);
/// Whether nothing was changed in between, told by what is shared, in no time.
bool same_data(const LayerData& a, const LayerData& b);

/// The ending its file usually has: ".ome.tif", ".csv", ".zip", ".ply".
const char* usual_ending(LayerKind kind);
/// Errors: kInvalidArgument for an ending that the kind cannot be saved as.
Result<void> check_ending(const LayerData& data, const std::filesystem::path& path);
/// Writes it atomically, in the format of the ending: images and labels as write_image, marks as
/// write_vectors. Errors: theirs. Threads: any.
Result<void> write_layer(const LayerData& data, const std::filesystem::path& path);

}  // namespace karyo
