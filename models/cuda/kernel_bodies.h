#pragma once

/// What one thread of each kernel does, as a function of its index. Everything a body points to is
/// in the memory of where it runs: of the GPU, or of a test that runs all indices in a loop.

#include "models/cuda/host_device.h"
#include "models/cuda/shape_kernels.h"

namespace karyo::stardist {

/// Of parts that follow one another, part k from begin[k] on, the one that i is in.
KARYO_HOST_DEVICE inline std::int64_t part_of(const std::int64_t* begin, std::int64_t parts,
                                              std::int64_t i) {
  std::int64_t low = 0, high = parts;
  while (high - low > 1) {
    const std::int64_t middle = (low + high) / 2;
    (begin[middle] <= i ? low : high) = middle;
  }
  return low;
}

/// i: sample * rays + ray. Neighbouring threads walk from the same voxel and write side by side.
struct StarDistanceOf {
  const std::uint32_t* labels;
  std::int64_t shape[3], step[3], rows, columns;  ///< rows, columns: of the grid
  const Direction* steps;
  std::int64_t rays, first;  ///< first: sample that index 0 belongs to
  bool flat;
  float* distances;

  KARYO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t sample = first + i / rays;
    const std::int64_t z = sample / columns / rows * step[0];
    const std::int64_t y = sample / columns % rows * step[1], x = sample % columns * step[2];
    const std::uint32_t own = labels[(z * shape[1] + y) * shape[2] + x];
    if (own == 0) {
      distances[i] = 0;
      return;
    }
    const Direction along = steps[i % rays];
    const auto inside = [&](std::int64_t at_z, std::int64_t at_y, std::int64_t at_x) {
      return at_z >= 0 && at_z < shape[0] && at_y >= 0 && at_y < shape[1] && at_x >= 0 &&
             at_x < shape[2] && labels[(at_z * shape[1] + at_y) * shape[2] + at_x] == own;
    };
    const Direction at = walk_out(z, y, x, along, inside);
    distances[i] = flat ? distance_2d(at, along) : distance_3d(at, along);
  }
};

/// A part of the polyhedra, made ready.
struct PolyhedraPart {
  std::int64_t count;
  std::int32_t rays, faces;
  const Vertex* points;
  const float* distances;
  const Vertex* directions;
  const std::array<int, 3>* corners;
  const VoxelBox* boxes;
  Vertex* vertices;   ///< (count, rays)
  VoxelBox* reaches;  ///< (count, faces): where the tetrahedron of a face can hold voxels
  /// Voxels of a box as words of 32 along x, rows padded: polyhedron k has words
  /// [word_begin[k], word_begin[k + 1]).
  const std::int64_t* word_begin;

  KARYO_HOST_DEVICE Tetrahedron body(std::int64_t k, std::int32_t face) const {
    const Vertex* ends = vertices + k * rays;
    const int* corner = corners[face].data();
    return tetrahedron(points[k], ends[corner[0]], ends[corner[1]], ends[corner[2]]);
  }

  /// Of the voxels x, x + 1, ... before `end` (32 at most) bit by bit which lie inside.
  KARYO_HOST_DEVICE std::uint32_t voxels_inside(std::int64_t k, std::int32_t z, std::int32_t y,
                                                std::int32_t x, std::int32_t end) const {
    const std::uint32_t all = end - x < 32 ? (1U << (end - x)) - 1 : ~0U;
    std::uint32_t bits = 0;
    for (std::int32_t face = 0; face < faces && bits != all; ++face) {
      const VoxelBox& reach = reaches[k * faces + face];
      if (z < reach.begin[0] || z >= reach.end[0] || y < reach.begin[1] || y >= reach.end[1]) {
        continue;
      }
      const std::int32_t from = x < reach.begin[2] ? reach.begin[2] : x;
      const std::int32_t to = end < reach.end[2] ? end : reach.end[2];
      if (from >= to) continue;
      const Tetrahedron tetra = body(k, face);
      for (std::int32_t at = from; at < to; ++at) {
        const std::uint32_t bit = 1U << (at - x);
        if ((bits & bit) != 0) continue;
        if (inside(static_cast<float>(z), static_cast<float>(y), static_cast<float>(at), tetra)) {
          bits |= bit;
        }
      }
    }
    return bits;
  }
};

KARYO_HOST_DEVICE inline std::int64_t words_of_row(const VoxelBox& box) {
  return (box.end[2] - box.begin[2] + 31) / 32;
}
KARYO_HOST_DEVICE inline std::int64_t words_of(const VoxelBox& box) {
  return static_cast<std::int64_t>(box.end[0] - box.begin[0]) * (box.end[1] - box.begin[1]) *
         words_of_row(box);
}

