#include "app/gui_library.h"

#include <dlfcn.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <system_error>

namespace karyo {
namespace {

Result<void> check_display() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  if (!variable("DISPLAY").empty() || !variable("WAYLAND_DISPLAY").empty()) return {};
  // Qt's other platforms (vnc, offscreen ...) need neither.
  const std::string platform = variable("QT_QPA_PLATFORM");
  if (!platform.empty() && !platform.starts_with("xcb") && !platform.starts_with("wayland")) {
    return {};
  }
  return Error(ErrorCode::kUnsupported, "there is no display to open a window on",
               "Log in to a desktop, use `ssh -X`, or draw a picture without a display: "
               "karyoscope screenshot FILE --output picture.png");
}

}  // namespace

Result<void> run_gui(const GuiRequest& request) {
  if (request.screenshot.empty() && request.macro.empty() && request.report == nullptr) {
    KARYO_CHECK_OK(check_display());
    // Ctrl-C in the terminal closes a window at once; commands end more carefully.
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
  }
  std::error_code ignored;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  const auto library = here.parent_path() / "lib/karyoscope/libkaryoscope_gui.so";
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return Error(ErrorCode::kNotFound,
                 "the window's library could not be loaded: " +
                     std::string(why != nullptr ? why : library.c_str()),
                 "Install Karyoscope with its window (Qt 6 and VTK 9; built with "
                 "-DKARYOSCOPE_GUI=ON). The other commands work without.");
  }
  const auto entry = reinterpret_cast<GuiEntry>(dlsym(handle, "karyoscope_gui"));
  if (entry == nullptr) {
    return Error(ErrorCode::kInternal, library.string() + " is not the window of this version",
                 "Install Karyoscope again.");
  }
  Result<void> outcome;
  entry(&request, &outcome);
  return outcome;
}

}  // namespace karyo
