#include "viewer/scene/gl_context.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include <array>
#include <vector>

namespace karyo {
namespace {

template <typename F>
F function(const char* name) {
  return reinterpret_cast<F>(eglGetProcAddress(name));
}

/// Every way to a display, best first: the devices (GPUs, then software), Mesa without a device,
/// whatever the driver calls its default.
std::vector<EGLDisplay> candidate_displays() {
  std::vector<EGLDisplay> displays;
  const auto get_display =
      function<PFNEGLGETPLATFORMDISPLAYEXTPROC>("eglGetPlatformDisplayEXT");
  const auto query_devices = function<PFNEGLQUERYDEVICESEXTPROC>("eglQueryDevicesEXT");
  if (get_display != nullptr && query_devices != nullptr) {
    std::array<EGLDeviceEXT, 16> devices{};
    EGLint count = 0;
    if (query_devices(static_cast<EGLint>(devices.size()), devices.data(), &count) == EGL_TRUE) {
      for (EGLint i = 0; i < count; ++i) {
        displays.push_back(get_display(EGL_PLATFORM_DEVICE_EXT, devices[static_cast<std::size_t>(i)],
                                       nullptr));
      }
    }
  }
  if (get_display != nullptr) {
    displays.push_back(get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr));
  }
  displays.push_back(eglGetDisplay(EGL_DEFAULT_DISPLAY));
  return displays;
}

EGLContext context_on(EGLDisplay display) {
  if (display == EGL_NO_DISPLAY || eglInitialize(display, nullptr, nullptr) != EGL_TRUE) {
    return EGL_NO_CONTEXT;
  }
  if (eglBindAPI(EGL_OPENGL_API) != EGL_TRUE) return EGL_NO_CONTEXT;
  const EGLint wanted[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT,
                           EGL_NONE};
  EGLConfig config = nullptr;
  EGLint count = 0;
  if (eglChooseConfig(display, wanted, &config, 1, &count) != EGL_TRUE || count == 0) {
    return EGL_NO_CONTEXT;
  }
  const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 2,
                            EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                            EGL_NONE};
  const EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, version);
  if (context == EGL_NO_CONTEXT) return EGL_NO_CONTEXT;
  if (eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context) == EGL_TRUE) return context;
  eglDestroyContext(display, context);
  return EGL_NO_CONTEXT;
}

}  // namespace

Result<std::unique_ptr<GlContext>> GlContext::create() {
  for (const EGLDisplay display : candidate_displays()) {
    const EGLContext context = context_on(display);
    if (context == EGL_NO_CONTEXT) continue;
    std::unique_ptr<GlContext> made(new GlContext(display, context));
    using GetString = const unsigned char* (*)(unsigned);
    constexpr unsigned kRendererName = 0x1F01;  // GL_RENDERER
    if (const auto get_string = function<GetString>("glGetString")) {
      const auto* name = get_string(kRendererName);
      if (name != nullptr) made->renderer_ = reinterpret_cast<const char*>(name);
    }
    return made;
  }
  return Error(ErrorCode::kUnsupported, "no driver here offers OpenGL 3.2 without a window (EGL)",
               "Install Mesa's software renderer (Debian: libegl1, libgl1-mesa-dri) or the "
               "graphics driver of your GPU. The planes can be drawn without it.");
}

GlContext::~GlContext() {
  eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext(display_, context_);
}

bool GlContext::make_current() {
  return eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_) == EGL_TRUE;
}

}  // namespace karyo