/// i: polyhedron * rays + ray. As Polyhedron::set.
struct PlaceVertex {
  PolyhedraPart part;

  KARYO_HOST_DEVICE void operator()(std::int64_t i) const {
    const float* from = part.points[i / part.rays].data();
    const float* along = part.directions[i % part.rays].data();
    float* to = part.vertices[i].data();
    for (int axis = 0; axis < 3; ++axis) to[axis] = from[axis] + part.distances[i] * along[axis];
  }
};

/// i: polyhedron * faces + face.
struct FindReach {
  PolyhedraPart part;

  KARYO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t k = i / part.faces;
    const Tetrahedron body = part.body(k, static_cast<std::int32_t>(i % part.faces));
    const VoxelBox& box = part.boxes[k];
    Extent extent{};
    for (int axis = 0; axis < 3; ++axis) {
      extent.begin[axis] = box.begin[axis];
      extent.end[axis] = box.end[axis];
    }
    Plane planes[4];
    for (int s = 0; s < 4; ++s) planes[s] = plane_of(body.sides[s], extent);
    double low[3], high[3];
    VoxelBox& reach = part.reaches[i];
    reach = box;
    if (!reach_of(body, planes, low, high)) return;
    for (int axis = 0; axis < 3; ++axis) {
      // Clipped before they are made integers, which far corners do not fit.
      const double begin = larger_of(low[axis], extent.begin[axis]);
      const double end = smaller_of(high[axis], extent.end[axis]);
      if (begin >= end) {
        reach.end[axis] = reach.begin[axis];
        continue;
      }
      reach.begin[axis] = static_cast<std::int32_t>(begin);
      reach.end[axis] = static_cast<std::int32_t>(end);
    }
  }
};

/// Where a word of a polyhedron's box lies.
struct WordPlace {
  std::int64_t polyhedron;
  std::int32_t z, y, x, end;  ///< voxels x to end of row (z, y)
};

KARYO_HOST_DEVICE inline WordPlace place_of_word(const PolyhedraPart& part, std::int64_t i) {
  const std::int64_t k = part_of(part.word_begin, part.count, i);
  const VoxelBox& box = part.boxes[k];
  const std::int64_t local = i - part.word_begin[k], per_row = words_of_row(box);
  const std::int64_t row = local / per_row, height = box.end[1] - box.begin[1];
  const auto x = static_cast<std::int32_t>(box.begin[2] + local % per_row * 32);
  return {k, static_cast<std::int32_t>(box.begin[0] + row / height),
          static_cast<std::int32_t>(box.begin[1] + row % height), x,
          box.end[2] - x < 32 ? box.end[2] : x + 32};
}

/// i: word.
struct FillMask {
  PolyhedraPart part;
  std::uint32_t* masks;

  KARYO_HOST_DEVICE void operator()(std::int64_t i) const {
    const WordPlace at = place_of_word(part, i);
    masks[i] = part.voxels_inside(at.polyhedron, at.z, at.y, at.x, at.end);
  }
};

/// i: a plane that the boxes of a pair share; pair k has planes [plane_begin[k], plane_begin[k+1]).
struct CountCommon {
  PolyhedraPart part;
  const std::uint32_t* masks;
  const ShapePair* pairs;
  const std::int64_t* plane_begin;
  std::int64_t pair_count;
  std::uint32_t* voxels;

  /// 32 voxels of row (z, y) from x on, those beyond the box not inside.
  KARYO_HOST_DEVICE std::uint32_t window(std::int64_t k, std::int32_t z, std::int32_t y,
                                         std::int32_t x) const {
    const VoxelBox& box = part.boxes[k];
    const std::int64_t words = words_of_row(box), height = box.end[1] - box.begin[1];
    const std::uint32_t* row =
        masks + part.word_begin[k] + ((z - box.begin[0]) * height + (y - box.begin[1])) * words;
    const std::int32_t bit = x - box.begin[2], shift = bit % 32;
    const std::int64_t word = bit / 32;
    std::uint32_t seen = row[word] >> shift;
    if (shift != 0 && word + 1 < words) seen |= row[word + 1] << (32 - shift);
    return seen;
  }

