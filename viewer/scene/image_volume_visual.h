#pragma once

/// Image channels in a 3D view: ray cast as maximum intensity or as translucent matter.

#include <vtkGPUVolumeRayCastMapper.h>
#include <vtkImageData.h>
#include <vtkSmartPointer.h>
#include <vtkVolume.h>

#include <vector>

#include "viewer/scene/scene_request.h"
#include "viewer/scene/volume_texture.h"

namespace karyo {

/// All channels make one coloured texture, so they add up as they do in the planes and colours
/// agree to the byte. Volumes larger than the budget are averaged down; spacing is kept.
/// Threads  as its scene: one.
class ImageVolumeVisual {
 public:
  /// 16.8 million voxels: 64 MiB of texture.
  static constexpr std::int64_t kVoxelBudget = std::int64_t{256} * 256 * 256;

  ImageVolumeVisual();

  /// Brings the prop up to date; only what changed since the last call is made anew. Items whose
  /// shape or grid differs from the first one's are left out.
  void update(const std::vector<VolumeItem>& items, VolumeMethod method, bool draft);
  vtkVolume* prop() { return prop_; }
  bool empty() const { return channels_.empty(); }

 private:
  struct Channel {
    std::shared_ptr<const Volume> volume;
    std::int64_t t, c;
    Array3<float> values;
  };
  void reduce_new_channels(const std::vector<VolumeItem>& items);
  void set_method(VolumeMethod method, bool draft);

  vtkSmartPointer<vtkGPUVolumeRayCastMapper> mapper_;
  vtkSmartPointer<vtkVolume> prop_;
  vtkSmartPointer<vtkImageData> image_;
  std::vector<Channel> channels_;
  std::vector<VolumeItem> shown_;
  VoxelGrid reduced_grid_;
};

}  // namespace karyo
