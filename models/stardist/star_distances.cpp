#include "models/stardist/star_distances.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "core/base/parallel.h"
#include "models/cuda/shape_device.h"
#include "models/stardist/ray_walk.h"

namespace karyo::stardist {
namespace {

/// Unit step of ray k of a polygon; angle, sine and cosine in float32 as the reference has them.
Direction direction_of(int k, int rays) {
  const auto angle_step = static_cast<float>(2 * std::numbers::pi / rays);
  const float angle = static_cast<float>(k) * angle_step;
  return {0, static_cast<float>(std::sin(static_cast<double>(angle))),
          static_cast<float>(std::cos(static_cast<double>(angle)))};
}

std::vector<Direction> directions_2d(int rays) {
  std::vector<Direction> steps;
  for (int k = 0; k < rays; ++k) steps.push_back(direction_of(k, rays));
  return steps;
}

std::vector<Direction> directions_3d(const Rays3d& rays) {
  std::vector<Direction> steps;
  for (const auto& [z, y, x] : rays.vertices) steps.push_back({z, y, x});
  return steps;
}

/// distance_2d or distance_3d.
using Distance = float (*)(const Direction& at, const Direction& step);

/// The walk of one ray. Where it stands after n steps does not depend on where it began, up to
/// rounding, so offsets and distances are tabulated once for all pixels.
struct RayWalk {
  Direction step;
  std::vector<Direction> at;         ///< float32 running sums after n steps
  std::vector<float> distance;       ///< returned when step n is the first outside
  std::vector<std::int64_t> offset;  ///< of the pixel reached, in the padded image
  /// The start pixel decides to which side the sum rounds: no fixed offset. Rare.
  std::vector<std::uint8_t> ambiguous;
};

/// Neighbouring grid columns walked at once: 8 ids of 16 bits fill the register every x86-64 has
/// (16 took 2.4 times as long without AVX2 and no less with it).
constexpr int kLanes = 8;
constexpr std::int64_t kRowMargin = 2;  // and of planes

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

/// Labels with a margin of background, and columns sorted by their remainder modulo step, so that
/// the columns of neighbouring grid points lie side by side at every step of a walk.
template <typename Id>
class SortedLabels {
 public:
  /// `deep`: walks leave the plane that they begin in.
  SortedLabels(LabelView labels, std::int64_t step, bool deep)
      : step_(step),
        // A block of lanes is dead only when all are; the dead ones read up to a block away.
        margin_(kLanes + 3),
        plane_margin_(deep ? kRowMargin : 0),
        part_(grid_extent(labels.shape().x, static_cast<int>(step)) + 2 * margin_),
        stride_(part_ * step),
        rows_(labels.shape().y + 2 * kRowMargin),
        ids_(static_cast<std::size_t>((labels.shape().z + 2 * plane_margin_) * rows_ * stride_ +
                                      kLanes)) {
    const Index3 shape = labels.shape();
    const std::int64_t column_stride = labels.strides().x;
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const std::uint32_t* source = labels.row(z, y);
        for (std::int64_t phase = 0; phase < step_; ++phase) {
          Id* target = ids_.data() + offset_of_row(z, y) + phase * part_ + margin_;
          for (std::int64_t x = phase; x < shape.x; x += step_) {
            *target++ = static_cast<Id>(source[x * column_stride]);
          }
        }
      }
    }
  }

  /// Of grid column 0 in an image row is offset_of_row(z, y) + offset_of_column(0).
  std::int64_t offset_of_row(std::int64_t z, std::int64_t y) const {
    return ((z + plane_margin_) * rows_ + y + kRowMargin) * stride_;
  }
  std::int64_t offset_of_column(std::int64_t x) const {
    const std::int64_t quotient = x >= 0 ? x / step_ : -((-x + step_ - 1) / step_);
    return (x - quotient * step_) * part_ + quotient + margin_;
  }
  /// How far apart two pixels lie that are (z, y, x) apart, the first in a grid column.
  std::int64_t difference(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return (z * rows_ + y) * stride_ + offset_of_column(x) - margin_;
  }
  const Id* data() const { return ids_.data(); }

 private:
  std::int64_t step_, margin_, plane_margin_, part_, stride_, rows_;
  std::vector<Id> ids_;
};

/// True where adding an integer of up to `largest` in float32 can change what `value` rounds to.
bool rounds_both_ways(float value, std::int64_t largest) {
  const float fraction = std::fabs(value - std::floor(value) - 0.5f);
  return fraction <= static_cast<float>(largest) * std::ldexp(1.f, -22);
}

