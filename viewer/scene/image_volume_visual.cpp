#include "viewer/scene/image_volume_visual.h"

#include <vtkColorTransferFunction.h>
#include <vtkNew.h>
#include <vtkPiecewiseFunction.h>
#include <vtkVolumeProperty.h>

#include <algorithm>

#include "viewer/scene/vtk_bridge.h"

namespace karyo {
namespace {

bool same_settings(const VolumeItem& a, const VolumeItem& b) {
  return a.volume == b.volume && a.grid == b.grid && a.t == b.t && a.c == b.c && a.low == b.low && a.high == b.high &&
         a.gamma == b.gamma && a.colours == b.colours && a.opacity == b.opacity;
}

bool same_settings(const std::vector<VolumeItem>& a, const std::vector<VolumeItem>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return same_settings(x, y); });
}

double finest(const VoxelGrid& grid) {
  return std::min({grid.spacing_z, grid.spacing_y, grid.spacing_x});
}

}  // namespace

ImageVolumeVisual::ImageVolumeVisual()
    : mapper_(vtkSmartPointer<vtkGPUVolumeRayCastMapper>::New()),
      prop_(vtkSmartPointer<vtkVolume>::New()) {
  mapper_->SetAutoAdjustSampleDistances(0);
  mapper_->SetUseJittering(1);
  prop_->SetMapper(mapper_);
  // The four components are colours already: no transfer function touches them, only the strength
  // becomes opacity.
  prop_->GetProperty()->IndependentComponentsOff();
  prop_->GetProperty()->SetInterpolationTypeToLinear();
  prop_->GetProperty()->ShadeOff();
}

void ImageVolumeVisual::reduce_new_channels(const std::vector<VolumeItem>& items) {
  std::vector<Channel> channels;
  const Index3 shape = items.front().volume->shape().zyx();
  const auto& grid = items.front().grid;
  const Reduction by = reduction_for(shape, grid, kVoxelBudget);
  for (const auto& item : items) {
    const auto known = std::find_if(channels_.begin(), channels_.end(), [&](const Channel& channel) {
      return channel.volume == item.volume && channel.t == item.t && channel.c == item.c;
    });
    if (known != channels_.end()) {
      channels.push_back(*known);
    } else {
      channels.push_back({item.volume, item.t, item.c, reduced(*item.volume, item.t, item.c, by)});
    }
  }
  channels_ = std::move(channels);
  reduced_grid_ = grid;
  reduced_grid_.spacing_z *= static_cast<double>(by.z);
  reduced_grid_.spacing_y *= static_cast<double>(by.y);
  reduced_grid_.spacing_x *= static_cast<double>(by.x);
  const Index3 small = channels_.front().values.shape();
  image_ = make_vtk_image(small, reduced_grid_, VTK_UNSIGNED_CHAR, 4);
  mapper_->SetInputData(image_);
}

void ImageVolumeVisual::update(const std::vector<VolumeItem>& all, VolumeMethod method,
                               bool draft) {
  std::vector<VolumeItem> items;
  for (const auto& item : all) {
    if (items.empty() || (item.volume->shape().zyx() == items.front().volume->shape().zyx() &&
                          item.grid == items.front().grid)) {
      items.push_back(item);
    }
  }
  if (items.empty()) {
    channels_.clear();
    shown_.clear();
    prop_->VisibilityOff();
    return;
  }
  prop_->VisibilityOn();
  if (!same_settings(items, shown_)) {
    reduce_new_channels(items);
    std::vector<const Array3<float>*> values;
    for (const auto& channel : channels_) values.push_back(&channel.values);
    colour_voxels(values, items, static_cast<std::uint8_t*>(image_->GetScalarPointer()));
    image_->Modified();
    shown_ = items;
  }
  set_method(method, draft);
}

void ImageVolumeVisual::set_method(VolumeMethod method, bool draft) {
  const double step = finest(reduced_grid_);
  mapper_->SetSampleDistance(static_cast<float>(step * (draft ? 1.5 : 0.5)));
  vtkNew<vtkPiecewiseFunction> opacity;
  if (method == VolumeMethod::kMaximum) {
    mapper_->SetBlendModeToMaximumIntensity();
    opacity->AddPoint(0, 0);
    opacity->AddPoint(255, 1);
  } else {
    mapper_->SetBlendModeToComposite();
    // Background stays clear; bright voxels let about half the light of one spacing through.
    opacity->AddPoint(0, 0);
    opacity->AddPoint(40, 0);
    opacity->AddPoint(255, 0.45);
  }
  prop_->GetProperty()->SetScalarOpacity(opacity);
  prop_->GetProperty()->SetScalarOpacityUnitDistance(step);
}

}  // namespace karyo
