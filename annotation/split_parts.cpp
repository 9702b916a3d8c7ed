#include "annotation/split_parts.h"

#include <algorithm>
#include <vector>

namespace karyo {

Result<void> make_objects_of_parts(LabelWriter& writer, const LabelArray& parts, Index3 origin,
                                   std::uint32_t id, FreeIds& free_ids, ObjectChange& change) {
  std::vector<std::int64_t> voxels{0};
  for (const std::uint32_t part : parts) {
    if (part >= voxels.size()) voxels.resize(part + std::size_t{1});
    if (part != 0) ++voxels[part];
  }
  const auto largest =
      static_cast<std::size_t>(std::max_element(voxels.begin(), voxels.end()) - voxels.begin());
  std::vector<std::uint32_t> ids(voxels.size(), id);
  std::vector<std::uint32_t> made;
  for (std::size_t part = 1; part < voxels.size(); ++part) {
    if (part == largest || voxels[part] == 0) continue;
    KARYO_TRY(ids[part], free_ids.next());
    made.push_back(ids[part]);
  }
  Changes changes(writer);
  const Index3 shape = parts.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint32_t* row = parts.view().row(z, y);
      for (std::int64_t x = 0; x < shape.x;) {
        std::int64_t end = x + 1;
        while (end < shape.x && row[end] == row[x]) ++end;
        if (ids[row[x]] != id) {
          changes.set_row(origin + Index3{z, y, x}, end - x, ids[row[x]],
                          [id](std::uint32_t now) { return now == id; });
        }
        x = end;
      }
    }
  }
  change.box = change.box.united_with(changes.box());
  change.ids.insert(change.ids.end(), made.begin(), made.end());
  return {};
}

}  // namespace karyo
