// Attributes and arrays of Hdf5Reader.

#include <algorithm>
#include <cmath>

#include "models/io/byte_cursor.h"
#include "models/io/hdf5_reader.h"

namespace karyo {
namespace {

constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
constexpr std::int64_t kMostNames = 16384;
constexpr std::uint64_t kMostTextBytes = 4096;
// The largest StarDist and CARE networks in use hold about 100 MB of weights.
constexpr std::int64_t kMostValues = std::int64_t{512} << 20;
constexpr int kMostAxes = 8;

// Header message types (IV.A.2).
constexpr std::uint16_t kDataspace = 0x01, kDatatype = 0x03, kExternalFiles = 0x07, kLayout = 0x08,
                        kFilters = 0x0B, kAttribute = 0x0C, kAttributeInfo = 0x15;
constexpr std::uint8_t kSharedMessage = 0x02;
constexpr int kFloat = 1, kText = 3, kVariableLength = 9;

const Hdf5Object::Message* find_message(const Hdf5Object& object, std::uint16_t type) {
  const auto found = std::ranges::find(object.messages, type, &Hdf5Object::Message::type);
  return found == object.messages.end() ? nullptr : &*found;
}

/// IEEE 754 binary16.
float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 0x1f, fraction = half & 0x3ff;
  const float sign = half & 0x8000 ? -1.0F : 1.0F;
  if (exponent == 0x1f) return fraction != 0 ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
}

template <typename T>
T number_at(std::string_view bytes, std::size_t at, bool big_endian) {
  char raw[sizeof(T)];
  std::memcpy(raw, bytes.data() + at, sizeof(T));
  if (big_endian) std::reverse(raw, raw + sizeof(T));
  T value;
  std::memcpy(&value, raw, sizeof(T));
  return value;
}

std::string until_zero(std::string_view text) {
  return std::string(text.substr(0, text.find('\0')));
}

}  // namespace

/// IV.A.2.d: the datatype message.
Result<Hdf5Reader::Type> Hdf5Reader::type_of(std::string_view message) const {
  ByteCursor in(message, 0);
  Type type;
  type.kind = in.number<std::uint8_t>() & 0x0f;
  const auto bits = in.number<std::uint8_t>();
  const auto sign_bit = in.number<std::uint8_t>();
  in.skip(1);
  type.bytes = in.number<std::uint32_t>();
  if (!in.ok()) return bad("a number type is broken");
  type.variable_text = type.kind == kVariableLength && (bits & 0x0f) == 1;
  if (type.kind == kFloat) {
    type.big_endian = (bits & 1) != 0;
    in.skip(2);  // bit offset
    const auto precision = in.number<std::uint16_t>();
    const int exponent_at = in.number<std::uint8_t>(), exponent_bits = in.number<std::uint8_t>();
    const int mantissa_at = in.number<std::uint8_t>(), mantissa_bits = in.number<std::uint8_t>();
    in.skip(4);
    const auto is = [&](unsigned bytes, int exponent, int mantissa) {
      return type.bytes == bytes && precision == 8 * bytes && sign_bit == 8 * bytes - 1 &&
             exponent_bits == exponent && exponent_at == mantissa && mantissa_at == 0 &&
             mantissa_bits == mantissa;
    };
    type.ieee = in.ok() && (bits & 0x40) == 0 && (is(2, 5, 10) || is(4, 8, 23) || is(8, 11, 52));
  }
  return type;
}

/// IV.A.2.b: the dataspace message. Extents beyond any array become -1.
Result<std::vector<std::int64_t>> Hdf5Reader::shape_of(std::string_view message) const {
  ByteCursor in(message, 0);
  const auto version = in.number<std::uint8_t>();
  const int axes = in.number<std::uint8_t>();
  in.skip(1);
  const int kind = version == 2 ? in.number<std::uint8_t>() : 1;
  if (version == 1) in.skip(5);
  if (version < 1 || version > 2 || axes > kMostAxes) return bad("an array's shape is broken");
  std::vector<std::int64_t> shape;
  if (version == 2 && kind == 2) return std::vector<std::int64_t>{0};  // holds nothing
  for (int axis = 0; axis < axes; ++axis) {
    const auto extent = in.number<std::uint64_t>();
    shape.push_back(extent > std::uint64_t{1} << 40 ? -1 : static_cast<std::int64_t>(extent));
  }
  if (!in.ok()) return bad("an array's shape is cut off");
  return shape;
}

