#include "core/layers/surface_layer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/layers/image_layer.h"
#include "core/layers/layer_list.h"
#include "core/layers/layer_look.h"

namespace karyo {
namespace {

/// A ball around (z, y, x) = (20, 30, 40), of radius 10: x, y, z in the mesh.
SurfaceMesh ball() {
  constexpr int kAround = 48, kUp = 24;
  SurfaceMesh mesh;
  for (int i = 0; i <= kUp; ++i) {
    for (int k = 0; k < kAround; ++k) {
      const double up = M_PI * i / kUp, around = 2 * M_PI * k / kAround;
      mesh.points.push_back({static_cast<float>(40 + 10 * std::sin(up) * std::cos(around)),
                             static_cast<float>(30 + 10 * std::sin(up) * std::sin(around)),
                             static_cast<float>(20 + 10 * std::cos(up))});
    }
  }
  const auto at = [](int i, int k) {
    return static_cast<std::uint32_t>(i * kAround + k % kAround);
  };
  for (int i = 0; i < kUp; ++i) {
    for (int k = 0; k < kAround; ++k) {
      mesh.triangles.push_back({at(i, k), at(i + 1, k), at(i + 1, k + 1)});
      mesh.triangles.push_back({at(i, k), at(i + 1, k + 1), at(i, k + 1)});
    }
  }
  return mesh;
}

TEST(SurfaceLayer, APlaneCutsABallInACircle) {
  const SurfaceLayer layer("ball", ball());
  for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
    WorldPoint middle{20, 30, 40};
    middle[axis] += 6;  // where the circle's radius is 8
    const Section& section = *layer.section(axis, middle[axis]);
    ASSERT_GT(section.size(), 40u);
    double around = 0;
    for (const SectionLine& line : section) {
      for (const WorldPoint& end : {line.from, line.to}) {
        EXPECT_DOUBLE_EQ(end[axis], middle[axis]);
        const double off = std::hypot(end.z - middle.z, end.y - middle.y, end.x - middle.x);
        EXPECT_NEAR(off, 8, 0.15);
      }
      around +=
          std::hypot(line.from.z - line.to.z, line.from.y - line.to.y, line.from.x - line.to.x);
    }
    EXPECT_NEAR(around, 2 * M_PI * 8, 0.6) << "closed, each piece once";
    EXPECT_TRUE(layer.section(axis, middle[axis] + 5)->empty());
  }
}

TEST(SurfaceLayer, ASectionIsKeptUntilSomethingChanges) {
  SurfaceLayer layer("ball", ball());
  const auto first = layer.section(Axis::kZ, 20.2);
  EXPECT_EQ(layer.section(Axis::kZ, 20.2), first);
  SurfaceLook look = layer.look();
  look.color = {1, 2, 3};
  layer.set_look(look);
  EXPECT_EQ(layer.section(Axis::kZ, 20.2)->front().color, (Rgb{1, 2, 3}));
  look.data = std::make_shared<const SurfaceMesh>();
  layer.set_look(look);
  EXPECT_TRUE(layer.section(Axis::kZ, 20.2)->empty());
}

TEST(SurfaceLayer, ShowsTheColoursOfItsPoints) {
  SurfaceMesh mesh{{{0, 0, 0}, {4, 0, 0}, {0, 0, 4}}, {{0, 1, 2}}, {}};
  mesh.colors = {{9, 0, 0}, {9, 0, 0}, {0, 9, 0}};
  SurfaceLayer layer("t", mesh);
  EXPECT_EQ(layer.section(Axis::kZ, 2)->at(0).color, (Rgb{0, 9, 0}));
  SurfaceLook look = layer.look();
  look.own_colors = false;
  layer.set_look(look);
  EXPECT_EQ(layer.section(Axis::kZ, 2)->at(0).color, look.color);
}

TEST(SurfaceLayer, LiesInTheUnitOfTheWorld) {
  LayerList layers;
  auto& surface = layers.add(std::make_shared<SurfaceLayer>("ball", ball()));
  EXPECT_EQ(layers.grid().unit, "pixel") << "a mesh calibrates nothing";
  EXPECT_EQ(layers.grid_of(surface).spacing_x, 1);
  auto volume = std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 4, 20, 30});
  volume->grid.unit = "um";
  volume->grid.spacing_z = 2;
  volume->grid.spacing_y = volume->grid.spacing_x = 0.5;
  layers.add(std::make_shared<ImageLayer>("image", volume));
  EXPECT_EQ(layers.grid().spacing_z, 2);
  EXPECT_EQ(layers.grid_of(surface).spacing_z, 1) << "micrometres, not voxels";
  EXPECT_EQ(layers.grid_of(surface).unit, "um");
  EXPECT_EQ(layers.world_extent().x, 51) << "the last place at 50 is in a voxel from 50 to 51";
}

TEST(SurfaceLayer, ItsLookComesBackAndDuplicatesShareTheMesh) {
  SurfaceLayer layer("ball", ball());
  SurfaceLook look = layer.look();
  look.width = std::nan("");
  look.wireframe = true;
  layer.set_look(look);
  EXPECT_EQ(layer.look().width, 0.5);
  const auto copy = duplicate(layer);
  ASSERT_EQ(copy->kind(), LayerKind::kSurface);
  EXPECT_EQ(dynamic_cast<const SurfaceLayer&>(*copy).look(), layer.look());
}

}  // namespace
}  // namespace karyo
