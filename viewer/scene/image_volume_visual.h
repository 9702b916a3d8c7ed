#pragma once

/// Image channels in a 3D view: ray cast as projections or as translucent matter, and as the block
/// of colours that isosurfaces and planes are drawn from.

#include <vtkGPUVolumeRayCastMapper.h>
#include <vtkImageData.h>
#include <vtkSmartPointer.h>
#include <vtkVolume.h>

#include <vector>

#include "viewer/scene/scene_request.h"
#include "viewer/scene/volume_texture.h"

namespace karyo {

/// All channels make one coloured texture, so they add up as they do in the planes and colours
/// agree to the byte. Volumes larger than kTextureBudget are averaged down; spacing is kept.
/// Threads  as its scene: one.
class ImageVolumeVisual {
 public:
  ImageVolumeVisual();

  /// Brings the prop up to date; only what changed since the last call is made anew. Items whose
  /// shape or grid differs from the first one's are left out.
  /// What lies outside of any of `cuts` (at most kMostCuts) is not drawn.
  void update(const std::vector<VolumeItem>& items, const VolumeLook& look,
              const std::vector<HalfSpace>& cuts, bool draft);
  vtkVolume* prop() { return prop_; }
  /// The coloured block; null when there is none.
  vtkImageData* image() { return channels_.empty() ? nullptr : image_.Get(); }
  /// The least of its spacings.
  double finest_spacing() const;

 private:
  struct Channel {
    std::shared_ptr<const Volume> volume;
    std::int64_t t, c;
    Array3<float> values;
  };
  void reduce_new_channels(const std::vector<VolumeItem>& items);
  void set_method(const VolumeLook& look, bool draft);
  void use_shader_for(VolumeMethod method);

  vtkSmartPointer<vtkGPUVolumeRayCastMapper> mapper_;
  vtkSmartPointer<vtkVolume> prop_;
  vtkSmartPointer<vtkImageData> image_;
  std::vector<Channel> channels_;
  std::vector<VolumeItem> shown_;
  VoxelGrid reduced_grid_;
  VolumeMethod shader_for_ = VolumeMethod::kComposite;  // VTK's own
  bool shader_for_several_ = false;
};

}  // namespace karyo
