#include "annotation/objects.h"

#include <algorithm>

namespace karyo {

Box3 replace_id(LabelWriter& writer, const LabelVolume& labels, std::uint32_t from,
                std::uint32_t to) {
  return replace_ids(writer, labels, {from}, to);
}

Box3 replace_ids(LabelWriter& writer, const LabelVolume& labels, std::vector<std::uint32_t> from,
                 std::uint32_t to) {
  Box3 changed;
  std::sort(from.begin(), from.end());
  from.erase(std::unique(from.begin(), from.end()), from.end());
  std::erase(from, to);
  if (from.empty() || labels.shape().count() == 0) return changed;
  const bool background = from.front() == 0;
  // Most voxels are background or of an object that is not meant, as their neighbours are.
  const auto sought = [&from](std::uint32_t id) {
    return from.front() <= id && id <= from.back() &&
           (from.size() == 1 || std::binary_search(from.begin(), from.end(), id));
  };
  const std::int64_t last = labels.tile_number(labels.shape() - Index3{1, 1, 1});
  for (std::int64_t number = 0; number <= last; ++number) {
    const LabelTile* const tile = labels.tile(number).get();
    const TileIds& ids = ids_of(tile);
    const bool has = !tile ? background
                     : from.size() > 1
                         ? std::any_of(ids.begin(), ids.end(), sought)
                         : std::find(ids.begin(), ids.end(), from.front()) != ids.end();
    if (!has) continue;
    const Box3 box = labels.box_of_tile(number);
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      writer.set_row({box.begin.z, y, box.begin.x}, box.shape().x, to, sought);
    }
    changed = changed.united_with(box);
  }
  return changed;
}

}  // namespace karyo
