#pragma once

/// How a layer is shown, as a value: what undo goes back to, what a session file keeps, what a
/// duplicate starts with. Pixels are not part of it; marks of vector layers are, shared.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "core/layers/surface_layer.h"
#include "core/layers/vector_layers.h"

namespace karyo {

struct LayerLook {
  std::string name;
  std::string group;  ///< empty: none
  bool visible = true;
  bool locked = false;
  double opacity = 1;
  Blending blending = Blending::kTranslucent;
  std::optional<VoxelGrid> place;  ///< none: as its data say

  struct Image {
    std::vector<ChannelDisplay> channels;
    Interpolation interpolation = Interpolation::kNearest;
    Percentiles percentiles;
    friend bool operator==(const Image&, const Image&) = default;
  };
  struct Labels {
    int contour_width = 0;
    std::uint32_t selected = 0;
    bool selected_only = false;
    LabelColors colors;
    bool by_class = false;
    /// Without (null) a layer keeps its own.
    std::shared_ptr<const ObjectNotes> notes = {};
    friend bool operator==(const Labels&, const Labels&) = default;
  };
  std::optional<Image> image;    ///< of image layers
  std::optional<Labels> labels;  ///< of labels layers
  // Of vector layers; without data (null) a layer keeps its own.
  std::optional<PointsLook> points;
  std::optional<ShapesLook> shapes;
  std::optional<TracksLook> tracks;
  std::optional<SurfaceLook> surface;

  friend bool operator==(const LayerLook&, const LayerLook&) = default;
};

LayerLook look_of(const Layer& layer);
/// What does not fit (another kind, fewer channels) is left as it is.
void apply_look(Layer& layer, const LayerLook& look);

/// A layer with the same look that shares the data it may share: an image's voxels, labels' tiles
/// (copied when one of the two is changed).
std::shared_ptr<Layer> duplicate(const Layer& layer);

}  // namespace karyo
