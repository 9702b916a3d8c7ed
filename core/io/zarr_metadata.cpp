// What .zarray and zarr.json say, checked before it is believed.

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "core/io/byte_source.h"
#include "core/io/limits.h"
#include "core/io/zarr_array.h"

namespace karyo::io {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMostJsonBytes = std::uint64_t{16} << 20;
constexpr std::size_t kMostAxes = 8;
constexpr std::uint64_t kMostChunkBytes = std::uint64_t{1} << 30;

Error wrong(const std::string& what) {
  return {ErrorCode::kBadFile, what, "The array's metadata are damaged; export the image again."};
}
Error unsupported(const std::string& what) {
  return {ErrorCode::kUnsupported, what, "Save the array as plain OME-Zarr 0.4 or 0.5."};
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// A string member; empty when absent or of another type.
std::string text_of(const json& object, const char* name) {
  const json* found = member(object, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

Result<ZarrIndex> extents_of(const json* list, const std::string& what) {
  if (list == nullptr || !list->is_array() || list->empty()) return wrong(what + " is missing");
  if (list->size() > kMostAxes) {
    return unsupported("the array has " + std::to_string(list->size()) + " axes");
  }
  ZarrIndex extents;
  for (const json& entry : *list) {
    if (!entry.is_number_integer() || entry.get<double>() < 1 ||
        entry.get<double>() > static_cast<double>(kMaxExtent)) {
      return wrong(what + " holds " + entry.dump().substr(0, 40));
    }
    extents.push_back(entry.get<std::int64_t>());
  }
  return extents;
}

/// "<u2" or "uint16".
Result<void> set_type(const std::string& name, ZarrArray& array) {
  struct Type {
    const char *v2, *v3;
    char kind;
    std::size_t bytes;
    VoxelType type;
  };
  static constexpr Type kTypes[] = {
      {"b1", "bool", 'b', 1, VoxelType::kUInt8},     {"u1", "uint8", 'u', 1, VoxelType::kUInt8},
      {"i1", "int8", 'i', 1, VoxelType::kInt8},      {"u2", "uint16", 'u', 2, VoxelType::kUInt16},
      {"i2", "int16", 'i', 2, VoxelType::kInt16},    {"u4", "uint32", 'u', 4, VoxelType::kUInt32},
      {"i4", "int32", 'i', 4, VoxelType::kInt32},    {"u8", "uint64", 'u', 8, VoxelType::kFloat64},
      {"i8", "int64", 'i', 8, VoxelType::kFloat64},  {"f4", "float32", 'f', 4, VoxelType::kFloat32},
      {"f8", "float64", 'f', 8, VoxelType::kFloat64}};
  const bool ordered = name.size() == 3 && std::string("<>|=").find(name[0]) != std::string::npos;
  for (const Type& type : kTypes) {
    if (name != type.v3 && !(ordered && name.substr(1) == type.v2)) continue;
    array.type = type.type;
    array.stored.kind = type.kind;
    array.stored.item_bytes = type.bytes;
    const bool big = ordered && name[0] == '>';
    array.stored.swapped =
        ordered && type.bytes > 1 && big != (std::endian::native == std::endian::big);
    return {};
  }
  return unsupported("voxels of type \"" + name.substr(0, 40) + "\"");
}

double fill_of(const json* fill) {
  if (fill == nullptr) return 0;
  if (fill->is_number()) return fill->get<double>();
  if (fill->is_boolean()) return fill->get<bool>() ? 1 : 0;
  if (!fill->is_string()) return 0;
  const auto text = fill->get<std::string>();
  if (text == "NaN") return std::nan("");
  if (text == "Infinity") return INFINITY;
  if (text == "-Infinity") return -INFINITY;
  return 0;
}

Result<void> check_sizes(const ZarrArray& array) {
  if (array.chunk.size() != array.shape.size()) {
    return wrong("shape and chunks have different numbers of axes");
  }
  std::uint64_t bytes = array.stored.item_bytes;
  for (const std::int64_t extent : array.chunk) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes) ||
        bytes > kMostChunkBytes) {
      return Error(ErrorCode::kTooLarge,
                   "one chunk holds more than " + readable_bytes(kMostChunkBytes),
                   "Save the array in smaller chunks.");
    }
  }
  return {};
}

Result<void> set_separator(const std::string& text, ZarrArray& array) {
  if (text != "." && text != "/") return wrong("the separator of chunk names is \"" + text + "\"");
  array.separator = text[0];
  return {};
}

Result<ZarrArray> parse_v2(const json& zarray) {
  ZarrArray array;
  KARYO_TRY(array.shape, extents_of(member(zarray, "shape"), "the shape"));
  KARYO_TRY(array.chunk, extents_of(member(zarray, "chunks"), "the chunks' shape"));
  KARYO_CHECK_OK(set_type(text_of(zarray, "dtype"), array));
  const json* filters = member(zarray, "filters");
  if (filters != nullptr && !filters->empty()) return unsupported("the array has filters");
  if (const json* compressor = member(zarray, "compressor")) {
    KARYO_TRY(const ZarrCodec codec, zarr_codec(text_of(*compressor, "id")));
    array.stored.codecs.push_back(codec);
  }
  const bool columns_first = text_of(zarray, "order") == "F";
  for (std::size_t i = 0; i < array.shape.size(); ++i) {
    array.stored.order.push_back(columns_first ? array.shape.size() - 1 - i : i);
  }
  const std::string separator = text_of(zarray, "dimension_separator");
  KARYO_CHECK_OK(set_separator(separator.empty() ? "." : separator, array));
  array.fill = fill_of(member(zarray, "fill_value"));
  return array;
}

/// A chain of codecs of v3: an order of axes, bytes, and what packs them.
Result<void> parse_codecs(const json* list, ZarrArray& array) {
  if (list == nullptr || !list->is_array()) return wrong("the codecs are missing");
  array.stored.order.resize(array.shape.size());
  for (std::size_t i = 0; i < array.shape.size(); ++i) array.stored.order[i] = i;
  for (const json& codec : *list) {
    const std::string name = text_of(codec, "name");
    const json* settings = member(codec, "configuration");
    if (name == "transpose") {
      const json* order = settings != nullptr ? member(*settings, "order") : nullptr;
      if (order == nullptr || !order->is_array() || order->size() != array.shape.size()) {
        return wrong("the transpose codec has no order of the array's axes");
      }
      std::vector<std::size_t> axes;
      for (const json& axis : *order) {
        const bool fits = axis.is_number_unsigned() && axis.get<std::uint64_t>() < order->size();
        if (!fits || std::find(axes.begin(), axes.end(), axis.get<std::size_t>()) != axes.end()) {
          return wrong("the transpose codec's order is no order of axes");
        }
        axes.push_back(axis.get<std::size_t>());
      }
      std::vector<std::size_t> composed;
      for (const std::size_t axis : axes) composed.push_back(array.stored.order[axis]);
      array.stored.order = std::move(composed);
    } else if (name == "bytes") {
      const std::string endian = settings != nullptr ? text_of(*settings, "endian") : "";
      array.stored.swapped = array.stored.item_bytes > 1 &&
                             (endian == "big") != (std::endian::native == std::endian::big);
    } else {
      KARYO_TRY(const ZarrCodec packing, zarr_codec(name));
      array.stored.codecs.push_back(packing);
    }
  }
  return {};
}

Result<void> parse_sharding(const json& settings, ZarrArray& array) {
  KARYO_TRY(const ZarrIndex inner,
            extents_of(member(settings, "chunk_shape"), "the shards' chunk shape"));
  if (inner.size() != array.chunk.size()) return wrong("shards and chunks differ in axes");
  ZarrArray::Shard shard;
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (array.chunk[i] % inner[i] != 0) return wrong("shards do not hold whole chunks");
    shard.inner.push_back(array.chunk[i] / inner[i]);
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(shard.inner[i]), &count) ||
        count > (std::uint64_t{1} << 32)) {
      return wrong("a shard claims an absurd number of chunks");
    }
  }
  const std::string location = text_of(settings, "index_location");
  shard.index_at_end = location != "start";
  if (const json* codecs = member(settings, "index_codecs"); codecs != nullptr) {
    for (const json& codec : *codecs) {
      const std::string name = text_of(codec, "name");
      if (name == "crc32c") {
        shard.index_has_checksum = true;
      } else if (name != "bytes") {
        return unsupported("the index of shards is packed with \"" + name + "\"");
      }
    }
  }
  array.chunk = inner;
  array.shard = std::move(shard);
  return parse_codecs(member(settings, "codecs"), array);
}

