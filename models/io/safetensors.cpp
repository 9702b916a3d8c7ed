#include "models/io/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "core/base/atomic_file.h"
#include "models/io/json_keys.h"
#include "models/io/named_array.h"

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie");

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostHeaderBytes = std::uint64_t{16} << 20;
constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{8} << 30;
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMostAxes = 32;
constexpr const char* kMetadata = "__metadata__";
const char* const kFix = "Copy the file again from where it was made, or start without it.";

struct TypeRow {
  TensorType type;
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<TypeRow, 13> kTypes{{{TensorType::kBool, "BOOL", 1},
                                          {TensorType::kU8, "U8", 1},
                                          {TensorType::kI8, "I8", 1},
                                          {TensorType::kI16, "I16", 2},
                                          {TensorType::kU16, "U16", 2},
                                          {TensorType::kF16, "F16", 2},
                                          {TensorType::kBF16, "BF16", 2},
                                          {TensorType::kI32, "I32", 4},
                                          {TensorType::kU32, "U32", 4},
                                          {TensorType::kF32, "F32", 4},
                                          {TensorType::kF64, "F64", 8},
                                          {TensorType::kI64, "I64", 8},
                                          {TensorType::kU64, "U64", 8}}};

const TypeRow& row_of(TensorType type) {
  return *std::ranges::find(kTypes, type, &TypeRow::type);
}

Error bad(const std::string& name, const std::string& what) {
  return {ErrorCode::kBadFile, name + ": " + what, kFix};
}

std::optional<std::uint64_t> whole_number(const Json& json) {
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  return std::nullopt;
}

/// Where a tensor's bytes lie, before they are copied.
struct Claim {
  SafeTensor tensor;
  std::uint64_t begin = 0, end = 0;
};

Result<Claim> read_claim(const std::string& key, const Json& json, const std::string& file) {
  const std::string what = "tensor \"" + key.substr(0, 120) + '"';
  if (!json.is_object()) return bad(file, what + " is not described by an object");
  const auto dtype = json.find("dtype"), shape = json.find("shape"),
             offsets = json.find("data_offsets");
  if (dtype == json.end() || !dtype->is_string() || shape == json.end() || !shape->is_array() ||
      shape->size() > kMostAxes || offsets == json.end() || !offsets->is_array() ||
      offsets->size() != 2) {
    return bad(file, what + " lacks a proper dtype, shape or data_offsets");
  }
  const auto type = std::ranges::find(kTypes, dtype->get_ref<const std::string&>(), &TypeRow::name);
  if (type == kTypes.end()) {
    return Error(ErrorCode::kUnsupported, file + ": " + what + " has the type " + dtype->dump(),
                 "Save it as F32.");
  }
  Claim claim;
  claim.tensor.name = key;
  claim.tensor.type = type->type;
  for (const auto& extent : *shape) {
    const auto number = whole_number(extent);
    if (!number || *number > (std::uint64_t{1} << 40))
      return bad(file, what + " has a broken shape");
    claim.tensor.shape.push_back(static_cast<std::int64_t>(*number));
  }
  const auto begin = whole_number((*offsets)[0]), end = whole_number((*offsets)[1]);
  if (!begin || !end || *begin > *end) return bad(file, what + " has broken data_offsets");
  const std::int64_t count = element_count(claim.tensor.shape);
  if (count < 0 || count > static_cast<std::int64_t>(kMostFileBytes / type->bytes) ||
      static_cast<std::uint64_t>(count) * type->bytes != *end - *begin) {
    return bad(file, what + " of shape " + shape_text(claim.tensor.shape) + " does not fit its " +
                         std::to_string(*end - *begin) + " bytes");
  }
  claim.begin = *begin;
  claim.end = *end;
  return claim;
}

}  // namespace

std::size_t bytes_of(TensorType type) {
  return row_of(type).bytes;
}
std::string_view name_of(TensorType type) {
  return row_of(type).name;
}

