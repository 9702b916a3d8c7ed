#include "core/io/itk_header.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <sstream>

#include "core/io/limits.h"

namespace karyo::io {
namespace {

constexpr std::size_t kNiftiHeader = 348;
constexpr std::size_t kLongestHeader = 64 << 10;
constexpr const char* kAgain = "The file is damaged; copy or export it again.";

std::string head_of(const ByteSource& source, std::size_t count) {
  std::string text(count, '\0');
  text.resize(source.read_some(0, std::as_writable_bytes(std::span(text))));
  return text;
}

/// The first bytes of a gzip stream, unpacked.
std::string unpacked_head(const ByteSource& source, std::size_t count) {
  std::string packed = head_of(source, 4096);
  std::string text(count, '\0');
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  if (inflateInit2(&stream, kGzip) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(count);
  inflate(&stream, Z_SYNC_FLUSH);
  text.resize(count - stream.avail_out);
  inflateEnd(&stream);
  return text;
}

bool is_nifti(const std::string& head) {
  return head.size() >= kNiftiHeader && head.compare(344, 4, std::string("n+1\0", 4)) == 0;
}

std::string trimmed(std::string text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.back())) text.pop_back();
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
  return text;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// Keys in lower case. Reading stops after the line with `last_key`, or at an empty line.
std::map<std::string, std::string> fields_of(const std::string& text, const std::string& separator,
                                             const std::string& last_key) {
  std::map<std::string, std::string> fields;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    if (line.empty()) break;
    const auto at = line.find(separator);
    if (at == std::string::npos || line[0] == '#') continue;
    const std::string key = lower(trimmed(line.substr(0, at)));
    fields[key] = trimmed(line.substr(at + separator.size() + (line[at + 1] == '=' ? 1 : 0)));
    if (key == last_key) break;
  }
  return fields;
}

/// Empty when one of them is no whole number above 0.
std::vector<std::int64_t> extents_from(const std::string& text) {
  std::vector<std::int64_t> extents;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    std::int64_t value = 0;
    const char* end = word.data() + word.size();
    const auto parsed = std::from_chars(word.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end || value < 1 || value > kMaxExtent) return {};
    extents.push_back(value);
  }
  return extents;
}

Error unsupported(const std::string& what) {
  return {ErrorCode::kUnsupported, what, "Save it as TIFF, for example with Fiji or 3D Slicer."};
}

/// What stands in quotes.
std::vector<std::string> quoted(const std::string& text) {
  std::vector<std::string> words;
  std::size_t at = text.find('"');
  while (at != std::string::npos && words.size() < 16) {
    const std::size_t end = text.find('"', at + 1);
    if (end == std::string::npos) break;
    words.push_back(text.substr(at + 1, std::min<std::size_t>(end - at - 1, 64)));
    at = text.find('"', end + 1);
  }
  return words;
}

