#include "core/io/mesh_file.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// A tetrahedron, each point with a colour.
SurfaceMesh tetrahedron(bool coloured = false) {
  SurfaceMesh mesh{{{0, 0, 0}, {1.5F, 0, 0}, {0, 2.25F, 0}, {0, 0, -3}},
                   {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}},
                   {}};
  if (coloured) mesh.colors = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {51, 102, 204}};
  return mesh;
}

/// Triangles by their places: what an STL keeps of a mesh.
std::vector<std::array<std::array<float, 3>, 3>> places(const SurfaceMesh& mesh) {
  std::vector<std::array<std::array<float, 3>, 3>> all;
  for (const auto& [a, b, c] : mesh.triangles) {
    all.push_back({mesh.points[a], mesh.points[b], mesh.points[c]});
  }
  return all;
}

std::string what_of(std::string_view content, MeshFormat format) {
  const auto mesh = parse_mesh(content, format, "m");
  return mesh ? "read" : mesh.error().what;
}

TEST(MeshFile, GoesOutAndComesBack) {
  for (const bool coloured : {false, true}) {
    const SurfaceMesh mesh = tetrahedron(coloured);
    for (const MeshFormat format : {MeshFormat::kPly, MeshFormat::kObj}) {
      const auto back = parse_mesh(format_mesh(mesh, format), format, "m");
      ASSERT_TRUE(back) << back.error().what;
      EXPECT_EQ(*back, mesh);
    }
    const auto stl = parse_mesh(format_mesh(mesh, MeshFormat::kStl), MeshFormat::kStl, "m");
    ASSERT_TRUE(stl) << stl.error().what;
    EXPECT_EQ(places(*stl), places(mesh));
    EXPECT_EQ(stl->points.size(), 4u) << "equal places are one point";
    EXPECT_TRUE(stl->colors.empty());
  }
}

TEST(MeshFile, TheEndingSaysTheFormat) {
  test::TempDir folder;
  const SurfaceMesh mesh = tetrahedron();
  std::ofstream(folder / "A.PLY", std::ios::binary) << format_mesh(mesh, MeshFormat::kPly);
  EXPECT_EQ(read_mesh(folder / "A.PLY").value(), mesh);
  EXPECT_FALSE(mesh_format("a.vtk"));
  EXPECT_EQ(read_mesh(folder / "no.stl").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_mesh(folder / "no.vtk").error().code, ErrorCode::kUnsupported);
}

TEST(MeshFile, ReadsTextStl) {
  const std::string text =
      "solid thing\r\n facet normal 0 0 1\n  outer loop\n   vertex 0 0 0\n   VERTEX 1e0 0 0\n"
      "   vertex 0 +1 0\n  endloop\n endfacet\nendsolid thing\n";
  const auto mesh = parse_mesh(text, MeshFormat::kStl, "m");
  ASSERT_TRUE(mesh) << mesh.error().what;
  EXPECT_EQ(mesh->triangles.size(), 1u);
  EXPECT_EQ(mesh->points[1], (std::array<float, 3>{1, 0, 0}));
}

TEST(MeshFile, ABinaryStlMayBeginWithSolid) {
  std::string bytes = format_mesh(tetrahedron(), MeshFormat::kStl);
  bytes.replace(0, 5, "solid");
  const auto mesh = parse_mesh(bytes, MeshFormat::kStl, "m");
  ASSERT_TRUE(mesh) << mesh.error().what;
  EXPECT_EQ(mesh->triangles.size(), 4u);
}

TEST(MeshFile, ReadsTextPlyWithOtherThingsInIt) {
  const std::string text =
      "ply\nformat ascii 1.0\ncomment made by hand\nelement other 1\nproperty list uchar int n\n"
      "element vertex 4\nproperty double y\nproperty double x\nproperty double z\n"
      "property uchar quality\nproperty float red\nproperty float green\nproperty float blue\n"
      "element face 1\nproperty uchar flags\nproperty list uchar uint vertex_index\nend_header\n"
      "2 7 8\n0 1 2 9 1 0 0\n0 4 2 9 0 1 0\n5 4 2 9 0 0 1\n5 1 2 9 0 0 0\n3 4 0 1 2 3\n";
  const auto mesh = parse_mesh(text, MeshFormat::kPly, "m");
  ASSERT_TRUE(mesh) << mesh.error().what;
  EXPECT_EQ(mesh->points[2], (std::array<float, 3>{4, 5, 2}));
  EXPECT_EQ(mesh->colors[1], (Rgb{0, 255, 0}));
  const std::vector<std::array<std::uint32_t, 3>> fan{{0, 1, 2}, {0, 2, 3}};
  EXPECT_EQ(mesh->triangles, fan);
}

