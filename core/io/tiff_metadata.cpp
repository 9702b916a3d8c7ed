#include "core/io/tiff_metadata.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/io/axis_places.h"

namespace karyo::io {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\0'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Never by the user's locale.
double number_from(std::string_view text, double otherwise) {
  double value = 0;
  text = trimmed(text);
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && std::isfinite(value) ? value : otherwise;
}

std::int64_t count_from(std::string_view text) {
  const double value = number_from(text, 1);
  return value >= 1 && value < 1e15 ? static_cast<std::int64_t>(value) : 1;
}

/// Bytes of a UTF-8 text that are valid; anything else becomes '?'. Keeps JSON output sound.
std::string valid_utf8(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80                    ? 1
                               : lead >= 0xc2 && lead <= 0xdf ? 2
                               : lead >= 0xe0 && lead <= 0xef ? 3
                               : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                              : 0;
    bool good = length > 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) {
      good = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    }
    if (good) result.append(text.substr(i, length));
    if (!good) result += '?';
    i += good ? length : 1;
  }
  return result;
}

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | code >> 18);
    text += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  }
}

/// ImageJ writes letters outside ASCII as backslash, u, four hexadecimal digits.
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t code = 0;
    if (text.substr(i, 2) == "\\u" && i + 6 <= text.size() &&
        std::from_chars(text.data() + i + 2, text.data() + i + 6, code, 16).ptr ==
            text.data() + i + 6 &&
        (code < 0xd800 || code > 0xdfff)) {
      append_utf8(result, code);
      i += 6;
    } else {
      result += text[i++];
    }
  }
  return valid_utf8(result);
}

template <typename T>
T value_at(std::span<const std::byte> bytes, std::size_t at, bool big_endian) {
  std::array<std::byte, sizeof(T)> raw{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), sizeof(T), raw.begin());
  if (big_endian != (std::endian::native == std::endian::big)) std::reverse(raw.begin(), raw.end());
  return std::bit_cast<T>(raw);
}

std::string from_utf16(std::span<const std::byte> bytes, bool big_endian) {
  std::string text;
  for (std::size_t at = 0; at + 2 <= bytes.size(); at += 2) {
    std::uint32_t code = value_at<std::uint16_t>(bytes, at, big_endian);
    if (code >= 0xd800 && code < 0xdc00 && at + 4 <= bytes.size()) {
      const std::uint32_t low = value_at<std::uint16_t>(bytes, at + 2, big_endian);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 2;
      }
    }
    if (code >= 0xd800 && code < 0xe000) code = '?';
    append_utf8(text, code);
  }
  return text;
}

}  // namespace

std::string normal_unit(std::string_view unit) {
  const std::string word = lower(unescaped(trimmed(unit)));
  if (word.empty() || word == "pixel" || word == "pixels" || word == "px" || word == "voxel" ||
      word == "reference frame" || word == "referenceframe") {
    return "pixel";
  }
  // U+00B5 micro sign, U+03BC Greek mu.
  for (const char* micron : {"um", "\u00b5m", "\u03bcm", "micron", "microns", "micrometer",
                             "micrometers", "micrometre", "micrometres"}) {
    if (word == micron) return "um";
  }
  if (word == "nanometer" || word == "nanometers") return "nm";
  if (word == "millimeter" || word == "millimeters") return "mm";
  return unescaped(trimmed(unit)).substr(0, 64);
}

double unit_in_um(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 10> kLengths{{{"um", 1},
                                                                          {"nm", 1e-3},
                                                                          {"mm", 1e3},
                                                                          {"cm", 1e4},
                                                                          {"m", 1e6},
                                                                          {"pm", 1e-6},
                                                                          {"\u00c5", 1e-4},
                                                                          {"inch", 25400},
                                                                          {"in", 25400},
                                                                          {"dm", 1e5}}};
  const std::string word = normal_unit(unit);
  for (const auto& [name, length] : kLengths) {
    if (word == name) return length;
  }
  return 0;
}

double unit_in_seconds(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 13> kTimes{{{"s", 1},
                                                                        {"sec", 1},
                                                                        {"secs", 1},
                                                                        {"second", 1},
                                                                        {"seconds", 1},
                                                                        {"ms", 1e-3},
                                                                        {"msec", 1e-3},
                                                                        {"\u00b5s", 1e-6},
                                                                        {"us", 1e-6},
                                                                        {"min", 60},
                                                                        {"h", 3600},
                                                                        {"hour", 3600},
                                                                        {"d", 86400}}};
  const std::string word = lower(trimmed(unit));
  for (const auto& [name, seconds] : kTimes) {
    if (word == name) return seconds;
  }
  return 0;
}

