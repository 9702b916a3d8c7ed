#pragma once

/// Settings of a training in the window, made as a person makes them.

#include <QSpinBox>

#include "app/training_run.h"
#include "tests/app/gui/window_fixture.h"
#include "tests/app/worker/built_worker.h"

namespace karyo::gui {

class TrainingWindow : public WindowTest {
 protected:
  TrainingWindow() {
    test::find_built_worker();
    window_.resize(1280, 900);
  }
  TrainingRun& training() { return workspace_.training(); }
  /// Typed as a person does.
  void set_number(const char* name, int value) {
    auto* box = part<QSpinBox>(name);
    ASSERT_NE(box, nullptr) << name;
    box->setFocus();
    box->selectAll();
    QTest::keyClicks(box, QString::number(value));
    QTest::keyClick(box, Qt::Key_Return);
  }
  /// A network that learns nothing, in no time.
  void make_it_small(int epochs) {
    set_number("setting_epochs", epochs);
    set_number("setting_steps", 2);
    set_number("setting_batch", 1);
    press("train_more");
    set_number("setting_filters", 4);
    set_number("setting_features", 8);
    set_number("setting_unet_depth", 2);
    press("train_more");
  }
};

}  // namespace karyo::gui
