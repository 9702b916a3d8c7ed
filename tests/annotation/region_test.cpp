// Regions against their definition, pixel by pixel.

#include "annotation/region.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "core/labels/label_rois.h"

namespace karyo {
namespace {

/// Even-odd rule by crossings of a ray to the right; far from edges only.
bool inside(std::span<const PathF> paths, double x, double y) {
  bool in = false;
  for (const PathF& path : paths) {
    for (std::size_t i = 0; i < path.size(); ++i) {
      const PointF a = path[i], b = path[(i + 1) % path.size()];
      if ((a.y > y) == (b.y > y)) continue;
      if (x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)) in = !in;
    }
  }
  return in;
}

TEST(Region, CoversCentresInsideInEveryPlaneAndDepth) {
  Random random(1);
  for (int trial = 0; trial < 90; ++trial) {
    const Index3 shape{6 + trial % 40, 20 + trial % 70, 30 + trial % 90};
    const Plane plane = kPlanes[static_cast<std::size_t>(trial % 3)];
    const double width = static_cast<double>(along(shape, horizontal_axis(plane)));
    const double height = static_cast<double>(along(shape, vertical_axis(plane)));
    std::vector<PathF> paths(static_cast<std::size_t>(1 + trial % 2));
    for (PathF& path : paths) {
      for (int i = 0; i < 3 + trial % 9; ++i) {
        path.push_back({random.uniform(-0.3, 1.3) * width, random.uniform(-0.3, 1.3) * height});
      }
    }
    LabelArray start(shape);
    for (auto& id : start) id = static_cast<std::uint32_t>(random.below(3));
    PaintRule rule;
    if (trial % 4 == 0) rule.over = PaintOver::kBackground;
    if (trial % 5 == 0) rule.locked = {2};
    const std::uint32_t label = trial % 7 == 0 ? 0 : std::numeric_limits<std::uint32_t>::max();
    const DepthRange depths{random.below(5) - 2, random.below(5) + 1};

    LabelVolume labels = LabelVolume::from_dense(start.view());
    LabelWriter writer(labels);
    const auto changed = fill_region(writer, labels, plane, depths, paths, label, rule);
    ASSERT_TRUE(changed);
    Box3 differ;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x) {
          const Index3 p{z, y, x};
          const std::int64_t depth = along(p, normal_axis(plane));
          const bool in = depth >= depths.begin && depth < depths.end &&
                          inside(paths, double(along(p, horizontal_axis(plane))) + 0.5,
                                 double(along(p, vertical_axis(plane))) + 0.5);
          const std::uint32_t was = start(z, y, x);
          ASSERT_EQ(labels.at(p), in && rule.allows(was, label) ? label : was)
              << trial << ": " << z << " " << y << " " << x;
          if (labels.at(p) != was) differ = differ.united_with({p, p + Index3{1, 1, 1}});
        }
      }
    }
    EXPECT_EQ(*changed, differ) << trial;
    labels.swap_tiles(writer.finish());
    EXPECT_TRUE(labels.to_dense() == start) << "undo of " << trial;
  }
}

TEST(Region, NothingToFillIsNoChange) {
  LabelVolume labels({2, 10, 10});
  LabelWriter writer(labels);
  const auto fill = [&](std::vector<PathF> paths, DepthRange depths = {}) {
    return fill_region(writer, labels, Plane::kXY, depths, paths, 5, {});
  };
  const PathF tiny = rectangle_path({3.1, 3.1}, {3.3, 3.4}), good = rectangle_path({2, 2}, {5, 5});
  for (const auto& result : {fill({}), fill({{}}), fill({{{1, 1}}}), fill({{{1, 1}, {8, 8}}}),
                             fill({tiny}), fill({rectangle_path({20, 20}, {30, 30})}),
                             fill({good}, {2, 9}), fill({good}, {1, 1}), fill({good}, {-3, 0})}) {
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->empty());
  }
  EXPECT_TRUE(writer.finish().empty());
  EXPECT_FALSE(fill({{{1, 1}, {std::nan(""), 3}, {4, 4}}}));
  EXPECT_FALSE(fill({{{1, 1}, {std::numeric_limits<double>::infinity(), 3}, {4, 4}}}));
}

TEST(Region, EllipseCoversTheCentresInsideTheTrueOne) {
  Random random(2);
  for (int trial = 0; trial < 300; ++trial) {
    const PointF a{random.uniform(-5, 60), random.uniform(-5, 60)};
    const PointF b{random.uniform(-5, 60), random.uniform(-5, 60)};
    LabelVolume labels({1, 55, 55});
    LabelWriter writer(labels);
    const std::vector<PathF> paths{ellipse_path(a, b)};
    ASSERT_TRUE(fill_region(writer, labels, Plane::kXY, {}, paths, 1, {}));
    const double rx = std::abs(a.x - b.x) / 2, ry = std::abs(a.y - b.y) / 2;
    for (std::int64_t y = 0; y < 55; ++y) {
      for (std::int64_t x = 0; x < 55; ++x) {
        const double dx = (double(x) + 0.5 - (a.x + b.x) / 2) / rx;
        const double dy = (double(y) + 0.5 - (a.y + b.y) / 2) / ry;
        const double off = dx * dx + dy * dy - 1;
        if (std::abs(off) < 1e-6) continue;
        ASSERT_EQ(labels.at({0, y, x}), off < 0 ? 1u : 0u) << trial << ": " << y << " " << x;
      }
    }
  }
}

TEST(Region, WholeEllipseAndRectangleAreTheirRois) {
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    Roi roi;
    roi.type = trial % 2 == 0 ? RoiType::kOval : RoiType::kRectangle;
    roi.left = static_cast<std::int16_t>(random.below(40) - 4);
    roi.top = static_cast<std::int16_t>(random.below(40) - 4);
    roi.right = static_cast<std::int16_t>(roi.left + 1 + random.below(40));
    roi.bottom = static_cast<std::int16_t>(roi.top + 1 + random.below(40));
    const auto drawn = labels_from_rois(std::span(&roi, 1), {1, 60, 60});
    ASSERT_TRUE(drawn);
    const PointF a{double(roi.right), double(roi.top)}, b{double(roi.left), double(roi.bottom)};
    const std::vector<PathF> paths{trial % 2 == 0 ? ellipse_path(a, b) : rectangle_path(a, b)};
    LabelVolume labels({1, 60, 60});
    LabelWriter writer(labels);
    ASSERT_TRUE(fill_region(writer, labels, Plane::kXY, {}, paths, 1, {}));
    EXPECT_TRUE(labels.to_dense() == drawn->labels) << trial;
  }
}

TEST(Region, EllipseOfNoAreaIsEmpty) {
  EXPECT_TRUE(ellipse_path({1, 1}, {1, 5}).empty());
  EXPECT_TRUE(ellipse_path({1, 1}, {5, 1}).empty());
  EXPECT_TRUE(ellipse_path({std::nan(""), 1}, {5, 7}).empty());
  EXPECT_TRUE(ellipse_path({0, 0}, {5, 1e9}).empty());
}

}  // namespace
}  // namespace karyo
