#include "viewer/scene/mesh_cuts.h"

#include <vtkActor.h>
#include <vtkOpenGLPolyDataMapper.h>
#include <vtkOpenGLVertexBufferObject.h>
#include <vtkShaderProperty.h>
#include <vtkUniforms.h>

#include <algorithm>
#include <array>
#include <string>

namespace karyo {

// OpenGL and VTK stop at six clipping planes for meshes, a box and a plane are seven: a few lines
// in VTK's shader leave out what lies outside.
void make_cuttable(vtkActor& actor, vtkOpenGLPolyDataMapper& mapper) {
  // The lines take vertices for places in the world.
  mapper.SetVBOShiftScaleMethod(vtkOpenGLVertexBufferObject::DISABLE_SHIFT_SCALE);
  vtkShaderProperty& shader = *actor.GetShaderProperty();
  constexpr bool kBeforeVtk = true, kOnce = false;
  const auto before = [](const char* tag, const char* code) { return std::string(code) + tag; };
  constexpr char kDeclared[] = "//VTK::PositionVC::Dec", kDone[] = "//VTK::PositionVC::Impl",
                 kClip[] = "//VTK::Clip::Impl";
  shader.AddVertexShaderReplacement(kDeclared, kBeforeVtk,
                                    before(kDeclared, "out vec3 karyoPlace;\n"), kOnce);
  shader.AddVertexShaderReplacement(kDone, kBeforeVtk,
                                    before(kDone, "karyoPlace = vertexMC.xyz;\n"), kOnce);
  shader.AddFragmentShaderReplacement(kDeclared, kBeforeVtk,
                                      before(kDeclared, "in vec3 karyoPlace;\n"), kOnce);
  shader.AddFragmentShaderReplacement(
      kClip, kBeforeVtk,
      before(kClip,
             "for (int i = 0; i < 7; ++i) {\n"
             "  if (dot(karyoCuts[i].xyz, karyoPlace) + karyoCuts[i].w < 0.0) discard;\n"
             "}\n"),
      kOnce);
  set_cuts(actor, {});
}

void set_cuts(vtkActor& actor, const std::vector<HalfSpace>& cuts) {
  // Half spaces of zeros hold everything.
  std::array<std::array<float, 4>, kMostCuts> planes{};
  for (std::size_t i = 0; i < std::min(cuts.size(), planes.size()); ++i) {
    planes[i] = {static_cast<float>(cuts[i].normal.x), static_cast<float>(cuts[i].normal.y),
                 static_cast<float>(cuts[i].normal.z), static_cast<float>(cuts[i].offset)};
  }
  using Rows = const float(*)[4];
  actor.GetShaderProperty()->GetFragmentCustomUniforms()->SetUniform4fv(
      "karyoCuts", kMostCuts, reinterpret_cast<Rows>(planes.data()));
}

}  // namespace karyo
