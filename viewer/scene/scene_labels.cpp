#include "viewer/scene/scene_labels.h"

#include <algorithm>

#include "core/base/parallel.h"
#include "viewer/scene/volume_texture.h"

namespace karyo {
namespace {

LabelArray thinned(const LabelVolume& labels, Reduction by) {
  const Index3 shape = labels.shape();
  if (by == Reduction{1, 1, 1}) return labels.to_dense();
  const auto pieces = [](std::int64_t n, std::int64_t k) { return (n + k - 1) / k; };
  LabelArray out(Index3{pieces(shape.z, by.z), pieces(shape.y, by.y), pieces(shape.x, by.x)});
  parallel_for(0, out.shape().z, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t z = first; z < last; ++z) {
      for (std::int64_t y = 0; y < out.shape().y; ++y) {
        for (std::int64_t x = 0; x < out.shape().x; ++x) {
          out(z, y, x) = labels.at({std::min(z * by.z + by.z / 2, shape.z - 1),
                                    std::min(y * by.y + by.y / 2, shape.y - 1),
                                    std::min(x * by.x + by.x / 2, shape.x - 1)});
        }
      }
    }
  });
  return out;
}

}  // namespace

SceneLabels labels_for_scene(const LabelVolume& labels, const VoxelGrid& grid) {
  const Reduction by = reduction_for(labels.shape(), grid, kTextureBudget);
  return {thinned(labels, by), coarser(grid, by)};
}

}  // namespace karyo
