// Themes: readable in each, changed without a restart, remembered.

#include "app/gui/theme.h"

#include <QApplication>
#include <QLabel>
#include <QPalette>
#include <QTest>
#include <cmath>
#include <fstream>

#include "tests/app/gui/held_up.h"
#include "tests/app/gui/window_fixture.h"

namespace karyo::gui {
namespace {

double luminance(const QColor& color) {
  const auto part = [](double c) {
    return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * part(color.redF()) + 0.7152 * part(color.greenF()) + 0.0722 * part(color.blueF());
}

/// As WCAG 2 defines it.
double contrast(const QColor& a, const QColor& b) {
  const double one = luminance(a), other = luminance(b);
  return (std::max(one, other) + 0.05) / (std::min(one, other) + 0.05);
}

class ThemeTest : public WindowTest {
 protected:
  ~ThemeTest() override { apply_theme(*qApp); }
};

TEST_F(ThemeTest, TextIsReadableInEachTheme) {
  for (const Theme theme : {Theme::kDark, Theme::kLight, Theme::kHighContrast}) {
    apply_theme(*qApp, theme);
    const double least = theme == Theme::kHighContrast ? 7 : 4.5;
    for (const QColor& behind : {palette::background(), palette::panel(), palette::selection()}) {
      EXPECT_GE(contrast(palette::text(), behind), least) << static_cast<int>(theme);
    }
    for (const QColor& behind : {palette::background(), palette::panel()}) {
      EXPECT_GE(contrast(palette::quiet_text(), behind), least) << static_cast<int>(theme);
      EXPECT_GE(contrast(palette::accent(), behind), 3) << static_cast<int>(theme);
    }
  }
}

TEST_F(ThemeTest, ACommandChangesItAtOnceAndKeepsIt) {
  open_stack();
  const auto side = [&] {
    QApplication::processEvents();
    return window_.grab().toImage().pixelColor(window_.width() / 2, window_.height() - 3);
  };
  window_.run("view.theme_light", {});
  EXPECT_GT(side().lightness(), 200);
  EXPECT_EQ(window_.settings().theme, "light");
  EXPECT_TRUE(window_.commands().find("view.theme_light")->checked());
  window_.run("view.theme_dark", {});
  EXPECT_LT(side().lightness(), 60);
}

TEST_F(ThemeTest, ItComesAtOnceWhateverWasOpenedBefore) {
  open_stack();
  window_.resize(1600, 1000);
  for (const char* mode : {"annotate", "train", "judge", "use", "see"}) {
    window_.run(std::string("mode.") + mode, {});
    QTest::qWait(50);  // shown, so that every widget has its look
  }
  for (const char* name : {"light", "high_contrast", "dark"}) {
    const auto held = what_holds_up([&] { window_.run(std::string("view.theme_") + name, {}); },
                                    [] { QTest::qWait(200); });
    EXPECT_TRUE(held.empty()) << name << ": " << held.front();
  }
}

TEST_F(ThemeTest, TheDesktopIsFollowed) {
  EXPECT_EQ(theme_from("light"), Theme::kLight);
  EXPECT_EQ(theme_from("high_contrast"), Theme::kHighContrast);
  qunsetenv("XDG_CURRENT_DESKTOP");
  const QByteArray before = qgetenv("XDG_CONFIG_HOME");
  qputenv("XDG_CONFIG_HOME", QByteArray::fromStdString(folder_.path().string()));
  EXPECT_EQ(theme_from("system"), Theme::kDark) << "a desktop that says nothing";
  std::filesystem::create_directories(folder_ / "gtk-3.0");
  const auto desktop = [&](const char* name) {
    std::ofstream(folder_ / "gtk-3.0/settings.ini")
        << "[Settings]\ngtk-theme-name=" << name << "\n";
    return theme_from("system");
  };
  EXPECT_EQ(desktop("Adwaita"), Theme::kLight);
  std::filesystem::remove(folder_ / "gtk-3.0/settings.ini");
  before.isEmpty() ? qunsetenv("XDG_CONFIG_HOME") : qputenv("XDG_CONFIG_HOME", before);
}

}  // namespace
}  // namespace karyo::gui
