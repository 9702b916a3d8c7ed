#include "app/layer_data.h"

#include <algorithm>

#include "core/io/image_io.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"

namespace karyo {

Result<LayerData> data_of(const Layer& layer) {
  LayerData data;
  data.place = layer.place();
  if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
    if (image->pages()) {
      return Error(ErrorCode::kUnsupported, layer.name() + " stays in its file",
                   "Copy the file itself, or crop the image first.");
    }
    data.image = image->shared_volume();
  } else if (const auto* labels = dynamic_cast<const LabelsLayer*>(&layer)) {
    for (std::int64_t t = 0; t < labels->shape().t; ++t) data.labels.push_back(labels->labels(t));
  } else {
    data.marks = vector_data_of(layer);
  }
  return data;
}

bool same_data(const LayerData& a, const LayerData& b) {
  return a.image == b.image && a.marks == b.marks && a.place == b.place &&
         std::equal(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end(), same_tiles);
}

const char* usual_ending(LayerKind kind) {
  switch (kind) {
    case LayerKind::kImage:
    case LayerKind::kLabels:
      return ".ome.tif";
    case LayerKind::kPoints:
    case LayerKind::kTracks:
      return ".csv";
    case LayerKind::kShapes:
      return ".zip";
    case LayerKind::kSurface:
      return ".ply";
  }
  return "";
}

Result<void> check_ending(const LayerData& data, const std::filesystem::path& path) {
  const bool pixels = data.image || !data.labels.empty();
  return pixels ? Result<void>() : check_vector_ending(data.marks, path);
}

Result<void> write_layer(const LayerData& data, const std::filesystem::path& path) {
  if (data.image) {
    if (data.place == data.image->grid) return write_image(path, *data.image);
    Volume moved = data.image->clone();
    moved.grid = data.place;
    return write_image(path, moved);
  }
  if (data.labels.empty()) return write_vectors(data.marks, path);
  std::vector<LabelArray> dense;
  for (const LabelVolume& frame : data.labels) dense.push_back(frame.to_dense());
  WriteOptions options;
  options.compress = true;
  return write_image(path, from_labels(dense, data.place), options);
}

}  // namespace karyo
