#include "viewer/scene/cast_visual.h"

#include <vtkCubeSource.h>
#include <vtkNew.h>
#include <vtkObjectFactory.h>
#include <vtkOpenGLHelper.h>
#include <vtkOpenGLPolyDataMapper.h>
#include <vtkOpenGLVertexBufferObject.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkShaderProgram.h>
#include <vtkShaderProperty.h>

#include <algorithm>
#include <array>
#include <string>

#include "viewer/scene/cast_shaders.h"

namespace karyo {
namespace {

std::array<float, 3> floats(World v) {
  return {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z)};
}

std::array<float, 4> floats(const HalfSpace& half) {
  return {static_cast<float>(half.normal.x), static_cast<float>(half.normal.y),
          static_cast<float>(half.normal.z), static_cast<float>(half.offset)};
}

const char* main_of(CastVisual::Kind kind) {
  switch (kind) {
    case CastVisual::Kind::kVoxels:
      return shaders::kVoxels;
    case CastVisual::Kind::kIsosurface:
      return shaders::kIsosurface;
    case CastVisual::Kind::kSlice:
      return shaders::kSlice;
  }
  return "";
}

}  // namespace

/// Draws the far faces of the block's box and gives the shaders what they need.
class CastMapper : public vtkOpenGLPolyDataMapper {
 public:
  static CastMapper* New();
  vtkTypeMacro(CastMapper, vtkOpenGLPolyDataMapper);

  std::shared_ptr<CastTexture> texture;
  CastSettings settings;
  vtkNew<vtkCubeSource> box;

  void RenderPieceDraw(vtkRenderer* renderer, vtkActor* actor) override {
    unit_ = texture->bind(vtkOpenGLRenderWindow::SafeDownCast(renderer->GetRenderWindow()));
    this->Superclass::RenderPieceDraw(renderer, actor);
    texture->unbind();
  }

  void ReleaseGraphicsResources(vtkWindow* window) override {
    if (texture) texture->free(window);
    this->Superclass::ReleaseGraphicsResources(window);
  }

 protected:
  CastMapper() {
    this->SetInputConnection(box->GetOutputPort());
    this->ScalarVisibilityOff();
    // The shaders take vertices for places in the world.
    this->SetVBOShiftScaleMethod(vtkOpenGLVertexBufferObject::DISABLE_SHIFT_SCALE);
  }

  void SetMapperShaderParameters(vtkOpenGLHelper& cells, vtkRenderer* renderer,
                                 vtkActor* actor) override {
    this->Superclass::SetMapperShaderParameters(cells, renderer, actor);
    vtkShaderProgram& program = *cells.Program;
    const WorldBox block = texture->box();
    const int* count = texture->image()->GetDimensions();
    program.SetUniformi("block", unit_);
    program.SetUniform3f("blockLow", floats(block.low).data());
    program.SetUniform3f("blockHigh", floats(block.high).data());
    program.SetUniform3f(
        "counts", floats(World{double(count[0]), double(count[1]), double(count[2])}).data());
    program.SetUniform3f("eye", floats(settings.camera.position()).data());
    program.SetUniform3f("lookForward", floats(settings.camera.forward).data());
    program.SetUniformi("parallelView", settings.camera.orthographic ? 1 : 0);
    std::array<std::array<float, 4>, kMostCuts> cuts{};
    const auto used = std::min(settings.cuts.size(), cuts.size());
    for (std::size_t i = 0; i < used; ++i) cuts[i] = floats(settings.cuts[i]);
    program.SetUniform4fv("cuts", kMostCuts, cuts.front().data());
    program.SetUniformi("cutCount", static_cast<int>(used));
    if (program.IsUniformUsed("threshold")) {
      program.SetUniformf("threshold", static_cast<float>(settings.threshold));
      program.SetUniformf("stepLength", static_cast<float>(settings.step));
    }
    if (program.IsUniformUsed("slicePlane")) {
      program.SetUniform4f("slicePlane", floats(settings.plane).data());
    }
  }

 private:
  int unit_ = 0;
};
vtkStandardNewMacro(CastMapper);

CastVisual::CastVisual(Kind kind, std::shared_ptr<CastTexture> texture)
    : kind_(kind),
      texture_(std::move(texture)),
      mapper_(vtkSmartPointer<CastMapper>::New()),
      actor_(vtkSmartPointer<vtkActor>::New()) {
  mapper_->texture = texture_;
  actor_->SetMapper(mapper_);
  // From inside the block its near faces lie behind the eye; the far ones are always there.
  actor_->GetProperty()->FrontfaceCullingOn();
  actor_->GetProperty()->LightingOff();
  actor_->ForceOpaqueOn();
  actor_->GetShaderProperty()->SetVertexShaderCode(shaders::kVertex);
  const std::string fragment = std::string(shaders::kCommon).append(main_of(kind_));
  actor_->GetShaderProperty()->SetFragmentShaderCode(fragment.c_str());
  hide();
}

void CastVisual::update(const CastSettings& settings) {
  if (texture_->image() == nullptr) {
    hide();
    return;
  }
  const WorldBox block = texture_->box();
  mapper_->box->SetBounds(block.low.x, block.high.x, block.low.y, block.high.y, block.low.z,
                          block.high.z);
  mapper_->settings = settings;
  actor_->VisibilityOn();
}

}  // namespace karyo
