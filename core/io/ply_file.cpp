// PLY: a header that describes elements by their properties, then their values as text or binary.

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "core/io/mesh_text.h"

namespace karyo::io {
namespace {

constexpr std::size_t kMostProperties = 256;

enum class Number { kInt8, kUInt8, kInt16, kUInt16, kInt32, kUInt32, kFloat32, kFloat64 };

std::optional<Number> number_type(std::string_view name) {
  struct Named {
    std::string_view name, sized;
    Number number;
  };
  static constexpr Named kNames[] = {
      {"char", "int8", Number::kInt8},        {"uchar", "uint8", Number::kUInt8},
      {"short", "int16", Number::kInt16},     {"ushort", "uint16", Number::kUInt16},
      {"int", "int32", Number::kInt32},       {"uint", "uint32", Number::kUInt32},
      {"float", "float32", Number::kFloat32}, {"double", "float64", Number::kFloat64}};
  for (const Named& one : kNames) {
    if (name == one.name || name == one.sized) return one.number;
  }
  return {};
}

struct Property {
  std::string_view name;
  Number type = Number::kFloat32;
  std::optional<Number> count;  ///< of a list's numbers
};

struct Element {
  std::string_view name;
  std::uint64_t rows = 0;
  std::vector<Property> properties;
};

struct Header {
  bool text = true, swapped = false;
  std::vector<Element> elements;
};

/// Takes the header off `content`.
Result<Header> parse_header(std::string_view& content, const std::string& name) {
  Header header;
  bool told = false;
  if (take_line(content) != "ply") return bad_mesh(name, "it does not begin with \"ply\"");
  for (std::size_t line = 2; !content.empty(); ++line) {
    Words words(take_line(content));
    const std::string_view first = words.next();
    const auto bad = [&](const char* what) {
      return bad_mesh(name, "line " + std::to_string(line) + what);
    };
    if (first == "end_header") {
      if (!told) return bad_mesh(name, "its header names no format");
      return header;
    }
    if (first == "format") {
      const std::string_view format = words.next();
      header.text = format == "ascii";
      if (!header.text && format != "binary_little_endian" && format != "binary_big_endian") {
        return bad(" names an unknown format");
      }
      header.swapped = format == "binary_big_endian";
      told = true;
    } else if (first == "element") {
      Element element{words.next(), 0, {}};
      const auto rows = number_in<std::uint64_t>(words.next());
      if (!rows) return bad(" has an element without a number");
      element.rows = *rows;
      header.elements.push_back(std::move(element));
    } else if (first == "property") {
      if (header.elements.empty()) return bad(" has a property of nothing");
      Property property;
      std::string_view type = words.next();
      if (type == "list") {
        property.count = number_type(words.next());
        if (!property.count || *property.count >= Number::kFloat32) {
          return bad(" has a list that is not counted by whole numbers");
        }
        type = words.next();
      }
      const auto number = number_type(type);
      if (!number) return bad(" has a property of an unknown type");
      property.type = *number;
      property.name = words.next();
      header.elements.back().properties.push_back(property);
      if (header.elements.back().properties.size() > kMostProperties) {
        return bad(" has one property too many");
      }
    }
  }
  return bad_mesh(name, "its header has no end");
}

/// The numbers behind a header, one after the other.
class Numbers {
 public:
  Numbers(std::string_view content, bool text, bool swapped)
      : content_(content), words_(content), text_(text), swapped_(swapped) {}

  /// None at the end, and for a word that is no number.
  std::optional<double> next(Number type) {
    if (text_) return number_in<double>(words_.next());
    switch (type) {
      case Number::kInt8:
        return take<std::int8_t>();
      case Number::kUInt8:
        return take<std::uint8_t>();
      case Number::kInt16:
        return take<std::int16_t>();
      case Number::kUInt16:
        return take<std::uint16_t>();
      case Number::kInt32:
        return take<std::int32_t>();
      case Number::kUInt32:
        return take<std::uint32_t>();
      case Number::kFloat32:
        return take<float>();
      case Number::kFloat64:
        return take<double>();
    }
    return {};
  }
  /// No more numbers than this are to come.
  std::uint64_t most_left() const { return text_ ? words_.rest().size() : content_.size() - at_; }

