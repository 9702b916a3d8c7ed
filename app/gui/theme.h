#pragma once

/// Colours and sizes of the window, in one place.

#include <QColor>
#include <QIcon>
#include <QString>
#include <string>

class QApplication;

namespace karyo::gui {

namespace palette {
inline const QColor kBackground{0x1b, 0x1c, 0x1e};
inline const QColor kPanel{0x24, 0x26, 0x29};
inline const QColor kRaised{0x2e, 0x31, 0x35};
inline const QColor kLine{0x3a, 0x3d, 0x42};
inline const QColor kText{0xd8, 0xda, 0xdd};
inline const QColor kQuietText{0x9a, 0x9e, 0xa4};
inline const QColor kAccent{0x2b, 0xb3, 0xa3};     ///< selected, running
inline const QColor kAttention{0xe0, 0xa0, 0x30};  ///< needs attention
inline const QColor kFailure{0xd9, 0x53, 0x4f};    ///< loss or failure only
}  // namespace palette

inline constexpr int kGrid = 8;            ///< distances are multiples of it
inline constexpr int kControlHeight = 28;
inline constexpr int kLabelWidth = 72;     ///< of labels left of controls

/// Fusion style, dark palette, 13 px text (scaled by the system), style sheet.
void apply_theme(QApplication& application);

enum class LineIcon {
  kEye,
  kEyeOff,
  kUp,
  kDown,
  kDelete,
  kMaximise,
  kRestore,
  kClose,
  kImage,
  kLabels,
  kAuto,
  kCancel,
  kPlay,
  kPause,
  kLock
};
/// A 16 px line icon that follows the screen's scale.
QIcon line_icon(LineIcon icon, const QColor& color = palette::kText);
/// The program's icon, as app/gui/resources/karyoscope.svg has it.
QIcon application_icon();

/// A number as short as it can be told from its neighbours: 1840, 0.3214, 1.2e-05.
QString short_number(double value);
/// A unit of length as people write it: "um" is µm.
QString unit_text(const std::string& unit);

}  // namespace karyo::gui
