#include "models/stardist/nms_3d.h"

#include "models/stardist/polyhedron_overlap.h"
#include "models/stardist/suppression.h"

namespace karyo::stardist {

Candidates3d nms_3d(const Candidates3d& candidates, const Rays3d& rays, float threshold,
                    int threads) {
  const Candidates3d sorted = sorted_by_probability(candidates);
  if (sorted.size() == 0) return sorted;
  const StarPolyhedra polyhedra(sorted, rays, threads);
  Suppression<3, StarPolyhedra, PolyhedronTest> suppression(polyhedra, threshold, threads);
  return sorted.chosen(suppression.survivors());
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