const SafeTensor* SafeTensors::find(std::string_view name) const {
  const auto found = std::ranges::find(tensors, name, &SafeTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

Result<SafeTensors> parse_safetensors(std::string_view bytes, const std::string& name) {
  if (bytes.size() < kLengthBytes) return bad(name, "too short for a safetensors file");
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data(), kLengthBytes);
  if (header_bytes > kMostHeaderBytes || header_bytes > bytes.size() - kLengthBytes) {
    return bad(name, "the header claims " + std::to_string(header_bytes) +
                         " bytes, so this is no safetensors file or it is cut off");
  }
  const std::string_view header = bytes.substr(kLengthBytes, header_bytes);
  const std::string_view data = bytes.substr(kLengthBytes + header_bytes);
  if (!header.starts_with('{')) return bad(name, "the header does not begin with {");
  KARYO_TRY(const Json json, parse_json_object(header, name));

  SafeTensors content;
  std::vector<Claim> claims;
  for (const auto& [key, value] : json.items()) {
    if (key == kMetadata) {
      if (!value.is_object()) return bad(name, "__metadata__ is not an object");
      for (const auto& [entry, text] : value.items()) {
        if (!text.is_string()) return bad(name, "__metadata__ holds something other than text");
        content.metadata[entry] = text.get<std::string>();
      }
      continue;
    }
    KARYO_TRY(auto claim, read_claim(key, value, name));
    claims.push_back(std::move(claim));
  }
  std::ranges::stable_sort(claims, {}, [](const Claim& c) { return std::pair(c.begin, c.end); });
  std::uint64_t position = 0;
  for (const auto& claim : claims) {
    if (claim.begin != position) {
      return bad(name, "tensor \"" + claim.tensor.name.substr(0, 120) +
                           "\" overlaps another one or leaves a hole");
    }
    position = claim.end;
  }
  if (position != data.size()) {
    return bad(name, "the tensors take " + std::to_string(position) + " bytes and the file has " +
                         std::to_string(data.size()));
  }
  for (auto& claim : claims) {
    const auto* first = reinterpret_cast<const std::byte*>(data.data()) + claim.begin;
    claim.tensor.bytes.assign(first, first + (claim.end - claim.begin));
    content.tensors.push_back(std::move(claim.tensor));
  }
  return content;
}

Result<SafeTensors> read_safetensors(const std::filesystem::path& path) {
  KARYO_TRY(const std::string bytes, read_file(path, kMostFileBytes));
  return parse_safetensors(bytes, path.string());
}

Result<void> write_safetensors(const std::filesystem::path& path, const SafeTensors& content) {
  Json header = Json::object();
  if (!content.metadata.empty()) header[kMetadata] = content.metadata;
  std::uint64_t position = 0;
  for (const auto& tensor : content.tensors) {
    const std::int64_t count = element_count(tensor.shape);
    if (tensor.name.empty() || tensor.name == kMetadata || header.contains(tensor.name) ||
        count < 0 ||
        static_cast<std::uint64_t>(count) * bytes_of(tensor.type) != tensor.bytes.size()) {
      return Error(ErrorCode::kInvalidArgument,
                   "tensor \"" + tensor.name +
                       "\" is unnamed, comes twice or does not fill its "
                       "shape " +
                       shape_text(tensor.shape),
                   "Give every tensor a name of its own and all of its bytes.");
    }
    header[tensor.name] = {{"dtype", name_of(tensor.type)},
                           {"shape", tensor.shape},
                           {"data_offsets", {position, position + tensor.bytes.size()}}};
    position += tensor.bytes.size();
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');  // aligns the data
  if (text.size() > kMostHeaderBytes) {
    return Error(ErrorCode::kTooLarge, "the names of the tensors take more than 16 MiB",
                 "Use shorter or fewer names.");
  }
  std::string bytes(kLengthBytes, '\0');
  const std::uint64_t header_bytes = text.size();
  std::memcpy(bytes.data(), &header_bytes, kLengthBytes);
  bytes.reserve(bytes.size() + text.size() + position);
  bytes += text;
  for (const auto& tensor : content.tensors) {
    bytes.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  }
  return write_file_atomically(path, bytes);
}

}  // namespace karyo