template <typename Id>
std::vector<RayWalk> make_walks(const SortedLabels<Id>& labels, Index3 shape,
                                const std::vector<Direction>& steps, Distance distance) {
  std::vector<RayWalk> walks;
  const std::int64_t largest = std::max({shape.z, shape.y, shape.x}) + 2;
  const auto near = [&](float sum) { return std::fabs(sum) <= static_cast<float>(largest); };
  for (const Direction& step : steps) {
    RayWalk walk{step, {}, {}, {}, {}};
    Direction at{0, 0, 0};
    // One step past the longest possible walk.
    while (near(at.z) && near(at.y) && near(at.x)) {
      at = {at.z + step.z, at.y + step.y, at.x + step.x};
      walk.at.push_back(at);
      walk.distance.push_back(distance(at, step));
      walk.offset.push_back(
          labels.difference(std::lrint(at.z), std::lrint(at.y), std::lrint(at.x)));
      walk.ambiguous.push_back(rounds_both_ways(at.z, 2 * largest) ||
                               rounds_both_ways(at.y, 2 * largest) ||
                               rounds_both_ways(at.x, 2 * largest));
    }
    walks.push_back(std::move(walk));
  }
  return walks;
}

/// One walk for kLanes grid points of a row at once: how many steps each stays inside its object.
template <typename Id, typename Vector>
void steps_inside(const SortedLabels<Id>& labels, const RayWalk& walk, const Vector& own,
                  Index3 start, std::int64_t grid_x, Vector& steps) {
  const Id* base =
      labels.data() + labels.offset_of_row(start.z, start.y) + labels.offset_of_column(0) + start.x;
  Vector alive = static_cast<Vector>(own != 0);
  steps = Vector{};
  for (std::size_t n = 0;; ++n) {
    Vector met;
    if (!walk.ambiguous[n]) {
      std::memcpy(&met, base + walk.offset[n], sizeof met);
    } else {
      const Direction& at = walk.at[n];
      const std::int64_t row = labels.offset_of_row(std::lrint(static_cast<float>(start.z) + at.z),
                                                    std::lrint(static_cast<float>(start.y) + at.y));
      for (int lane = 0; lane < kLanes; ++lane) {
        met[lane] = 0;
        if (alive[lane] == 0) continue;
        const auto x = static_cast<float>((start.x + lane) * grid_x);
        met[lane] = labels.data()[row + labels.offset_of_column(std::lrint(x + at.x))];
      }
    }
    alive &= static_cast<Vector>(met == own);
    if (!any(alive)) return;
    steps -= alive;  // alive lanes hold -1
  }
}

/// Writes what is not 0 of (h, i, j, ray) to `out`.
template <typename Id>
void walk_all(LabelView labels, const std::vector<Direction>& steps, Index3 grid, Distance distance,
              float* out, int threads) {
  using Vector = typename LaneTypes<Id>::Vector;
  const Index3 shape = labels.shape();
  const std::int64_t planes = grid_extent(shape.z, static_cast<int>(grid.z));
  const std::int64_t rows = grid_extent(shape.y, static_cast<int>(grid.y));
  const std::int64_t columns = grid_extent(shape.x, static_cast<int>(grid.x));
  const auto rays = static_cast<std::int64_t>(steps.size());
  const bool deep =
      std::any_of(steps.begin(), steps.end(), [](const Direction& s) { return s.z != 0; });
  const SortedLabels<Id> sorted(labels, grid.x, deep);
  const std::vector<RayWalk> walks = make_walks(sorted, shape, steps, distance);
  const auto body = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t z = i / rows * grid.z, y = i % rows * grid.y;
      const Id* row = sorted.data() + sorted.offset_of_row(z, y) + sorted.offset_of_column(0);
      for (std::int64_t j = 0; j < columns;) {
        if (row[j] == 0) {
          ++j;
          continue;
        }
        const auto lanes = static_cast<int>(std::min<std::int64_t>(kLanes, columns - j));
        Vector own;
        std::memcpy(&own, row + j, sizeof own);
        for (std::int64_t k = 0; k < rays; ++k) {
          const RayWalk& walk = walks[static_cast<std::size_t>(k)];
          Vector inside;
          steps_inside<Id, Vector>(sorted, walk, own, {z, y, j}, grid.x, inside);
          float* target = out + (i * columns + j) * rays + k;
          for (int lane = 0; lane < lanes; ++lane) {
            if (own[lane] != 0) target[lane * rays] = walk.distance[inside[lane]];
          }
        }
        j += lanes;
      }
    }
  };
  parallel_for(0, planes * rows, 8, body, threads);
}

