#pragma once

/// The one question the window asks: layers that were made here and are in no file would be lost.

#include <functional>
#include <string>
#include <vector>

class QWidget;

namespace karyo::gui {

/// Calls `go_on` at once where nothing is unsaved, else when a person says to lose it. `doing` is
/// the title ("Close Karyoscope"). Does not block.
void ask_about_unsaved(QWidget* parent, const std::vector<std::string>& unsaved,
                       const std::string& doing, std::function<void()> go_on);

}  // namespace karyo::gui
