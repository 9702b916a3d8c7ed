#include "viewer/scene/kept_rows.h"

#include <cstring>

#include "core/base/parallel.h"

namespace karyo {
namespace {

/// `planes` voxels of each of `rows` rows, `apart` bytes from each other, to one row a plane.
template <std::size_t kBytes>
void turn(const std::byte* from, std::size_t apart, std::int64_t rows, std::byte* to,
          std::size_t plane_bytes, std::int64_t planes) {
  for (std::int64_t y = 0; y < rows; ++y, from += apart, to += kBytes) {
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      std::memcpy(to + static_cast<std::size_t>(plane) * plane_bytes,
                  from + static_cast<std::size_t>(plane) * kBytes, kBytes);
    }
  }
}

std::vector<std::int64_t> missing(const std::vector<char>& kept, std::int64_t begin,
                                  std::int64_t end) {
  std::vector<std::int64_t> places;
  for (std::int64_t z = begin; z < end; ++z) {
    if (kept.empty() || kept[static_cast<std::size_t>(z)] == 0) places.push_back(z);
  }
  return places;
}

}  // namespace

bool KeptRows::same_as(const std::shared_ptr<const Volume>& volume,
                       const std::vector<const std::byte*>& channels) const {
  // By what owns it: another image may lie where one was before.
  return !volume_.owner_before(volume) && !volume.owner_before(volume_) && channels == channels_;
}

bool KeptRows::are_of(const std::shared_ptr<const Volume>& volume,
                      const std::vector<const std::byte*>& channels, std::int64_t x) const {
  return drawn_ != PlaneGroups::kNone && groups_.last_plane_shown() == x &&
         same_as(volume, channels);
}

void KeptRows::prepare(const std::shared_ptr<const Volume>& volume,
                       const std::vector<const std::byte*>& channels, const Box3& seen,
                       int threads) {
  const Index3 shape = volume->shape().zyx();
  const std::size_t bytes = bytes_of(volume->type());
  const std::size_t group_bytes =
      static_cast<std::size_t>(kPlanes * shape.z * shape.y) * bytes * channels.size();
  if (seen.empty() || shape.z * shape.y < kFewestVoxels || shape.x < kFewestPlanes ||
      group_bytes == 0 || group_bytes > kMostBytes) {
    return clear();
  }
  if (!same_as(volume, channels)) {
    clear();
    volume_ = volume;
    channels_ = channels;
    shape_ = shape;
    voxel_bytes_ = bytes;
  }

  const PlaneGroups::Plan plan = groups_.next(seen.begin.x, shape.x);
  const auto all = static_cast<std::size_t>(seen.end.z - seen.begin.z);
  if (plan.fill != PlaneGroups::kNone) {
    Group& group = kept_[static_cast<std::size_t>(plan.fill)];
    if (plan.begun) group.kept.assign(static_cast<std::size_t>(shape.z), 0);
    if (!group.voxels) group.voxels = uncleared<std::byte>(group_bytes);
    auto places = missing(group.kept, seen.begin.z, seen.end.z);
    const std::size_t read =
        plan.drawn == PlaneGroups::kNone
            ? all
            : missing(kept_[static_cast<std::size_t>(plan.drawn)].kept, seen.begin.z, seen.end.z)
                  .size();
    places.resize(share_to_keep(plan, places.size(), all, read, kPlanes));
    keep(group, groups_.first_plane(plan.fill), places, threads);
  }
  drawn_ = plan.drawn;
  plane_ = seen.begin.x % kPlanes;
}

void KeptRows::keep(Group& group, std::int64_t first_plane, const std::vector<std::int64_t>& places,
                    int threads) const {
  const std::int64_t planes = std::min(kPlanes, shape_.x - first_plane);
  const std::size_t apart = static_cast<std::size_t>(shape_.x) * voxel_bytes_;
  const std::size_t plane_bytes = offset(0, 1, 0);
  const auto copy = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t z = places[static_cast<std::size_t>(i)];
      for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
        const std::byte* from = channels_[channel] +
                                static_cast<std::size_t>(z * shape_.y) * apart +
                                static_cast<std::size_t>(first_plane) * voxel_bytes_;
        std::byte* to = group.voxels.get() + offset(channel, 0, z);
        if (voxel_bytes_ == 1) turn<1>(from, apart, shape_.y, to, plane_bytes, planes);
        if (voxel_bytes_ == 2) turn<2>(from, apart, shape_.y, to, plane_bytes, planes);
        if (voxel_bytes_ == 4) turn<4>(from, apart, shape_.y, to, plane_bytes, planes);
        if (voxel_bytes_ == 8) turn<8>(from, apart, shape_.y, to, plane_bytes, planes);
      }
      group.kept[static_cast<std::size_t>(z)] = 1;
    }
  };
  parallel_for(0, std::ssize(places), 4, copy, threads);
}

}  // namespace karyo
