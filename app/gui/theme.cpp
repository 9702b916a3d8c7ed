#include "app/gui/theme.h"

#include <QApplication>
#include <QFont>
#include <QPalette>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QToolTip>
#include <array>
#include <cmath>
#include <cstdlib>

#include "app/gui/look.h"

namespace karyo::gui {
namespace {

constexpr int kTextPixels = 13;
constexpr int kDesktopMs = 300;  // a desktop that does not answer by then is not asked

/// In the order of Theme. Text has a contrast of at least 4.5 to what is behind it.
struct ColorRow {
  QColor LookColors::*color;
  std::array<QRgb, 3> values;
};
constexpr ColorRow kColors[] = {
    {&LookColors::accent, {0x2bb3a3, 0x0f8577, 0x3df2dc}},
    {&LookColors::accent_text, {0x7fd8cc, 0x0a6a5f, 0x7ffff0}},
    {&LookColors::attention, {0xe0a030, 0x8a5a00, 0xffc24d}},
    {&LookColors::background, {0x1b1c1e, 0xffffff, 0x000000}},
    {&LookColors::box, {0x62666c, 0x82888f, 0xffffff}},
    {&LookColors::disabled, {0x73777d, 0x8a9097, 0xa8a8a8}},
    {&LookColors::edge, {0x4a4e54, 0xa9afb6, 0xffffff}},
    {&LookColors::failure, {0xd9534f, 0xc0342f, 0xff7b76}},
    {&LookColors::failure_back, {0x2b2526, 0xfbeceb, 0x2a0000}},
    {&LookColors::hover, {0x383c41, 0xdde0e4, 0x2a2a2a}},
    {&LookColors::line, {0x3a3d42, 0xc9cdd2, 0xffffff}},
    {&LookColors::off, {0x55595f, 0xb9bec4, 0x8c8c8c}},
    {&LookColors::on_primary, {0xffffff, 0xffffff, 0xffffff}},
    {&LookColors::panel, {0x242629, 0xf3f4f6, 0x000000}},
    {&LookColors::pressed, {0x24514c, 0xb9dfd9, 0x006d62}},
    {&LookColors::primary, {0x1d7f74, 0x0f766b, 0x00665c}},
    {&LookColors::primary_hover, {0x22918a, 0x0c6359, 0x00877a}},
    {&LookColors::quiet, {0x9a9ea4, 0x565c63, 0xe6e6e6}},
    {&LookColors::raised, {0x2e3135, 0xe9ebee, 0x000000}},
    {&LookColors::scroll, {0x44484d, 0xb4bac1, 0xffffff}},
    {&LookColors::selection, {0x35524f, 0xc6e8e3, 0x00524a}},
    {&LookColors::splitter, {0x2a2c30, 0xdfe2e6, 0xffffff}},
    {&LookColors::text, {0xd8dadd, 0x1e2023, 0xffffff}},
};

LookColors colors_of(Theme theme) {
  LookColors colors;
  for (const ColorRow& row : kColors) {
    colors.*row.color = QColor::fromRgb(row.values[static_cast<std::size_t>(theme)]);
  }
  return colors;
}

QPalette palette_of(const LookColors& colors) {
  QPalette palette;
  palette.setColor(QPalette::Window, colors.background);
  palette.setColor(QPalette::WindowText, colors.text);
  palette.setColor(QPalette::Base, colors.background);
  palette.setColor(QPalette::AlternateBase, colors.panel);
  palette.setColor(QPalette::Text, colors.text);
  palette.setColor(QPalette::PlaceholderText, colors.quiet);
  palette.setColor(QPalette::BrightText, colors.attention);
  palette.setColor(QPalette::Button, colors.raised);
  palette.setColor(QPalette::ButtonText, colors.text);
  palette.setColor(QPalette::Light, colors.raised);
  palette.setColor(QPalette::Midlight, colors.splitter);
  palette.setColor(QPalette::Mid, colors.line);
  palette.setColor(QPalette::ToolTipBase, colors.raised);
  palette.setColor(QPalette::ToolTipText, colors.text);
  palette.setColor(QPalette::Highlight, colors.selection);
  palette.setColor(QPalette::HighlightedText, colors.text);
  palette.setColor(QPalette::Link, colors.accent);
  palette.setColor(QPalette::LinkVisited, colors.accent_text);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, colors.disabled);
  }
  return palette;
}

