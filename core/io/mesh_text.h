#pragma once

/// What the readers of meshes share. Not for use outside of core/io.

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/io/mesh_file.h"

namespace karyo::io {

Result<SurfaceMesh> parse_ply(std::string_view content, const std::string& name);

inline Error bad_mesh(const std::string& name, const std::string& what) {
  return {ErrorCode::kBadFile, name + ": " + what,
          "Export the surface again, as binary STL or PLY if the program offers it."};
}

/// Words of text, one after the other.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}
  /// The next one up to white space, or empty at the end.
  std::string_view next() {
    const auto first = text_.find_first_not_of(kWhite, at_);
    if (first == std::string_view::npos) {
      at_ = text_.size();
      return {};
    }
    at_ = std::min(text_.find_first_of(kWhite, first), text_.size());
    return text_.substr(first, at_ - first);
  }
  /// What is left, from the next byte on.
  std::string_view rest() const { return text_.substr(at_); }

 private:
  static constexpr std::string_view kWhite = " \t\r\n\v\f";
  std::string_view text_;
  std::size_t at_ = 0;
};

/// A line, without its end, and what follows.
inline std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

template <typename T>
std::optional<T> number_in(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  T value{};
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  if (read.ec != std::errc() || read.ptr != word.data() + word.size()) return {};
  return value;
}

/// A place, unless some number of it is none or too large for a scene.
inline std::optional<std::array<float, 3>> place_of(const std::array<double, 3>& numbers) {
  constexpr double kMost = 1e9;
  for (const double number : numbers) {
    if (!(std::abs(number) <= kMost)) return {};
  }
  return std::array<float, 3>{static_cast<float>(numbers[0]), static_cast<float>(numbers[1]),
                              static_cast<float>(numbers[2])};
}

/// A polygon of at least three corners, each below the number of points, as a fan.
class Fan {
 public:
  explicit Fan(SurfaceMesh& mesh) : mesh_(mesh) {}
  void begin() { corners_ = 0; }
  void add(std::uint32_t corner) {
    if (corners_ == 0) first_ = corner;
    if (corners_ >= 2) mesh_.triangles.push_back({first_, last_, corner});
    last_ = corner;
    ++corners_;
  }
  std::size_t corners() const { return corners_; }

 private:
  SurfaceMesh& mesh_;
  std::uint32_t first_ = 0, last_ = 0;
  std::size_t corners_ = 0;
};

}  // namespace karyo::io
