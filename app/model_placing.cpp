#include "app/model_placing.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "app/mask_preview.h"
#include "core/io/limits.h"

namespace karyo {
namespace {

/// Of an object, the part that others may have already for it to be a new one.
constexpr double kMostCovered = 0.5;

/// Which objects stay where others come.
class Staying {
 public:
  Staying(const LabelVolume& there, const Box3& all, const ModelPlacing& placing)
      : replace_(placing.replace),
        everywhere_(placing.region.empty()),
        accepted_(placing.accepted.begin(), placing.accepted.end()) {
    if (replace_ && !everywhere_) find_inside(there, all, placing.region);
  }
  bool operator()(std::uint32_t id) const {
    if (id == 0) return false;
    return !replace_ || accepted_.contains(id) || (!everywhere_ && !inside_.contains(id));
  }

 private:
  /// Objects of which more than half lies in the region.
  void find_inside(const LabelVolume& there, const Box3& all, const PathF& region) {
    const Mask in = filled(region, there.shape());
    struct Count {
      std::int64_t all = 0, inside = 0;
    };
    std::unordered_map<std::uint32_t, Count> counts;
    for (std::int64_t z = all.begin.z; z < all.end.z; ++z) {
      const LabelArray plane =
          there.to_dense({{z, 0, 0}, {z + 1, there.shape().y, there.shape().x}});
      for (std::int64_t i = 0; i < plane.count(); ++i) {
        const std::uint32_t id = plane.data()[i];
        if (id == 0) continue;
        Count& count = counts[id];
        ++count.all;
        if (in.data()[i] != 0) ++count.inside;
      }
    }
    for (const auto& [id, count] : counts) {
      if (2 * count.inside > count.all) inside_.insert(id);
    }
  }

  bool replace_, everywhere_;
  std::unordered_set<std::uint32_t> accepted_, inside_;
};

/// Which of the objects made are mostly one that was rejected, as this is mostly one of them.
std::unordered_set<std::uint32_t> rejected_again(const PlacedLabels& made,
                                                 const std::vector<std::int64_t>& sizes,
                                                 const std::vector<PlacedMask>& rejected) {
  const Box3 all{made.origin, made.origin + made.labels.shape()};
  std::unordered_set<std::uint32_t> again;
  for (const PlacedMask& mask : rejected) {
    std::int64_t size = 0;
    std::unordered_map<std::uint32_t, std::int64_t> shared;
    const Index3 shape = mask.voxels.shape();
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          if (mask.voxels(z, y, x) == 0) continue;
          ++size;
          const Index3 at = mask.origin + Index3{z, y, x};
          if (!all.contains(at)) continue;
          const Index3 in = at - made.origin;
          if (const std::uint32_t id = made.labels(in.z, in.y, in.x); id != 0) ++shared[id];
        }
      }
    }
    for (const auto& [id, count] : shared) {
      if (2 * count > size && 2 * count > sizes[id]) again.insert(id);
    }
  }
  return again;
}

/// Returns how many are left.
std::int64_t leave_new_ones(PlacedLabels& placed, const LabelArray& there, const Staying& stays,
                            const std::vector<PlacedMask>& rejected) {
  LabelArray& made = placed.labels;
  const std::uint32_t highest = made.count() == 0 ? 0 : *std::max_element(made.begin(), made.end());
  std::vector<std::int64_t> all(highest + 1, 0), covered(highest + 1, 0);
  for (std::int64_t i = 0; i < made.count(); ++i) {
    const std::uint32_t id = made.data()[i];
    ++all[id];
    if (id != 0 && stays(there.data()[i])) ++covered[id];
  }
  const auto again = rejected_again(placed, all, rejected);
  std::vector<bool> is_new(highest + 1);
  std::int64_t left = 0;
  for (std::uint32_t id = 1; id <= highest; ++id) {
    is_new[id] = static_cast<double>(covered[id]) <= kMostCovered * static_cast<double>(all[id]) &&
                 !again.contains(id);
    left += all[id] > 0 && is_new[id] ? 1 : 0;
  }
  for (std::uint32_t& id : made) {
    if (!is_new[id]) id = 0;
  }
  return left;
}

/// `made` within all, with what goes and what stays.
Result<PlacedLabels> in_place_of(const PlacedLabels& made, const LabelVolume& there,
                                 const Box3& all, const Staying& stays) {
  const Index3 size = all.shape();
  KARYO_CHECK_OK(io::volume_bytes({1, 1, size.z, size.y, size.x}, VoxelType::kUInt32));
  PlacedLabels whole{there.to_dense(all), all.begin, made.objects};
  for (std::uint32_t& id : whole.labels) id = stays(id) ? MaskPreview::kAsItIs : 0;
  const Index3 part = made.labels.shape(), at = made.origin - all.begin;
  for (std::int64_t z = 0; z < part.z; ++z) {
    for (std::int64_t y = 0; y < part.y; ++y) {
      for (std::int64_t x = 0; x < part.x; ++x) {
        std::uint32_t& id = whole.labels(at.z + z, at.y + y, at.x + x);
        if (id == 0) id = made.labels(z, y, x);
      }
    }
  }
  return whole;
}

}  // namespace

Result<std::int64_t> place(PlacedLabels& made, const LabelVolume& there, const Box3& all,
                           const ModelPlacing& placing) {
  const Staying stays(there, all, placing);
  const Box3 box{made.origin, made.origin + made.labels.shape()};
  std::int64_t left = 0;
  if (!box.empty()) left = leave_new_ones(made, there.to_dense(box), stays, placing.rejected);
  if (placing.replace && (!(box == all) || !placing.accepted.empty())) {
    KARYO_TRY(made, in_place_of(made, there, all, stays));
  }
  return left;
}

Mask filled(const PathF& path, const Index3& shape) {
  Mask mask({1, shape.y, shape.x});
  fill_paths({&path, 1}, shape.y, shape.x,
             [&](std::int64_t y, std::int64_t begin, std::int64_t end) {
               std::fill(&mask(0, y, 0) + begin, &mask(0, y, 0) + end, std::uint8_t{1});
             });
  return mask;
}

}  // namespace karyo
