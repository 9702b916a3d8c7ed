#include "core/measure/measurement.h"

#include <gtest/gtest.h>

#include <cmath>

namespace karyo {
namespace {

/// value = 100 c + 10 z + y + x / 10, spacing 2, 0.5, 0.25.
ImageLayer ramp() {
  auto volume = std::make_shared<Volume>(VoxelType::kFloat32, VolumeShape{1, 2, 4, 20, 30});
  volume->grid.spacing_z = 2;
  volume->grid.spacing_y = 0.5;
  volume->grid.spacing_x = 0.25;
  volume->grid.unit = "um";
  for (std::int64_t c = 0; c < 2; ++c) {
    auto view = volume->view<float>(0, c);
    for (std::int64_t z = 0; z < 4; ++z) {
      for (std::int64_t y = 0; y < 20; ++y) {
        for (std::int64_t x = 0; x < 30; ++x) {
          view(z, y, x) = static_cast<float>(100 * c + 10 * z + y) + static_cast<float>(x) / 10;
        }
      }
    }
  }
  return ImageLayer("ramp", volume);
}

MeasureShape shape_of(MeasureKind kind, std::vector<WorldPoint> points, Plane plane = Plane::kXY) {
  return {kind, plane, std::move(points)};
}

TEST(Measurement, SizesAreCalibrated) {
  const auto line = size_of(shape_of(MeasureKind::kLine, {{1, 4, 0}, {1, 1, 4}}));
  EXPECT_DOUBLE_EQ(line.length, 5);
  EXPECT_NEAR(line.degrees, 36.8699, 1e-4) << "up and to the right is positive";
  const auto box = size_of(shape_of(MeasureKind::kRectangle, {{1, 4, 6}, {1, 1, 2}}));
  EXPECT_DOUBLE_EQ(box.area, 12);
  EXPECT_DOUBLE_EQ(box.perimeter, 14);
  const auto corner = size_of(shape_of(MeasureKind::kAngle, {{0, 0, 5}, {0, 0, 0}, {0, 3, 0}}));
  EXPECT_NEAR(corner.degrees, 90, 1e-9);
  const auto flat = size_of(shape_of(MeasureKind::kAngle, {{0, 0, 5}, {0, 0, 0}, {0, 0, -3}}));
  EXPECT_NEAR(flat.degrees, 180, 1e-9);
  const auto triangle = size_of(shape_of(MeasureKind::kArea, {{0, 0, 0}, {0, 0, 4}, {0, 3, 0}}));
  EXPECT_DOUBLE_EQ(triangle.area, 6);
  EXPECT_DOUBLE_EQ(triangle.perimeter, 12);
  // On YZ the axes are z to the right and y down.
  const auto side = size_of(shape_of(MeasureKind::kRectangle, {{0, 0, 9}, {4, 3, 9}}, Plane::kYZ));
  EXPECT_DOUBLE_EQ(side.width, 4);
  EXPECT_DOUBLE_EQ(side.height, 3);
  EXPECT_EQ(size_of(shape_of(MeasureKind::kArea, {{0, 0, 0}, {0, 1, 1}})).area, 0);
}

TEST(Measurement, AProfileFollowsARamp) {
  const ImageLayer layer = ramp();
  const auto& grid = layer.grid();
  // Along x through the middle of row 3 of plane 1.
  const auto line = shape_of(MeasureKind::kLine, {{3, 1.75, 0.5}, {3, 1.75, 6.5}});
  const Profile profile = profile_of(line, layer, grid, 0);
  ASSERT_EQ(profile.channels, (std::vector<std::int64_t>{0, 1}));
  ASSERT_EQ(profile.distance.size(), 25u);
  EXPECT_DOUBLE_EQ(profile.distance.back(), 6);
  for (std::size_t i = 0; i < profile.distance.size(); ++i) {
    const double x = (0.5 + profile.distance[i]) / 0.25 - 0.5;
    EXPECT_NEAR(profile.values[0][i], 10 + 3 + x / 10, 1e-5);
    EXPECT_NEAR(profile.values[1][i], 110 + 3 + x / 10, 1e-5);
  }
  // A slanted one is linear as well, since the ramp is.
  const auto slanted = shape_of(MeasureKind::kLine, {{3, 0.25, 0.125}, {3, 9.75, 7.375}});
  const Profile diagonal = profile_of(slanted, layer, grid, 0);
  const std::size_t last = diagonal.distance.size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(last);
    EXPECT_NEAR(diagonal.values[0][i], 10 + part * (19 + 2.9), 1e-4);
  }
  const auto outside = shape_of(MeasureKind::kLine, {{3, -5, -5}, {3, -9, -9}});
  const Profile nothing = profile_of(outside, layer, grid, 0);
  for (const double value : nothing.values[0]) EXPECT_TRUE(std::isnan(value));
}

TEST(Measurement, StatisticsAreOfTheVoxelsInside) {
  ImageLayer layer = ramp();
  layer.set_channel_visible(1, false);
  const auto& grid = layer.grid();
  // Voxels x 4..7, y 2..5 of plane 0.
  const auto box = shape_of(MeasureKind::kRectangle, {{1, 1, 1}, {1, 3, 2}});
  const Statistics all = statistics_of(box, layer, grid, 0);
  ASSERT_EQ(all.channels.size(), 1u);
  EXPECT_EQ(all.step, 1);
  EXPECT_EQ(all.channels[0].count, 16);
  EXPECT_NEAR(all.channels[0].mean, 3.5 + 0.55, 1e-5);
  EXPECT_NEAR(all.channels[0].least, 2.4, 1e-5);
  EXPECT_NEAR(all.channels[0].most, 5.7, 1e-5);
  double squares = 0;
  for (int y = 2; y < 6; ++y) {
    for (int x = 4; x < 8; ++x) squares += std::pow(y + x / 10.0 - 4.05, 2);
  }
  EXPECT_NEAR(all.channels[0].deviation, std::sqrt(squares / 15), 1e-4);
  // The same box as an outline, and the half of it below its diagonal.
  const auto outline = shape_of(MeasureKind::kArea, {{1, 1, 1}, {1, 1, 2}, {1, 3, 2}, {1, 3, 1}});
  EXPECT_EQ(statistics_of(outline, layer, grid, 0).channels[0].count, 16);
  const auto half = shape_of(MeasureKind::kArea, {{1, 1, 1}, {1, 3, 2.01}, {1, 3, 1}});
  EXPECT_EQ(statistics_of(half, layer, grid, 0).channels[0].count, 10);
  const auto far = shape_of(MeasureKind::kRectangle, {{1, 100, 100}, {1, 300, 200}});
  EXPECT_EQ(statistics_of(far, layer, grid, 0).channels[0].count, 0);
  const auto huge = shape_of(MeasureKind::kRectangle, {{1, -1e300, -1e300}, {1, 1e300, 1e300}});
  EXPECT_EQ(statistics_of(huge, layer, grid, 0).channels[0].count, 600);
  EXPECT_TRUE(
      statistics_of(shape_of(MeasureKind::kAngle, {{}, {}, {}}), layer, grid, 0).channels.empty());
}

TEST(Measurement, ARectanglesProfileIsTheMeanOfItsColumns) {
  const ImageLayer layer = ramp();
  const auto box = shape_of(MeasureKind::kRectangle, {{5, 1, 1}, {5, 3, 2}});
  const Profile profile = profile_of(box, layer, layer.grid(), 0);
  ASSERT_EQ(profile.distance.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_DOUBLE_EQ(profile.distance[i], 0.25 * static_cast<double>(i));
    EXPECT_NEAR(profile.values[0][i], 20 + 3.5 + (4 + static_cast<double>(i)) / 10, 1e-5);
  }
}

TEST(Measurement, LargeAreasAreSampled) {
  auto volume = std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 1, 4096, 4096});
  auto* voxels = volume->view<std::uint8_t>().data();
  for (std::int64_t i = 0; i < volume->shape().count(); ++i) {
    voxels[i] = static_cast<std::uint8_t>(i * 2654435761u >> 24);
  }
  const ImageLayer layer("large", volume);
  const auto box = shape_of(MeasureKind::kRectangle, {{0.5, 0, 0}, {0.5, 4096, 4096}});
  const Statistics sampled = statistics_of(box, layer, layer.grid(), 0);
  EXPECT_EQ(sampled.step, 4);
  EXPECT_EQ(sampled.channels[0].count, 1024 * 1024);
  EXPECT_NEAR(sampled.channels[0].mean, 127.5, 0.5);
}

TEST(Measurement, NamesGoThereAndBack) {
  for (const char* name : {"line", "rectangle", "angle", "area"}) {
    EXPECT_EQ(name_of(*measure_kind_from(name)), name);
  }
  EXPECT_FALSE(measure_kind_from("circle"));
}

}  // namespace
}  // namespace karyo