Result<ItkHeader> read_nrrd(const ByteSource& source) {
  const auto fields = fields_of(head_of(source, kLongestHeader), ":", "");
  const auto get = [&](const char* key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second;
  };
  ItkHeader header;
  header.format = ItkFormat::kNrrd;
  if (!get("data file").empty() || !get("datafile").empty()) {
    return unsupported("the NRRD header keeps its pixels in another file");
  }
  header.sizes = extents_from(get("sizes"));
  if (header.sizes.empty() || std::to_string(header.sizes.size()) != get("dimension")) {
    return Error(ErrorCode::kBadFile,
                 "the NRRD header's sizes are \"" + get("sizes").substr(0, 60) +
                     "\", its dimension \"" + get("dimension").substr(0, 20) + "\"",
                 kAgain);
  }
  const std::string type = lower(get("type"));
  const std::map<std::string, int> kWidths{{"signed char", 1},
                                           {"int8", 1},
                                           {"int8_t", 1},
                                           {"uchar", 1},
                                           {"unsigned char", 1},
                                           {"uint8", 1},
                                           {"uint8_t", 1},
                                           {"short", 2},
                                           {"short int", 2},
                                           {"signed short", 2},
                                           {"signed short int", 2},
                                           {"int16", 2},
                                           {"int16_t", 2},
                                           {"ushort", 2},
                                           {"unsigned short", 2},
                                           {"unsigned short int", 2},
                                           {"uint16", 2},
                                           {"uint16_t", 2},
                                           {"int", 4},
                                           {"signed int", 4},
                                           {"int32", 4},
                                           {"int32_t", 4},
                                           {"uint", 4},
                                           {"unsigned int", 4},
                                           {"uint32", 4},
                                           {"uint32_t", 4},
                                           {"longlong", 8},
                                           {"long long", 8},
                                           {"int64", 8},
                                           {"int64_t", 8},
                                           {"ulonglong", 8},
                                           {"unsigned long long", 8},
                                           {"uint64", 8},
                                           {"uint64_t", 8},
                                           {"float", 4},
                                           {"double", 8}};
  const auto width = kWidths.find(type);
  if (width == kWidths.end()) return unsupported("NRRD type \"" + type.substr(0, 40) + "\"");
  header.bytes_per_value = width->second;
  const std::string encoding = lower(get("encoding"));
  header.compressed = encoding == "gzip" || encoding == "gz";
  if (encoding != "raw" && !header.compressed) {
    return unsupported("NRRD encoding \"" + encoding.substr(0, 40) + "\"");
  }
  // An axis of kind vector or colour holds components; ITK wants it first.
  std::istringstream kinds(lower(get("kinds")));
  std::string kind;
  if (kinds >> kind && kind != "domain" && kind != "space" && kind != "time" && kind != "none" &&
      kind != "???" && header.sizes.size() > 1) {
    header.components = header.sizes.front();
    header.sizes.erase(header.sizes.begin());
  }
  // One unit an axis, or one a spatial axis; components have none.
  std::vector<std::string> units = quoted(get("space units"));
  if (units.empty()) {
    units = quoted(get("units"));
    if (header.components > 1 && !units.empty()) units.erase(units.begin());
  }
  if (!units.empty()) header.unit = units.front();
  if (units.size() > 3) header.time_unit = units[3];
  header.labels = quoted(get("labels"));
  if (header.labels.size() != header.sizes.size() + (header.components > 1 ? 1 : 0)) {
    header.labels.clear();
  } else if (header.components > 1) {
    header.channel_label = header.labels.front();
    header.labels.erase(header.labels.begin());
  }
  return header;
}

Result<ItkHeader> read_nifti(const ByteSource& source) {
  ItkHeader header;
  header.format = ItkFormat::kNifti;
  std::string head = head_of(source, kNiftiHeader);
  if (!is_nifti(head)) {
    head = unpacked_head(source, kNiftiHeader);
    header.compressed = true;
  }
  const bool swap = head[0] == '\0';  // 348 begins with 0x5c in little-endian
  const auto short_at = [&](std::size_t at) {
    std::array<unsigned char, 2> raw{static_cast<unsigned char>(head[at]),
                                     static_cast<unsigned char>(head[at + 1])};
    return static_cast<std::int16_t>(swap ? raw[0] << 8 | raw[1] : raw[1] << 8 | raw[0]);
  };
  const int dimensions = short_at(40);
  if (dimensions < 1 || dimensions > 7) {
    return Error(ErrorCode::kBadFile,
                 "the NIfTI header claims " + std::to_string(dimensions) + " dimensions", kAgain);
  }
  for (int i = 1; i <= dimensions; ++i) {
    const int extent = short_at(40 + 2 * static_cast<std::size_t>(i));
    if (extent < 1) {
      return Error(ErrorCode::kBadFile,
                   "the NIfTI header claims an extent of " + std::to_string(extent), kAgain);
    }
    header.sizes.push_back(extent);
  }
  switch (short_at(70)) {
    case 2:
    case 256:
      header.bytes_per_value = 1;
      break;
    case 4:
    case 512:
      header.bytes_per_value = 2;
      break;
    case 8:
    case 16:
    case 768:
      header.bytes_per_value = 4;
      break;
    case 64:
    case 1024:
    case 1280:
      header.bytes_per_value = 8;
      break;
    case 128:
      header.bytes_per_value = 1;
      header.components = 3;
      break;
    default:
      return unsupported("NIfTI data type " + std::to_string(short_at(70)));
  }
  constexpr int kMicron = 3;
  header.unit = (head[123] & 7) == kMicron ? "um" : "mm";
  return header;
}

