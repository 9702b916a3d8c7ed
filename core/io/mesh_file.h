#pragma once

/// Triangle meshes as files, both ways: STL (binary and text), PLY (text and binary) and OBJ.
///
/// Places are x, y, z in the file's own unit, which none of the formats names. Own readers, because
/// VTK's believe what a header counts and core knows no VTK; the formats are short.

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume.h"

namespace karyo {

struct SurfaceMesh {
  std::vector<std::array<float, 3>> points;             ///< x, y, z; finite
  std::vector<std::array<std::uint32_t, 3>> triangles;  ///< places in `points`
  std::vector<Rgb> colors;                              ///< one a point, or empty
  friend bool operator==(const SurfaceMesh&, const SurfaceMesh&) = default;
};

enum class MeshFormat { kStl, kPly, kObj };
/// By the ending, .stl, .ply, .obj, whatever its case.
std::optional<MeshFormat> mesh_format(const std::filesystem::path& path);

/// Polygons become fans of triangles; points of equal place in an STL become one. Other things of
/// a file (normals, textures, lines) are passed over. Memory stays within a few times the file's
/// size. Errors: kBadFile, naming line or byte; kNotFound, kTooLarge. Threads: any.
Result<SurfaceMesh> read_mesh(const std::filesystem::path& path);
/// The same of a file's content; `name` is for messages.
Result<SurfaceMesh> parse_mesh(std::string_view content, MeshFormat format,
                               const std::string& name);

/// Binary STL (without colours) and PLY, both little endian; OBJ.
std::string format_mesh(const SurfaceMesh& mesh, MeshFormat format);

}  // namespace karyo
