// OME-XML by expat: streaming, so a text of any length needs little memory, and without entities of
// other files.

#include <expat.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "core/io/limits.h"
#include "core/io/tiff_metadata.h"

namespace karyo::io {
namespace {

constexpr std::size_t kMostChannels = 1 << 16;
constexpr std::size_t kMostTiffData = 1 << 22;

/// Keeps one image: the first with a plane in `own`, or the first.
class OmeReader {
 public:
  explicit OmeReader(OmeFile own) : own_(std::move(own)) {}

  void start(std::string_view name, const char** attributes) {
    name = local(name);
    if (name == "OME") root(attributes);
    if (name == "BinaryOnly") {
      if (const char* file = get(attributes, "MetadataFile")) metadata_file_ = file;
    }
    if (name == "Image") next_image();
    if (images_ == 0 || chosen_) return;
    if (name == "Pixels") pixels(attributes);
    if (name == "Channel") channel(attributes);
    if (name == "TiffData") tiff_data(attributes);
    if (name == "UUID" && !found_.data.empty() && !in_uuid_) {
      const char* file = get(attributes, "FileName");
      named_ = {file != nullptr ? file : "", ""};
      in_uuid_ = true;
    }
  }
  void text(std::string_view part) {
    constexpr std::size_t kLongest = 256;
    if (in_uuid_) named_.uuid += part.substr(0, kLongest - std::min(kLongest, named_.uuid.size()));
  }
  void end(std::string_view name) {
    if (in_uuid_ && local(name) == "UUID") {
      in_uuid_ = false;
      name_file();
    }
  }

  bool has_pixels() const { return first_has_pixels_ || has_pixels_; }
  OmeDescription take() {
    if (images_ > 1 && !chosen_ && !in_own_file()) found_ = std::move(first_);
    found_.uuid = std::move(uuid_);
    found_.metadata_file = std::move(metadata_file_);
    found_.images = images_;
    return std::move(found_);
  }
  std::string problem;
  bool too_many_files = false;

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

  void root(const char** attributes) {
    const char* uuid = get(attributes, "UUID");
    if (uuid == nullptr) return;
    uuid_ = uuid;
    if (own_.uuid.empty()) own_.uuid = uuid_;
  }

  /// Whether the image read so far has a plane there; one that names no files lies there.
  bool in_own_file() const {
    return has_pixels_ &&
           (found_.data.empty() ||
            std::any_of(found_.data.begin(), found_.data.end(), [&](const auto& data) {
              return data.file < 0 ||
                     same_file(found_.files[static_cast<std::size_t>(data.file)], own_);
            }));
  }

  void next_image() {
    if (++images_ == 1 || chosen_) return;
    chosen_ = in_own_file();
    if (chosen_) return;
    if (images_ == 2) {
      first_ = std::move(found_);
      first_has_pixels_ = has_pixels_;
    }
    found_ = {};
    files_.clear();
    has_pixels_ = false;
    in_uuid_ = false;  // an image inside a UUID: what that would name is gone
  }

  /// The file that the last TiffData names.
  void name_file() {
    constexpr const char* kBlank = " \t\r\n";
    named_.uuid.erase(0, std::min(named_.uuid.find_first_not_of(kBlank), named_.uuid.size()));
    named_.uuid.erase(named_.uuid.find_last_not_of(kBlank) + 1);
    const auto [at, added] = files_.try_emplace({named_.name, named_.uuid},
                                                static_cast<std::int32_t>(found_.files.size()));
    if (added) found_.files.push_back(named_);
    too_many_files = found_.files.size() > kMaxSetFiles;
    found_.data.back().file = at->second;
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

  OmeFile own_;
  OmeDescription found_;  ///< the image that is read
  OmeDescription first_;  ///< the first, while a later one is read
  std::map<std::pair<std::string, std::string>, std::int32_t> files_;  ///< places in found_.files
  OmeFile named_;
  std::string uuid_, metadata_file_;
  std::int64_t images_ = 0;
  bool in_uuid_ = false;
  bool chosen_ = false;  ///< found_ is complete, what follows are other images
  bool has_pixels_ = false, first_has_pixels_ = false;
};

Error bad_xml(const std::string& reason) {
  return {ErrorCode::kBadFile, "the OME-XML description is broken: " + reason,
          "Export the image again from the program that made it."};
}

}  // namespace

Result<OmeDescription> parse_ome_xml(std::string_view text, const OmeFile& own) {
  while (!text.empty() && (text.back() == '\0' || text.back() == '\n')) text.remove_suffix(1);
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), XML_ParserFree);
  if (!parser) return Error(ErrorCode::kTooLarge, "no memory for the OME-XML", "Close programs.");
  OmeReader reader(own);
  XML_SetUserData(parser.get(), &reader);
  XML_SetElementHandler(
      parser.get(),
      [](void* data, const char* name, const char** attributes) {
        static_cast<OmeReader*>(data)->start(name, attributes);
      },
      [](void* data, const char* name) { static_cast<OmeReader*>(data)->end(name); });
  XML_SetCharacterDataHandler(parser.get(), [](void* data, const char* part, int length) {
    static_cast<OmeReader*>(data)->text({part, static_cast<std::size_t>(length)});
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
    if (reader.too_many_files) {
      return Error(ErrorCode::kTooLarge,
                   "the OME-XML names more than " + std::to_string(kMaxSetFiles) + " files",
                   "Save the image in fewer files, for example in one, with Fiji.");
    }
  }
  const bool has_pixels = reader.has_pixels();
  OmeDescription found = reader.take();
  if (!found.metadata_file.empty()) return found;
  if (!has_pixels) return bad_xml("it describes no image");
  if (found.size_x < 1 || found.size_y < 1) return bad_xml("it does not say SizeX and SizeY");
  std::string letters = found.order;
  std::sort(letters.begin(), letters.end());
  if (letters != "CTXYZ" || !found.order.starts_with("XY")) {
    return bad_xml("DimensionOrder is \"" + found.order.substr(0, 40) + "\"");
  }
  return found;
}

}  // namespace karyo::io
