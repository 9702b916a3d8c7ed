#include "viewer/scene/image_volume_visual.h"

#include <vtkColorTransferFunction.h>
#include <vtkNew.h>
#include <vtkPiecewiseFunction.h>
#include <vtkPlane.h>
#include <vtkShaderProperty.h>
#include <vtkUniforms.h>
#include <vtkVolumeProperty.h>

#include <algorithm>
#include <string>

#include "viewer/scene/projection_shader.h"
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

/// VTK's shader does the rest: the way through the block, cuts, depth.
void add_projection(vtkShaderProperty& shader, VolumeMethod method, bool several_channels) {
  constexpr bool kBeforeVtk = true, kOnce = false;
  const auto replace = [&](const char* tag, const std::string& code) {
    shader.AddFragmentShaderReplacement(tag, kBeforeVtk, code, kOnce);
  };
  replace("//VTK::Shading::Dec", shaders::kProjectionState);
  replace("//VTK::Shading::Init", shaders::kProjectionBegin);
  replace("//VTK::Shading::Impl", shaders::projection_sample(method, several_channels));
  replace("//VTK::Shading::Exit", shaders::projection_end(method));
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
  const Reduction by = reduction_for(shape, grid, kTextureBudget);
  for (const auto& item : items) {
    const auto known = std::find_if(channels_.begin(), channels_.end(), [&](const Channel& channel) {
      return channel.volume == item.volume && channel.t == item.t && channel.c == item.c;
    });
    if (known != channels_.end()) {
      channels.push_back(*known);
    } else {
      const bool as_it_is = by == Reduction{1, 1, 1};
      channels.push_back({item.volume, item.t, item.c,
                          as_it_is ? Array3<float>() : reduced(*item.volume, item.t, item.c, by)});
    }
  }
  channels_ = std::move(channels);
  reduced_grid_ = coarser(grid, by);
  image_ = make_vtk_image(reduced_shape(shape, by), reduced_grid_, VTK_UNSIGNED_CHAR, 4);
  mapper_->SetInputData(image_);
}

double ImageVolumeVisual::finest_spacing() const {
  return std::min({reduced_grid_.spacing_z, reduced_grid_.spacing_y, reduced_grid_.spacing_x});
}

void ImageVolumeVisual::update(const std::vector<VolumeItem>& all, const VolumeLook& look,
                               const std::vector<HalfSpace>& cuts, bool draft) {
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
  prop_->SetVisibility(look.method != VolumeMethod::kIsosurface &&
                       look.method != VolumeMethod::kNone);
  if (!same_settings(items, shown_)) {
    reduce_new_channels(items);
    std::vector<const Array3<float>*> values;
    for (const auto& channel : channels_) {
      values.push_back(channel.values.count() > 0 ? &channel.values : nullptr);
    }
    colour_voxels(values, items, static_cast<std::uint8_t*>(image_->GetScalarPointer()));
    image_->Modified();
    shown_ = items;
  }
  mapper_->RemoveAllClippingPlanes();
  for (const HalfSpace& cut : cuts) {
    vtkNew<vtkPlane> plane;
    const World on_it = cut.normal * -cut.offset;
    plane->SetOrigin(on_it.x, on_it.y, on_it.z);
    plane->SetNormal(cut.normal.x, cut.normal.y, cut.normal.z);
    mapper_->AddClippingPlane(plane);
  }
  set_method(look, draft);
}

void ImageVolumeVisual::set_method(const VolumeLook& look, bool draft) {
  const double finest = finest_spacing();
  const double step = draft ? 1.5 : 0.5;
  mapper_->SetSampleDistance(static_cast<float>(finest * step));
  const bool composite = look.method == VolumeMethod::kComposite;
  use_shader_for(look.method);
  vtkNew<vtkPiecewiseFunction> opacity;
  if (composite) {
    mapper_->SetBlendModeToComposite();
    for (const auto& point : look.opacity.points()) {
      opacity->AddPoint(point.strength * 255, point.opacity);
    }
  } else {
    mapper_->SetBlendModeToMaximumIntensity();
    opacity->AddPoint(0, 0);
    opacity->AddPoint(255, 1);
    auto& values = *prop_->GetShaderProperty()->GetFragmentCustomUniforms();
    values.SetUniformf("karyoAttenuation", static_cast<float>(look.attenuation));
    values.SetUniformf("karyoStep", static_cast<float>(step));
  }
  prop_->GetProperty()->SetScalarOpacity(opacity);
  prop_->GetProperty()->SetScalarOpacityUnitDistance(finest);
}

void ImageVolumeVisual::use_shader_for(VolumeMethod method) {
  const bool several = channels_.size() > 1;
  if (method == shader_for_ && several == shader_for_several_) return;
  shader_for_ = method;
  shader_for_several_ = several;
  auto& shader = *prop_->GetShaderProperty();
  shader.ClearAllFragmentShaderReplacements();
  shader.GetFragmentCustomUniforms()->RemoveAllUniforms();
  if (method != VolumeMethod::kComposite) add_projection(shader, method, several);
}

}  // namespace karyo
