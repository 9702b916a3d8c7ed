#include "core/io/imagej_roi.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/io/utf16.h"

namespace karyo {
namespace {

constexpr std::size_t kHeaderBytes = 64;
constexpr std::int16_t kWrittenVersion = 229;
constexpr std::uint16_t kSubpixelOption = 128, kScaleStrokeOption = 8192;

Error broken(const std::string& what) {
  return {ErrorCode::kBadFile, "the ROI " + what,
          "Save it again from ImageJ; the file is damaged or no ROI."};
}

/// Big-endian fields; positions are checked by the caller with holds().
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}
  bool holds(std::size_t at, std::size_t count) const {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }
  std::size_t size() const { return bytes_.size(); }
  std::uint8_t u8(std::size_t at) const { return std::to_integer<std::uint8_t>(bytes_[at]); }
  std::uint16_t u16(std::size_t at) const {
    return static_cast<std::uint16_t>((u8(at) << 8) | u8(at + 1));
  }
  std::int16_t i16(std::size_t at) const { return static_cast<std::int16_t>(u16(at)); }
  std::uint32_t u32(std::size_t at) const {
    return (std::uint32_t{u16(at)} << 16) | std::uint32_t{u16(at + 2)};
  }
  std::int32_t i32(std::size_t at) const { return static_cast<std::int32_t>(u32(at)); }
  float f32(std::size_t at) const { return std::bit_cast<float>(u32(at)); }
  std::span<const std::byte> part(std::size_t at, std::size_t count) const {
    return bytes_.subspan(at, count);
  }

 private:
  std::span<const std::byte> bytes_;
};

class Writer {
 public:
  explicit Writer(std::size_t size) : bytes_(size) {}
  std::size_t size() const { return bytes_.size(); }
  void u8(std::size_t at, unsigned value) { bytes_[at] = static_cast<std::byte>(value); }
  void u16(std::size_t at, unsigned value) {
    u8(at, (value >> 8) & 0xFF);
    u8(at + 1, value & 0xFF);
  }
  void i16(std::size_t at, int value) { u16(at, static_cast<unsigned>(value) & 0xFFFF); }
  void u32(std::size_t at, std::uint32_t value) {
    u16(at, value >> 16);
    u16(at + 2, value & 0xFFFF);
  }
  void i32(std::size_t at, std::int64_t value) { u32(at, static_cast<std::uint32_t>(value)); }
  void f32(std::size_t at, float value) { u32(at, std::bit_cast<std::uint32_t>(value)); }
  std::size_t grow(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return bytes_.size() - count;
  }
  void append(std::span<const std::byte> more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

bool has_points(RoiType type) {
  switch (type) {
    case RoiType::kPolygon:
    case RoiType::kFreeLine:
    case RoiType::kPolyline:
    case RoiType::kFreehand:
    case RoiType::kTraced:
    case RoiType::kAngle:
    case RoiType::kPoint:
      return true;
    default:
      return false;
  }
}

bool uses_aspect(RoiSubtype subtype) {
  return subtype == RoiSubtype::kEllipse || subtype == RoiSubtype::kRotatedRectangle;
}

/// Reads the points; returns where they end.
Result<std::size_t> parse_points(const Fields& in, int version, Roi& roi) {
  std::size_t count = in.u16(16);
  // Point ROIs beyond 65535 points keep their number where lines keep x1.
  if (count == 0 && roi.type == RoiType::kPoint) {
    count = static_cast<std::size_t>(std::max(0, in.i32(18)));
    roi.geometry[0] = 0;
  }
  if (!in.holds(kHeaderBytes, count * 4)) {
    return broken("claims " + std::to_string(count) + " points, but ends after " +
                  std::to_string(in.size()) + " bytes");
  }
  const std::size_t floats = kHeaderBytes + count * 4;
  roi.subpixel = roi.subpixel && version >= 222;
  if (roi.subpixel && !in.holds(floats, count * 8)) {
    return broken("claims " + std::to_string(count) + " sub-pixel points, but ends after " +
                  std::to_string(in.size()) + " bytes");
  }
  roi.points.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (roi.subpixel) {
      const PointF point{in.f32(floats + 4 * i), in.f32(floats + 4 * (count + i))};
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
        return broken("has a point that is no number (point " + std::to_string(i + 1) + ")");
      }
      roi.points.push_back(point);
    } else {
      const int x = std::max<int>(0, in.i16(kHeaderBytes + 2 * i));
      const int y = std::max<int>(0, in.i16(kHeaderBytes + 2 * (count + i)));
      roi.points.push_back({static_cast<double>(roi.left + x), static_cast<double>(roi.top + y)});
    }
  }
  return floats + (roi.subpixel ? count * 8 : 0);
}

