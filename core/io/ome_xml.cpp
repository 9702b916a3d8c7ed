// OME-XML by expat: streaming, so a text of any length needs little memory, and without entities of
// other files.

#include <expat.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>

#include "core/io/tiff_metadata.h"

namespace karyo::io {
namespace {

constexpr std::size_t kMostChannels = 1 << 16;
constexpr std::size_t kMostTiffData = 1 << 22;

/// The parts of the first <Image> are kept; later images are other series.
class OmeReader {
 public:
  void start(std::string_view name, const char** attributes) {
    name = local(name);
    if (name == "Image") ++images_;
    if (images_ != 1) return;
    if (name == "Pixels") pixels(attributes);
    if (name == "Channel") channel(attributes);
    if (name == "TiffData") tiff_data(attributes);
    if (name == "UUID" && !found_.data.empty()) {
      if (const char* file = get(attributes, "FileName")) found_.data.back().file = file;
    }
  }

  bool has_pixels() const { return has_pixels_; }
  OmeDescription take() { return std::move(found_); }
  std::string problem;

 private:
  static std::string_view local(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
  }

  static const char* get(const char** attributes, std::string_view name) {
    for (; attributes[0] != nullptr; attributes += 2) {
      if (attributes[0] == name) return attributes[1];
    }
    return nullptr;
  }

  std::int64_t whole(const char** attributes, const char* name, std::int64_t otherwise,
                     std::int64_t least) {
    const char* text = get(attributes, name);
    if (text == nullptr) return otherwise;
    std::int64_t value = 0;
    const char* end = text + std::strlen(text);
    const auto parsed = std::from_chars(text, end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end || value < least) {
      problem = std::string(name) + "=\"" + std::string(text).substr(0, 40) + "\"";
      return otherwise;
    }
    return value;
  }

  static double positive(const char** attributes, const char* name) {
    const char* text = get(attributes, name);
    if (text == nullptr) return 0;
    double value = 0;
    const auto parsed = std::from_chars(text, text + std::strlen(text), value);
    return parsed.ec == std::errc() && std::isfinite(value) && value > 0 ? value : 0;
  }

  /// A physical size in um; 0 when absent or in pixels.
  static double size_um(const char** attributes, const std::string& axis) {
    const double size = positive(attributes, ("PhysicalSize" + axis).c_str());
    const char* unit = get(attributes, ("PhysicalSize" + axis + "Unit").c_str());
    const double um = unit == nullptr ? 1 : unit_in_um(unit);  // the schema's default is um
    const double result = size * um;
    return std::isfinite(result) ? result : 0;
  }

  void pixels(const char** attributes) {
    has_pixels_ = true;
    if (const char* order = get(attributes, "DimensionOrder")) found_.order = order;
    found_.size_x = whole(attributes, "SizeX", 0, 1);
    found_.size_y = whole(attributes, "SizeY", 0, 1);
    found_.size_z = whole(attributes, "SizeZ", 1, 1);
    found_.size_c = whole(attributes, "SizeC", 1, 1);
    found_.size_t_ = whole(attributes, "SizeT", 1, 1);
    const double x = size_um(attributes, "X");
    const double y = size_um(attributes, "Y");
    const double z = size_um(attributes, "Z");
    if (x > 0 || y > 0) {
      found_.grid.unit = "um";
      found_.grid.spacing_x = x > 0 ? x : y;
      found_.grid.spacing_y = y > 0 ? y : x;
      if (z > 0) found_.grid.spacing_z = z;
    }
    const char* unit = get(attributes, "TimeIncrementUnit");
    const double seconds = unit == nullptr ? 1 : unit_in_seconds(unit);
    found_.grid.frame_interval = positive(attributes, "TimeIncrement") * seconds;
  }

