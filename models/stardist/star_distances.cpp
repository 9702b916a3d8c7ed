#include "models/stardist/star_distances.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "core/base/parallel.h"

namespace karyo::stardist {
namespace {

struct Direction {
  float y, x;
};

/// Unit step of ray k; angle, sine and cosine in float32 as the reference has them.
Direction direction_of(int k, int rays) {
  const auto angle_step = static_cast<float>(2 * std::numbers::pi / rays);
  const float angle = static_cast<float>(k) * angle_step;
  return {static_cast<float>(std::sin(static_cast<double>(angle))),
          static_cast<float>(std::cos(static_cast<double>(angle)))};
}

/// Distance from the start to where the walk stood after its last step, half a pixel back (measured
/// along the axis in which the ray moves faster).
float distance_at(float y, float x, Direction step) {
  const float back = 0.5f / std::max(std::fabs(step.y), std::fabs(step.x)) - 1.f;
  y += back * step.y;
  x += back * step.x;
  return std::sqrt(y * y + x * x);
}

/// The walk of one ray. Where it stands after n steps does not depend on where it began, up to
/// rounding, so offsets and distances are tabulated once for all pixels.
struct RayWalk {
  Direction step;
  std::vector<float> y, x;              ///< float32 running sums after n steps
  std::vector<float> distance;          ///< returned when step n is the first outside
  std::vector<std::int64_t> offset;     ///< of the pixel reached, in the padded image
  /// The start pixel decides to which side the sum rounds: no fixed offset. Rare.
  std::vector<std::uint8_t> ambiguous;
};

/// Neighbouring grid columns walked at once: 8 ids of 16 bits fill the register every x86-64 has
/// (16 took 2.4 times as long without AVX2 and no less with it).
constexpr int kLanes = 8;
constexpr std::int64_t kRowMargin = 2;

template <typename Id>
struct LaneTypes;
template <>
struct LaneTypes<std::uint16_t> {
  typedef std::uint16_t Vector __attribute__((vector_size(kLanes * 2)));
};
template <>
struct LaneTypes<std::uint32_t> {
  typedef std::uint32_t Vector __attribute__((vector_size(kLanes * 4)));
};

template <typename Vector>
bool any(const Vector& lanes) {
  std::uint64_t words[sizeof(Vector) / 8];
  std::memcpy(words, &lanes, sizeof lanes);
  std::uint64_t all = 0;
  for (const std::uint64_t word : words) all |= word;
  return all != 0;
}

/// Labels with a margin of background, and columns sorted by their remainder modulo grid.x, so that
/// the columns of neighbouring grid points lie side by side at every step of a walk.
template <typename Id>
class SortedLabels {
 public:
  SortedLabels(LabelView labels, GridStep grid)
      : step_(grid.x),
        // A block of lanes is dead only when all are; the dead ones read up to a block away.
        margin_(kLanes + 3),
        plane_(grid_extent(labels.shape().x, grid.x) + 2 * margin_),
        stride_(plane_ * grid.x),
        ids_(static_cast<std::size_t>((labels.shape().y + 2 * kRowMargin) * stride_ + kLanes)) {
    const Index3 shape = labels.shape();
    const std::int64_t column_stride = labels.strides().x;
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint32_t* source = labels.row(0, y);
      for (int phase = 0; phase < step_; ++phase) {
        Id* target = ids_.data() + offset_of_row(y) + phase * plane_ + margin_;
        for (std::int64_t x = phase; x < shape.x; x += step_) {
          *target++ = static_cast<Id>(source[x * column_stride]);
        }
      }
    }
  }

  /// Of grid column 0 in image row y is offset_of_row(y) + offset_of_column(0).
  std::int64_t offset_of_row(std::int64_t y) const { return (y + kRowMargin) * stride_; }
  std::int64_t offset_of_column(std::int64_t x) const {
    const std::int64_t quotient = x >= 0 ? x / step_ : -((-x + step_ - 1) / step_);
    return (x - quotient * step_) * plane_ + quotient + margin_;
  }
  /// How far apart two pixels lie that are (y, x) apart, the first in a grid column.
  std::int64_t difference(std::int64_t y, std::int64_t x) const {
    return y * stride_ + offset_of_column(x) - margin_;
  }
  const Id* data() const { return ids_.data(); }

