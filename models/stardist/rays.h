#pragma once

/// The directions in which StarDist 3D measures how far an object reaches.

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "models/stardist/convex_hull.h"

namespace karyo::stardist {

/// Directions and the triangles between them: an object's surface joins the ends of three rays.
struct Rays3d {
  std::vector<std::array<float, 3>> vertices;  ///< (z, y, x), of length 1
  std::vector<Triangle> faces;                 ///< 2n - 4; det[a; b; c] < 0

  int count() const { return static_cast<int>(vertices.size()); }
};

/// `n` >= 4 directions spread evenly over a sphere that is `anisotropy` (z, y, x) times shorter
/// along each axis: (2, 1, 1) where a voxel is twice as deep as wide.
/// Equal    to Rays_GoldenSpiral(n, anisotropy) but for the order of the triangles, which comes
/// from
///          Qhull there and decides nothing.
/// Source   stardist 0.9.2, rays3d.py.
Rays3d golden_spiral(int n, const std::array<double, 3>& anisotropy = {1, 1, 1});

/// From "rays_json" of a model's config.json. Errors: kUnsupported for other factories than the
/// spiral, which nobody trains with; kBadFile when the spiral's arguments are none.
Result<Rays3d> rays_from_json(const nlohmann::ordered_json& json);

}  // namespace karyo::stardist
