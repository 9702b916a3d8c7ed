#pragma once

/// What a StarDist network saw: of a 2D model in a plane (XY), of a 3D model in a stack; what
/// objects are chosen from, by thresholds or by pointing.

#include <cstddef>

#include "models/stardist/instances.h"
#include "models/stardist/rays.h"

namespace karyo {

struct ModelSight {
  stardist::Candidates outlines = {};  ///< of a 2D model, in the plane
  stardist::Candidates3d bodies = {};  ///< of a 3D model, in the stack
  stardist::Rays3d rays = {};          ///< of the bodies; none: a 2D model's
  float reach = 0;                     ///< no body's distances are longer

  bool in_3d() const { return rays.count() > 0; }
  std::size_t size() const { return in_3d() ? bodies.size() : outlines.size(); }
  std::size_t bytes() const {
    const auto of = [](const auto& candidates) {
      return candidates.size() * (sizeof(float) + sizeof(candidates.points[0])) +
             candidates.dist.size() * sizeof(float);
    };
    return of(outlines) + of(bodies);
  }
};

}  // namespace karyo