 private:
  int step_;
  std::int64_t margin_, plane_, stride_;
  std::vector<Id> ids_;
};

/// True where adding an integer of up to `largest` in float32 can change what `value` rounds to.
bool rounds_both_ways(float value, std::int64_t largest) {
  const float fraction = std::fabs(value - std::floor(value) - 0.5f);
  return fraction <= static_cast<float>(largest) * std::ldexp(1.f, -22);
}

template <typename Id>
std::vector<RayWalk> make_walks(const SortedLabels<Id>& labels, Index3 shape, int rays) {
  std::vector<RayWalk> walks(static_cast<std::size_t>(rays));
  const std::int64_t largest = std::max(shape.y, shape.x) + 2;
  for (int k = 0; k < rays; ++k) {
    RayWalk& walk = walks[static_cast<std::size_t>(k)];
    walk.step = direction_of(k, rays);
    float y = 0, x = 0;
    // One step past the longest possible walk.
    while (std::fabs(y) <= static_cast<float>(largest) &&
           std::fabs(x) <= static_cast<float>(largest)) {
      y += walk.step.y;
      x += walk.step.x;
      walk.y.push_back(y);
      walk.x.push_back(x);
      walk.distance.push_back(distance_at(y, x, walk.step));
      walk.offset.push_back(labels.difference(std::lrint(y), std::lrint(x)));
      walk.ambiguous.push_back(rounds_both_ways(y, 2 * largest) || rounds_both_ways(x, 2 * largest));
    }
  }
  return walks;
}

/// One walk for kLanes grid points of a row at once: how many steps each stays inside its object.
template <typename Id, typename Vector>
void steps_inside(const SortedLabels<Id>& labels, const RayWalk& walk, const Vector& own,
                  std::int64_t y, std::int64_t grid_column, int grid_x, Vector& steps) {
  const std::int64_t start = labels.offset_of_row(y) + labels.offset_of_column(0) + grid_column;
  const Id* base = labels.data() + start;
  Vector alive = static_cast<Vector>(own != 0);
  steps = Vector{};
  for (std::size_t n = 0;; ++n) {
    Vector met;
    if (!walk.ambiguous[n]) {
      std::memcpy(&met, base + walk.offset[n], sizeof met);
    } else {
      const std::int64_t row =
          labels.offset_of_row(std::lrint(static_cast<float>(y) + walk.y[n]));
      for (int lane = 0; lane < kLanes; ++lane) {
        met[lane] = 0;
        if (alive[lane] == 0) continue;
        const auto x = static_cast<float>((grid_column + lane) * grid_x);
        met[lane] = labels.data()[row + labels.offset_of_column(std::lrint(x + walk.x[n]))];
      }
    }
    alive &= static_cast<Vector>(met == own);
    if (!any(alive)) return;
    steps -= alive;  // alive lanes hold -1
  }
}

/// Writes what is not 0 of (i, j, ray) to `out`.
template <typename Id>
void walk_all(LabelView labels, int rays, GridStep grid, float* out, int threads) {
  using Vector = typename LaneTypes<Id>::Vector;
  const Index3 shape = labels.shape();
  const std::int64_t rows = grid_extent(shape.y, grid.y), columns = grid_extent(shape.x, grid.x);
  const SortedLabels<Id> sorted(labels, grid);
  const std::vector<RayWalk> walks = make_walks(sorted, shape, rays);
  const auto body = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t y = i * grid.y;
      const Id* row = sorted.data() + sorted.offset_of_row(y) + sorted.offset_of_column(0);
      for (std::int64_t j = 0; j < columns;) {
        if (row[j] == 0) {
          ++j;
          continue;
        }
        const auto lanes = static_cast<int>(std::min<std::int64_t>(kLanes, columns - j));
        Vector own;
        std::memcpy(&own, row + j, sizeof own);
        for (int k = 0; k < rays; ++k) {
          const RayWalk& walk = walks[static_cast<std::size_t>(k)];
          Vector steps;
          steps_inside<Id, Vector>(sorted, walk, own, y, j, grid.x, steps);
          float* target = out + (i * columns + j) * rays + k;
          for (int lane = 0; lane < lanes; ++lane) {
            if (own[lane] != 0) target[lane * rays] = walk.distance[steps[lane]];
          }
        }
        j += lanes;
      }
    }
  };
  parallel_for(0, rows, 8, body, threads);
}

}  // namespace

std::vector<float> star_distances_2d(LabelView labels, int rays, GridStep grid, int threads) {
  const Index3 shape = labels.shape();
  const std::int64_t count =
      grid_extent(shape.y, grid.y) * grid_extent(shape.x, grid.x) * rays;
  std::vector<float> distances(static_cast<std::size_t>(count));
  if (count == 0) return distances;
  std::uint32_t highest = 0;
  for (std::int64_t y = 0; y < shape.y; ++y) {
    const std::uint32_t* row = labels.row(0, y);
    for (std::int64_t x = 0; x < shape.x; ++x) highest = std::max(highest, row[x * labels.strides().x]);
  }
  // Twice as many lanes fit a register with 16-bit ids; step counts must fit them as well.
  if (highest <= 0xFFFF && shape.y + shape.x < 0x7FFF) {
    walk_all<std::uint16_t>(labels, rays, grid, distances.data(), threads);
  } else {
    walk_all<std::uint32_t>(labels, rays, grid, distances.data(), threads);
  }
  return distances;
}

std::vector<float> star_distances_2d_reference(LabelView labels, int rays, GridStep grid) {
  const Index3 shape = labels.shape();
  std::vector<float> distances;
  for (std::int64_t i = 0; i < shape.y; i += grid.y) {
    for (std::int64_t j = 0; j < shape.x; j += grid.x) {
      const std::uint32_t own = labels(0, i, j);
      for (int k = 0; k < rays; ++k) {
        if (own == 0) {
          distances.push_back(0);
          continue;
        }
        const Direction step = direction_of(k, rays);
        float y = 0, x = 0;
        for (;;) {
          y += step.y;
          x += step.x;
          const std::int64_t row = std::lrint(static_cast<float>(i) + y);
          const std::int64_t column = std::lrint(static_cast<float>(j) + x);
          const bool inside = row >= 0 && row < shape.y && column >= 0 && column < shape.x;
          if (!inside || labels(0, row, column) != own) break;
        }
        distances.push_back(distance_at(y, x, step));
      }
    }
  }
  return distances;
}

}  // namespace karyo::stardist
