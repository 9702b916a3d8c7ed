#include "annotation/objects.h"

#include <algorithm>

namespace karyo {

Box3 replace_id(LabelWriter& writer, const LabelVolume& labels, std::uint32_t from,
                std::uint32_t to) {
  Box3 changed;
  if (from == to || labels.shape().count() == 0) return changed;
  const std::int64_t last = labels.tile_number(labels.shape() - Index3{1, 1, 1});
  for (std::int64_t number = 0; number <= last; ++number) {
    const TilePointer& tile = labels.tile(number);
    const bool has =
        tile ? std::find(tile->ids.begin(), tile->ids.end(), from) != tile->ids.end() : from == 0;
    if (!has) continue;
    const Box3 box = labels.box_of_tile(number);
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      writer.set_row({box.begin.z, y, box.begin.x}, box.shape().x, to,
                     [from](std::uint32_t now) { return now == from; });
    }
    changed = changed.united_with(box);
  }
  return changed;
}

}  // namespace karyo