Result<void> parse_segments(const Fields& in, std::size_t count, Roi& roi) {
  if (!in.holds(kHeaderBytes, count * 4)) {
    return broken("claims a composite of " + std::to_string(count) + " numbers, but ends after " +
                  std::to_string(in.size()) + " bytes");
  }
  roi.segments.resize(count);
  for (std::size_t i = 0; i < count; ++i) roi.segments[i] = in.f32(kHeaderBytes + 4 * i);
  static constexpr std::array<std::size_t, 5> kNumbers = {2, 2, 4, 6, 0};
  for (std::size_t i = 0; i < count;) {
    const float kind = roi.segments[i];
    if (!(kind >= 0 && kind <= 4) || kind != std::floor(kind)) {
      return broken("has a composite with an unknown step at number " + std::to_string(i));
    }
    const std::size_t numbers = kNumbers[static_cast<std::size_t>(kind)];
    if (numbers > count - i - 1) return broken("has a composite that ends within a step");
    for (std::size_t k = 1; k <= numbers; ++k) {
      if (!std::isfinite(roi.segments[i + k])) {
        return broken("has a composite with a coordinate that is no number");
      }
    }
    i += numbers + 1;
  }
  return {};
}

Result<std::string> parse_text(const Fields& in, std::int32_t offset, std::int32_t units,
                               const std::string& what) {
  if (offset <= 0 || units <= 0) return std::string();
  const auto at = static_cast<std::size_t>(offset), bytes = static_cast<std::size_t>(units) * 2;
  if (!in.holds(at, bytes)) return broken("has its " + what + " beyond the end of the file");
  return utf8_from_utf16be(in.part(at, bytes));
}

Result<void> parse_second_header(const Fields& in, std::size_t at, int version, Roi& roi) {
  if (!in.holds(at, 52)) return broken("has its second header beyond the end of the file");
  roi.c = std::max(0, in.i32(at + 4));
  roi.z = std::max(0, in.i32(at + 8));
  roi.t = std::max(0, in.i32(at + 12));
  KARYO_TRY(roi.name, parse_text(in, in.i32(at + 16), in.i32(at + 20), "name"));
  roi.label_color = in.u32(at + 24);
  roi.label_font_size = in.i16(at + 28);
  roi.group = in.u8(at + 30);
  if (roi.group == 0 && version >= 229 && in.holds(at, 54)) roi.group = in.u16(at + 52);
  roi.image_opacity = in.u8(at + 31);
  roi.image_size = in.i32(at + 32);
  const float stroke = in.f32(at + 36);
  if (stroke > 0 && std::isfinite(stroke)) roi.stroke_width = stroke;
  KARYO_TRY(roi.properties, parse_text(in, in.i32(at + 40), in.i32(at + 44), "properties"));
  const std::int32_t counters = in.i32(at + 48);
  if (counters > 0 && roi.type == RoiType::kPoint) {
    const auto first = static_cast<std::size_t>(counters);
    if (!in.holds(first, roi.points.size() * 4)) {
      return broken("has its point counters beyond the end of the file");
    }
    for (std::size_t i = 0; i < roi.points.size(); ++i) {
      roi.counters.push_back(in.u32(first + 4 * i));
    }
  }
  return {};
}

std::int16_t clamped(double value) {
  return static_cast<std::int16_t>(std::clamp(value, -32768.0, 32767.0));
}

}  // namespace

std::string Roi::property(const std::string& key) const {
  std::size_t at = 0;
  while (at < properties.size()) {
    const std::size_t end = std::min(properties.find('\n', at), properties.size());
    const std::string line = properties.substr(at, end - at);
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && line.substr(0, colon) == key) {
      const std::size_t value = line.find_first_not_of(" \t", colon + 1);
      return value == std::string::npos ? "" : line.substr(value);
    }
    at = end + 1;
  }
  return "";
}

