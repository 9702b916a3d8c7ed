#include "models/stardist/rasterize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models/stardist/nms.h"
#include "tests/models/stardist/golden.h"
#include "tests/support/label_npy.h"
#include "tests/support/shared_data.h"

namespace karyo::stardist {
namespace {

/// scikit-image's rule, pixel by pixel and edge by edge.
bool inside(const std::vector<std::array<float, 2>>& polygon, double y, double x) {
  bool right = false, left = false;
  for (std::size_t k = 0; k < polygon.size(); ++k) {
    const auto& a = polygon[(k + polygon.size() - 1) % polygon.size()];
    const auto& b = polygon[k];
    const double y0 = a[0] - y, x0 = a[1] - x, y1 = b[0] - y, x1 = b[1] - x;
    if (std::fabs(y1) < 1e-12 && std::fabs(x1) < 1e-12) return true;
    if ((y0 > 0) != (y1 > 0) && (x0 * y1 - x1 * y0) / (y1 - y0) > 0) right = !right;
    if ((y0 < 0) != (y1 < 0) && (x0 * y1 - x1 * y0) / (y1 - y0) < 0) left = !left;
  }
  return right != left || right;
}

LabelArray plain(const Candidates& survivors, Index3 shape, double scale) {
  LabelArray labels(shape);
  for (std::size_t i = survivors.size(); i-- > 0;) {
    const auto polygon = polygon_of(survivors, i, scale, scale);
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (inside(polygon, static_cast<double>(y), static_cast<double>(x))) {
          labels(0, y, x) = static_cast<std::uint32_t>(i + 1);
        }
      }
    }
  }
  return labels;
}

TEST(Render2d, EqualsTheReferencePixelByPixel) {
  KARYO_NEEDS_SHARED();
  const auto golden = karyo::test::shared_dir() / "golden";
  const auto nms = karyo::test::read_npz(golden / "functions/nms2d.npz");
  const auto candidates = test::candidates_of(nms.at("prob"), nms.at("points"), nms.at("dist"));
  EXPECT_EQ(render_2d(nms_2d(candidates, 0.4f), {1, 250, 243}),
            karyo::test::labels_of(nms.at("labels_0.4")));
}

TEST(Render2d, FromSparseCandidatesEqualsTheReferencesLabels) {
  KARYO_NEEDS_SHARED();
  for (const std::string model : {"stardist2d", "stardist2d_grid1", "stardist2d_rgb_multiclass"}) {
    const auto folder = karyo::test::shared_dir() / "golden" / model;
    const auto sparse = karyo::test::read_npz(folder / "sparse.npz");
    const auto labels = karyo::test::labels_of(karyo::test::read_npy(folder / "labels.npy"));
    const auto candidates =
        test::candidates_of(sparse.at("prob"), sparse.at("points"), sparse.at("dist"));
    const float threshold = 0.4f;
    EXPECT_EQ(render_2d(nms_2d(candidates, threshold), labels.shape()), labels) << model;
  }
}

TEST(Render2d, FastEqualsPlainAlsoAtTheEdgesAndScaled) {
  Random random(9);
  Candidates survivors;
  survivors.rays = 12;
  for (int i = 0; i < 60; ++i) {
    survivors.prob.push_back(1.f - 0.01f * static_cast<float>(i));
    survivors.points.push_back({static_cast<float>(random.below(50)) - 4,
                                static_cast<float>(random.below(60)) - 4});
    for (int k = 0; k < 12; ++k) {
      // Whole distances put vertices and edges on pixel centres.
      const bool whole = i % 3 == 0;
      const double distance = i % 17 == 0 ? 1e-3 : random.uniform(0.5, 14);
      survivors.dist.push_back(static_cast<float>(whole ? std::floor(distance) : distance));
    }
  }
  const Index3 shape{1, 41, 53};
  EXPECT_EQ(render_2d(survivors, shape), plain(survivors, shape, 1));
  EXPECT_EQ(render_2d(survivors, shape, 0.5, 0.5), plain(survivors, shape, 0.5));
  EXPECT_EQ(render_2d(survivors, {1, 1, 1}), plain(survivors, {1, 1, 1}, 1));
  EXPECT_EQ(render_2d(survivors, {1, 0, 5}).count(), 0);
}

TEST(Render2d, TheMoreProbableIsOnTop) {
  Candidates survivors;
  survivors.rays = 4;
  survivors.prob = {0.9f, 0.8f};
  survivors.points = {{5, 5}, {5, 7}};
  survivors.dist.assign(8, 3.f);
  const auto labels = render_2d(survivors, {1, 11, 14});
  EXPECT_EQ(labels(0, 5, 6), 1u);
  EXPECT_EQ(labels(0, 5, 9), 2u);
  EXPECT_EQ(labels(0, 5, 10), 2u) << "pixels on an edge belong to the polygon";
  EXPECT_EQ(labels(0, 5, 11), 0u);
}

}  // namespace
}  // namespace karyo::stardist