/// What the desktop's settings call their theme; empty where there is none.
QString desktop_theme() {
  QString said;
  const QByteArray desktop = qgetenv("XDG_CURRENT_DESKTOP");
  if (desktop.contains("GNOME") || desktop.contains("Unity") || desktop.contains("Cinnamon")) {
    for (const char* key : {"color-scheme", "gtk-theme"}) {
      QProcess ask;
      ask.start(QStringLiteral("gsettings"),
                {QStringLiteral("get"), QStringLiteral("org.gnome.desktop.interface"),
                 QString::fromLatin1(key)});
      if (ask.waitForFinished(kDesktopMs)) said += QString::fromUtf8(ask.readAllStandardOutput());
    }
  }
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::ConfigLocation);
  const QSettings kde(folder + QStringLiteral("/kdeglobals"), QSettings::IniFormat);
  said += kde.value(QStringLiteral("General/ColorScheme")).toString();
  const QSettings gtk(folder + QStringLiteral("/gtk-3.0/settings.ini"), QSettings::IniFormat);
  said += gtk.value(QStringLiteral("Settings/gtk-theme-name")).toString();
  if (gtk.value(QStringLiteral("Settings/gtk-application-prefer-dark-theme")).toBool()) {
    said += QStringLiteral(" dark");
  }
  return said.trimmed();
}

}  // namespace

namespace palette {
QColor background() {
  return QGuiApplication::palette().color(QPalette::Base);
}
QColor panel() {
  return QGuiApplication::palette().color(QPalette::AlternateBase);
}
QColor line() {
  return QGuiApplication::palette().color(QPalette::Mid);
}
QColor text() {
  return QGuiApplication::palette().color(QPalette::WindowText);
}
QColor quiet_text() {
  return QGuiApplication::palette().color(QPalette::PlaceholderText);
}
QColor accent() {
  return QGuiApplication::palette().color(QPalette::Link);
}
QColor selection() {
  return QGuiApplication::palette().color(QPalette::Highlight);
}
}  // namespace palette

Theme theme_from(const std::string& name) {
  if (name == "dark") return Theme::kDark;
  if (name == "light") return Theme::kLight;
  if (name == "high_contrast") return Theme::kHighContrast;
  const QString desktop = desktop_theme();
  if (desktop.contains(QLatin1String("contrast"), Qt::CaseInsensitive)) return Theme::kHighContrast;
  if (desktop.isEmpty() || desktop.contains(QLatin1String("dark"), Qt::CaseInsensitive)) {
    return Theme::kDark;
  }
  return Theme::kLight;
}

void apply_theme(QApplication& /* must exist */, Theme theme) {
  auto* look = dynamic_cast<Look*>(QApplication::style());
  if (look == nullptr) {
    look = new Look;
    QApplication::setStyle(look);  // keeps it
    QFont font = QApplication::font();
    font.setPixelSize(kTextPixels);
    QApplication::setFont(font);
  }
  const LookColors colors = colors_of(theme);
  look->set_colors(colors);
  QApplication::setPalette(palette_of(colors));
  QToolTip::setPalette(palette_of(colors));
}

QString unit_text(const std::string& unit) {
  return unit == "um" || unit == "micron" ? QStringLiteral("µm") : QString::fromStdString(unit);
}

QString short_number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e7) return QString::number(value, 'f', 0);
  return QString::number(value, 'g', 5);
}

}  // namespace karyo::gui
