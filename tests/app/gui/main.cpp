// One application for all cases, under the watchdog.

#include <gtest/gtest.h>

#include "app/gui/theme.h"
#include "app/gui/watchdog.h"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  karyo::gui::WatchedApplication application(argc, argv);
  application.on_slow = karyo::gui::WatchedApplication::print;
  karyo::gui::apply_theme(application);
  return RUN_ALL_TESTS();
}