std::optional<ImageJDescription> parse_imagej_description(std::string_view text) {
  if (!text.starts_with("ImageJ=")) return std::nullopt;
  ImageJDescription found;
  bool has_low = false;
  bool has_high = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, equals);
    const std::string_view value = line.substr(equals + 1);
    if (key == "images") found.images = count_from(value);
    if (key == "channels") found.channels = count_from(value);
    if (key == "slices") found.slices = count_from(value);
    if (key == "frames") found.frames = count_from(value);
    if (key == "unit") found.unit = normal_unit(value);
    if (key == "yunit") found.unit_y = normal_unit(value);
    if (key == "zunit") found.unit_z = normal_unit(value);
    // Old stacks store it negative (ImageJ takes the absolute value, too).
    if (key == "spacing") found.spacing = std::abs(number_from(value, 0));
    if (key == "finterval") found.frame_interval = std::max(0.0, number_from(value, 0));
    if (key == "tunit") found.time_unit = valid_utf8(trimmed(value)).substr(0, 64);
    if (key == "min") {
      found.range_low = number_from(value, NAN);
      has_low = std::isfinite(found.range_low);
    }
    if (key == "max") {
      found.range_high = number_from(value, NAN);
      has_high = std::isfinite(found.range_high);
    }
  }
  found.has_range = has_low && has_high && found.range_low < found.range_high;
  return found;
}

ImageJExtras parse_imagej_extras(std::span<const std::byte> counts,
                                 std::span<const std::byte> bytes, bool big_endian) {
  ImageJExtras extras;
  if (counts.size() < 4 || bytes.size() < 4) return extras;
  const std::size_t header = value_at<std::uint32_t>(counts, 0, big_endian);
  if (value_at<std::uint32_t>(bytes, 0, big_endian) != 0x494a494a) return extras;  // "IJIJ"
  if (header < 12 || header > bytes.size() || header % 8 != 4) return extras;
  std::size_t at = header;
  std::size_t entry = 1;
  for (std::size_t i = 4; i + 8 <= header; i += 8) {
    const auto type = value_at<std::uint32_t>(bytes, i, big_endian);
    const auto number = value_at<std::uint32_t>(bytes, i + 4, big_endian);
    for (std::uint32_t k = 0; k < number; ++k, ++entry) {
      if (entry * 4 + 4 > counts.size()) return extras;
      const std::size_t length = value_at<std::uint32_t>(counts, entry * 4, big_endian);
      if (length > bytes.size() - at) return extras;
      const auto data = bytes.subspan(at, length);
      at += length;
      if (type == 0x6c61626c) extras.slice_labels.push_back(from_utf16(data, big_endian));  // labl
      if (type == 0x72616e67) {                                                             // rang
        for (std::size_t r = 0; r + 16 <= data.size(); r += 16) {
          extras.ranges.push_back(
              {value_at<double>(data, r, big_endian), value_at<double>(data, r + 8, big_endian)});
        }
      }
      if (type == 0x6c757473 && data.size() == 768) {  // luts
        std::vector<Rgb> lut(256);
        for (std::size_t c = 0; c < 256; ++c) {
          lut[c] = {std::to_integer<std::uint8_t>(data[c]),
                    std::to_integer<std::uint8_t>(data[256 + c]),
                    std::to_integer<std::uint8_t>(data[512 + c])};
        }
        extras.luts.push_back(std::move(lut));
      }
    }
  }
  return extras;
}

std::optional<ShapedDescription> parse_shaped_description(std::string_view text) {
  if (!text.starts_with("{\"shape\":")) return std::nullopt;
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  constexpr std::size_t kLongest = 64 << 10;
  if (text.size() > kLongest) return std::nullopt;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("shape") || !json["shape"].is_array()) {
    return std::nullopt;
  }
  ShapedDescription found;
  for (const auto& extent : json["shape"]) {
    if (!extent.is_number_integer() || extent.get<std::int64_t>() < 1) return std::nullopt;
    found.shape.push_back(extent.get<std::int64_t>());
  }
  if (json.contains("axes") && json["axes"].is_string()) {
    const auto axes = json["axes"].get<std::string>();
    auto placed = axes.size() == found.shape.size() ? place_tifffile_axes(axes) : std::nullopt;
    if (placed) {
      for (const char letter : placed->letters) {
        found.axes += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
      }
      found.names = std::move(placed->names);
    }
  }
  return found;
}

}  // namespace karyo::io
