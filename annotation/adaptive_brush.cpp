#include "annotation/adaptive_brush.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "annotation/index_axis.h"
#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr std::array kAxes{Axis::kZ, Axis::kY, Axis::kX};
constexpr double kCore = 0.2;       // of the brush's radius: its middle
constexpr double kCoreLeast = 1.5;  // in the finest voxels
constexpr double kMostSigma = 10;
constexpr double kFarthest = 1e12;   // voxels, from the middle
constexpr double kMostDabs = 10000;  // of one way, whatever its length
constexpr std::int64_t kDabsAtOnce = 16;
constexpr std::uint8_t kChosen = 255;

struct Limits {
  float low, high;
};

/// The values that belong with the middle: up to half-way to what is certainly something else, on
/// either side.
Limits limits_of(float seed, std::vector<float> core, const std::vector<float>& all, double noise,
                 double tolerance) {
  constexpr float kDeviations = 1.4826F;  // of a normal distribution, a median deviation
  float middle = median_of(core);
  for (float& value : core) value = std::abs(value - middle);
  // A small core's own spread may be small by chance.
  const double spread = std::max(noise, double{kDeviations * median_of(core)});
  const auto off = static_cast<float>(tolerance * spread);
  // Close to an edge most of the core may lie beyond it.
  if (std::abs(seed - middle) > off) middle = seed;
  std::vector<float> darker(all.size()), brighter(all.size());
  std::size_t dark = 0, bright = 0;
  for (const float value : all) {  // without branches: the two are mixed by chance
    darker[dark] = brighter[bright] = value;
    dark += value < middle - off ? 1 : 0;
    bright += value > middle + off ? 1 : 0;
  }
  darker.resize(dark);
  brighter.resize(bright);
  constexpr float kNone = std::numeric_limits<float>::max();
  Limits limits{-kNone, kNone};
  if (!darker.empty()) limits.low = std::min(middle - off, (middle + median_of(darker)) / 2);
  if (!brighter.empty()) limits.high = std::max(middle + off, (middle + median_of(brighter)) / 2);
  return limits;
}

/// The voxels a brush may cover, and the smoothing around them.
Box3 box_of(const Index3& middle, const VoxelGrid& grid, const Brush& brush, double radius) {
  Index3 by;
  for (const Axis axis : kAxes) {
    const double voxels = std::floor(radius / spacing_along(grid, axis) + 0.5);
    coordinate(by, axis) = static_cast<std::int64_t>(std::min(voxels, kFarthest));
  }
  if (!brush.ball) coordinate(by, normal_axis(brush.plane)) = 0;
  return Box3{middle, middle + Index3{1, 1, 1}}.padded(by);
}

double finest_of(const VoxelGrid& grid, const Brush& brush) {
  double finest = std::numeric_limits<double>::max();
  for (const Axis axis : kAxes) {
    if (brush.ball || axis != normal_axis(brush.plane)) {
      finest = std::min(finest, spacing_along(grid, axis));
    }
  }
  return finest;
}

}  // namespace

