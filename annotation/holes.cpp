#include "annotation/holes.h"

#include <vector>

#include "annotation/index_axis.h"

namespace karyo {
namespace {

class Flood {
 public:
  Flood(const Mask& mask, std::optional<Plane> plane)
      : seen_(mask), all_(Box3::of_shape(mask.shape())) {
    for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
      if (!plane || axis != normal_axis(*plane)) axes_.push_back(axis);
    }
  }

  bool on_border(const Index3& p) const {
    for (const Axis axis : axes_) {
      if (along(p, axis) == 0 || along(p, axis) == along(all_.end, axis) - 1) return true;
    }
    return false;
  }
  /// Calls body for each voxel of the background around `start` that was not reached before.
  template <typename Body>
  bool from(const Index3& start, const Body& body) {
    if (!reach(start)) return false;
    while (!open_.empty()) {
      const Index3 p = open_.back();
      open_.pop_back();
      body(p);
      for (const Axis axis : axes_) {
        for (const std::int64_t by : {-1, 1}) {
          Index3 q = p;
          coordinate(q, axis) += by;
          if (all_.contains(q)) reach(q);
        }
      }
    }
    return true;
  }

 private:
  bool reach(const Index3& p) {
    std::uint8_t& voxel = seen_(p.z, p.y, p.x);
    if (voxel != 0) return false;
    voxel = 1;
    open_.push_back(p);
    return true;
  }

  Mask seen_;  // the object, and what was flooded
  Box3 all_;
  std::vector<Axis> axes_;
  std::vector<Index3> open_;
};

}  // namespace

Holes find_holes(const Mask& mask, std::optional<Plane> plane) {
  Holes holes{Mask(mask.shape()), 0, 0};
  Flood flood(mask, plane);
  const Index3 shape = mask.shape();
  const auto each_voxel = [&](const auto& body) {
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) body(Index3{z, y, x});
      }
    }
  };
  each_voxel([&](const Index3& p) {
    if (flood.on_border(p)) flood.from(p, [](const Index3&) {});
  });
  each_voxel([&](const Index3& p) {
    const bool hole = flood.from(p, [&](const Index3& q) {
      holes.mask(q.z, q.y, q.x) = 1;
      ++holes.voxels;
    });
    if (hole) ++holes.count;
  });
  return holes;
}

}  // namespace karyo
