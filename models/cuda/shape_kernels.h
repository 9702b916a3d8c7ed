#pragma once

/// Star-convex shapes, many at once: what the CUDA library (shape_kernels.cu) does for the rest of
/// the program. The numbers are those of star_distances.h, polyhedron_fill.h and rasterize.h, bit
/// for bit: each thread of a kernel runs the same float operations in the same order.
///
/// Plain data in, plain data out, all of it in the caller's memory, arrays contiguous. Errors:
/// kTooLarge where a job does not fit the budget of device memory, and may be done elsewhere;
/// kInternal with CUDA's own words where the device fails.
/// Threads  any; one job runs at a time.

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "models/stardist/ray_walk.h"
#include "models/stardist/tetrahedron.h"

namespace karyo::stardist {

/// [begin, end) along z, y, x; a box of a plane is 1 deep.
struct VoxelBox {
  std::int32_t begin[3], end[3];
};

struct LabelGrid {
  const std::uint32_t* labels = nullptr;      ///< (z, y, x), 0 = background
  std::array<std::int64_t, 3> shape{};        ///< z, y, x
  std::array<std::int64_t, 3> step{1, 1, 1};  ///< of the grid, each >= 1
};

/// `count` polyhedra: a point each, and how far it reaches along each ray.
struct PolyhedraView {
  std::int64_t count = 0;
  std::int32_t rays = 0, faces = 0;
  const Vertex* points = nullptr;               ///< (count)
  const float* distances = nullptr;             ///< (count, rays)
  const Vertex* directions = nullptr;           ///< (rays)
  const std::array<int, 3>* corners = nullptr;  ///< (faces), rays that a face joins
  const VoxelBox* boxes = nullptr;              ///< (count), the voxels that are looked at
};

struct PolygonsView {
  std::int64_t count = 0;
  std::int32_t rays = 0;
  const std::array<float, 2>* vertices = nullptr;  ///< (count, rays), (y, x)
  const VoxelBox* boxes = nullptr;                 ///< (count), the pixels that are looked at
};

/// Numbers of two polyhedra.
using ShapePair = std::array<std::int32_t, 2>;

class ShapeKernels {
 public:
  virtual ~ShapeKernels() = default;

  /// What they run on, for people: "NVIDIA H200".
  virtual std::string name() const = 0;

  /// distances (z', y', x', rays) of star_distances_2d (`flat`) or star_distances_3d.
  virtual Result<void> star_distances(const LabelGrid& grid, const Direction* steps,
                                      std::int32_t rays, bool flat, float* distances) = 0;

  /// For each pair how many voxels of both boxes lie in both polyhedra.
  virtual Result<void> common_voxels(const PolyhedraView& polyhedra, const ShapePair* pairs,
                                     std::int64_t pair_count, std::uint32_t* voxels) = 0;

  /// labels (z, y, x): i + 1 for the first polyhedron i that a voxel lies in, 0 elsewhere. Boxes
  /// lie within the shape.
  virtual Result<void> draw_polyhedra(const PolyhedraView& polyhedra,
                                      const std::array<std::int64_t, 3>& shape,
                                      std::uint32_t* labels) = 0;

  /// The same of polygons in a plane of height x width pixels.
  virtual Result<void> draw_polygons(const PolygonsView& polygons, std::int64_t height,
                                     std::int64_t width, std::uint32_t* labels) = 0;
};

// What the library exports (extern "C"); see kernel_library.h.

/// Changes with anything above: a library of another build is not used.
inline constexpr int kShapeKernelsVersion = 1;
inline constexpr char kShapeKernelsVersionName[] = "karyoscope_cuda_version";
inline constexpr char kOpenShapeKernelsName[] = "karyoscope_cuda_open";

using ShapeKernelsVersion = int (*)();
/// On GPU `device`, with at most `budget_bytes` of its memory; else `problem` says why not.
using OpenShapeKernels = void (*)(int device, std::int64_t budget_bytes,
                                  std::unique_ptr<ShapeKernels>* kernels, std::string* problem);

}  // namespace karyo::stardist