Result<ZarrArray> parse_v3(const json& meta) {
  ZarrArray array;
  KARYO_TRY(array.shape, extents_of(member(meta, "shape"), "the shape"));
  const json* grid = member(meta, "chunk_grid");
  const json* chunks = grid != nullptr ? member(*grid, "configuration") : nullptr;
  KARYO_TRY(array.chunk, extents_of(chunks != nullptr ? member(*chunks, "chunk_shape") : nullptr,
                                    "the chunks' shape"));
  if (array.chunk.size() != array.shape.size()) {
    return wrong("shape and chunks have different numbers of axes");
  }
  KARYO_CHECK_OK(set_type(text_of(meta, "data_type"), array));
  array.prefix = "c/";
  array.separator = '/';
  if (const json* encoding = member(meta, "chunk_key_encoding")) {
    const json* settings = member(*encoding, "configuration");
    const std::string separator = settings != nullptr ? text_of(*settings, "separator") : "";
    const bool v2 = text_of(*encoding, "name") == "v2";
    KARYO_CHECK_OK(set_separator(!separator.empty() ? separator : v2 ? "." : "/", array));
    array.prefix = v2 ? "" : std::string("c") + array.separator;
  }
  const json* codecs = member(meta, "codecs");
  if (codecs == nullptr || !codecs->is_array()) return wrong("the codecs are missing");
  const bool sharded = codecs->size() == 1 && text_of((*codecs)[0], "name") == "sharding_indexed";
  if (sharded) {
    const json* settings = member((*codecs)[0], "configuration");
    if (settings == nullptr) return wrong("the sharding codec has no configuration");
    KARYO_CHECK_OK(parse_sharding(*settings, array));
  } else {
    KARYO_CHECK_OK(parse_codecs(codecs, array));
  }
  array.fill = fill_of(member(meta, "fill_value"));
  if (const json* names = member(meta, "dimension_names"); names != nullptr && names->is_array()) {
    for (const json& name : *names) {
      array.axis_names.push_back(name.is_string() ? name.get<std::string>() : "");
    }
  }
  return array;
}

}  // namespace

