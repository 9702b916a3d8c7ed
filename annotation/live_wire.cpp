#include "annotation/live_wire.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "annotation/index_axis.h"

namespace karyo {
namespace {

constexpr std::array<std::int64_t, 8> kDx{1, 1, 0, -1, -1, -1, 0, 1};
constexpr std::array<std::int64_t, 8> kDy{0, 1, 1, 1, 0, -1, -1, -1};
constexpr std::uint8_t kNowhere = 8;
constexpr std::int32_t kFar = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMostReach = 1024;
constexpr double kMostSigma = 100;

// Of a step over a pixel's side: strength, being the strongest, direction; and its way itself, so
// that of two ways of no edges the straight one is taken.
constexpr float kOfStrength = 0.45F, kOfRidge = 0.25F, kOfDirection = 0.25F, kOfLength = 0.05F;
constexpr float kScale = 255;
/// Edges as strong as all but this part of the window's count fully: a single bright object must
/// not make the others' edges faint.
constexpr double kStrongPart = 0.05;
/// Pixels longer than this many of their widths count as this long.
constexpr double kMostStretch = 16;

/// The plane's values in rows of x along its horizontal axis.
Array3<float> turned(const Array3<float>& values, Plane plane) {
  const Axis horizontal = horizontal_axis(plane), vertical = vertical_axis(plane);
  Array3<float> out({1, along(values.shape(), vertical), along(values.shape(), horizontal)});
  for (std::int64_t y = 0; y < out.shape().y; ++y) {
    for (std::int64_t x = 0; x < out.shape().x; ++x) {
      Index3 p;
      coordinate(p, horizontal) = x;
      coordinate(p, vertical) = y;
      out(0, y, x) = values(p.z, p.y, p.x);
    }
  }
  return out;
}

}  // namespace

Result<LiveWire> LiveWire::around(const ImagePart& image, const VoxelGrid& grid, Plane plane,
                                  std::int64_t depth, const PointF& place,
                                  const LiveWireOptions& options) {
  if (!(options.sigma >= 0 && options.sigma <= kMostSigma) || options.reach < 1 ||
      options.reach > kMostReach) {
    return Error(ErrorCode::kInvalidArgument, "the outline's smoothing or window is out of range",
                 "Choose a smoothing of 0 to 100 pixels and a window of 1 to 1024.");
  }
  const Axis horizontal = horizontal_axis(plane), vertical = vertical_axis(plane);
  Index3 middle;
  coordinate(middle, normal_axis(plane)) = depth;
  // Far places are outside all images; limits keep them in range of whole numbers.
  const auto whole = [](double at) {
    return static_cast<std::int64_t>(std::floor(std::clamp(at, -1e15, 1e15)));
  };
  if (std::isfinite(place.x) && std::isfinite(place.y)) {
    coordinate(middle, horizontal) = whole(place.x);
    coordinate(middle, vertical) = whole(place.y);
  }
  if (!std::isfinite(place.x) || !std::isfinite(place.y) || !image.box().contains(middle)) {
    return Error(ErrorCode::kInvalidArgument, "the place is outside the image",
                 "Begin the outline on the image.");
  }
  Index3 by;
  coordinate(by, horizontal) = coordinate(by, vertical) = options.reach;
  const Box3 box = Box3{middle, middle + Index3{1, 1, 1}}.padded(by).clipped_to(image.box());

  const double dx = spacing_along(grid, horizontal), dy = spacing_along(grid, vertical);
  const double finest = std::min(dx, dy);
  PerAxis sigma;
  const auto sigma_along = [&](Axis axis) {
    return axis == normal_axis(plane) ? 0 : options.sigma * finest / spacing_along(grid, axis);
  };
  sigma.z = sigma_along(Axis::kZ);
  sigma.y = sigma_along(Axis::kY);
  sigma.x = sigma_along(Axis::kX);

  LiveWire wire;
  wire.left_ = along(box.begin, horizontal);
  wire.top_ = along(box.begin, vertical);
  wire.columns_ = along(box.shape(), horizontal) + 1;
  wire.rows_ = along(box.shape(), vertical) + 1;
  wire.width_ = std::min(dx / finest, kMostStretch);
  wire.height_ = std::min(dy / finest, kMostStretch);
  for (std::size_t direction = 0; direction < wire.steps_.size(); ++direction) {
    const double across = static_cast<double>(kDx[direction]) * wire.width_;
    const double down = static_cast<double>(kDy[direction]) * wire.height_;
    const double length = std::hypot(across, down);
    wire.steps_[direction] = {static_cast<float>(length), static_cast<float>(across / length),
                              static_cast<float>(down / length)};
  }
  wire.find_edges(turned(smoothed(values_in(image, box), sigma), plane));
  wire.set_anchor(place);
  return wire;
}

void LiveWire::find_edges(const Array3<float>& values) {
  const Index3 shape = values.shape();
  Corner flat;
  flat.faintness = kOfStrength + kOfRidge;
  corners_.assign(static_cast<std::size_t>(columns_ * rows_), flat);
  std::vector<float> strength(corners_.size(), 0.0F);
  const auto pixel = [&](std::int64_t y, std::int64_t x) {
    return values(0, std::clamp<std::int64_t>(y, 0, shape.y - 1),
                  std::clamp<std::int64_t>(x, 0, shape.x - 1));
  };
  for (std::int64_t y = 0; y < rows_; ++y) {
    for (std::int64_t x = 0; x < columns_; ++x) {
      const float nw = pixel(y - 1, x - 1), ne = pixel(y - 1, x), sw = pixel(y, x - 1),
                  se = pixel(y, x);
      const float gx = (ne + se - nw - sw) / static_cast<float>(2 * width_);
      const float gy = (sw + se - nw - ne) / static_cast<float>(2 * height_);
      const auto at = static_cast<std::size_t>(y * columns_ + x);
      strength[at] = std::sqrt(gx * gx + gy * gy);
      if (strength[at] > 0) {
        corners_[at].along_x = -gy / strength[at];
        corners_[at].along_y = gx / strength[at];
      }
    }
  }
  std::vector<float> ranked = strength;
  const auto rank =
      static_cast<std::ptrdiff_t>((1 - kStrongPart) * static_cast<double>(ranked.size() - 1));
  std::nth_element(ranked.begin(), ranked.begin() + rank, ranked.end());
  float strong = ranked[static_cast<std::size_t>(rank)];
  if (strong == 0) strong = *std::max_element(ranked.begin(), ranked.end());
  if (strong == 0) return;  // no edges at all

  for (std::int64_t y = 0; y < rows_; ++y) {
    for (std::int64_t x = 0; x < columns_; ++x) {
      const auto at = static_cast<std::size_t>(y * columns_ + x);
      Corner& corner = corners_[at];
      const auto strength_at = [&](std::int64_t py, std::int64_t px) {
        const bool in = px >= 0 && py >= 0 && px < columns_ && py < rows_;
        return in ? strength[static_cast<std::size_t>(py * columns_ + px)] : 0.0F;
      };
      // The neighbours across the edge.
      const auto across_x = static_cast<std::int64_t>(std::lround(corner.along_y));
      const auto across_y = static_cast<std::int64_t>(std::lround(-corner.along_x));
      const bool ridge = strength[at] > 0 &&
                         strength[at] >= strength_at(y + across_y, x + across_x) &&
                         strength[at] >= strength_at(y - across_y, x - across_x);
      corner.faintness =
          kOfStrength * (1 - std::min(1.0F, strength[at] / strong)) + (ridge ? 0.0F : kOfRidge);
    }
  }
}

std::size_t LiveWire::corner_at(const PointF& place) const {
  const auto nearest = [](double at, std::int64_t first, std::int64_t count) {
    const double off = std::isnan(at) ? 0 : at - static_cast<double>(first);
    return static_cast<std::int64_t>(
        std::clamp(std::floor(off + 0.5), 0.0, static_cast<double>(count - 1)));
  };
  return static_cast<std::size_t>(nearest(place.y, top_, rows_) * columns_ +
                                  nearest(place.x, left_, columns_));
}

PointF LiveWire::point(std::size_t corner) const {
  const auto at = static_cast<std::int64_t>(corner);
  return {static_cast<double>(left_ + at % columns_), static_cast<double>(top_ + at / columns_)};
}

PointF LiveWire::snapped(const PointF& place, double radius) const {
  radius = std::min(radius, static_cast<double>(std::max(columns_, rows_)));
  const PointF middle = point(corner_at(place));
  std::size_t best = corner_at(place);
  for (double y = middle.y - std::floor(radius); y <= middle.y + radius; ++y) {
    for (double x = middle.x - std::floor(radius); x <= middle.x + radius; ++x) {
      const std::size_t at = corner_at({x, y});
      const PointF p = point(at);
      if (std::hypot(p.x - middle.x, p.y - middle.y) > radius) continue;
      if (corners_[at].faintness < corners_[best].faintness) best = at;
    }
  }
  return point(best);
}

std::int32_t LiveWire::step_cost(std::size_t from, std::size_t to, std::size_t direction) const {
  const Step& step = steps_[direction];
  const auto alike = [&step](const Corner& corner) {
    return std::abs(corner.along_x * step.x + corner.along_y * step.y);
  };
  const Corner &a = corners_[from], &b = corners_[to];
  const float part =
      kOfLength + (a.faintness + b.faintness) / 2 + kOfDirection * (1 - (alike(a) + alike(b)) / 2);
  return std::max(1, static_cast<std::int32_t>(kScale * part * step.length + 0.5F));
}

std::int64_t LiveWire::step_cost(const PointF& from, const PointF& to) const {
  for (std::size_t direction = 0; direction < 8; ++direction) {
    if (to.x - from.x == static_cast<double>(kDx[direction]) &&
        to.y - from.y == static_cast<double>(kDy[direction])) {
      return step_cost(corner_at(from), corner_at(to), direction);
    }
  }
  return std::numeric_limits<std::int64_t>::max();
}

void LiveWire::set_anchor(const PointF& place) {
  anchor_ = corner_at(place);
  search_.costs.assign(corners_.size(), kFar);
  search_.arrived_by.assign(corners_.size(), kNowhere);
  const auto most = static_cast<std::size_t>(double{kScale} * std::hypot(width_, height_)) + 2;
  search_.ring.assign(most + 1, {});
  search_.costs[anchor_] = 0;
  search_.ring[0].push_back(static_cast<std::uint32_t>(anchor_));
  search_.level = 0;
}

/// On until the corner's cost is final. All corners are reached: each step has a cost.
void LiveWire::search_to(std::size_t corner) const {
  auto& [costs, arrived_by, ring, level] = search_;
  for (; costs[corner] > level; ++level) {
    auto& list = ring[static_cast<std::size_t>(level) % ring.size()];
    for (const std::uint32_t from : list) {
      if (costs[from] != level) continue;  // was reached more cheaply meanwhile
      const auto x = static_cast<std::int64_t>(from) % columns_;
      const auto y = static_cast<std::int64_t>(from) / columns_;
      for (std::size_t direction = 0; direction < 8; ++direction) {
        const std::int64_t nx = x + kDx[direction], ny = y + kDy[direction];
        if (nx < 0 || ny < 0 || nx >= columns_ || ny >= rows_) continue;
        const auto to = static_cast<std::size_t>(ny * columns_ + nx);
        if (costs[to] <= level) continue;
        const std::int32_t next = level + step_cost(from, to, direction);
        if (next >= costs[to]) continue;
        costs[to] = next;
        arrived_by[to] = static_cast<std::uint8_t>(direction);
        // A step costs at least 1 and less than the ring's length: never this list.
        ring[static_cast<std::size_t>(next) % ring.size()].push_back(
            static_cast<std::uint32_t>(to));
      }
    }
    list.clear();
  }
}

PathF LiveWire::path_to(const PointF& place) const {
  std::size_t at = corner_at(place);
  search_to(at);
  PathF path{point(at)};
  while (at != anchor_) {
    const std::size_t direction = search_.arrived_by[at];
    at = static_cast<std::size_t>(static_cast<std::int64_t>(at) - kDy[direction] * columns_ -
                                  kDx[direction]);
    path.push_back(point(at));
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::int64_t LiveWire::cost_to(const PointF& place) const {
  const std::size_t corner = corner_at(place);
  search_to(corner);
  return search_.costs[corner];
}

}  // namespace karyo
