#include "core/measure/object_measures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <numbers>
#include <sstream>

#include "core/io/image_io.h"
#include "core/labels/label_rois.h"
#include "core/labels/label_volume.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

using std::numbers::pi;

double value(const ObjectMeasurement& table, std::size_t row, const std::string& column) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), column);
  if (found == table.columns.end()) return NAN;
  return table.objects.at(row).values[static_cast<std::size_t>(found - table.columns.begin())];
}

/// A file of ImageJ's measurements: columns, and a row a particle.
struct Reference {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
};
Reference read_reference(const std::filesystem::path& path) {
  Reference reference;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::vector<double> row;
    for (std::string field; std::getline(fields, field, ',');) {
      if (reference.rows.empty() && reference.columns.size() < 60 && !field.empty() &&
          (std::isalpha(static_cast<unsigned char>(field[0])) != 0 || field[0] == '#' ||
           field[0] == '%') &&
          field != "NaN") {
        reference.columns.push_back(field);
      } else {
        row.push_back(std::stod(field));
      }
    }
    if (!row.empty()) reference.rows.push_back(row);
  }
  return reference;
}

struct Case {
  const char* name;
  const char* image;
  double spacing;
};
class ImageJTables : public ::testing::TestWithParam<Case> {};

TEST_P(ImageJTables, AreEqual) {
  KARYO_NEEDS_SHARED();
  const auto folder = test::shared_dir() / "golden" / "imagej";
  const Case& wanted = GetParam();
  const auto image = read_image(folder / wanted.image);
  const std::string stem = std::string("particles_") + wanted.name;
  const auto labels = read_labels(folder / (stem + "_count_masks.tif"));
  ASSERT_TRUE(image && labels);
  const Reference reference = read_reference(folder / (stem + ".csv"));
  VoxelGrid grid;
  grid.spacing_x = grid.spacing_y = wanted.spacing;
  const auto table = measure_objects(labels->view(), grid, &*image, 0, 0);
  ASSERT_TRUE(table) << table.error().what;
  ASSERT_EQ(table->objects.size(), reference.rows.size());
  const auto outlines = label_outlines(labels->view(), 0);
  int compared = 0;
  for (std::size_t row = 0; row < reference.rows.size(); ++row) {
    const std::uint32_t id = table->objects[row].id;
    const bool one_outline = outlines.at(id).size() == 1;
    const double width = value(*table, row, "Width") / wanted.spacing;
    const double height = value(*table, row, "Height") / wanted.spacing;
    for (std::size_t k = 1; k < reference.columns.size(); ++k) {
      const std::string& column = reference.columns[k];
      const double theirs = reference.rows[row][k];
      // The analyzer measures the outer outline alone; ties of the longest diameter are its own.
      const bool by_outline = column == "Perim." || column == "Circ.";
      const bool by_ellipse = column == "Major" || column == "Minor" || column == "Angle" ||
                              column == "AR" || column == "Round";
      const bool tied = column == "FeretX" || column == "FeretY" || column == "FeretAngle";
      if ((by_outline && !one_outline) || (by_ellipse && (width <= 1 || height <= 1)) || tied) {
        continue;
      }
      const double ours = value(*table, row, column);
      if (std::isnan(theirs) && std::isnan(ours)) continue;
      ASSERT_NEAR(ours, theirs, 1e-6 * std::max(1.0, std::abs(theirs)))
          << column << " of particle " << row + 1;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100);
}

INSTANTIATE_TEST_SUITE_P(Particles, ImageJTables,
                         ::testing::Values(Case{"default", "nuclei_u8.tif", 1},
                                           Case{"calibrated_0.5um", "nuclei_u8.tif", 0.5},
                                           Case{"exclude_edges", "nuclei_u8.tif", 1},
                                           Case{"u16_li_min10", "nuclei_u16.tif", 1},
                                           Case{"f32_li_min10", "nuclei_f32.tif", 1},
                                           Case{"coins_otsu_min20", "coins_u8.tif", 1}));

LabelArray ball(double radius, double depth, Index3 shape) {
  LabelArray labels(shape);
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const double dz = (static_cast<double>(z) - static_cast<double>(shape.z / 2)) * depth;
        const double dy = static_cast<double>(y - shape.y / 2);
        const double dx = static_cast<double>(x - shape.x / 2);
        if (dz * dz + dy * dy + dx * dx <= radius * radius) labels(z, y, x) = 5;
      }
    }
  }
  return labels;
}

TEST(ObjectMeasures, ABallHasABallsVolumeSurfaceAndAxes) {
  for (const double depth : {1.0, 2.0, 4.0}) {
    constexpr double kRadius = 16;
    const auto slices = static_cast<std::int64_t>(40 / depth) + 1;
    const LabelArray labels = ball(kRadius, depth, {slices, 41, 41});
    VoxelGrid grid;
    grid.spacing_z = depth;
    const auto table = measure_objects(labels.view(), grid, nullptr, 0, 0);
    ASSERT_TRUE(table);
    ASSERT_EQ(table->objects.size(), 1u);
    EXPECT_EQ(table->objects[0].id, 5u);
    const double volume = 4.0 / 3 * pi * std::pow(kRadius, 3), surface = 4 * pi * kRadius * kRadius;
    EXPECT_NEAR(value(*table, 0, "Volume"), volume, 0.03 * volume) << depth;
    EXPECT_NEAR(value(*table, 0, "Surface"), surface, 0.04 * surface) << depth;
    EXPECT_NEAR(value(*table, 0, "Sphericity"), 1, 0.03) << depth;
    for (const char* axis : {"Major", "Middle", "Minor"}) {
      EXPECT_NEAR(value(*table, 0, axis), 2 * kRadius, 0.04 * kRadius) << axis << " " << depth;
    }
    EXPECT_TRUE(std::isnan(value(*table, 0, "Mean"))) << "no column of values without an image";
  }
}

TEST(ObjectMeasures, ABarIsNoBall) {
  LabelArray labels({12, 12, 60});
  for (std::int64_t z = 3; z < 9; ++z) {
    for (std::int64_t y = 3; y < 9; ++y) {
      for (std::int64_t x = 5; x < 55; ++x) labels(z, y, x) = 2;
    }
  }
  const auto table = measure_objects(labels.view(), {}, nullptr, 0, 0);
  ASSERT_TRUE(table);
  const double surface = 2 * (6 * 6 + 6 * 50 + 6 * 50);
  EXPECT_NEAR(value(*table, 0, "Surface"), surface, 0.14 * surface);
  EXPECT_LT(value(*table, 0, "Sphericity"), 0.8);
  EXPECT_NEAR(value(*table, 0, "Major") / value(*table, 0, "Minor"), 50.0 / 6, 0.1);
  EXPECT_DOUBLE_EQ(value(*table, 0, "BX"), 5);
  EXPECT_DOUBLE_EQ(value(*table, 0, "Width"), 50);
}

TEST(ObjectMeasures, BackgroundAndIgnoredPartsHaveNoRow) {
  LabelArray labels({1, 10, 10});
  labels(0, 2, 2) = 9;
  labels(0, 5, 5) = kIgnoredLabel;
  const auto table = measure_objects(labels.view(), {}, nullptr, 0, 0);
  ASSERT_TRUE(table);
  ASSERT_EQ(table->objects.size(), 1u);
  EXPECT_EQ(table->objects[0].id, 9u);
  const Volume other(VoxelType::kUInt8, {1, 1, 1, 10, 11});
  EXPECT_FALSE(measure_objects(labels.view(), {}, &other, 0, 0));
}

}  // namespace
}  // namespace karyo
