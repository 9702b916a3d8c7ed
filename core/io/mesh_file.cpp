#include "core/io/mesh_file.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/mesh_text.h"

namespace karyo {
namespace {

using io::bad_mesh;
using io::number_in;
using io::Words;
using Place = std::array<float, 3>;

constexpr std::uintmax_t kMostBytes = std::uint64_t{4} << 30;
constexpr std::size_t kStlHeader = 84, kStlTriangle = 50;

template <typename T>
T at(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

/// Gives points of equal place one number.
class Welder {
 public:
  explicit Welder(SurfaceMesh& mesh) : mesh_(mesh) {}
  std::uint32_t number_of(Place place) {
    for (float& part : place) part += 0.0F;  // -0 is 0
    const auto next = static_cast<std::uint32_t>(mesh_.points.size());
    const auto [found, is_new] = numbers_.try_emplace(place, next);
    if (is_new) mesh_.points.push_back(place);
    return found->second;
  }

 private:
  struct Hash {
    std::size_t operator()(const Place& place) const {
      std::size_t hash = 0;
      for (const float part : place) {
        hash = (hash ^ std::hash<float>()(part)) * std::size_t{0x9e3779b97f4a7c15};
      }
      return hash ^ (hash >> 29);
    }
  };
  SurfaceMesh& mesh_;
  std::unordered_map<Place, std::uint32_t, Hash> numbers_;
};

Result<SurfaceMesh> parse_binary_stl(std::string_view content, const std::string& name) {
  const std::size_t count = at<std::uint32_t>(content, kStlHeader - 4);
  SurfaceMesh mesh;
  mesh.triangles.reserve(count);
  Welder welder(mesh);
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::uint32_t, 3> triangle{};
    for (std::size_t k = 0; k < 3; ++k) {
      const std::size_t from = kStlHeader + i * kStlTriangle + 12 + k * 12;  // after the normal
      const auto place = io::place_of(
          {at<float>(content, from), at<float>(content, from + 4), at<float>(content, from + 8)});
      if (!place) return bad_mesh(name, "triangle " + std::to_string(i + 1) + " lies nowhere");
      triangle[k] = welder.number_of(*place);
    }
    mesh.triangles.push_back(triangle);
  }
  return mesh;
}

Result<SurfaceMesh> parse_text_stl(std::string_view content, const std::string& name) {
  SurfaceMesh mesh;
  Welder welder(mesh);
  io::Fan fan(mesh);
  std::size_t line = 0;
  while (!content.empty()) {
    ++line;
    Words words(io::take_line(content));
    const std::string first = lower_ascii(words.next());
    const auto where = [&] { return "line " + std::to_string(line); };
    if (first == "outer") fan.begin();
    if (first == "endloop" && fan.corners() != 3) {
      return bad_mesh(name, where() + " ends a facet of " + std::to_string(fan.corners()) +
                                " corners instead of three");
    }
    if (first != "vertex") continue;
    std::array<double, 3> numbers{};
    for (double& number : numbers) {
      number = number_in<double>(words.next()).value_or(std::numeric_limits<double>::quiet_NaN());
    }
    const auto place = io::place_of(numbers);
    if (!place) return bad_mesh(name, where() + " has no three numbers behind \"vertex\"");
    fan.add(welder.number_of(*place));
  }
  return mesh;
}

Result<SurfaceMesh> parse_stl(std::string_view content, const std::string& name) {
  const bool counted = content.size() >= kStlHeader;
  const std::size_t count = counted ? at<std::uint32_t>(content, kStlHeader - 4) : 0;
  // Some programs write a binary file that begins with "solid" too: its size tells.
  if (counted && content.size() == kStlHeader + count * kStlTriangle) {
    return parse_binary_stl(content, name);
  }
  if (content.starts_with("solid")) return parse_text_stl(content, name);
  if (!counted) return bad_mesh(name, "it is too short for an STL file");
  return bad_mesh(name, "its header counts " + std::to_string(count) + " triangles, but it has " +
                            std::to_string((content.size() - kStlHeader) / kStlTriangle));
}

/// "7", "7/1", "7//3", "-1": the point's number, from 0.
std::optional<std::uint32_t> corner_of(std::string_view word, std::size_t points) {
  const auto number = number_in<std::int64_t>(word.substr(0, word.find('/')));
  if (!number) return {};
  const auto count = static_cast<std::int64_t>(points);
  const std::int64_t place = *number < 0 ? count + *number : *number - 1;
  if (place < 0 || place >= count) return {};
  return static_cast<std::uint32_t>(place);
}

Result<SurfaceMesh> parse_obj(std::string_view content, const std::string& name) {
  SurfaceMesh mesh;
  io::Fan fan(mesh);
  std::size_t line = 0;
  while (!content.empty()) {
    ++line;
    Words words(io::take_line(content));
    const std::string_view first = words.next();
    const auto where = [&] { return "line " + std::to_string(line); };
    if (first == "v") {
      std::array<double, 6> numbers{};
      std::size_t count = 0;
      for (auto word = words.next(); !word.empty() && count < 6; word = words.next()) {
        const auto number = number_in<double>(word);
        if (!number) return bad_mesh(name, where() + " has a point that is no number");
        numbers[count++] = *number;
      }
      const auto place = io::place_of({numbers[0], numbers[1], numbers[2]});
      if (!place || count < 3) return bad_mesh(name, where() + " has a point without a place");
      mesh.points.push_back(*place);
      if (count == 6) {  // an extension of many programs: a colour behind the place, 0 to 1
        const auto part = [&](std::size_t i) {
          const double value = numbers[i] >= 0 ? std::min(numbers[i], 1.0) : 0.0;
          return static_cast<std::uint8_t>(std::lround(255 * value));
        };
        mesh.colors.push_back({part(3), part(4), part(5)});
      }
    } else if (first == "f") {
      fan.begin();
      for (auto word = words.next(); !word.empty() && word != "#"; word = words.next()) {
        const auto corner = corner_of(word, mesh.points.size());
        if (!corner) {
          return bad_mesh(name, where() + " names point \"" + std::string(word.substr(0, 20)) +
                                    "\", of " + std::to_string(mesh.points.size()) + " so far");
        }
        fan.add(*corner);
      }
      if (fan.corners() < 3) return bad_mesh(name, where() + " has a face of less than 3 corners");
    }
  }
  if (mesh.colors.size() != mesh.points.size()) mesh.colors.clear();
  return mesh;
}

template <typename T>
void append(std::string& to, const T& value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void append_number(std::string& to, double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value));
  to.append(text.data(), end.ptr);
}

Place normal_of(const SurfaceMesh& mesh, const std::array<std::uint32_t, 3>& triangle) {
  const Place &a = mesh.points[triangle[0]], &b = mesh.points[triangle[1]],
              &c = mesh.points[triangle[2]];
  const Place u{b[0] - a[0], b[1] - a[1], b[2] - a[2]}, v{c[0] - a[0], c[1] - a[1], c[2] - a[2]};
  Place n{u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
  const float length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
  for (float& part : n) part = length > 0 ? part / length : 0;
  return n;
}

std::string format_stl(const SurfaceMesh& mesh) {
  std::string out = "Karyoscope surface";
  out.resize(kStlHeader - 4, ' ');
  append(out, static_cast<std::uint32_t>(mesh.triangles.size()));
  for (const auto& triangle : mesh.triangles) {
    append(out, normal_of(mesh, triangle));
    for (const std::uint32_t corner : triangle) append(out, mesh.points[corner]);
    append(out, std::uint16_t{0});
  }
  return out;
}

std::string format_ply(const SurfaceMesh& mesh) {
  std::string out = "ply\nformat binary_little_endian 1.0\nelement vertex ";
  out.append(std::to_string(mesh.points.size()));
  out.append("\nproperty float x\nproperty float y\nproperty float z\n");
  if (!mesh.colors.empty()) {
    out.append("property uchar red\nproperty uchar green\nproperty uchar blue\n");
  }
  out.append("element face ").append(std::to_string(mesh.triangles.size()));
  out.append("\nproperty list uchar int vertex_indices\nend_header\n");
  for (std::size_t i = 0; i < mesh.points.size(); ++i) {
    append(out, mesh.points[i]);
    if (!mesh.colors.empty()) append(out, mesh.colors[i]);
  }
  for (const auto& triangle : mesh.triangles) {
    append(out, std::uint8_t{3});
    append(out, triangle);
  }
  return out;
}

std::string format_obj(const SurfaceMesh& mesh) {
  std::string out = "# Karyoscope surface\n";
  for (std::size_t i = 0; i < mesh.points.size(); ++i) {
    out += 'v';
    for (const float part : mesh.points[i]) append_number(out += ' ', part);
    if (!mesh.colors.empty()) {
      const Rgb& color = mesh.colors[i];
      for (const double part : {color.r / 255.0, color.g / 255.0, color.b / 255.0}) {
        append_number(out += ' ', part);
      }
    }
    out += '\n';
  }
  for (const auto& triangle : mesh.triangles) {
    out += 'f';
    for (const std::uint32_t corner : triangle) out.append(" ").append(std::to_string(corner + 1));
    out += '\n';
  }
  return out;
}

}  // namespace

std::optional<MeshFormat> mesh_format(const std::filesystem::path& path) {
  const std::string ending = lower_ascii(path.extension().string());
  if (ending == ".stl") return MeshFormat::kStl;
  if (ending == ".ply") return MeshFormat::kPly;
  if (ending == ".obj") return MeshFormat::kObj;
  return {};
}

Result<SurfaceMesh> parse_mesh(std::string_view content, MeshFormat format,
                               const std::string& name) {
  auto mesh = format == MeshFormat::kStl   ? parse_stl(content, name)
              : format == MeshFormat::kPly ? io::parse_ply(content, name)
                                           : parse_obj(content, name);
  if (mesh && mesh->triangles.empty()) return bad_mesh(name, "it holds no triangles");
  return mesh;
}

Result<SurfaceMesh> read_mesh(const std::filesystem::path& path) {
  const auto format = mesh_format(path);
  if (!format) {
    return Error(ErrorCode::kUnsupported, path.filename().string() + " is no surface",
                 "Surfaces are read from .stl, .ply and .obj.");
  }
  KARYO_TRY(const std::string content, read_file(path, kMostBytes));
  return parse_mesh(content, *format, path.filename().string());
}

std::string format_mesh(const SurfaceMesh& mesh, MeshFormat format) {
  return format == MeshFormat::kStl   ? format_stl(mesh)
         : format == MeshFormat::kPly ? format_ply(mesh)
                                      : format_obj(mesh);
}

}  // namespace karyo
