#pragma once

/// One image layer drawn into a block of the screen: samples, colours, blending.

#include <cstdint>
#include <vector>

#include "core/layers/image_layer.h"
#include "viewer/scene/axis_map.h"
#include "viewer/scene/blend.h"
#include "viewer/scene/channel_table.h"
#include "viewer/scene/kept_rows.h"
#include "viewer/scene/rgba_image.h"
#include "viewer/scene/slice_voxels.h"

namespace karyo {

/// What of a layer a thread works with; reused from block to block.
struct ImageBuffers {
  std::vector<std::byte> values, further;   ///< raw samples, [row][column]; of a slab's next plane
  std::vector<float> sums;                  ///< the same, for a slab's mean
  std::vector<std::uint32_t> colors, more;  ///< [row][column]; one row of a further channel
  std::vector<float> source, across;        ///< between voxels: one row; rows done across
  std::vector<float> between;               ///< and one row done both ways
};

class ImageSlice {
 public:
  /// `lowest`: nothing but black lies beneath. `tables` and `room` are used, and kept, for this
  /// layer's visible channels, as are `kept`, which the whole of a view goes on with on `threads`.
  ImageSlice(const ImageLayer& layer, const ViewTransform& view, const ScreenRect& part,
             const VoxelGrid& grid, std::int64_t time, bool lowest,
             std::vector<ChannelTable>& tables, VoxelRoom& room, KeptRows& kept, int threads);

  void draw(const Block& block, ImageBuffers& buffers, RgbaImage& picture) const;

 private:
  void take_kept(KeptRows& kept, bool whole, int threads);
  template <typename T>
  void sample(const T* slice, std::size_t channel, const std::vector<std::int32_t>& source_rows,
              int left, int width, T* values) const;
  template <typename T>
  void sample_slab(std::size_t channel, const std::vector<std::int32_t>& source_rows, int left,
                   int width, ImageBuffers& buffers) const;
  template <typename T>
  void draw_nearest(const Block& covered, ImageBuffers& buffers, RgbaImage& picture) const;
  template <typename T>
  void draw_between(const Block& covered, ImageBuffers& buffers, RgbaImage& picture) const;
  void put(const std::uint32_t* colors, std::uint32_t* below, int n) const;

  const ImageLayer& layer_;
  const std::vector<ChannelTable>& tables_;
  SliceVoxels voxels_;
  PlaneMap map_;
  const KeptRows* kept_ = nullptr;  // of the plane, where there are some
  PlaneRange planes_;  // of the slab
  Projection projection_;
  std::int64_t stride_across_ = 1, stride_down_ = 1, stride_normal_ = 1;  // in voxels
  std::int64_t first_offset_ = 0;  // of the slab's first plane from the held voxels' start
  bool store_ = false;             // the colours are the picture
  Interpolation interpolation_;
  Blending blending_;
  int alpha_;
  std::vector<Taps> taps_across_, taps_down_;  // by pixel from the part's corner
  int left_, top_;
};

}  // namespace karyo
