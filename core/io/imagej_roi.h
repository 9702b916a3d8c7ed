#pragma once

/// ImageJ's region files (.roi), both ways.
///
/// Format: big-endian, a header of 64 bytes, coordinates, a second header, name and properties;
/// versions 217 to 229 (ImageJ 1.54u). Coordinates are pixel corners: pixel (x, y) covers
/// [x, x+1) x [y, y+1). Every count and offset a file claims is checked against its size before it
/// is believed.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/segment/polygon_fill.h"

namespace karyo {

enum class RoiType : std::uint8_t {
  kPolygon = 0,
  kRectangle = 1,
  kOval = 2,
  kLine = 3,
  kFreeLine = 4,
  kPolyline = 5,
  kNone = 6,
  kFreehand = 7,
  kTraced = 8,
  kAngle = 9,
  kPoint = 10
};

enum class RoiSubtype : std::uint8_t {
  kNone = 0,
  kText = 1,
  kArrow = 2,
  kEllipse = 3,
  kImage = 4,
  kRotatedRectangle = 5
};

/// What a .roi file holds. Everything ImageJ 1.54u stores survives reading and writing.
struct Roi {
  std::string name;  ///< UTF-8; empty where the file has none
  RoiType type = RoiType::kRectangle;
  RoiSubtype subtype = RoiSubtype::kNone;
  /// Bounding box in whole pixels; -32768 to 32767.
  std::int16_t top = 0, left = 0, bottom = 0, right = 0;
  /// Points carry fractions (points, polygons), or `geometry` does (rectangle, oval).
  bool subpixel = false;
  /// Vertices in image coordinates (polygons, lines of several points, points).
  PathF points;
  /// Line, arrow: x1, y1, x2, y2. Sub-pixel rectangle, oval: x, y, width, height. Ellipse and
  /// rotated rectangle: the ends of the long axis.
  std::array<float, 4> geometry{};
  float aspect = 0;  ///< ellipse: short to long axis; rotated rectangle: width
  /// A composite (type kRectangle): 0 move (x, y), 1 line (x, y), 2 quadratic (4 numbers),
  /// 3 cubic (6 numbers), 4 close; each followed by its coordinates.
  std::vector<float> segments;
  std::int16_t arc_size = 0;  ///< rounded rectangle: diameter of the corners

  // Where it belongs, counted from 1; 0: not tied to one.
  std::int32_t position = 0;  ///< slice of a stack
  std::int32_t c = 0, z = 0, t = 0;

  // Looks.
  float stroke_width = 0;  ///< for points: size of the marker, a whole number
  std::uint32_t stroke_color = 0, fill_color = 0;  ///< ARGB; 0: none
  std::uint8_t arrow_style = 0, arrow_head = 0;    ///< for points: `arrow_style` is the marker
  std::uint16_t options = 0;                       ///< ImageJ's bits, without the sub-pixel one
  std::uint16_t group = 0;
  std::uint32_t label_color = 0;
  std::int16_t label_font_size = 0;
  std::uint8_t image_opacity = 0;
  std::int32_t image_size = 0;
  std::string properties;               ///< UTF-8, lines of "key: value"
  std::vector<std::uint32_t> counters;  ///< one a point: low byte counter, the rest slice
  std::vector<std::byte> extra;         ///< text or picture, as stored

  bool composite() const { return !segments.empty(); }
  /// The value of a property, or nothing.
  std::string property(const std::string& key) const;

  friend bool operator==(const Roi&, const Roi&) = default;
};

/// Errors: kBadFile, naming the field that is wrong.
Result<Roi> parse_roi(std::span<const std::byte> bytes);

/// Errors: kInvalidArgument for more than 65535 vertices of anything but points.
Result<std::vector<std::byte>> format_roi(const Roi& roi);

/// The outline of a region that has an area (rectangle, oval, polygon, freehand, traced, ellipse,
/// composite) as closed paths for fill_paths; empty for lines, points, text and pictures. Curves
/// become chords no further than 0.01 pixels from them.
std::vector<PathF> roi_paths(const Roi& roi);

}  // namespace karyo
