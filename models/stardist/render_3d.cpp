#include "models/stardist/render_3d.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"
#include "models/stardist/polyhedron_overlap.h"

namespace karyo::stardist {

RenderedPolyhedra render_3d(const Candidates3d& survivors, const Rays3d& rays, Index3 shape,
                            int threads) {
  RenderedPolyhedra result{LabelArray(shape), {}};
  if (shape.count() == 0) return result;
  const StarPolyhedra polyhedra(survivors, rays, threads);
  LabelArray& labels = result.labels;
  const auto draw = [&](std::int64_t first, std::int64_t last) {
    const Box3 slab{{first, 0, 0}, {last, shape.y, shape.x}};
    Polyhedron polyhedron;
    std::vector<std::uint8_t> mask;
    for (std::int64_t i = 0; i < polyhedra.size(); ++i) {
      const Box3 box = polyhedra.box(i).clipped_to(slab);
      if (box.empty()) continue;
      const Index3 size = box.shape();
      mask.assign(static_cast<std::size_t>(size.count()), 0);
      polyhedra.shape(i, polyhedron);
      fill_polyhedron(polyhedron, rays.faces, box, mask.data());
      const std::uint8_t* inside = mask.data();
      for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
        for (std::int64_t y = box.begin.y; y < box.end.y; ++y, inside += size.x) {
          std::uint32_t* row = &labels(z, y, box.begin.x);
          for (std::int64_t x = 0; x < size.x; ++x) {
            if (inside[x] != 0 && row[x] == 0) row[x] = static_cast<std::uint32_t>(i + 1);
          }
        }
      }
    }
  };
  // A polyhedron is prepared anew in each slab it reaches into: not too thin ones.
  parallel_for(0, shape.z, 16, draw, threads);

  std::vector<std::uint32_t> number(survivors.size() + 1, 0);
  for (const std::uint32_t id : labels) number[id] = 1;
  std::uint32_t count = 0;
  for (std::size_t id = 1; id < number.size(); ++id) {
    if (number[id] == 0) continue;
    number[id] = ++count;
    result.visible.push_back(static_cast<std::int64_t>(id) - 1);
  }
  number[0] = 0;
  for (std::uint32_t& id : labels) id = number[id];
  return result;
}

}  // namespace karyo::stardist
