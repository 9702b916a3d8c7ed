// One application for all cases.

#include <gtest/gtest.h>

#include <QApplication>

#include "app/gui/theme.h"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  QApplication application(argc, argv);
  karyo::gui::apply_theme(application);
  return RUN_ALL_TESTS();
}
