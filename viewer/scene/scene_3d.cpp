#include "viewer/scene/scene_3d.h"

#include <vtkActor.h>
#include <vtkCallbackCommand.h>
#include <vtkCamera.h>
#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkNew.h>
#include <vtkObjectFactory.h>
#include <vtkOutlineSource.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "viewer/scene/cast_visual.h"
#include "viewer/scene/gl_context.h"
#include "viewer/scene/image_volume_visual.h"
#include "viewer/scene/label_outline_visual.h"
#include "viewer/scene/labels_cast_visual.h"
#include "viewer/scene/labels_surface_visual.h"
#include "viewer/scene/marks_visual.h"

namespace karyo {
namespace {

constexpr Rgb kFrameColour{107, 112, 117};
constexpr double kOutlinePixels = 2;  // of the screen, as in the planes

/// Draws into buffers of its own in the context that is current.
class ContextRenderWindow : public vtkGenericOpenGLRenderWindow {
 public:
  static ContextRenderWindow* New();
  vtkTypeMacro(ContextRenderWindow, vtkGenericOpenGLRenderWindow);

  void OpenGLInitContext() override {
    if (this->Initialized) return;
    // GLEW loads OpenGL's functions and then fails for want of a GLX display, which an EGL context
    // has not; the functions are there. The error goes to the observer below, unseen.
    vtkNew<vtkCallbackCommand> unseen;
    const auto tag = this->AddObserver(vtkCommand::ErrorEvent, unseen);
    this->Superclass::OpenGLInitContext();
    this->RemoveObserver(tag);
    this->GlewInitValid = true;
    this->Initialized = true;
  }
};
vtkStandardNewMacro(ContextRenderWindow);

}  // namespace

/// One layer both ways; the one that is not asked for costs nothing.
struct LabelsVisuals {
  LabelsSurfaceVisual surface;
  LabelsCastVisual voxels;
  LabelOutlineVisual outline;

  std::array<vtkActor*, 3> props() { return {surface.prop(), voxels.prop(), outline.prop()}; }
};

struct Scene3d::Parts {
  // Declared first, so that VTK's objects leave the graphics card before the context goes.
  std::unique_ptr<GlContext> context;
  vtkNew<ContextRenderWindow> window;
  vtkNew<vtkRenderer> renderer;
  ImageVolumeVisual volume;
  std::shared_ptr<CastTexture> block = std::make_shared<CastTexture>(CastTexture::Between::kLinear);
  CastVisual isosurface{CastVisual::Kind::kIsosurface, block};
  CastVisual slice{CastVisual::Kind::kSlice, block};
  std::vector<std::unique_ptr<LabelsVisuals>> labels;
  std::vector<std::unique_ptr<MarksVisual>> marks;
  vtkNew<vtkOutlineSource> outline, crop_outline;
  vtkNew<vtkActor> frame, crop_frame;
  std::string error;
  vtkNew<vtkCallbackCommand> on_error;

  void place_camera(const SceneRequest& request) {
    const Camera& camera = request.camera;
    const World eye = camera.position();
    auto* view = renderer->GetActiveCamera();
    view->SetViewAngle(Camera::kViewAngleDegrees);
    view->SetFocalPoint(camera.focus.x, camera.focus.y, camera.focus.z);
    view->SetPosition(eye.x, eye.y, eye.z);
    view->SetParallelProjection(camera.orthographic);
    view->SetParallelScale(camera.height / 2);
    view->SetViewUp(-camera.down.x, -camera.down.y, -camera.down.z);
  }

  void show_image(const SceneRequest& request) {
    const VolumeLook& look = request.look;
    volume.update(request.volumes, look, all_cuts(look, request.box), request.draft);
    block->set_image(volume.image());
    CastSettings settings;
    settings.camera = request.camera;
    if (look.method == VolumeMethod::kIsosurface) {
      settings.threshold = look.threshold;
      settings.step = volume.finest_spacing() * (request.draft ? 1.0 : 0.5);
      settings.cuts = all_cuts(look, request.box);
      isosurface.update(settings);
    } else {
      isosurface.hide();
    }
    if (look.slice.on) {
      settings.plane = half_space(look.slice, request.box);
      settings.cuts = crop_cuts(look, request.box);
      slice.update(settings);
    } else {
      slice.hide();
    }
  }

  void show_labels(const SceneRequest& request) {
    const auto& items = request.surfaces;
    while (labels.size() > items.size()) {
      for (vtkActor* const prop : labels.back()->props()) renderer->RemoveActor(prop);
      labels.pop_back();
    }
    while (labels.size() < items.size()) {
      labels.push_back(std::make_unique<LabelsVisuals>());
      for (vtkActor* const prop : labels.back()->props()) renderer->AddActor(prop);
    }
    CastSettings settings;
    settings.camera = request.camera;
    settings.cuts = all_cuts(request.look, request.box);
    const double pixel = request.camera.height / request.height;  // at the focus
    for (std::size_t i = 0; i < items.size(); ++i) {
      labels[i]->outline.update(items[i], settings.cuts, kOutlinePixels * request.scale * pixel);
      if (request.look.labels_as_voxels) {
        labels[i]->voxels.update(items[i], settings);
        labels[i]->surface.hide();
      } else {
        labels[i]->surface.update(items[i], settings.cuts);
        labels[i]->voxels.hide();
      }
    }
  }

