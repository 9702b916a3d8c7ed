#pragma once

/// Builds the figures of a report: vectors and text, with pixels inside. Only what SVG Tiny 1.2
/// has, so that browsers, Qt and vector editors show the same. Places are millimetres from the top
/// left.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/png_writer.h"

namespace karyo {

struct PointMm {
  double x = 0, y = 0;
};

struct BoxMm {
  double x = 0, y = 0, width = 0, height = 0;
};

enum class Anchor { kStart, kMiddle, kEnd };

struct TextLook {
  double size_mm = 2.9;
  Anchor anchor = Anchor::kStart;
  bool bold = false;
  std::string color = "#1a1a1a";
  double turned = 0;  ///< degrees, clockwise
};

struct LineLook {
  std::string color = "#1a1a1a";
  double width_mm = 0.25;
  std::vector<double> dashes = {};  ///< lengths of line and gap in mm; empty: solid
};

/// A figure's pixels are printed at this many dots a millimetre at least (300 dpi).
inline constexpr double kDotsPerMm = 300 / 25.4;

class SvgPicture {
 public:
  SvgPicture(double width_mm, double height_mm) : width_(width_mm), height_(height_mm) {}

  /// `at`: where the base line begins (or has its middle, or ends).
  void text(PointMm at, std::string_view words, const TextLook& look = {});
  void line(PointMm from, PointMm to, const LineLook& look = {});
  void lines(std::span<const PointMm> points, const LineLook& look);
  /// Either colour may be empty: not drawn.
  void box(const BoxMm& box, const std::string& fill, const std::string& stroke,
           double stroke_mm = 0.2);
  void circle(PointMm center, double radius_mm, const std::string& fill);
  void image(const BoxMm& box, const RgbPicture& pixels);

  double width_mm() const { return width_; }
  double height_mm() const { return height_; }
  /// The element; `label` is read out in its place.
  std::string element(std::string_view label) const;

 private:
  double width_, height_;
  std::string body_;
};

}  // namespace karyo
