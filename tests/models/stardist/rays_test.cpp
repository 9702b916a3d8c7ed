#include "models/stardist/rays.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/npy.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

/// A triangle whatever corner it begins with.
Triangle turned(Triangle face) {
  std::rotate(face.begin(), std::min_element(face.begin(), face.end()), face.end());
  return face;
}

TEST(GoldenSpiral, HasTheReferencesDirectionsAndTriangles) {
  KARYO_NEEDS_SHARED();
  const auto golden =
      karyo::test::read_npz(karyo::test::shared_dir() / "golden/functions/rays_golden_spiral.npz");
  const std::vector<std::tuple<std::string, int, std::array<double, 3>>> cases = {
      {"n96_iso", 96, {1, 1, 1}},   {"n32_iso", 32, {1, 1, 1}},
      {"n8_iso", 8, {1, 1, 1}},     {"n64_2_1_1", 64, {2, 1, 1}},
      {"n32_2_1_1", 32, {2, 1, 1}}, {"n96_3.1_1.0_1.0", 96, {3.1, 1, 1}}};
  for (const auto& [name, n, anisotropy] : cases) {
    const Rays3d rays = golden_spiral(n, anisotropy);
    const auto& vertices = golden.at(name + "_vertices").values;
    ASSERT_EQ(rays.count(), n);
    for (std::size_t i = 0; i < vertices.size(); ++i) {
      EXPECT_EQ(rays.vertices[i / 3][i % 3], static_cast<float>(vertices[i])) << name << ' ' << i;
    }
    const auto& faces = golden.at(name + "_faces").values;
    std::set<Triangle> expected, found;
    for (std::size_t i = 0; i < faces.size(); i += 3) {
      expected.insert(turned({static_cast<int>(faces[i]), static_cast<int>(faces[i + 1]),
                              static_cast<int>(faces[i + 2])}));
    }
    for (const Triangle& face : rays.faces) found.insert(turned(face));
    EXPECT_EQ(found, expected) << name;
    EXPECT_EQ(rays.faces.size(), static_cast<std::size_t>(2 * n - 4));
  }
}

TEST(GoldenSpiral, ClosesForEveryNumberOfRays) {
  for (int n = 5; n <= 200; n += n < 40 ? 1 : 13) {
    const Rays3d rays = golden_spiral(n, {1.7, 1, 0.6});
    std::set<std::pair<int, int>> edges;
    for (const Triangle& face : rays.faces) {
      for (std::size_t e = 0; e < 3; ++e) {
        EXPECT_TRUE(edges.insert({face[e], face[(e + 1) % 3]}).second) << n;
      }
    }
    for (const auto& [from, to] : edges) EXPECT_TRUE(edges.contains({to, from})) << n;
    EXPECT_EQ(rays.faces.size(), static_cast<std::size_t>(2 * n - 4)) << n;
  }
}

TEST(RaysFromJson, ReadsTheSpiralAndNamesOthers) {
  const auto json = nlohmann::ordered_json::parse(
      R"({"name": "Rays_GoldenSpiral", "kwargs": {"n": 12, "anisotropy": [3, 1, 1]}})");
  const auto rays = rays_from_json(json);
  ASSERT_TRUE(rays);
  EXPECT_EQ(rays->vertices, golden_spiral(12, {3, 1, 1}).vertices);
  const auto other = rays_from_json(
      nlohmann::ordered_json::parse(R"({"name": "Rays_Octo", "kwargs": {"n_level": 4}})"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(other.error().what.find("Rays_Octo"), std::string::npos);
}

TEST(ConvexHull, OfACubeHasItsCornersOnly) {
  std::vector<Point3> points;
  for (int i = 0; i < 27; ++i) {
    points.push_back({static_cast<double>(i / 9), static_cast<double>(i / 3 % 3), i % 3 * 1.0});
  }
  double volume6 = 0;
  std::set<int> corners;
  for (const Triangle& face : convex_hull(points)) {
    const auto at = [&](std::size_t k) { return points[static_cast<std::size_t>(face[k])]; };
    volume6 -= signed_volume6(at(0), at(1), at(2), {1, 1, 1});
    corners.insert(face.begin(), face.end());
  }
  EXPECT_NEAR(volume6 / 6, 8, 1e-9);
  EXPECT_GE(corners.size(), 8u);
  EXPECT_FALSE(corners.contains(13)) << "the middle";
  EXPECT_TRUE(convex_hull(std::vector<Point3>(points.begin(), points.begin() + 9)).empty());
}

}  // namespace
}  // namespace karyo::stardist
