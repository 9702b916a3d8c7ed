#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/io/mesh_file.h"

// STL, PLY or OBJ, told by the first byte: what is read can be written, and reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = static_cast<karyo::MeshFormat>(data[0] % 3);
  const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto mesh = karyo::parse_mesh(content, format, "mesh");
  if (!mesh) return 0;
  for (const auto& triangle : mesh->triangles) {
    for (const std::uint32_t corner : triangle) {
      if (corner >= mesh->points.size()) std::abort();
    }
  }
  if (!mesh->colors.empty() && mesh->colors.size() != mesh->points.size()) std::abort();
  const auto again = karyo::parse_mesh(karyo::format_mesh(*mesh, karyo::MeshFormat::kPly),
                                       karyo::MeshFormat::kPly, "again");
  if (!again || !(*again == *mesh)) std::abort();
  return 0;
}