/// Whether a GPU computed them.
bool computed_on(ShapeDevice* device, LabelView labels, const std::vector<Direction>& steps,
                 Index3 grid, bool flat, std::vector<float>& distances) {
  if (device == nullptr) return false;
  const Index3 shape = labels.shape();
  const auto job = [&](ShapeKernels& kernels) {
    LabelGrid on_grid{nullptr, {shape.z, shape.y, shape.x}, {grid.z, grid.y, grid.x}};
    std::vector<std::uint32_t> packed;
    packed.reserve(static_cast<std::size_t>(shape.count()));
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; ++y) {
        const std::uint32_t* row = labels.row(z, y);
        for (std::int64_t x = 0; x < shape.x; ++x) packed.push_back(row[x * labels.strides().x]);
      }
    }
    on_grid.labels = packed.data();
    return kernels.star_distances(on_grid, steps.data(), static_cast<std::int32_t>(steps.size()),
                                  flat, distances.data());
  };
  return device->did(static_cast<std::int64_t>(distances.size()), device->worth().distances, job);
}

std::vector<float> distances_along(LabelView labels, const std::vector<Direction>& steps,
                                   Index3 grid, bool flat, int threads, ShapeDevice* device) {
  const Distance distance = flat ? distance_2d : distance_3d;
  const Index3 shape = labels.shape();
  const std::int64_t count = grid_extent(shape.z, static_cast<int>(grid.z)) *
                             grid_extent(shape.y, static_cast<int>(grid.y)) *
                             grid_extent(shape.x, static_cast<int>(grid.x)) *
                             static_cast<std::int64_t>(steps.size());
  std::vector<float> distances(static_cast<std::size_t>(count));
  if (count == 0 || computed_on(device, labels, steps, grid, flat, distances)) return distances;
  std::uint32_t highest = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint32_t* row = labels.row(z, y);
      for (std::int64_t x = 0; x < shape.x; ++x) {
        highest = std::max(highest, row[x * labels.strides().x]);
      }
    }
  }
  // Twice as many lanes fit a register with 16-bit ids; step counts must fit them as well.
  if (highest <= 0xFFFF && shape.z + shape.y + shape.x < 0x7FFF) {
    walk_all<std::uint16_t>(labels, steps, grid, distance, distances.data(), threads);
  } else {
    walk_all<std::uint32_t>(labels, steps, grid, distance, distances.data(), threads);
  }
  return distances;
}

std::vector<float> plain_distances(LabelView labels, const std::vector<Direction>& steps,
                                   Index3 grid, Distance distance) {
  const Index3 shape = labels.shape();
  std::vector<float> distances;
  for (std::int64_t h = 0; h < shape.z; h += grid.z) {
    for (std::int64_t i = 0; i < shape.y; i += grid.y) {
      for (std::int64_t j = 0; j < shape.x; j += grid.x) {
        const std::uint32_t own = labels(h, i, j);
        for (const Direction& step : steps) {
          if (own == 0) {
            distances.push_back(0);
            continue;
          }
          const Direction at =
              walk_out(h, i, j, step, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
                return Box3::of_shape(shape).contains({z, y, x}) && labels(z, y, x) == own;
              });
          distances.push_back(distance(at, step));
        }
      }
    }
  }
  return distances;
}

}  // namespace

std::vector<float> star_distances_2d(LabelView labels, int rays, GridStep grid, int threads,
                                     ShapeDevice* device) {
  return distances_along(labels, directions_2d(rays), {1, grid.y, grid.x}, true, threads, device);
}

std::vector<float> star_distances_3d(LabelView labels, const Rays3d& rays, Index3 grid, int threads,
                                     ShapeDevice* device) {
  return distances_along(labels, directions_3d(rays), grid, false, threads, device);
}

std::vector<float> star_distances_2d_reference(LabelView labels, int rays, GridStep grid) {
  return plain_distances(labels, directions_2d(rays), {1, grid.y, grid.x}, distance_2d);
}

std::vector<float> star_distances_3d_reference(LabelView labels, const Rays3d& rays, Index3 grid) {
  return plain_distances(labels, directions_3d(rays), grid, distance_3d);
}

}  // namespace karyo::stardist
