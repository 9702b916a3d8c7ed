#include "models/stardist/rasterize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "models/cuda/shape_device.h"

namespace karyo::stardist {
namespace {

/// Pixels of an image that a polygon may have.
struct PixelBox {
  std::int64_t first_row, last_row, first_column, last_column;
};

PixelBox pixels_of(const std::vector<std::array<float, 2>>& polygon, Index3 shape) {
  double low_y = polygon[0][0], high_y = low_y, low_x = polygon[0][1], high_x = low_x;
  for (const auto [y, x] : polygon) {
    low_y = std::min<double>(low_y, y);
    high_y = std::max<double>(high_y, y);
    low_x = std::min<double>(low_x, x);
    high_x = std::max<double>(high_x, x);
  }
  const auto within = [](double value, std::int64_t last) {
    return static_cast<std::int64_t>(std::clamp(value, -1.0, static_cast<double>(last)));
  };
  return {within(std::max(0.0, low_y), shape.y), within(std::ceil(high_y), shape.y - 1),
          within(std::max(0.0, low_x), shape.x), within(std::ceil(high_x), shape.x - 1)};
}

/// Fills polygons by scikit-image's rule: a pixel is inside when the edges cross the row to its
/// right an odd number of times, and on an edge when left and right disagree. Only pixels beside a
/// crossing can be in doubt; these are tested in its floating-point terms, the others follow from
/// where the crossing lies.
class PolygonFiller {
 public:
  explicit PolygonFiller(LabelArray& labels) : labels_(labels) {}

  void fill(const std::vector<std::array<float, 2>>& polygon, std::uint32_t label) {
    const PixelBox box = pixels_of(polygon, labels_.shape());
    first_column_ = box.first_column;
    last_column_ = box.last_column;
    if (first_column_ > last_column_) return;
    right_.resize(static_cast<std::size_t>(last_column_ - first_column_ + 2));
    left_.resize(right_.size());
    for (std::int64_t row = box.first_row; row <= box.last_row; ++row) {
      fill_row(polygon, row, label);
    }
    mark_vertices(polygon, label);
  }

 private:
  void fill_row(const std::vector<std::array<float, 2>>& polygon, std::int64_t row,
                std::uint32_t label) {
    // Changes of parity from one column to the next; summed at the end.
    std::fill(right_.begin(), right_.end(), 0);
    std::fill(left_.begin(), left_.end(), 0);
    const auto center = static_cast<double>(row);
    double y0 = polygon.back()[0] - center;
    double column0 = polygon.back()[1];
    for (const auto [vertex_y, vertex_x] : polygon) {
      const double y1 = vertex_y - center, column1 = vertex_x;
      const bool to_right = (y0 > 0) != (y1 > 0), to_left = (y0 < 0) != (y1 < 0);
      if (to_right || to_left) add_crossing(column0, y0, column1, y1, to_right, to_left);
      y0 = y1;
      column0 = column1;
    }
    std::uint32_t* target = &labels_(0, row, first_column_);
    std::uint8_t right = 0, left = 0;
    for (std::int64_t i = 0; i <= last_column_ - first_column_; ++i) {
      right ^= right_[static_cast<std::size_t>(i)];
      left ^= left_[static_cast<std::size_t>(i)];
      if ((right | left) != 0) target[i] = label;
    }
  }

  void add_crossing(double column0, double y0, double column1, double y1, bool to_right,
                    bool to_left) {
    const double crossing = (column0 * y1 - column1 * y0) / (y1 - y0);
    const auto clamped = std::clamp(crossing, static_cast<double>(first_column_) - 4,
                                    static_cast<double>(last_column_) + 4);
    const auto near = static_cast<std::int64_t>(std::floor(clamped));
    const std::int64_t doubt_begin = std::clamp(near - 1, first_column_, last_column_ + 1);
    const std::int64_t doubt_end = std::clamp(near + 3, first_column_, last_column_ + 1);
    // Columns before the crossing have it to their right, those after it to their left.
    if (to_right) flip(right_, first_column_, doubt_begin);
    if (to_left) flip(left_, doubt_end, last_column_ + 1);
    for (std::int64_t column = doubt_begin; column < doubt_end; ++column) {
      const double x0 = column0 - static_cast<double>(column);
      const double x1 = column1 - static_cast<double>(column);
      const double offset = (x0 * y1 - x1 * y0) / (y1 - y0);
      if (to_right && offset > 0) flip(right_, column, column + 1);
      if (to_left && offset < 0) flip(left_, column, column + 1);
    }
  }

  void flip(std::vector<std::uint8_t>& changes, std::int64_t begin, std::int64_t end) const {
    if (begin >= end) return;
    changes[static_cast<std::size_t>(begin - first_column_)] ^= 1;
    changes[static_cast<std::size_t>(end - first_column_)] ^= 1;
  }

  /// A pixel that is a vertex belongs to the polygon, even where it degenerates to a point.
  void mark_vertices(const std::vector<std::array<float, 2>>& polygon, std::uint32_t label) {
    constexpr double kSamePoint = 1e-12;
    for (const auto [y, x] : polygon) {
      const double row = std::round(y), column = std::round(x);
      if (std::fabs(row - y) >= kSamePoint || std::fabs(column - x) >= kSamePoint) continue;
      const Index3 shape = labels_.shape();
      if (row < 0 || column < 0 || row >= static_cast<double>(shape.y) ||
          column >= static_cast<double>(shape.x)) {
        continue;
      }
      labels_(0, static_cast<std::int64_t>(row), static_cast<std::int64_t>(column)) = label;
    }
  }

  LabelArray& labels_;
  std::int64_t first_column_ = 0, last_column_ = 0;
  std::vector<std::uint8_t> right_, left_;
};

/// Whether a GPU drew them.
bool drawn_on(ShapeDevice* device, const Candidates& survivors, double scale_y, double scale_x,
              LabelArray& labels) {
  if (device == nullptr) return false;
  const auto count = static_cast<std::int64_t>(survivors.size());
  return device->did(count, device->worth().polygons, [&](ShapeKernels& kernels) {
    std::vector<std::array<float, 2>> vertices;
    std::vector<VoxelBox> boxes;
    vertices.reserve(survivors.dist.size());
    for (std::size_t i = 0; i < survivors.size(); ++i) {
      const auto polygon = polygon_of(survivors, i, scale_y, scale_x);
      vertices.insert(vertices.end(), polygon.begin(), polygon.end());
      const PixelBox box = pixels_of(polygon, labels.shape());
      const auto at = [](std::int64_t value) { return static_cast<std::int32_t>(value); };
      boxes.push_back({{0, at(box.first_row), at(box.first_column)},
                       {1, at(box.last_row + 1), at(box.last_column + 1)}});
    }
    const PolygonsView polygons{count, survivors.rays, vertices.data(), boxes.data()};
    const auto drawn =
        kernels.draw_polygons(polygons, labels.shape().y, labels.shape().x, labels.data());
    if (!drawn) std::fill(labels.begin(), labels.end(), 0U);
    return drawn;
  });
}

}  // namespace

LabelArray render_2d(const Candidates& survivors, Index3 shape, double scale_y, double scale_x,
                     ShapeDevice* device) {
  LabelArray labels({1, shape.y, shape.x});
  if (labels.count() == 0 || drawn_on(device, survivors, scale_y, scale_x, labels)) return labels;
  PolygonFiller filler(labels);
  for (std::size_t i = survivors.size(); i-- > 0;) {
    filler.fill(polygon_of(survivors, i, scale_y, scale_x), static_cast<std::uint32_t>(i + 1));
  }
  return labels;
}

}  // namespace karyo::stardist
