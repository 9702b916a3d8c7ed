#pragma once

/// An OpenGL context that belongs to no window.
///
/// EGL without a surface: works on a GPU and with Mesa's software renderer, with and without a
/// display, so the window's 3D view and `karyoscope screenshot` draw by the same code.

#include <memory>
#include <string>

#include "core/base/result.h"

namespace karyo {

/// Threads  current on one thread at a time; create, use and destroy it on the same one.
class GlContext {
 public:
  /// OpenGL 3.2 core or later. The first device that gives a context is taken: GPUs come before
  /// the software renderer. Errors: kUnsupported when no driver gives one.
  static Result<std::unique_ptr<GlContext>> create();
  ~GlContext();
  GlContext(const GlContext&) = delete;
  GlContext& operator=(const GlContext&) = delete;

  bool make_current();
  /// The driver's name for what draws: "llvmpipe (LLVM 15.0.6, 256 bits)".
  const std::string& renderer() const { return renderer_; }

 private:
  GlContext(void* display, void* context) : display_(display), context_(context) {}
  void* display_;
  void* context_;
  std::string renderer_;
};

}  // namespace karyo