 private:
  template <typename T>
  std::optional<double> take() {
    if (content_.size() - at_ < sizeof(T)) return {};
    std::array<char, sizeof(T)> bytes{};
    std::memcpy(bytes.data(), content_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    if (swapped_) std::reverse(bytes.begin(), bytes.end());
    return static_cast<double>(std::bit_cast<T>(bytes));
  }

  std::string_view content_;
  std::size_t at_ = 0;
  Words words_;
  bool text_, swapped_;
};

/// Where a vertex's places and colours go.
int part_of(std::string_view name) {
  static constexpr std::string_view kParts[] = {"x", "y", "z", "red", "green", "blue"};
  for (int i = 0; i < 6; ++i) {
    if (name == kParts[i]) return i;
  }
  return -1;
}

class Reader {
 public:
  Reader(Numbers numbers, const std::string& name) : numbers_(numbers), name_(name) {}

  Result<void> read(const Element& element) {
    if (element.properties.empty()) return {};
    if (element.rows > numbers_.most_left()) return too_short(element);
    if (element.name == "vertex") return read_vertices(element);
    if (element.name == "face") return read_faces(element);
    for (std::uint64_t row = 0; row < element.rows; ++row) {
      for (const Property& property : element.properties) {
        if (!pass_over(property)) return too_short(element);
      }
    }
    return {};
  }

  SurfaceMesh mesh;

 private:
  Error too_short(const Element& element) const {
    return bad_mesh(name_, "it ends, or has something that is no number, before its " +
                               std::to_string(element.rows) + " rows of \"" +
                               std::string(element.name) + "\" are read");
  }

  std::optional<std::uint64_t> count_of(const Property& list) {
    const auto count = numbers_.next(*list.count);
    if (!count || !(*count >= 0 && *count <= static_cast<double>(numbers_.most_left()))) return {};
    return static_cast<std::uint64_t>(*count);
  }

  bool pass_over(const Property& property) {
    if (!property.count) return numbers_.next(property.type).has_value();
    const auto count = count_of(property);
    for (std::uint64_t i = 0; count && i < *count; ++i) {
      if (!numbers_.next(property.type)) return false;
    }
    return count.has_value();
  }

  Result<void> read_vertices(const Element& element) {
    int known = 0;
    for (const Property& property : element.properties) {
      if (!property.count && part_of(property.name) >= 0) known |= 1 << part_of(property.name);
    }
    if ((known & 7) != 7) return bad_mesh(name_, "its points have no x, y and z");
    const bool coloured = (known >> 3) == 7;
    for (std::uint64_t row = 0; row < element.rows; ++row) {
      std::array<double, 6> parts{};
      for (const Property& property : element.properties) {
        const int part = property.count ? -1 : part_of(property.name);
        if (part < 0) {
          if (!pass_over(property)) return too_short(element);
          continue;
        }
        const auto number = numbers_.next(property.type);
        if (!number) return too_short(element);
        const bool fraction = part >= 3 && property.type >= Number::kFloat32;  // colours 0 to 1
        parts[static_cast<std::size_t>(part)] = fraction ? *number * 255 : *number;
      }
      const auto place = place_of({parts[0], parts[1], parts[2]});
      if (!place) return bad_mesh(name_, "point " + std::to_string(row) + " lies nowhere");
      mesh.points.push_back(*place);
      if (!coloured) continue;
      const auto part = [&](std::size_t i) {
        return static_cast<std::uint8_t>(parts[i] >= 0 ? std::min(parts[i], 255.0) : 0.0);
      };
      mesh.colors.push_back({part(3), part(4), part(5)});
    }
    return {};
  }

  Result<void> read_faces(const Element& element) {
    Fan fan(mesh);
    for (std::uint64_t row = 0; row < element.rows; ++row) {
      for (const Property& property : element.properties) {
        const bool corners = property.count &&
                             (property.name == "vertex_indices" || property.name == "vertex_index");
        if (!corners) {
          if (!pass_over(property)) return too_short(element);
          continue;
        }
        const auto count = count_of(property);
        if (!count) return too_short(element);
        fan.begin();
        for (std::uint64_t i = 0; i < *count; ++i) {
          const auto corner = numbers_.next(property.type);
          if (!corner) return too_short(element);
          if (!(*corner >= 0 && *corner < static_cast<double>(mesh.points.size()))) {
            return bad_mesh(name_, "face " + std::to_string(row) +
                                       " names a point that is none of " +
                                       std::to_string(mesh.points.size()));
          }
          fan.add(static_cast<std::uint32_t>(*corner));
        }
      }
    }
    return {};
  }

  Numbers numbers_;
  const std::string& name_;
};

}  // namespace

Result<SurfaceMesh> parse_ply(std::string_view content, const std::string& name) {
  KARYO_TRY(const Header header, parse_header(content, name));
  Reader reader(Numbers(content, header.text, header.swapped), name);
  for (const Element& element : header.elements) KARYO_CHECK_OK(reader.read(element));
  return std::move(reader.mesh);
}

}  // namespace karyo::io
