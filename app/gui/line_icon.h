#pragma once

/// The window's icons: thin lines, drawn by the program at any size.

#include <QColor>
#include <QIcon>
#include <QPalette>

namespace karyo::gui {

enum class LineIcon {
  kEye,
  kEyeOff,
  kUp,
  kDown,
  kRight,
  kDelete,
  kMaximise,
  kRestore,
  kClose,
  kImage,
  kLabels,
  kPoints,
  kTracks,
  kSurface,
  kAuto,
  kCancel,
  kPlay,
  kPause,
  kLock,
  kHand,
  kLine,
  kRectangle,
  kAngle,
  kArea,
  kBrush,
  kEraser,
  kFill,
  kPick,
  kDrawPoint,  // these have a plus: they add
  kDrawRectangle,
  kDrawEllipse,
  kDrawPolygon,
  kDrawLine,
  kDrawPolyline,
  kDrawFreehand,
  kAreaRectangle,  // these are filled: they become objects
  kAreaEllipse,
  kAreaPolygon,
  kLasso,
  kSmartOutline,
  kWand,
  kOneClick,
  kModelClick,
  kCut,
  kSeeds,
  kMerge,
  kMoveObject
};
/// A 16 px line icon that follows the screen's scale and the theme in effect.
QIcon line_icon(LineIcon icon, QPalette::ColorRole role = QPalette::WindowText);
/// The same in one colour.
QIcon line_icon(LineIcon icon, const QColor& color);
/// The program's icon, as app/gui/resources/karyoscope.svg has it.
QIcon application_icon();

}  // namespace karyo::gui
