#include "app/report/svg_picture.h"

#include "app/report/markup.h"
#include "app/report/number_text.h"

namespace karyo {
namespace {

// A user unit is a tenth of a millimetre: renderers round sizes of letters to whole units.
constexpr double kUnitsPerMm = 10;

/// A length in user units, without needless zeros.
std::string units(double mm) {
  std::string number = fixed_text(mm * kUnitsPerMm, 1);
  if (number.ends_with(".0")) number.resize(number.size() - 2);
  return number;
}

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + escaped(value) + "\"";
}

std::string stroke_of(const LineLook& look) {
  std::string text = attribute("stroke", look.color) +
                     attribute("stroke-width", units(look.width_mm)) + " fill=\"none\"";
  if (look.dashes.empty()) return text;
  std::string dashes;
  for (const double dash : look.dashes) dashes += (dashes.empty() ? "" : ",") + units(dash);
  return text + attribute("stroke-dasharray", dashes);
}

std::string box_of(const BoxMm& box) {
  return attribute("x", units(box.x)) + attribute("y", units(box.y)) +
         attribute("width", units(box.width)) + attribute("height", units(box.height));
}

}  // namespace

void SvgPicture::text(PointMm at, std::string_view words, const TextLook& look) {
  const char* anchor = look.anchor == Anchor::kStart    ? "start"
                       : look.anchor == Anchor::kMiddle ? "middle"
                                                        : "end";
  body_ += "<text" + attribute("x", units(at.x)) + attribute("y", units(at.y)) +
           attribute("font-size", units(look.size_mm)) + attribute("text-anchor", anchor) +
           attribute("fill", look.color) + (look.bold ? " font-weight=\"bold\"" : "");
  if (look.turned != 0) {
    body_ += " transform=\"rotate(" + std::to_string(static_cast<int>(look.turned)) + " " +
             units(at.x) + " " + units(at.y) + ")\"";
  }
  body_ += ">" + escaped(words) + "</text>\n";
}

void SvgPicture::line(PointMm from, PointMm to, const LineLook& look) {
  body_ += "<line" + attribute("x1", units(from.x)) + attribute("y1", units(from.y)) +
           attribute("x2", units(to.x)) + attribute("y2", units(to.y)) + stroke_of(look) + "/>\n";
}

void SvgPicture::lines(std::span<const PointMm> points, const LineLook& look) {
  if (points.size() < 2) return;
  body_ += "<polyline points=\"";
  for (const PointMm& point : points) body_ += units(point.x) + "," + units(point.y) + " ";
  body_.back() = '"';
  body_ += stroke_of(look) + " stroke-linejoin=\"round\"/>\n";
}

void SvgPicture::box(const BoxMm& box, const std::string& fill, const std::string& stroke,
                     double stroke_mm) {
  body_ += "<rect" + box_of(box) + attribute("fill", fill.empty() ? "none" : fill);
  if (!stroke.empty()) {
    body_ += attribute("stroke", stroke) + attribute("stroke-width", units(stroke_mm));
  }
  body_ += "/>\n";
}

void SvgPicture::circle(PointMm center, double radius_mm, const std::string& fill) {
  body_ += "<circle" + attribute("cx", units(center.x)) + attribute("cy", units(center.y)) +
           attribute("r", units(radius_mm)) + attribute("fill", fill) + "/>\n";
}

void SvgPicture::image(const BoxMm& box, const RgbPicture& pixels) {
  const auto png = encode_png(pixels);
  if (!png) return;  // a picture without pixels shows nothing
  body_ += "<image" + box_of(box) +
           " preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64," + base64(*png) +
           "\"/>\n";
}

std::string SvgPicture::element(std::string_view label) const {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" "
         "xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.2\" baseProfile=\"tiny\" "
         "role=\"img\"" +
         attribute("aria-label", std::string(label)) +
         attribute("width", units(width_ / 10) + "mm") +
         attribute("height", units(height_ / 10) + "mm") + " viewBox=\"0 0 " + units(width_) + " " +
         units(height_) +
         "\" font-family=\"sans-serif\" "
         "font-weight=\"normal\">\n" +
         body_ + "</svg>\n";
}

}  // namespace karyo
