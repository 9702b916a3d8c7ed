#pragma once

/// One image layer drawn into a block of the screen: samples, colours, blending.

#include <cstdint>
#include <vector>

#include "core/layers/image_layer.h"
#include "viewer/scene/axis_map.h"
#include "viewer/scene/blend.h"
#include "viewer/scene/channel_table.h"
#include "viewer/scene/rgba_image.h"

namespace karyo {

/// What of a layer a thread works with; reused from block to block.
struct ImageBuffers {
  std::vector<std::byte> values;                ///< raw samples, [row][column]
  std::vector<std::uint32_t> colors, more;      ///< [row][column]; one row of a further channel
  std::vector<float> upper, lower, between;     ///< for linear sampling
};

class ImageSlice {
 public:
  /// `lowest`: nothing but black lies beneath. `tables` is used, and kept, for this layer's
  /// visible channels.
  ImageSlice(const ImageLayer& layer, const ViewTransform& view, const ScreenRect& part,
             const VoxelGrid& grid, std::int64_t time, bool lowest,
             std::vector<ChannelTable>& tables);

  void draw(const Block& block, ImageBuffers& buffers, RgbaImage& picture) const;

 private:
  struct Channel {
    std::int64_t offset;  ///< of the slice's first voxel, in voxels from the volume's start
    std::size_t table;
  };
  template <typename T>
  void sample(const Channel& channel, const std::vector<std::int32_t>& source_rows, int left,
              int width, T* values) const;
  template <typename T>
  void draw_nearest(const Block& covered, ImageBuffers& buffers, RgbaImage& picture) const;
  template <typename T>
  void draw_linear(const Block& covered, ImageBuffers& buffers, RgbaImage& picture) const;
  void put(const std::uint32_t* colors, std::uint32_t* below, int n) const;

  const ImageLayer& layer_;
  const std::vector<ChannelTable>& tables_;
  PlaneMap map_;
  std::vector<Channel> channels_;
  std::int64_t stride_across_ = 1, stride_down_ = 1;  // in voxels
  bool store_ = false;  // the colours are the picture
  bool linear_ = false;
  Blending blending_;
  int alpha_;
  std::vector<LinearStep> steps_across_, steps_down_;  // by pixel from the part's corner
  int left_, top_;
};

}  // namespace karyo