Result<Roi> parse_roi(std::span<const std::byte> bytes) {
  const Fields in(bytes);
  if (in.size() < kHeaderBytes) {
    return broken("is cut within its header (" + std::to_string(in.size()) + " of 64 bytes)");
  }
  if (std::memcmp(bytes.data(), "Iout", 4) != 0) {
    return broken("does not begin with \"Iout\"");
  }
  Roi roi;
  const int version = in.i16(4);
  if (in.u8(6) > static_cast<int>(RoiType::kPoint)) {
    return broken("is of the unknown type " + std::to_string(in.u8(6)));
  }
  roi.type = static_cast<RoiType>(in.u8(6));
  roi.top = in.i16(8);
  roi.left = in.i16(10);
  roi.bottom = in.i16(12);
  roi.right = in.i16(14);
  if (version >= 218) {
    roi.stroke_width = static_cast<float>(std::max<int>(0, in.i16(34)));
    roi.stroke_color = in.u32(40);
    roi.fill_color = in.u32(44);
    const int subtype = in.i16(48);
    if (subtype < 0 || subtype > static_cast<int>(RoiSubtype::kRotatedRectangle)) {
      return broken("is of the unknown subtype " + std::to_string(subtype));
    }
    roi.subtype = static_cast<RoiSubtype>(subtype);
    roi.options = in.u16(50);
  }
  // Until version 228 line widths always followed the zoom.
  if (version < 228) roi.options |= kScaleStrokeOption;
  roi.subpixel = (roi.options & kSubpixelOption) != 0;
  roi.options &= static_cast<std::uint16_t>(~kSubpixelOption);
  for (std::size_t i = 0; i < 4; ++i) roi.geometry[i] = in.f32(18 + 4 * i);
  if (uses_aspect(roi.subtype)) {
    roi.aspect = in.f32(52);
  } else {
    roi.arrow_style = in.u8(52);
    roi.arrow_head = in.u8(53);
    roi.arc_size = in.i16(54);
  }
  roi.position = std::max(0, in.i32(56));

  std::size_t end = kHeaderBytes;
  const std::int32_t segments = in.i32(36);
  if (segments < 0) return broken("claims a composite of negative size");
  if (segments > 0) {
    if (roi.type != RoiType::kRectangle) return broken("is a composite of the wrong type");
    KARYO_CHECK_OK(parse_segments(in, static_cast<std::size_t>(segments), roi));
    end += static_cast<std::size_t>(segments) * 4;
  } else if (has_points(roi.type)) {
    KARYO_TRY(end, parse_points(in, version, roi));
  } else {
    roi.subpixel = roi.subpixel && version >= 223;
  }
  const bool by_geometry = roi.type == RoiType::kLine || uses_aspect(roi.subtype) ||
                           (roi.subpixel && !has_points(roi.type));
  for (const float number : roi.geometry) {
    if (by_geometry && !std::isfinite(number)) return broken("has a coordinate that is no number");
  }
  if (uses_aspect(roi.subtype) && !std::isfinite(roi.aspect)) {
    return broken("has a width or aspect ratio that is no number");
  }
  const bool shown_size = roi.right >= roi.left && roi.bottom >= roi.top;
  if (!shown_size && (roi.type == RoiType::kRectangle || roi.type == RoiType::kOval)) {
    return broken("has a bounding box of negative size");
  }

  const std::int32_t second = in.i32(60);
  if (second != 0) {
    if (second < static_cast<std::int32_t>(kHeaderBytes)) {
      return broken("has its second header outside the file");
    }
    KARYO_CHECK_OK(parse_second_header(in, static_cast<std::size_t>(second), version, roi));
  }
  if (roi.subtype == RoiSubtype::kText || roi.subtype == RoiSubtype::kImage) {
    std::size_t last = in.size();
    if (second != 0) last = std::max(end, static_cast<std::size_t>(second));
    const auto extra = in.part(end, last - end);
    roi.extra.assign(extra.begin(), extra.end());
  }
  return roi;
}

