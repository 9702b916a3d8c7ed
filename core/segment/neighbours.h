#pragma once

/// The voxels that touch one, if only by a corner: 26 in a volume, 8 in a plane.

#include <cstdint>
#include <vector>

#include "core/image/axes.h"

namespace karyo {

class Neighbours {
 public:
  explicit Neighbours(const Index3& shape) : all_(Box3::of_shape(shape)), inner_(all_) {
    const auto reach = [](std::int64_t size) { return size > 1 ? std::int64_t{1} : 0; };
    const Index3 most{reach(shape.z), reach(shape.y), reach(shape.x)};
    inner_ = {all_.begin + most, all_.end - most};
    for (std::int64_t z = -most.z; z <= most.z; ++z) {
      for (std::int64_t y = -most.y; y <= most.y; ++y) {
        for (std::int64_t x = -most.x; x <= most.x; ++x) {
          if (z == 0 && y == 0 && x == 0) continue;
          steps_.push_back({{z, y, x}, (z * shape.y + y) * shape.x + x});
        }
      }
    }
  }

  /// Calls body(place, number) for those inside the shape; numbers count voxels in ZYX order, and
  /// `number` is that of `p`.
  template <typename Body>
  void each(const Index3& p, std::int64_t number, const Body& body) const {
    const bool inner = inner_.contains(p);
    for (const Step& step : steps_) {
      const Index3 q = p + step.by;
      if (inner || all_.contains(q)) body(q, number + step.number);
    }
  }

 private:
  struct Step {
    Index3 by;
    std::int64_t number;
  };
  Box3 all_, inner_;
  std::vector<Step> steps_;
};

}  // namespace karyo