TEST(MeshFile, ReadsBigEndianPly) {
  std::string bytes =
      "ply\nformat binary_big_endian 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
      "property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n";
  const auto put = [&](auto value) {
    std::array<char, sizeof(value)> raw{};
    std::memcpy(raw.data(), &value, sizeof(value));
    bytes.append(raw.rbegin(), raw.rend());
  };
  for (const float part : {0.F, 0.F, 0.F, 1.F, 0.F, 0.F, 0.F, 2.F, 7.5F}) put(part);
  bytes += '\3';
  for (const std::int32_t corner : {2, 0, 1}) put(corner);
  const auto mesh = parse_mesh(bytes, MeshFormat::kPly, "m");
  ASSERT_TRUE(mesh) << mesh.error().what;
  EXPECT_EQ(mesh->points[2], (std::array<float, 3>{0, 2, 7.5F}));
  EXPECT_EQ(mesh->triangles[0], (std::array<std::uint32_t, 3>{2, 0, 1}));
}

TEST(MeshFile, ReadsObjWithRelativeCornersAndPolygons) {
  const std::string text =
      "# comment\nmtllib a.mtl\nv 0 0 0\nv 1 0 0 1.0\nv 1 1 0\nv 0 1 0\nvn 0 0 1\nvt 0 0\n"
      "g part\nf 1/1/1 2//1 3/1 4\nf -4 -3 -2 # the same\nl 1 2\n";
  const auto mesh = parse_mesh(text, MeshFormat::kObj, "m");
  ASSERT_TRUE(mesh) << mesh.error().what;
  const std::vector<std::array<std::uint32_t, 3>> wanted{{0, 1, 2}, {0, 2, 3}, {0, 1, 2}};
  EXPECT_EQ(mesh->triangles, wanted);
  EXPECT_TRUE(mesh->colors.empty());
}

TEST(MeshFile, SaysWhatIsWrong) {
  const auto has = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  has(what_of("", MeshFormat::kStl), "too short");
  has(what_of("solid\nendsolid\n", MeshFormat::kStl), "no triangles");
  has(what_of("solid\nouter loop\nvertex 1 2 x\n", MeshFormat::kStl), "line 3");
  has(what_of("solid\nouter loop\nvertex 1 2 3\nendloop\n", MeshFormat::kStl), "1 corners");
  std::string cut = format_mesh(tetrahedron(), MeshFormat::kStl);
  cut.resize(cut.size() - 50);
  has(what_of(cut, MeshFormat::kStl), "counts 4 triangles, but it has 3");
  std::string nan = format_mesh(tetrahedron(), MeshFormat::kStl);
  const float nothing = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(nan.data() + 84 + 12, &nothing, 4);
  has(what_of(nan, MeshFormat::kStl), "triangle 1 lies nowhere");
  has(what_of("v 0 0 0\nf 1 2 3\n", MeshFormat::kObj), "line 2 names point \"2\"");
  has(what_of("v 0 0 0\nf 1 1\n", MeshFormat::kObj), "less than 3");
  has(what_of("v 0 0\n", MeshFormat::kObj), "line 1");
  has(what_of("plyx\n", MeshFormat::kPly), "begin");
  has(what_of("ply\nformat ascii 1.0\n", MeshFormat::kPly), "no end");
  const std::string head = "ply\nformat ascii 1.0\n";
  has(what_of(head + "element vertex 99999999999\nproperty float x\nproperty float y\n"
                     "property float z\nend_header\n1 2 3\n",
              MeshFormat::kPly),
      "99999999999 rows");
  has(what_of(head + "element vertex 1\nproperty float x\nend_header\n1\n", MeshFormat::kPly),
      "no x, y and z");
  has(what_of(
          head + "element face 1\nproperty list uchar int vertex_indices\nend_header\n3 0 1 2\n",
          MeshFormat::kPly),
      "face 0");
  has(what_of(head + "element face 1\nproperty list float int vertex_indices\nend_header\n",
              MeshFormat::kPly),
      "line 4");
}

}  // namespace
}  // namespace karyo