Result<std::vector<std::byte>> format_roi(const Roi& roi) {
  const std::size_t count = has_points(roi.type) && !roi.composite() ? roi.points.size() : 0;
  if (count > 65535 && roi.type != RoiType::kPoint) {
    return Error(ErrorCode::kInvalidArgument,
                 "an outline of " + std::to_string(count) + " points does not fit into a .roi file",
                 "Write it as a composite.");
  }
  Writer out(kHeaderBytes);
  for (std::size_t i = 0; i < 4; ++i) out.u8(i, static_cast<unsigned>("Iout"[i]));
  out.i16(4, kWrittenVersion);
  out.u8(6, static_cast<unsigned>(roi.type));
  out.i16(8, roi.top);
  out.i16(10, roi.left);
  out.i16(12, roi.bottom);
  out.i16(14, roi.right);
  for (std::size_t i = 0; i < 4; ++i) out.f32(18 + 4 * i, roi.geometry[i]);
  if (count > 65535) {
    out.i32(18, static_cast<std::int64_t>(count));
  } else {
    out.u16(16, static_cast<unsigned>(count));
  }
  out.i16(34, clamped(std::round(roi.stroke_width)));
  out.u32(36, static_cast<std::uint32_t>(roi.segments.size()));
  out.u32(40, roi.stroke_color);
  out.u32(44, roi.fill_color);
  out.i16(48, static_cast<int>(roi.subtype));
  out.u16(50, static_cast<unsigned>(roi.options | (roi.subpixel ? kSubpixelOption : 0)));
  if (uses_aspect(roi.subtype)) {
    out.f32(52, roi.aspect);
  } else {
    out.u8(52, roi.arrow_style);
    out.u8(53, roi.arrow_head);
    out.i16(54, roi.arc_size);
  }
  out.i32(56, roi.position);

  std::size_t at = out.grow(roi.segments.size() * 4);
  for (std::size_t i = 0; i < roi.segments.size(); ++i) out.f32(at + 4 * i, roi.segments[i]);
  at = out.grow(count * 4);
  for (std::size_t i = 0; i < count; ++i) {
    out.i16(at + 2 * i, clamped(std::floor(roi.points[i].x) - roi.left));
    out.i16(at + 2 * (count + i), clamped(std::floor(roi.points[i].y) - roi.top));
  }
  if (roi.subpixel && count > 0) {
    at = out.grow(count * 8);
    for (std::size_t i = 0; i < count; ++i) {
      out.f32(at + 4 * i, static_cast<float>(roi.points[i].x));
      out.f32(at + 4 * (count + i), static_cast<float>(roi.points[i].y));
    }
  }
  out.append(roi.extra);

  const std::size_t second = out.grow(64);
  out.i32(60, static_cast<std::int64_t>(second));
  out.i32(second + 4, roi.c);
  out.i32(second + 8, roi.z);
  out.i32(second + 12, roi.t);
  const auto append_text = [&](const std::string& text, std::size_t field) {
    const auto units = utf16be_from_utf8(text);
    if (units.empty()) return;
    out.i32(field, static_cast<std::int64_t>(out.size()));
    out.i32(field + 4, static_cast<std::int64_t>(units.size() / 2));
    out.append(units);
  };
  append_text(roi.name, second + 16);
  out.u32(second + 24, roi.label_color);
  out.i16(second + 28, roi.label_font_size);
  if (roi.group <= 255) {
    out.u8(second + 30, roi.group);
  } else {
    out.u16(second + 52, roi.group);
  }
  out.u8(second + 31, roi.image_opacity);
  out.i32(second + 32, roi.image_size);
  // Points keep the size of their marker in the first header alone.
  if (roi.type != RoiType::kPoint) out.f32(second + 36, roi.stroke_width);
  append_text(roi.properties, second + 40);
  if (!roi.counters.empty() && roi.counters.size() == count) {
    at = out.grow(count * 4);
    out.i32(second + 48, static_cast<std::int64_t>(at));
    for (std::size_t i = 0; i < count; ++i) out.u32(at + 4 * i, roi.counters[i]);
  }
  return out.take();
}

}  // namespace karyo
