#include "models/stardist/render_3d.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"
#include "models/cuda/shape_device.h"
#include "models/stardist/polyhedra_view.h"
#include "models/stardist/polyhedron_overlap.h"

namespace karyo::stardist {

namespace {

/// Labels i + 1 of the most probable polyhedron i that a voxel lies in; `labels` begin at `origin`.
void draw(const StarPolyhedra& polyhedra, LabelArray& labels, const Index3& origin, int threads) {
  const Index3 shape = labels.shape();
  const auto body = [&](std::int64_t first, std::int64_t last) {
    const Box3 slab{origin + Index3{first, 0, 0}, origin + Index3{last, shape.y, shape.x}};
    Polyhedron polyhedron;
    std::vector<std::uint8_t> mask;
    for (std::int64_t i = 0; i < polyhedra.size(); ++i) {
      const Box3 box = polyhedra.box(i).clipped_to(slab);
      if (box.empty()) continue;
      const Index3 size = box.shape();
      mask.assign(static_cast<std::size_t>(size.count()), 0);
      polyhedra.shape(i, polyhedron);
      fill_polyhedron(polyhedron, polyhedra.rays().faces, box, mask.data());
      const std::uint8_t* inside = mask.data();
      for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
        for (std::int64_t y = box.begin.y; y < box.end.y; ++y, inside += size.x) {
          std::uint32_t* row = &labels(z - origin.z, y - origin.y, box.begin.x - origin.x);
          for (std::int64_t x = 0; x < size.x; ++x) {
            if (inside[x] != 0 && row[x] == 0) row[x] = static_cast<std::uint32_t>(i + 1);
          }
        }
      }
    }
  };
  // A polyhedron is prepared anew in each slab it reaches into: not too thin ones.
  parallel_for(0, shape.z, 16, body, threads);
}

/// Numbers those that are seen from 1 on, without gaps.
RenderedPolyhedra numbered(LabelArray labels, std::size_t polyhedra) {
  RenderedPolyhedra result;
  std::vector<std::uint32_t> number(polyhedra + 1, 0);
  for (const std::uint32_t id : labels) number[id] = 1;
  std::uint32_t count = 0;
  for (std::size_t id = 1; id < number.size(); ++id) {
    if (number[id] == 0) continue;
    number[id] = ++count;
    result.visible.push_back(static_cast<std::int64_t>(id) - 1);
  }
  number[0] = 0;
  for (std::uint32_t& id : labels) id = number[id];
  result.labels = std::move(labels);
  return result;
}

/// Whether a GPU did the same.
bool drawn_on(ShapeDevice* device, const StarPolyhedra& polyhedra, const Candidates3d& survivors,
              LabelArray& labels) {
  if (device == nullptr) return false;
  return device->did(polyhedra.size(), device->worth().polyhedra, [&](ShapeKernels& kernels) {
    const Index3 shape = labels.shape();
    const auto boxes = voxel_boxes(polyhedra, Box3::of_shape(shape));
    const auto drawn = kernels.draw_polyhedra(view_of(survivors, polyhedra.rays(), boxes),
                                              {shape.z, shape.y, shape.x}, labels.data());
    if (!drawn) std::fill(labels.begin(), labels.end(), 0U);
    return drawn;
  });
}

}  // namespace

RenderedPolyhedra render_3d(const Candidates3d& survivors, const Rays3d& rays, Index3 shape,
                            int threads, ShapeDevice* device) {
  LabelArray labels(shape);
  if (shape.count() == 0) return {std::move(labels), {}};
  const StarPolyhedra polyhedra(survivors, rays, threads);
  if (!drawn_on(device, polyhedra, survivors, labels)) draw(polyhedra, labels, {}, threads);
  return numbered(std::move(labels), survivors.size());
}

RenderedPolyhedra render_3d_in(const Candidates3d& survivors, const Rays3d& rays, const Box3& box,
                               int threads) {
  LabelArray labels(box.shape());
  if (box.empty()) return {std::move(labels), {}};
  draw(StarPolyhedra(survivors, rays, threads), labels, box.begin, threads);
  return numbered(std::move(labels), survivors.size());
}

Box3 box_around(const Candidates3d& survivors, const Rays3d& rays, Index3 shape) {
  const StarPolyhedra polyhedra(survivors, rays);
  Box3 all;
  for (std::int64_t i = 0; i < polyhedra.size(); ++i) {
    all = all.united_with(polyhedra.box(i).clipped_to(Box3::of_shape(shape)));
  }
  return all;
}

}  // namespace karyo::stardist
