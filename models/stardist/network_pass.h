#pragma once

/// An image or volume through a StarDist network, tile by tile.

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/task.h"
#include "core/image/normalize.h"
#include "core/image/volume.h"
#include "models/device.h"
#include "models/stardist/instances.h"
#include "models/stardist/stardist_model.h"

namespace karyo {

/// An image as the network takes it: (C, Z, Y, X) float32, normalised, contiguous; Z is 1 for a 2D
/// network.
struct NetworkImage {
  std::vector<float> values;
  std::int64_t channels = 1;
  Index3 shape;
};

/// How each channel that the network takes is normalised: by percentiles (0..100) over the planes
/// of one time point. `channel` >= 0 takes that one alone; alpha channels are left out.
/// Errors: kInvalidArgument when the image's channels are not the `channels` of the network.
Result<std::vector<ChannelScale>> input_scales(const Volume& image, std::int64_t t,
                                               std::int64_t channel, std::int64_t channels,
                                               double pmin, double pmax);

/// Planes [first, last) as the network takes them.
NetworkImage network_image(const Volume& image, std::int64_t t, std::int64_t first,
                           std::int64_t last, std::int64_t channel,
                           const std::vector<ChannelScale>& scales);

/// Errors: kNumeric for NaN or infinity, saying where: the network would not tell, as ReLU may make
/// a number of NaN.
/// `origin`: where its first voxel lies in the image.
Result<void> check_finite(const NetworkImage& image, const Index3& origin = {});

/// The image padded at its end to what the network divides by.
Index3 padded_shape(const StarDistModel& model, Index3 image);
/// What the network has to see of an image, whose planes it takes at once are `planes`, for its
/// output in `part` to be what it is of the whole.
Box3 with_context(const StarDistModel& model, const Box3& part, const Box3& planes);
/// Voxels a pixel of the output stands for; z is 1 in 2D.
Index3 grid_of(const StarDistModel& model);
/// a / b on each axis.
Index3 divided(Index3 a, Index3 b);

/// What the network gives for one tile, on the grid, in memory a candidate search can read.
struct GridMaps {
  torch::Tensor head;  ///< (d, h, w, 1 + rays + classes) contiguous
  torch::Tensor prob;  ///< (d, h, w) contiguous
  int rays = 0;

  Index3 shape() const { return {prob.size(0), prob.size(1), prob.size(2)}; }
  stardist::VolumeMaps part(Index3 corner, Index3 size) const;
};

/// The whole image, padded at its end, in one piece.
GridMaps run_network(const StarDistModel& model, const NetworkImage& image, const Device& device,
                     Precision precision);

/// A tile's part of the padded image's maps.
struct TileMaps {
  Box3 where;  ///< in grid pixels of the padded image
  stardist::VolumeMaps maps;
  /// Logits of the classes, background first, laid out as maps.dist; null where there are none.
  const float* class_logits = nullptr;
  std::int64_t classes = 0;
};

/// Calls visit() for each tile; together they cover the padded image's grid once. `tiles`: how many
/// along each axis; all 0: as memory asks for.
/// Errors: kCancelled; kNumeric when the network's output is not finite.
Result<void> each_tile(const StarDistModel& model, const NetworkImage& image, Index3 tiles,
                       const Device& device, Precision precision, TaskControl& control,
                       const std::function<void(const TileMaps&)>& visit);

}  // namespace karyo
