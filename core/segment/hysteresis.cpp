#include "core/segment/hysteresis.h"

#include <algorithm>
#include <vector>

namespace karyo {

Mask hysteresis(MaskView weak, MaskView strong, bool plane_by_plane) {
  const Index3 shape = weak.shape();
  const std::int64_t reach_z = plane_by_plane ? 0 : 1;
  Mask out(shape);
  std::vector<Index3> front;
  const auto reach = [&](const Index3& at) {
    if (weak(at) == 0 || out(at.z, at.y, at.x) != 0) return;
    out(at.z, at.y, at.x) = 255;
    front.push_back(at);
  };
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (strong(z, y, x) != 0) reach({z, y, x});
        while (!front.empty()) {
          const Index3 at = front.back();
          front.pop_back();
          const Index3 begin{std::max<std::int64_t>(0, at.z - reach_z),
                             std::max<std::int64_t>(0, at.y - 1),
                             std::max<std::int64_t>(0, at.x - 1)};
          const Index3 end{std::min(shape.z, at.z + reach_z + 1), std::min(shape.y, at.y + 2),
                           std::min(shape.x, at.x + 2)};
          for (std::int64_t w = begin.z; w < end.z; ++w) {
            for (std::int64_t v = begin.y; v < end.y; ++v) {
              for (std::int64_t u = begin.x; u < end.x; ++u) reach({w, v, u});
            }
          }
        }
      }
    }
  }
  return out;
}

}  // namespace karyo
