#include "models/stardist/nms_3d.h"

#include "models/cuda/shape_device.h"
#include "models/stardist/polyhedra_view.h"
#include "models/stardist/polyhedron_overlap.h"
#include "models/stardist/suppression.h"

namespace karyo::stardist {
namespace {

/// Whether a GPU counted the voxels of `pairs`; `answers`: which overlap by more than the
/// threshold.
bool counted_on(ShapeDevice& device, const StarPolyhedra& polyhedra, const PolyhedraView& view,
                float threshold, const std::vector<ShapePair>& pairs,
                std::vector<std::uint8_t>& answers) {
  std::vector<std::uint32_t> voxels(pairs.size());
  const auto count = static_cast<std::int64_t>(pairs.size());
  if (!device.did(count, device.worth().pairs, [&](ShapeKernels& kernels) {
        return kernels.common_voxels(view, pairs.data(), count, voxels.data());
      })) {
    return false;
  }
  PolyhedronTest test(polyhedra, threshold);
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    test.set_first(pairs[k][0]);
    answers[k] = test.is_more(static_cast<float>(voxels[k]), pairs[k][1]);
  }
  return true;
}

}  // namespace

Candidates3d nms_3d(const Candidates3d& candidates, const Rays3d& rays, float threshold,
                    int threads, ShapeDevice* device) {
  const Candidates3d sorted = sorted_by_probability(candidates);
  if (sorted.size() == 0) return sorted;
  const StarPolyhedra polyhedra(sorted, rays, threads);
  Suppression<3, StarPolyhedra, PolyhedronTest> suppression(polyhedra, threshold, threads);
  if (device == nullptr || polyhedra.size() < device->worth().candidates) {
    return sorted.chosen(suppression.survivors());
  }
  const auto boxes = voxel_boxes(polyhedra);
  const PolyhedraView view = view_of(sorted, rays, boxes);
  return sorted.chosen(suppression.survivors_by(
      [&](const std::vector<ShapePair>& pairs, std::vector<std::uint8_t>& answers) {
        return counted_on(*device, polyhedra, view, threshold, pairs, answers);
      }));
}

Candidates3d nms_3d_reference(const Candidates3d& candidates, const Rays3d& rays, float threshold) {
  const Candidates3d sorted = sorted_by_probability(candidates);
  const StarPolyhedra polyhedra(sorted, rays, 1);
  PolyhedronTest test(polyhedra, threshold);
  std::vector<bool> suppressed(sorted.size(), false);
  std::vector<std::int64_t> survivors;
  for (std::int64_t i = 0; i < polyhedra.size(); ++i) {
    if (suppressed[static_cast<std::size_t>(i)]) continue;
    survivors.push_back(i);
    test.set_first(i);
    for (std::int64_t j = i + 1; j < polyhedra.size(); ++j) {
      if (suppressed[static_cast<std::size_t>(j)]) continue;
      suppressed[static_cast<std::size_t>(j)] = test.exceeds_reference(j);
    }
  }
  return sorted.chosen(survivors);
}

}  // namespace karyo::stardist