  KARYO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t pair = part_of(plane_begin, pair_count, i);
    const int* members = pairs[pair].data();
    const std::int64_t a = members[0], b = members[1];
    const VoxelBox &one = part.boxes[a], &other = part.boxes[b];
    VoxelBox both{};
    for (int axis = 0; axis < 3; ++axis) {
      both.begin[axis] = one.begin[axis] < other.begin[axis] ? other.begin[axis] : one.begin[axis];
      both.end[axis] = one.end[axis] < other.end[axis] ? one.end[axis] : other.end[axis];
    }
    const auto z = static_cast<std::int32_t>(both.begin[0] + (i - plane_begin[pair]));
    std::uint32_t sum = 0;
    for (std::int32_t y = both.begin[1]; y < both.end[1]; ++y) {
      for (std::int32_t x = both.begin[2]; x < both.end[2]; x += 32) {
        sum += bits_in(window(a, z, y, x) & window(b, z, y, x));
      }
    }
    if (sum != 0) add_to(voxels + pair, sum);
  }
};

/// Labels of the planes from `plane` on, or rows of an image; of several shapes the lowest id
/// stays.
struct Canvas {
  std::uint32_t* labels;
  std::int64_t first, height, width;  ///< first: plane, or row of an image of 1 high planes

  KARYO_HOST_DEVICE void draw(std::int64_t z, std::int64_t y, std::int64_t x,
                              std::uint32_t id) const {
    lower_to(labels + ((z - first) * height + y) * width + x, id);
  }
};
inline constexpr std::uint32_t kNoShape = ~0U;

/// i: word.
struct DrawPolyhedron {
  PolyhedraPart part;
  const std::uint32_t* ids;
  Canvas canvas;

  KARYO_HOST_DEVICE void operator()(std::int64_t i) const {
    const WordPlace at = place_of_word(part, i);
    std::uint32_t bits = part.voxels_inside(at.polyhedron, at.z, at.y, at.x, at.end);
    for (std::int32_t x = at.x; bits != 0; ++x, bits >>= 1) {
      if ((bits & 1) != 0) canvas.draw(at.z, at.y, x, ids[at.polyhedron]);
    }
  }
};

/// scikit-image's rule of a point and a polygon, in its floating-point terms: inside when edges
/// cross the row to the right an odd number of times, and on an edge when left and right disagree;
/// a vertex belongs to it in any case.
KARYO_HOST_DEVICE inline bool in_polygon(const std::array<float, 2>* vertices, std::int32_t count,
                                         std::int64_t row, std::int64_t column) {
  constexpr double kSamePoint = 1e-12;
  const auto center_y = static_cast<double>(row), center_x = static_cast<double>(column);
  const float* last = vertices[count - 1].data();
  double y0 = static_cast<double>(last[0]) - center_y, x0 = static_cast<double>(last[1]) - center_x;
  bool right = false, left = false;
  for (std::int32_t k = 0; k < count; ++k) {
    const float* vertex = vertices[k].data();
    const double y1 = static_cast<double>(vertex[0]) - center_y;
    const double x1 = static_cast<double>(vertex[1]) - center_x;
    if (std::fabs(y1) < kSamePoint && std::fabs(x1) < kSamePoint) return true;
    const bool to_right = (y0 > 0) != (y1 > 0), to_left = (y0 < 0) != (y1 < 0);
    if (to_right || to_left) {
      const double offset = (x0 * y1 - x1 * y0) / (y1 - y0);
      if (to_right && offset > 0) right = !right;
      if (to_left && offset < 0) left = !left;
    }
    y0 = y1;
    x0 = x1;
  }
  return right || left;
}

/// i: a pixel of a polygon's box; polygon k has pixels [pixel_begin[k], pixel_begin[k + 1]).
struct DrawPolygon {
  const std::array<float, 2>* vertices;  ///< (count, rays)
  std::int64_t count;
  std::int32_t rays;
  const VoxelBox* boxes;
  const std::int64_t* pixel_begin;
  const std::uint32_t* ids;
  Canvas canvas;

  KARYO_HOST_DEVICE void operator()(std::int64_t i) const {
    const std::int64_t k = part_of(pixel_begin, count, i);
    const VoxelBox& box = boxes[k];
    const std::int64_t local = i - pixel_begin[k], width = box.end[2] - box.begin[2];
    const std::int64_t row = box.begin[1] + local / width, column = box.begin[2] + local % width;
    if (in_polygon(vertices + k * rays, rays, row, column)) canvas.draw(row, 0, column, ids[k]);
  }
};

/// What no shape was drawn over becomes background.
struct ClearUndrawn {
  std::uint32_t* labels;

  KARYO_HOST_DEVICE void operator()(std::int64_t i) const {
    if (labels[i] == kNoShape) labels[i] = 0;
  }
};

}  // namespace karyo::stardist
