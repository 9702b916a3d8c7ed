#pragma once

/// Candidates as the kernels of models/cuda take them. Part of nms_3d.cpp and render_3d.cpp.

#include <vector>

#include "models/cuda/shape_kernels.h"
#include "models/stardist/polyhedron_overlap.h"

namespace karyo::stardist {

/// The boxes around the polyhedra, clipped to `within` where it is not empty.
inline std::vector<VoxelBox> voxel_boxes(const StarPolyhedra& polyhedra, const Box3& within = {}) {
  std::vector<VoxelBox> boxes;
  boxes.reserve(static_cast<std::size_t>(polyhedra.size()));
  for (std::int64_t i = 0; i < polyhedra.size(); ++i) {
    Box3 box = polyhedra.box(i);
    if (!within.empty()) box = box.clipped_to(within);
    if (box.empty()) box = {};
    const auto at = [](std::int64_t value) { return static_cast<std::int32_t>(value); };
    boxes.push_back({{at(box.begin.z), at(box.begin.y), at(box.begin.x)},
                     {at(box.end.z), at(box.end.y), at(box.end.x)}});
  }
  return boxes;
}

/// All of the arguments must outlive it.
inline PolyhedraView view_of(const Candidates3d& candidates, const Rays3d& rays,
                             const std::vector<VoxelBox>& boxes) {
  PolyhedraView view;
  view.count = static_cast<std::int64_t>(candidates.size());
  view.rays = candidates.rays;
  view.faces = static_cast<std::int32_t>(rays.faces.size());
  view.points = candidates.points.data();
  view.distances = candidates.dist.data();
  view.directions = rays.vertices.data();
  view.corners = rays.faces.data();
  view.boxes = boxes.data();
  return view;
}

}  // namespace karyo::stardist
