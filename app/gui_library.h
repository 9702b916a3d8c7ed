#pragma once

/// The window as a library of its own, loaded when it is asked for: light commands start without
/// Qt and VTK.

#include <filesystem>
#include <string>
#include <vector>

#include "app/report/report.h"
#include "core/base/result.h"

namespace karyo {

struct GuiRequest {
  std::vector<std::filesystem::path> files;
  std::filesystem::path labels;      ///< opened as labels; may be empty

  /// Empty: the window opens. Else its picture goes there and nothing appears on a screen.
  std::filesystem::path screenshot;
  std::string view;  ///< quad, xy, xz, yz, 3d, compare; empty: quad, xy for a flat image
  int width = 1600, height = 1000;   ///< of the screenshot, pixels
  bool whole_window = false;         ///< panels too, not only the views

  /// Set: nothing is opened, and this report is written to `pdf`.
  const Report* report = nullptr;
  std::filesystem::path pdf;

  /// Not empty: this macro is run instead, off screen, with all commands of the window.
  std::filesystem::path macro;
};

/// Loads libkaryoscope_gui (../lib/karyoscope beside the executable's folder) and returns when the
/// window was closed or the picture written. Errors: kNotFound, kUnsupported without a display,
/// and those of reading and drawing.
Result<void> run_gui(const GuiRequest& request);

/// The library's one entry.
using GuiEntry = void (*)(const GuiRequest*, Result<void>*);

}  // namespace karyo
