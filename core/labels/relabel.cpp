#include "core/labels/relabel.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "core/labels/label_volume.h"

namespace karyo {

std::uint32_t relabel_sequential(LabelArray& labels) {
  std::unordered_map<std::uint32_t, std::uint32_t> new_id;
  std::uint32_t last = 0;
  for (const std::uint32_t id : labels) {
    if (id != last && id != 0 && id != kIgnoredLabel) new_id.emplace(id, 0);
    last = id;
  }
  std::vector<std::uint32_t> ids;
  ids.reserve(new_id.size());
  for (const auto& [id, unused] : new_id) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  std::uint32_t count = 0;
  for (const std::uint32_t id : ids) new_id[id] = ++count;
  // Neighbours mostly belong together: one look-up a run.
  std::uint32_t from = 0, to = 0;
  for (std::uint32_t& id : labels) {
    if (id == 0 || id == kIgnoredLabel) continue;
    if (id != from) {
      from = id;
      to = new_id.at(id);
    }
    id = to;
  }
  return count;
}

std::map<std::uint32_t, Box3> object_boxes(LabelView labels) {
  std::map<std::uint32_t, Box3> boxes;
  const Index3 shape = labels.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x;) {
        const std::uint32_t id = labels(z, y, x);
        const std::int64_t begin = x;
        while (x < shape.x && labels(z, y, x) == id) ++x;
        if (id == 0 || id == kIgnoredLabel) continue;
        const Box3 run{{z, y, begin}, {z + 1, y + 1, x}};
        const auto [entry, added] = boxes.try_emplace(id, run);
        if (!added) entry->second = entry->second.united_with(run);
      }
    }
  }
  return boxes;
}

}  // namespace karyo