/// III.E: text in a heap that all objects of the file share.
Result<std::string> Hdf5Reader::heap_text(std::string_view reference) {
  ByteCursor in(reference, 0);
  const auto length = in.number<std::uint32_t>();
  const auto address = in.number<std::uint64_t>();
  const auto wanted = in.number<std::uint32_t>();
  if (length == 0) return std::string();
  if (length > kMostTextBytes) return bad("a name has " + std::to_string(length) + " bytes");
  ByteCursor head(bytes_, address);
  const bool is_heap = head.take(4) == "GCOL";
  head.skip(4);
  const auto size = head.number<std::uint64_t>();
  const auto heap = ByteCursor(bytes_, address).take(size);
  ByteCursor objects(heap, 16);
  if (!head.ok() || !is_heap || heap.empty()) return bad("a name points at no text");
  while (objects.left() >= 16) {
    KARYO_CHECK_OK(spend(16));
    const auto index = objects.number<std::uint16_t>();
    objects.skip(6);
    const auto bytes = objects.number<std::uint64_t>();
    if (index == 0) break;  // free space, always last
    if (index != wanted) {
      if (bytes > objects.left()) break;
      objects.skip(std::min<std::uint64_t>((bytes + 7) / 8 * 8, objects.left()));
      continue;
    }
    const auto text = objects.take(std::min<std::uint64_t>(length, bytes));
    if (!objects.ok()) break;
    KARYO_CHECK_OK(spend(text.size()));
    return until_zero(text);
  }
  return bad("a name points at no text");
}

/// IV.A.2.m: the attribute message, behind its name.
Result<std::vector<std::string>> Hdf5Reader::texts(std::string_view message,
                                                   const std::string& what) {
  ByteCursor in(message, 0);
  const auto version = in.number<std::uint8_t>();
  const auto shared = in.number<std::uint8_t>();
  const auto name_bytes = in.number<std::uint16_t>(), type_bytes = in.number<std::uint16_t>(),
             space_bytes = in.number<std::uint16_t>();
  if (version == 3) in.skip(1);
  const auto padded = [&](std::uint16_t size) {
    return version == 1 ? (std::uint64_t{size} + 7) / 8 * 8 : std::uint64_t{size};
  };
  in.skip(padded(name_bytes));
  const auto type_message = in.take(padded(type_bytes)),
             space_message = in.take(padded(space_bytes));
  if (!in.ok() || version < 1 || version > 3) return bad(what + " is broken");
  if (version > 1 && shared != 0) return unsupported(what + " shares its type with others");
  KARYO_TRY(const Type type, type_of(type_message));
  KARYO_TRY(const auto shape, shape_of(space_message));
  const std::int64_t count = element_count(shape);
  if (count == 0) return std::vector<std::string>();
  if (count < 0 || count > kMostNames) return bad(what + " is longer than any list of layers");
  if (!type.variable_text && type.kind != kText) return bad(what + " does not hold text");
  const std::uint64_t width = type.variable_text ? 16 : type.bytes;
  if (width == 0 || width > kMostTextBytes) {
    return bad(what + " holds names of " + std::to_string(width) + " bytes");
  }
  const auto data = in.take(width * static_cast<std::uint64_t>(count));
  if (!in.ok()) return bad(what + " is cut off");
  KARYO_CHECK_OK(spend(data.size()));
  std::vector<std::string> texts;
  for (std::uint64_t at = 0; at < data.size(); at += width) {
    const auto element = data.substr(at, width);
    if (type.variable_text) {
      KARYO_TRY(auto text, heap_text(element));
      texts.push_back(std::move(text));
    } else {
      texts.push_back(until_zero(element));
    }
  }
  return texts;
}

Result<std::optional<std::vector<std::string>>> Hdf5Reader::text_attribute(
    const Hdf5Object& object, const std::string& attribute) {
  for (const auto& message : object.messages) {
    KARYO_CHECK_OK(spend(16));
    if (message.type != kAttribute) continue;
    if (message.flags & kSharedMessage) continue;
    ByteCursor in(message.body, 0);
    const auto version = in.number<std::uint8_t>();
    in.skip(1);
    const auto name_bytes = in.number<std::uint16_t>();
    in.skip(version == 3 ? 5 : 4);
    if (until_zero(in.take(name_bytes)) != attribute) continue;
    KARYO_TRY(auto list, texts(message.body, "the list " + attribute));
    return std::optional(std::move(list));
  }
  if (const auto* info = find_message(object, kAttributeInfo)) {
    ByteCursor in(info->body, 1);
    if (in.number<std::uint8_t>() & 1) in.skip(2);
    if (in.number<std::uint64_t>() != kNowhere) {
      return unsupported("it is in HDF5's newest layout (libver=\"latest\")");
    }
  }
  return std::optional<std::vector<std::string>>();
}