PlacedMask adaptive_dab(const ImagePart& image, const VoxelGrid& grid, const WorldPoint& at,
                        const Brush& brush, const EdgeOptions& options) {
  const Index3 middle = voxel_at(at, grid);
  if (!image.box().contains(middle)) return {};
  const double finest = finest_of(grid, brush);
  const double sigma = std::clamp(options.sigma, 0.0, kMostSigma) * finest;
  const Box3 box = box_of(middle, grid, brush, brush.radius).clipped_to(image.box());
  const Box3 wide = box_of(middle, grid, brush, brush.radius + 4 * sigma).clipped_to(image.box());
  const PerAxis smoothing{sigma / grid.spacing_z, sigma / grid.spacing_y, sigma / grid.spacing_x};
  const auto raw = values_in(image, wide);
  const auto values = smoothed(raw, smoothing);
  const double noise = noise_of(raw) * noise_left(smoothing, wide.shape());
  const auto value = [&](const Index3& p) {
    const Index3 q = p - wide.begin;
    return values(q.z, q.y, q.x);
  };

  WorldPoint centre = at;
  if (!brush.ball) {
    const Axis normal = normal_axis(brush.plane);
    centre[normal] = centre_of(middle, grid)[normal];
  }
  const double core_radius = std::max(kCore * brush.radius, kCoreLeast * finest);
  PlacedMask dab{Mask(box.shape()), box.begin};
  std::vector<float> core{value(middle)}, all;
  all.reserve(static_cast<std::size_t>(box.shape().count()));
  const auto squared = [](double d) { return d * d; };
  // Voxels of the row within a distance: one run, as distances grow to either side of the middle.
  const auto run_within = [&](std::int64_t z, std::int64_t y, double radius) {
    const WorldPoint place = centre_of({z, y, middle.x}, grid);
    const double off = squared(place.z - centre.z) + squared(place.y - centre.y);
    const auto in = [&](std::int64_t x) {
      return std::sqrt(off + squared(centre_of({z, y, x}, grid).x - centre.x)) <= radius;
    };
    std::pair run{middle.x, middle.x};
    if (!in(middle.x)) return run;
    // Nearly there at once; then as far as the distance says.
    const double reach = std::sqrt(std::max(0.0, squared(radius) - off)) / grid.spacing_x - 2;
    const auto by = std::clamp<std::int64_t>(static_cast<std::int64_t>(reach), 0, box.shape().x);
    run = {std::max(box.begin.x, middle.x - by), std::min(box.end.x, middle.x + by + 1)};
    while (run.first > box.begin.x && in(run.first - 1)) --run.first;
    while (run.second < box.end.x && in(run.second)) ++run.second;
    return run;
  };
  std::vector<std::pair<std::int64_t, std::int64_t>> runs;  // of each row
  const auto each_row = [&](const auto& visit) {
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) visit(z, y);
    }
  };
  each_row([&](std::int64_t z, std::int64_t y) {
    auto run = run_within(z, y, brush.radius);
    if (run.first == run.second && z == middle.z && y == middle.y) ++run.second;
    runs.push_back(run);
    if (run.first == run.second) return;
    const auto add = [&](std::vector<float>& to, const std::pair<std::int64_t, std::int64_t>& of) {
      const float* row = &values(z - wide.begin.z, y - wide.begin.y, 0);
      to.insert(to.end(), row + (of.first - wide.begin.x), row + (of.second - wide.begin.x));
    };
    add(all, run);
    add(core, run_within(z, y, std::min(core_radius, brush.radius)));
  });
  const Limits limits = limits_of(value(middle), std::move(core), all, noise, options.tolerance);
  auto run = runs.begin();
  bool whole = true;
  each_row([&](std::int64_t z, std::int64_t y) {
    const auto [first, last] = *run++;
    if (first == last) return;
    const float* row = &values(z - wide.begin.z, y - wide.begin.y, first - wide.begin.x);
    std::uint8_t* covered = &dab.voxels(z - box.begin.z, y - box.begin.y, first - box.begin.x);
    std::uint8_t least = kChosen;
    for (std::int64_t i = 0; i < last - first; ++i) {
      covered[i] = limits.low <= row[i] && row[i] <= limits.high ? kChosen : 0;
      least = std::min(least, covered[i]);
    }
    if (least == 0) whole = false;
  });
  if (whole) return dab;  // a whole disc or ball hangs together and encloses nothing
  keep_connected(dab.voxels, middle - box.begin);
  fill_enclosed(dab.voxels);
  return dab;
}

Box3 adaptive_box(const VoxelGrid& grid, const WorldPoint& from, const WorldPoint& to,
                  const Brush& brush, const EdgeOptions& options) {
  const double sigma = std::clamp(options.sigma, 0.0, kMostSigma) * finest_of(grid, brush);
  const double radius = std::max(brush.radius, brush.first_radius.value_or(0)) + 4 * sigma;
  const auto around = [&](const WorldPoint& place) {
    return box_of(voxel_at(place, grid), grid, brush, radius);
  };
  return around(from).united_with(around(to));
}

Box3 paint_adaptive(LabelWriter& writer, const LabelVolume& labels, const ImagePart& image,
                    const VoxelGrid& grid, const WorldPoint& from, const WorldPoint& to,
                    const Brush& brush, bool goes_on, const EdgeOptions& options) {
  const double dz = to.z - from.z, dy = to.y - from.y, dx = to.x - from.x;
  const double length = std::sqrt(dz * dz + dy * dy + dx * dx);
  const double start = brush.first_radius.value_or(brush.radius);
  const double way = std::min(std::ceil(length / (std::min(start, brush.radius) / 2)), kMostDabs);
  // With another radius the last place is another dab, also where the pointer stands still.
  const auto steps =
      static_cast<std::int64_t>(goes_on && way == 0 && start != brush.radius ? 1.0 : way);
  const auto dab = [&](std::int64_t number) {
    const double part = steps > 0 ? static_cast<double>(number) / static_cast<double>(steps) : 0;
    const WorldPoint at{from.z + part * dz, from.y + part * dy, from.x + part * dx};
    Brush here = brush;
    here.radius = start + part * (brush.radius - start);
    return adaptive_dab(image, grid, at, here, options);
  };
  Box3 changed;
  // A few at a time: masks of a long way would fill the memory.
  for (std::int64_t first = goes_on ? 1 : 0; first <= steps; first += kDabsAtOnce) {
    std::vector<PlacedMask> masks(
        static_cast<std::size_t>(std::min(kDabsAtOnce, steps + 1 - first)));
    parallel_for(0, std::ssize(masks), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        masks[static_cast<std::size_t>(i)] = dab(first + i);
      }
    });
    for (const PlacedMask& mask : masks) {
      changed = changed.united_with(write_mask(writer, labels, mask, brush.label, brush.rule));
    }
  }
  return changed;
}

}  // namespace karyo
