#include "viewer/scene/cast_texture.h"

namespace karyo {

WorldBox CastTexture::box() const {
  const double* spacing = image_->GetSpacing();
  const double* origin = image_->GetOrigin();
  const int* count = image_->GetDimensions();
  const World low{origin[0] - spacing[0] / 2, origin[1] - spacing[1] / 2,
                  origin[2] - spacing[2] / 2};
  return {low, low + World{count[0] * spacing[0], count[1] * spacing[1], count[2] * spacing[2]}};
}

int CastTexture::bind(vtkOpenGLRenderWindow* window) {
  if (!texture_) {
    texture_ = vtkSmartPointer<vtkTextureObject>::New();
    texture_->SetContext(window);
    const int filter =
        between_ == Between::kLinear ? vtkTextureObject::Linear : vtkTextureObject::Nearest;
    texture_->SetMinificationFilter(filter);
    texture_->SetMagnificationFilter(filter);
    texture_->SetWrapS(vtkTextureObject::ClampToEdge);
    texture_->SetWrapT(vtkTextureObject::ClampToEdge);
    texture_->SetWrapR(vtkTextureObject::ClampToEdge);
  }
  if (uploaded_ != image_ || uploaded_at_ != image_->GetMTime()) {
    const int* count = image_->GetDimensions();
    texture_->Create3DFromRaw(static_cast<unsigned>(count[0]), static_cast<unsigned>(count[1]),
                              static_cast<unsigned>(count[2]), 4, VTK_UNSIGNED_CHAR,
                              image_->GetScalarPointer());
    uploaded_ = image_;
    uploaded_at_ = image_->GetMTime();
  }
  texture_->Activate();
  return texture_->GetTextureUnit();
}

void CastTexture::unbind() {
  if (texture_) texture_->Deactivate();
}

void CastTexture::free(vtkWindow* window) {
  if (texture_) texture_->ReleaseGraphicsResources(window);
  texture_ = nullptr;
  uploaded_ = nullptr;
}

}  // namespace karyo