Result<ItkHeader> read_meta(const ByteSource& source, const std::filesystem::path& path) {
  const auto fields = fields_of(head_of(source, kLongestHeader), "=", "elementdatafile");
  const auto get = [&](const char* key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second;
  };
  ItkHeader header;
  header.format = ItkFormat::kMetaImage;
  header.sizes = extents_from(get("dimsize"));
  if (header.sizes.empty() || std::to_string(header.sizes.size()) != get("ndims")) {
    return Error(ErrorCode::kBadFile,
                 "the MetaImage header's DimSize is \"" + get("dimsize").substr(0, 60) +
                     "\", its NDims \"" + get("ndims").substr(0, 20) + "\"",
                 kAgain);
  }
  const std::map<std::string, int> kWidths{
      {"met_char", 1},      {"met_uchar", 1},      {"met_short", 2}, {"met_ushort", 2},
      {"met_int", 4},       {"met_uint", 4},       {"met_long", 4},  {"met_ulong", 4},
      {"met_long_long", 8}, {"met_ulong_long", 8}, {"met_float", 4}, {"met_double", 8}};
  const auto width = kWidths.find(lower(get("elementtype")));
  if (width == kWidths.end()) {
    return unsupported("MetaImage type \"" + get("elementtype").substr(0, 40) + "\"");
  }
  header.bytes_per_value = width->second;
  const std::string channels = get("elementnumberofchannels");
  if (!channels.empty()) {
    const auto parsed = extents_from(channels);
    if (parsed.size() != 1 || parsed[0] > kMaxSamples) {
      return Error(ErrorCode::kBadFile, "the MetaImage header's number of channels is broken",
                   kAgain);
    }
    header.components = parsed[0];
  }
  header.compressed = lower(get("compresseddata")) == "true";
  header.unit = get("distanceunits").substr(0, 64);
  if (header.unit == "?") header.unit.clear();
  const std::string data = get("elementdatafile");
  if (lower(data) == "local") return header;
  // One plain file beside the header; lists, patterns and other folders are not followed.
  if (data.empty() || data.find('/') != std::string::npos || data.find('%') != std::string::npos ||
      lower(data) == "list" || data.find(' ') != std::string::npos) {
    return unsupported("the MetaImage keeps its pixels in \"" + data.substr(0, 80) + "\"");
  }
  auto pixels = open_file(path.parent_path() / data);
  if (!pixels) return pixels.error().in("the MetaImage's pixel file " + data);
  header.stored = (*pixels)->size();
  return header;
}

}  // namespace

ItkFormat itk_format(const ByteSource& source) {
  const std::string head = head_of(source, 512);
  if (head.starts_with("NRRD000")) return ItkFormat::kNrrd;
  if (is_nifti(head)) return ItkFormat::kNifti;
  if (head.starts_with("\x1f\x8b") && is_nifti(unpacked_head(source, kNiftiHeader))) {
    return ItkFormat::kNifti;
  }
  const std::string line = lower(head.substr(0, 10));
  if (line == "objecttype" || line.starts_with("ndims")) return ItkFormat::kMetaImage;
  return ItkFormat::kNone;
}

Result<ItkHeader> read_itk_header(const ByteSource& source, const std::filesystem::path& path) {
  auto parsed = [&]() -> Result<ItkHeader> {
    switch (itk_format(source)) {
      case ItkFormat::kNrrd:
        return read_nrrd(source);
      case ItkFormat::kNifti:
        return read_nifti(source);
      case ItkFormat::kMetaImage:
        return read_meta(source, path);
      case ItkFormat::kNone:
        break;
    }
    return unsupported("this is no NRRD, NIfTI or MetaImage file");
  }();
  if (!parsed) return parsed.error();
  ItkHeader header = *std::move(parsed);
  if (header.stored == 0) header.stored = source.size();
  std::uint64_t claimed = static_cast<std::uint64_t>(header.bytes_per_value) *
                          static_cast<std::uint64_t>(header.components);
  for (const std::int64_t extent : header.sizes) {
    if (__builtin_mul_overflow(claimed, static_cast<std::uint64_t>(extent), &claimed)) {
      return Error(ErrorCode::kTooLarge, "the header claims an absurd size", kAgain);
    }
  }
  KARYO_CHECK_OK(check_claim("the image", claimed, header.stored,
                             header.compressed ? kDeflateRatio : kStoredRatio));
  return header;
}

}  // namespace karyo::io
