#include "core/labels/object_stats.h"

namespace karyo {
namespace {

/// A run of one id along x.
void add_run(ObjectStats& object, std::int64_t z, std::int64_t y, std::int64_t first,
             std::int64_t last) {
  const auto length = static_cast<double>(last - first);
  object.voxels += last - first;
  object.box = object.box.united_with({{z, y, first}, {z + 1, y + 1, last}});
  // Sums for now; object_stats turns them into means.
  object.z += static_cast<double>(z) * length;
  object.y += static_cast<double>(y) * length;
  object.x += static_cast<double>(first + last - 1) / 2 * length;
}

}  // namespace

std::unordered_map<std::uint32_t, ObjectStats> object_stats(const LabelVolume& labels) {
  std::unordered_map<std::uint32_t, ObjectStats> objects;
  const Index3 shape = labels.shape();
  const std::int64_t tiles =
      shape.count() == 0 ? 0 : labels.tile_number(shape - Index3{1, 1, 1}) + 1;
  for (std::int64_t number = 0; number < tiles; ++number) {
    const auto& tile = labels.tile(number);
    if (!tile) continue;
    const Box3 box = labels.box_of_tile(number);
    const Index3 size = box.shape();
    for (std::int64_t y = 0; y < size.y; ++y) {
      const std::uint32_t* row = tile->ids().data() + y * kTileSide;
      for (std::int64_t x = 0; x < size.x;) {
        std::int64_t end = x + 1;
        while (end < size.x && row[end] == row[x]) ++end;
        if (row[x] != 0 && row[x] != kIgnoredLabel) {
          add_run(objects[row[x]], box.begin.z, box.begin.y + y, box.begin.x + x,
                  box.begin.x + end);
        }
        x = end;
      }
    }
  }
  for (auto& [id, object] : objects) {
    const auto count = static_cast<double>(object.voxels);
    object.z /= count;
    object.y /= count;
    object.x /= count;
  }
  return objects;
}

}  // namespace karyo