/// IV.A.2.i: where a dataset's numbers lie.
Result<std::string_view> Hdf5Reader::stored_bytes(std::string_view layout,
                                                  const std::string& what) const {
  constexpr int kCompact = 0, kContiguous = 1, kVirtual = 3;
  ByteCursor in(layout, 0);
  const auto version = in.number<std::uint8_t>();
  const int kind = in.number<std::uint8_t>();
  if (version < 3 || version > 4) return unsupported(what + " is in an old form of HDF5");
  if (kind == kCompact) {
    const auto size = in.number<std::uint16_t>();
    const auto data = in.take(size);
    if (!in.ok()) return bad(what + " is cut off");
    return data;
  }
  if (kind == kVirtual) return unsupported(what + " keeps its numbers in another file");
  if (kind != kContiguous) {
    return unsupported(what + " is stored in chunks, which Keras never writes");
  }
  const auto address = in.number<std::uint64_t>(), size = in.number<std::uint64_t>();
  if (!in.ok() || address == kNowhere) return bad(what + " holds no numbers");
  ByteCursor data(bytes_, address);
  const auto taken = data.take(size);
  if (!data.ok()) return bad(what + " lies outside the file");
  return taken;
}

Result<NamedArray> Hdf5Reader::array(const Hdf5Object& object, const std::string& what) {
  const auto* space = find_message(object, kDataspace);
  const auto* datatype = find_message(object, kDatatype);
  const auto* layout = find_message(object, kLayout);
  if (space == nullptr || datatype == nullptr || layout == nullptr) {
    return bad(what + " is not an array");
  }
  for (const auto* message : {space, datatype, layout}) {
    if (message->flags & kSharedMessage) return unsupported(what + " shares its type with others");
  }
  if (find_message(object, kFilters) != nullptr) {
    return unsupported(what + " is compressed, which Keras never does");
  }
  if (find_message(object, kExternalFiles) != nullptr) {
    return unsupported(what + " keeps its numbers in another file");
  }
  KARYO_TRY(const Type type, type_of(datatype->body));
  if (!type.ieee) return unsupported(what + " does not hold floating point numbers");
  NamedArray array;
  KARYO_TRY(array.shape, shape_of(space->body));
  const std::int64_t count = element_count(array.shape);
  if (count <= 0) return bad(what + " has the shape " + shape_text(array.shape));
  if (count > kMostValues) {
    return Error(ErrorCode::kTooLarge,
                 name_ + ": " + what + " of shape " + shape_text(array.shape) + " has more than " +
                     std::to_string(kMostValues) + " values",
                 "Check that this is the weight file of a StarDist, CARE or N2V model.");
  }
  KARYO_TRY(const auto data, stored_bytes(layout->body, what));
  const std::uint64_t needed = static_cast<std::uint64_t>(count) * type.bytes;
  if (data.size() < needed) {
    return bad(what + " needs " + std::to_string(needed) + " bytes and has " +
               std::to_string(data.size()));
  }
  // Many names for one block of the file would multiply it in memory.
  array_bytes_ += needed;
  if (array_bytes_ > bytes_.size()) return bad("its arrays claim more bytes than the file has");

  array.values.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    const std::size_t at = i * type.bytes;
    switch (type.bytes) {
      case 2:
        array.values[i] = half_to_float(number_at<std::uint16_t>(data, at, type.big_endian));
        break;
      case 4:
        array.values[i] = number_at<float>(data, at, type.big_endian);
        break;
      default:
        array.values[i] = static_cast<float>(number_at<double>(data, at, type.big_endian));
    }
    if (!std::isfinite(array.values[i])) {
      return Error(ErrorCode::kNumeric, name_ + ": " + what + " holds NaN or infinity",
                   "The training that wrote it has diverged: use weights of an earlier epoch, or "
                   "train again with a lower learning rate.");
    }
  }
  return array;
}

}  // namespace karyo
