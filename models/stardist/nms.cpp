#include "models/stardist/nms.h"

#include "models/stardist/polygon_overlap.h"
#include "models/stardist/suppression.h"

namespace karyo::stardist {

Candidates nms_2d(const Candidates& candidates, float threshold, int threads) {
  const Candidates sorted = sorted_by_probability(candidates);
  if (sorted.size() == 0) return sorted;
  const StarPolygons polygons(sorted, threads);
  Suppression<2, StarPolygons, OverlapTest> suppression(polygons, threshold, threads);
  return sorted.chosen(suppression.survivors());
}

Candidates nms_2d_reference(const Candidates& candidates, float threshold) {
  const Candidates sorted = sorted_by_probability(candidates);
  const StarPolygons polygons(sorted, 1);
  OverlapTest test(polygons, threshold);
  std::vector<bool> suppressed(sorted.size(), false);
  std::vector<std::int64_t> survivors;
  for (std::int64_t i = 0; i < polygons.size(); ++i) {
    if (suppressed[static_cast<std::size_t>(i)]) continue;
    survivors.push_back(i);
    test.set_first(i);
    for (std::int64_t j = i + 1; j < polygons.size(); ++j) {
      if (suppressed[static_cast<std::size_t>(j)] || !polygons.boxes_touch(i, j)) continue;
      suppressed[static_cast<std::size_t>(j)] = test.overlap_by_clipper(j) > threshold;
    }
  }
  return sorted.chosen(survivors);
}

}  // namespace karyo::stardist