Result<json> read_zarr_json(const std::filesystem::path& path) {
  auto source = open_file(path);
  if (!source) return source.error().in(path.string());
  if ((*source)->size() > kMostJsonBytes) {
    return wrong("the metadata hold " + readable_bytes((*source)->size())).in(path.string());
  }
  std::string text(static_cast<std::size_t>((*source)->size()), '\0');
  KARYO_CHECK_OK((*source)->read_at(0, std::as_writable_bytes(std::span(text))));
  auto parsed = parse_zarr_json(text);
  if (!parsed) return parsed.error().in(path.string());
  return parsed;
}

Result<json> parse_zarr_json(std::string_view text) {
  json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return wrong("this is no JSON");
  if (!parsed.is_object()) return wrong("the metadata are no JSON object");
  return parsed;
}

bool holds_zarr_array(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::exists(folder / ".zarray", ignored)) return true;
  const auto meta = read_zarr_json(folder / "zarr.json");
  return meta && text_of(*meta, "node_type") == "array";
}

Result<ZarrArray> read_zarr_array(const std::filesystem::path& folder) {
  std::error_code ignored;
  const bool v2 = std::filesystem::exists(folder / ".zarray", ignored);
  KARYO_TRY(const json meta, read_zarr_json(folder / (v2 ? ".zarray" : "zarr.json")));
  auto array = parse_zarr_array(meta, v2);
  if (!array) return array.error().in(folder.string());
  array->folder = folder;
  return array;
}

Result<ZarrArray> parse_zarr_array(const json& meta, bool v2) {
  auto array = v2 ? parse_v2(meta) : parse_v3(meta);
  if (array) KARYO_CHECK_OK(check_sizes(*array));
  return array;
}

}  // namespace karyo::io