  void show_marks(const SceneRequest& request) {
    while (marks.size() > request.marks.size()) {
      renderer->RemoveActor(marks.back()->prop());
      marks.pop_back();
    }
    while (marks.size() < request.marks.size()) {
      marks.push_back(std::make_unique<MarksVisual>());
      renderer->AddActor(marks.back()->prop());
    }
    const auto cuts = all_cuts(request.look, request.box);
    for (std::size_t i = 0; i < marks.size(); ++i) {
      marks[i]->update(request.marks[i], cuts, request.scale);
    }
  }

  void show_frame(const SceneRequest& request) {
    frame->SetVisibility(request.show_box);
    const auto& box = request.box;
    outline->SetBounds(box.low.x, box.high.x, box.low.y, box.high.y, box.low.z, box.high.z);
    const auto& kept = request.look.crop;
    crop_frame->SetVisibility(request.show_box && request.look.crop_on);
    crop_outline->SetBounds(kept.low.x, kept.high.x, kept.low.y, kept.high.y, kept.low.z,
                            kept.high.z);
  }
};

Scene3d::Scene3d(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Scene3d>> Scene3d::create() {
  KARYO_TRY(auto context, GlContext::create());
  auto parts = std::make_unique<Parts>();
  parts->context = std::move(context);
  auto& window = *parts->window.Get();
  parts->on_error->SetClientData(parts.get());
  parts->on_error->SetCallback([](vtkObject*, unsigned long, void* self, void* text) {
    static_cast<Parts*>(self)->error = text != nullptr ? static_cast<const char*>(text) : "unknown";
  });
  window.AddObserver(vtkCommand::ErrorEvent, parts->on_error);
  window.SetOwnContext(0);
  window.SetReadyForRendering(true);
  window.SetIsCurrent(true);
  window.SetFrameBlitModeToNoBlit();
  window.SetMultiSamples(0);
  window.InitializeFromCurrentContext();
  parts->renderer->SetBackground(0, 0, 0);
  parts->renderer->UseFXAAOn();
  window.AddRenderer(parts->renderer);
  parts->renderer->AddVolume(parts->volume.prop());
  parts->renderer->AddActor(parts->isosurface.prop());
  parts->renderer->AddActor(parts->slice.prop());
  const auto add_frame = [&](vtkOutlineSource& outline, vtkActor& frame, Rgb colour) {
    vtkNew<vtkPolyDataMapper> lines;
    lines->SetInputConnection(outline.GetOutputPort());
    frame.SetMapper(lines);
    frame.GetProperty()->SetColor(colour.r / 255.0, colour.g / 255.0, colour.b / 255.0);
    frame.GetProperty()->SetLighting(false);
    parts->renderer->AddActor(&frame);
  };
  add_frame(*parts->outline, *parts->frame, kFrameColour);
  add_frame(*parts->crop_outline, *parts->crop_frame, kAccent);
  return std::unique_ptr<Scene3d>(new Scene3d(std::move(parts)));
}

Scene3d::~Scene3d() {
  parts_->context->make_current();
  parts_->renderer->RemoveAllViewProps();  // they give back what they hold on the graphics card
  parts_->window->RemoveRenderer(parts_->renderer);
  parts_->window->Finalize();
}

const std::string& Scene3d::renderer() const { return parts_->context->renderer(); }

Result<RgbaImage> Scene3d::draw(const SceneRequest& request) {
  if (request.width < 1 || request.height < 1) {
    return Error(ErrorCode::kInvalidArgument, "a 3D view of no size cannot be drawn",
                 "Ask for a size of at least 1x1 pixel.");
  }
  Parts& parts = *parts_;
  if (!parts.context->make_current()) {
    return Error(ErrorCode::kInternal, "the graphics driver lost the 3D view's context",
                 "Close the 3D view and open it again, or restart the program.");
  }
  parts.error.clear();
  parts.show_image(request);
  parts.show_labels(request);
  parts.show_marks(request);
  parts.show_frame(request);
  parts.window->SetSize(request.width, request.height);
  parts.place_camera(request);
  parts.renderer->ResetCameraClippingRange();
  parts.window->Render();
  vtkNew<vtkUnsignedCharArray> pixels;
  parts.window->GetRGBACharPixelData(0, 0, request.width - 1, request.height - 1, 0, pixels);
  const auto width = static_cast<std::size_t>(request.width);
  const std::size_t size = 4 * width * static_cast<std::size_t>(request.height);
  if (!parts.error.empty() || static_cast<std::size_t>(pixels->GetNumberOfValues()) != size) {
    return Error(ErrorCode::kInternal, "the 3D view could not be drawn: " + parts.error,
                 "Make the view smaller, or update the graphics driver.");
  }
  RgbaImage picture(request.width, request.height);
  const std::uint8_t* from = pixels->GetPointer(0);
  for (int y = request.height - 1; y >= 0; --y) {  // OpenGL's rows run from the bottom
    std::uint32_t* row = picture.row(y);
    for (int x = 0; x < request.width; ++x, from += 4) row[x] = pack_rgba(from[0], from[1], from[2]);
  }
  return picture;
}

}  // namespace karyo
