#include "app/gui/theme.h"

#include <QApplication>
#include <QFont>
#include <QPalette>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QStyleFactory>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>

namespace karyo::gui {
namespace {

constexpr int kTextPixels = 13;
constexpr int kDesktopMs = 300;  // a desktop that does not answer by then is not asked

/// Colours by name, in the order of Theme. Text has a contrast of at least 4.5 to what is behind
/// it.
const std::map<QString, std::array<const char*, 3>>& colors() {
  static const std::map<QString, std::array<const char*, 3>> table{
      {"accent", {"#2bb3a3", "#0f8577", "#3df2dc"}},
      {"accent_text", {"#7fd8cc", "#0a6a5f", "#7ffff0"}},
      {"attention", {"#e0a030", "#8a5a00", "#ffc24d"}},
      {"background", {"#1b1c1e", "#ffffff", "#000000"}},
      {"box", {"#62666c", "#82888f", "#ffffff"}},
      {"disabled", {"#73777d", "#8a9097", "#a8a8a8"}},
      {"edge", {"#4a4e54", "#a9afb6", "#ffffff"}},
      {"failure", {"#d9534f", "#c0342f", "#ff7b76"}},
      {"failure_back", {"#2b2526", "#fbeceb", "#2a0000"}},
      {"hover", {"#383c41", "#dde0e4", "#2a2a2a"}},
      {"line", {"#3a3d42", "#c9cdd2", "#ffffff"}},
      {"list", {"#1f2023", "#ffffff", "#000000"}},
      {"off", {"#55595f", "#b9bec4", "#8c8c8c"}},
      {"on_primary", {"#ffffff", "#ffffff", "#ffffff"}},
      {"panel", {"#242629", "#f3f4f6", "#000000"}},
      {"pressed", {"#24514c", "#b9dfd9", "#006d62"}},
      {"primary", {"#1d7f74", "#0f766b", "#00665c"}},
      {"primary_hover", {"#22918a", "#0c6359", "#00877a"}},
      {"quiet", {"#9a9ea4", "#565c63", "#e6e6e6"}},
      {"raised", {"#2e3135", "#e9ebee", "#000000"}},
      {"scroll", {"#44484d", "#b4bac1", "#ffffff"}},
      {"selection", {"#35524f", "#c6e8e3", "#00524a"}},
      {"splitter", {"#2a2c30", "#dfe2e6", "#ffffff"}},
      {"text", {"#d8dadd", "#1e2023", "#ffffff"}},
      {"text_selection", {"#24736a", "#a9ddd6", "#00665c"}},
  };
  return table;
}

QColor color(Theme theme, const char* name) {
  return QColor(QLatin1String(colors().at(QLatin1String(name))[static_cast<std::size_t>(theme)]));
}

/// Names between @ stand for colours.
QString style_sheet(Theme theme) {
  QString sheet = QStringLiteral(R"(
QWidget { color: @text@; }
QMainWindow, QDialog { background: @background@; }
QToolTip { background: @raised@; color: @text@; border: 1px solid @edge@; padding: 4px; }
QMenuBar { background: @panel@; padding: 2px 4px; }
QMenuBar::item { padding: 4px 10px; background: transparent; border-radius: 3px; }
QMenuBar::item:selected { background: @line@; }
QMenu { background: @panel@; border: 1px solid @line@; padding: 4px 0; }
QMenu::item { padding: 5px 24px 5px 24px; }
QMenu::item:selected { background: @selection@; }
QMenu::item:disabled { color: @disabled@; }
QMainWindow::separator { background: @panel@; height: 1px; width: 1px; }
QMenu::separator { height: 1px; background: @line@; margin: 4px 8px; }
QToolButton, QPushButton { background: @raised@; border: 1px solid @line@; border-radius: 4px;
  padding: 3px 8px; min-height: 20px; }
QToolButton:hover, QPushButton:hover { background: @hover@; }
QToolButton:pressed, QPushButton:pressed, QToolButton:checked { background: @pressed@;
  border-color: @accent@; }
QToolButton:disabled, QPushButton:disabled { color: @disabled@; }
QPushButton:focus, QToolButton:focus { border-color: @accent@; }
QToolButton[flat="true"] { background: transparent; border-color: transparent; padding: 2px; }
QToolButton[flat="true"]:hover { background: @hover@; }
QToolButton[flat="true"]:checked { background: @pressed@; border-color: @accent@; }
QToolButton[flat="true"]:focus { border-color: @accent@; }
QPushButton[primary="true"] { background: @primary@; border-color: @accent@; color: @on_primary@;
  padding: 5px 16px; }
QPushButton[primary="true"]:hover { background: @primary_hover@; }
QPushButton[primary="true"]:disabled { background: @off@; border-color: @line@; color: @disabled@; }
QLineEdit, QAbstractSpinBox, QComboBox { background: @background@; border: 1px solid @line@;
  border-radius: 4px; padding: 2px 6px; min-height: 20px; selection-background-color: @text_selection@; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: @accent@; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { width: 0; height: 0; border-left: 4px solid @panel@;
  border-right: 4px solid @panel@; border-top: 5px solid @quiet@; margin-right: 6px; }
QComboBox QAbstractItemView { background: @panel@; border: 1px solid @line@;
  selection-background-color: @selection@; outline: none; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @box@; border-radius: 3px;
  background: @background@; }
QCheckBox::indicator:checked { background: @accent@; border-color: @accent@; }
QCheckBox:focus { color: @accent_text@; }
QListWidget { background: @list@; border: 1px solid @line@; border-radius: 4px; outline: none; }
QSlider { min-height: 20px; background: transparent; }
QSlider::groove:horizontal { height: 4px; background: @line@; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent@; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 7px;
  background: @text@; border: 1px solid @background@; }
QSlider::handle:horizontal:focus { background: @accent_text@; }
QSlider::sub-page:horizontal:disabled { background: @off@; }
QProgressBar { background: @line@; border: none; border-radius: 4px; }
QProgressBar::chunk { background: @accent@; border-radius: 4px; }
QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { width: 10px; background: transparent; }
QScrollBar::handle:vertical { background: @scroll@; border-radius: 5px; min-height: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; }
QSplitter::handle { background: @splitter@; }
QSplitter::handle:hover { background: @accent@; }
*[role="panel"] { background: @panel@; }
QLabel[role="quiet"] { color: @quiet@; }
QLabel[role="score"] { color: @text@; font-size: 28px; font-weight: 600; }
QLabel[role="title"] { color: @text@; font-weight: 600; }
QLabel[role="key"] { color: @accent_text@; }
QLabel[role="work"] { color: @accent_text@; }
QLabel[role="attention"] { color: @attention@; }
*[role="gaps"] { background: @splitter@; }
*[role="line"] { background: @line@; }
QFrame[role="popup"] { background: @panel@; border: 1px solid @edge@; border-radius: 6px; }
QFrame[role="popup"] QListWidget::item { height: 28px; padding-left: 6px; border: none;
  background: transparent; }
QFrame[role="popup"] QListWidget::item:selected { background: @selection@; color: @text@; }
QFrame[role="offer"] { background: @raised@; border: none; border-left: 4px solid @accent@; }
QFrame[role="failure"] { background: @failure_back@; border: none; border-left: 4px solid @failure@; }
QTreeWidget { background: @list@; alternate-background-color: @panel@;
  border: 1px solid @line@; border-radius: 4px; outline: none; }
QTreeWidget::item { min-height: 24px; }
QTreeWidget::item:selected { background: @selection@; color: @text@; }
QTableView { background: @list@; border: 1px solid @line@; border-radius: 4px; outline: none;
  selection-background-color: @selection@; selection-color: @text@; }
QTabWidget::pane { border: none; border-top: 1px solid @line@; }
QTabBar { font-size: 12px; }
QTabBar::tab { background: transparent; border: none; border-bottom: 2px solid transparent;
  padding: 5px 6px; }
QTabBar::tab:hover { background: @hover@; }
QTabBar::tab:selected { border-bottom-color: @accent@; }
QHeaderView::section { background: @panel@; border: none; border-bottom: 1px solid @line@;
  padding: 4px 6px; }
)");
  for (const auto& [name, values] : colors()) {
    sheet.replace(QLatin1Char('@') + name + QLatin1Char('@'),
                  QLatin1String(values[static_cast<std::size_t>(theme)]));
  }
  return sheet;
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

void apply_theme(QApplication& application, Theme theme) {
  const QString sheet = style_sheet(theme);
  if (sheet == application.styleSheet()) return;
  // Each of these lines goes through all widgets there are, so another theme does what differs.
  if (application.styleSheet().isEmpty()) {
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QFont font = QApplication::font();
    font.setPixelSize(kTextPixels);
    QApplication::setFont(font);
  }
  QPalette palette;
  const auto set = [&](QPalette::ColorRole role, const char* name) {
    palette.setColor(role, color(theme, name));
  };
  set(QPalette::Window, "background");
  set(QPalette::WindowText, "text");
  set(QPalette::Base, "background");
  set(QPalette::AlternateBase, "panel");
  set(QPalette::Text, "text");
  set(QPalette::PlaceholderText, "quiet");
  set(QPalette::Button, "raised");
  set(QPalette::ButtonText, "text");
  set(QPalette::Mid, "line");
  set(QPalette::ToolTipBase, "raised");
  set(QPalette::ToolTipText, "text");
  set(QPalette::Highlight, "selection");
  set(QPalette::HighlightedText, "text");
  set(QPalette::Link, "accent");
  QApplication::setPalette(palette);
  application.setStyleSheet(sheet);
}

QString unit_text(const std::string& unit) {
  return unit == "um" || unit == "micron" ? QStringLiteral("µm") : QString::fromStdString(unit);
}

QString short_number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e7) return QString::number(value, 'f', 0);
  return QString::number(value, 'g', 5);
}

}  // namespace karyo::gui
