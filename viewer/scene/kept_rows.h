#pragma once

/// YZ planes of images in memory: voxels of planes to come, kept in the order in which they are
/// drawn.
///
/// As with labels (kept_columns.h): each voxel of a YZ plane lies in a cache line of its own, 64 MB
/// of them for 1024 x 1024, and those of the planes beside it lie in the same lines. What is kept
/// is as small as the planes themselves: 16 of them at most.
///
/// Threads  one calls prepare(), any number row() between two calls.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/image/axes.h"
#include "core/image/volume.h"
#include "viewer/scene/plane_groups.h"
#include "viewer/scene/uncleared.h"

namespace karyo {

class KeptRows {
 public:
  /// Planes that are kept together.
  static constexpr std::int64_t kPlanes = 8;
  /// Of fewer voxels the caches of a processor hold all lines; of more it would be too much memory.
  static constexpr std::int64_t kFewestVoxels = std::int64_t{1} << 17;  // of a plane
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;      // of a group
  static constexpr std::int64_t kFewestPlanes = 256;  // what is kept is a sixteenth of the image

  /// Before a whole frame that shows `seen` of `volume`, one voxel wide along X. `channels`: where
  /// the voxels of each channel that is shown begin.
  void prepare(const std::shared_ptr<const Volume>& volume,
               const std::vector<const std::byte*>& channels, const Box3& seen, int threads);
  /// Whether rows are those of plane x of these channels.
  bool are_of(const std::shared_ptr<const Volume>& volume,
              const std::vector<const std::byte*>& channels, std::int64_t x) const;
  /// Along Y, of the plane prepared last; null where it is not kept.
  const std::byte* row(std::size_t channel, std::int64_t z) const {
    if (drawn_ == PlaneGroups::kNone) return nullptr;
    const Group& group = kept_[static_cast<std::size_t>(drawn_)];
    if (group.kept[static_cast<std::size_t>(z)] == 0) return nullptr;
    return group.voxels.get() + offset(channel, plane_, z);
  }
  void clear() { *this = {}; }

 private:
  struct Group {
    std::vector<char> kept;       // by z
    Uncleared<std::byte> voxels;  // [channel][plane][z][y]
  };
  std::size_t offset(std::size_t channel, std::int64_t plane, std::int64_t z) const {
    const auto row = (static_cast<std::int64_t>(channel) * kPlanes + plane) * shape_.z + z;
    return static_cast<std::size_t>(row * shape_.y) * voxel_bytes_;
  }
  bool same_as(const std::shared_ptr<const Volume>& volume,
               const std::vector<const std::byte*>& channels) const;
  void keep(Group& group, std::int64_t first_plane, const std::vector<std::int64_t>& places,
            int threads) const;

  std::weak_ptr<const Volume> volume_;  // an image that is closed is not held for this
  std::vector<const std::byte*> channels_;
  Index3 shape_ = {};
  std::size_t voxel_bytes_ = 1;
  PlaneGroups groups_{kPlanes};
  std::array<Group, 2> kept_ = {};
  int drawn_ = PlaneGroups::kNone;
  std::int64_t plane_ = 0;  // in the drawn group
};

}  // namespace karyo
