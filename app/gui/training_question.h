#pragma once

/// Asked once when the window closes while a model trains: whether the training goes on.

#include <functional>

class QWidget;

namespace karyo {
class TrainingRun;
}

namespace karyo::gui {

/// Goes on in the background, is stopped and kept, or is thrown away; then `go_on` is called. Does
/// not block. `training` must outlive `parent`.
void ask_about_training(QWidget* parent, TrainingRun& training, std::function<void()> go_on);

}  // namespace karyo::gui
