#include "core/track/track_movie.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "core/labels/label_volume.h"

namespace karyo {
namespace {

struct Sums {
  double voxels = 0, z = 0, y = 0, x = 0, values = 0;
};

}  // namespace

Result<FrameObjects> frame_objects(LabelView labels, const VoxelGrid& grid, const Volume* image,
                                   std::int64_t t) {
  const Index3 shape = labels.shape();
  Array3<float> values;
  if (image != nullptr) {
    if (!(image->shape().zyx() == shape) || image->shape().t <= t) {
      return Error(ErrorCode::kBadFile, "the image and the labels differ in shape",
                   "Track labels on the images that they were made of.");
    }
    values = to_float(*image, t, 0);
  }
  std::unordered_map<std::uint32_t, Sums> sums;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const std::uint32_t id = labels(z, y, x);
        if (id == 0 || id == kIgnoredLabel) continue;
        Sums& object = sums[id];
        ++object.voxels;
        object.z += static_cast<double>(z);
        object.y += static_cast<double>(y);
        object.x += static_cast<double>(x);
        if (image != nullptr) object.values += static_cast<double>(values(z, y, x));
      }
    }
  }
  FrameObjects found;
  for (const auto& [id, object] : sums) found.ids.push_back(id);
  std::sort(found.ids.begin(), found.ids.end());
  const double voxel = grid.spacing_y * grid.spacing_x * (shape.z > 1 ? grid.spacing_z : 1);
  for (const std::uint32_t id : found.ids) {
    const Sums& object = sums[id];
    found.objects.push_back({object.z / object.voxels * grid.spacing_z,
                             object.y / object.voxels * grid.spacing_y,
                             object.x / object.voxels * grid.spacing_x, object.voxels * voxel,
                             object.values / object.voxels});
  }
  return found;
}

LabelArray by_track(LabelView labels, const FrameObjects& objects,
                    const std::vector<std::int64_t>& tracks) {
  std::unordered_map<std::uint32_t, std::uint32_t> track_of;
  for (std::size_t i = 0; i < objects.ids.size(); ++i) {
    track_of[objects.ids[i]] = static_cast<std::uint32_t>(tracks[i]);
  }
  LabelArray out(labels.shape());
  for (std::int64_t z = 0; z < labels.shape().z; ++z) {
    for (std::int64_t y = 0; y < labels.shape().y; ++y) {
      for (std::int64_t x = 0; x < labels.shape().x; ++x) {
        const auto track = track_of.find(labels(z, y, x));
        if (track != track_of.end()) out(z, y, x) = track->second;
      }
    }
  }
  return out;
}

}  // namespace karyo