  void channel(const char** attributes) {
    if (found_.channels.size() >= kMostChannels) return;
    if (found_.channels.empty()) found_.samples = whole(attributes, "SamplesPerPixel", 1, 1);
    ChannelInfo info;
    if (const char* name = get(attributes, "Name")) info.name = name;
    // RGBA in one signed number; the schema's default, white, says nothing.
    const char* color = get(attributes, "Color");
    std::int64_t rgba = 0;
    if (color != nullptr &&
        std::from_chars(color, color + std::strlen(color), rgba).ec == std::errc()) {
      const auto bits = static_cast<std::uint32_t>(rgba);
      for (std::uint32_t i = 0; i < 256; ++i) {
        const auto part = [&](int shift) {
          return static_cast<std::uint8_t>((bits >> shift & 0xff) * i / 255);
        };
        info.lut.push_back({part(24), part(16), part(8)});
      }
    }
    found_.channels.push_back(std::move(info));
  }

  void tiff_data(const char** attributes) {
    if (found_.data.size() >= kMostTiffData) {
      problem = "more TiffData elements than there can be planes";
      return;
    }
    OmeDescription::TiffData data;
    data.first_t = whole(attributes, "FirstT", 0, 0);
    data.first_c = whole(attributes, "FirstC", 0, 0);
    data.first_z = whole(attributes, "FirstZ", 0, 0);
    data.ifd = whole(attributes, "IFD", 0, 0);
    const bool one = get(attributes, "IFD") != nullptr;
    data.planes = whole(attributes, "PlaneCount", one ? 1 : 0, 0);
    found_.data.push_back(std::move(data));
  }

  OmeDescription found_;
  int images_ = 0;
  bool has_pixels_ = false;
};

Error bad_xml(const std::string& reason) {
  return {ErrorCode::kBadFile, "the OME-XML description is broken: " + reason,
          "Export the image again from the program that made it."};
}

}  // namespace

bool is_ome_xml(std::string_view text) {
  const std::string_view head = text.substr(0, 4096);
  return head.find("<OME") != std::string_view::npos ||
         head.find("<ome:OME") != std::string_view::npos;
}

Result<OmeDescription> parse_ome_xml(std::string_view text) {
  while (!text.empty() && (text.back() == '\0' || text.back() == '\n')) text.remove_suffix(1);
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), XML_ParserFree);
  if (!parser) return Error(ErrorCode::kTooLarge, "no memory for the OME-XML", "Close programs.");
  OmeReader reader;
  XML_SetUserData(parser.get(), &reader);
  XML_SetStartElementHandler(parser.get(),
                             [](void* data, const char* name, const char** attributes) {
                               static_cast<OmeReader*>(data)->start(name, attributes);
                             });
  // OME-XML has no document type; without one there is no entity that could expand.
  XML_SetStartDoctypeDeclHandler(
      parser.get(), [](void* data, const char*, const char*, const char*, int) {
        static_cast<OmeReader*>(data)->problem = "it has a document type";
      });
  constexpr std::size_t kPiece = 1 << 20;
  for (std::size_t at = 0; at < text.size() || at == 0; at += kPiece) {
    const std::string_view piece = text.substr(at, kPiece);
    const int last = at + kPiece >= text.size() ? 1 : 0;
    if (XML_Parse(parser.get(), piece.data(), static_cast<int>(piece.size()), last) ==
        XML_STATUS_ERROR) {
      return bad_xml(std::string(XML_ErrorString(XML_GetErrorCode(parser.get()))) + " in line " +
                     std::to_string(XML_GetCurrentLineNumber(parser.get())));
    }
    if (!reader.problem.empty()) return bad_xml(reader.problem);
  }
  if (!reader.has_pixels()) return bad_xml("it describes no image");
  OmeDescription found = reader.take();
  if (found.size_x < 1 || found.size_y < 1) return bad_xml("it does not say SizeX and SizeY");
  std::string letters = found.order;
  std::sort(letters.begin(), letters.end());
  if (letters != "CTXYZ" || !found.order.starts_with("XY")) {
    return bad_xml("DimensionOrder is \"" + found.order.substr(0, 40) + "\"");
  }
  return found;
}

}  // namespace karyo::io
