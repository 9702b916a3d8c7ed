#pragma once

/// Colours and sizes of the window, in one place: dark, light and high-contrast themes.
///
/// The application's QPalette carries the theme in effect: widgets that paint themselves ask for
/// their colours below whenever they paint, so a change of theme needs no more than a repaint.

#include <QColor>
#include <QString>
#include <string>

class QApplication;

namespace karyo::gui {

/// Of the theme in effect.
namespace palette {
QColor background();  ///< of fields and between panels
QColor panel();
QColor line();
QColor text();
QColor quiet_text();
QColor accent();     ///< selected, running
QColor selection();  ///< behind a selected row
}  // namespace palette

/// What is written over pictures, which are dark in every theme.
inline const QColor kOverPicture{0xd8, 0xda, 0xdd};

inline constexpr int kGrid = 8;            ///< distances are multiples of it
inline constexpr int kControlHeight = 28;
inline constexpr int kLabelWidth = 80;  ///< of labels left of controls

enum class Theme { kDark, kLight, kHighContrast };
/// "dark", "light", "high_contrast"; anything else: as the desktop has it, dark where it says
/// nothing.
Theme theme_from(const std::string& name);

/// Look, palette and 13 px text (scaled by the system). May be called again.
void apply_theme(QApplication& application, Theme theme = Theme::kDark);

/// A number as short as it can be told from its neighbours: 1840, 0.3214, 1.2e-05.
QString short_number(double value);
/// A unit of length as people write it: "um" is µm.
QString unit_text(const std::string& unit);

}  // namespace karyo::gui
