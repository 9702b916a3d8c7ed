#pragma once

/// How a layer is shown, as a value: what undo goes back to, what a session file keeps, what a
/// duplicate starts with. Its data are not part of it.

#include <optional>
#include <string>
#include <vector>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"

namespace karyo {

struct LayerLook {
  std::string name;
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
    friend bool operator==(const Labels&, const Labels&) = default;
  };
  std::optional<Image> image;    ///< of image layers
  std::optional<Labels> labels;  ///< of labels layers

  friend bool operator==(const LayerLook&, const LayerLook&) = default;
};

LayerLook look_of(const Layer& layer);
/// What does not fit (another kind, fewer channels) is left as it is.
void apply_look(Layer& layer, const LayerLook& look);

/// A layer with the same look that shares the data it may share: an image's voxels, labels' tiles
/// (copied when one of the two is changed).
std::shared_ptr<Layer> duplicate(const Layer& layer);

}  // namespace karyo
