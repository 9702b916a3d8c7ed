#include "annotation/adaptive_brush.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
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
// Of dabs that are found at once: more would fill the memory.
constexpr std::int64_t kDabsAtOnce = 16;
constexpr std::int64_t kBoxesAtOnce = 3;  // their common box, in boxes of the largest
constexpr std::uint8_t kChosen = 255;

/// What belongs with the middle for certain: what is no more than `off` from `value`.
struct Core {
  float value, off;
};

Core core_of(float seed, std::vector<float> values, double noise, double tolerance) {
  constexpr float kDeviations = 1.4826F;  // of a normal distribution, a median deviation
  Core core{median_of(values), 0};
  for (float& value : values) value = std::abs(value - core.value);
  // A small core's own spread may be small by chance.
  const double spread = std::max(noise, double{kDeviations * median_of(values)});
  core.off = static_cast<float>(tolerance * spread);
  // Close to an edge most of the core may lie beyond it.
  if (std::abs(seed - core.value) > core.off) core.value = seed;
  return core;
}

/// The values that belong with the middle.
struct Limits {
  float low = -std::numeric_limits<float>::max(), high = std::numeric_limits<float>::max();
};

/// Values that are certainly something else, on either side of the core's.
class Others {
 public:
  Others(const Core& core, std::int64_t most)
      : core_(core), darker_(room_for(most)), brighter_(room_for(most)) {}

  void add(const float* values, std::int64_t count) {
    const float low = core_.value - core_.off, high = core_.value + core_.off;
    float *darker = darker_.get() + dark_, *brighter = brighter_.get() + bright_;
    constexpr std::int64_t kBlock = 32;
    for (std::int64_t begin = 0; begin < count; begin += kBlock) {
      const std::int64_t end = std::min(count, begin + kBlock);
      int off = 0;
      for (std::int64_t i = begin; i < end; ++i) {
        off |= static_cast<int>(values[i] < low) | static_cast<int>(values[i] > high);
      }
      if (off == 0) continue;                       // most of what belongs lies together
      for (std::int64_t i = begin; i < end; ++i) {  // without branches: the two mix by chance
        const float value = values[i];
        *darker = *brighter = value;
        darker += value < low ? 1 : 0;
        brighter += value > high ? 1 : 0;
      }
    }
    dark_ = static_cast<std::size_t>(darker - darker_.get());
    bright_ = static_cast<std::size_t>(brighter - brighter_.get());
  }

  /// Up to half-way to them, where the edge is.
  Limits limits() && {
    const auto [value, off] = core_;
    const auto half_way = [&, from = value](float* values, std::size_t count) {
      return (from + median_of({values, count})) / 2;
    };
    Limits limits;
    if (dark_ > 0) limits.low = std::min(value - off, half_way(darker_.get(), dark_));
    if (bright_ > 0) limits.high = std::max(value + off, half_way(brighter_.get(), bright_));
    return limits;
  }

 private:
  using Values = std::unique_ptr<float[]>;
  static Values room_for(std::int64_t most) {
    return std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(most) + 1);
  }

  Core core_;
  Values darker_, brighter_;
  std::size_t dark_ = 0, bright_ = 0;
};

/// The voxels within a distance of the middle one, and some.
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

/// What a brush looks at around a place.
struct Sight {
  Index3 middle;
  Box3 box;       // of the voxels it may cover
  Box3 wide;      // of those that tell the noise
  PerAxis sigma;  // of the smoothing in `box`, in voxels

  Sight(const WorldPoint& at, const VoxelGrid& grid, const Brush& brush, const EdgeOptions& options)
      : middle(voxel_at(at, grid)) {
    const double by = std::clamp(options.sigma, 0.0, kMostSigma) * finest_of(grid, brush);
    box = box_of(middle, grid, brush, brush.radius);
    wide = box_of(middle, grid, brush, brush.radius + 4 * by);
    sigma = {by / grid.spacing_z, by / grid.spacing_y, by / grid.spacing_x};
    if (brush.ball) return;
    if (normal_axis(brush.plane) == Axis::kZ) sigma.z = 0;
    if (normal_axis(brush.plane) == Axis::kY) sigma.y = 0;
    if (normal_axis(brush.plane) == Axis::kX) sigma.x = 0;
  }
  /// All that is read for it.
  Box3 all() const { return wide.united_with(box.padded(blur_reach(sigma))); }
};

/// Voxels of rows of the image that lie in a disc or ball: one run in each, as distances grow to
/// either side of the middle.
class Rows {
 public:
  struct Run {
    std::int64_t begin, end;
  };

  Rows(const WorldPoint& at, const Index3& middle, const VoxelGrid& grid, const Brush& brush,
       const Box3& box)
      : centre_(at), middle_(middle), grid_(grid), box_(box) {
    if (brush.ball) return;
    const Axis normal = normal_axis(brush.plane);
    centre_[normal] = centre_of(middle, grid)[normal];
  }

  Run within(std::int64_t z, std::int64_t y, double radius) const {
    const auto squared = [](double d) { return d * d; };
    const WorldPoint place = centre_of({z, y, middle_.x}, grid_);
    const double off = squared(place.z - centre_.z) + squared(place.y - centre_.y);
    const auto in = [&](std::int64_t x) {
      return std::sqrt(off + squared(centre_of({z, y, x}, grid_).x - centre_.x)) <= radius;
    };
    if (!in(middle_.x)) return {middle_.x, middle_.x};
    // Nearly there at once; then as far as the distance says.
    const double reach = std::sqrt(std::max(0.0, squared(radius) - off)) / grid_.spacing_x - 2;
    const auto by = std::clamp<std::int64_t>(static_cast<std::int64_t>(reach), 0, box_.shape().x);
    Run run{std::max(box_.begin.x, middle_.x - by), std::min(box_.end.x, middle_.x + by + 1)};
    while (run.begin > box_.begin.x && in(run.begin - 1)) --run.begin;
    while (run.end < box_.end.x && in(run.end)) ++run.end;
    return run;
  }

 private:
  WorldPoint centre_;
  Index3 middle_;
  VoxelGrid grid_;
  Box3 box_;
};

template <typename Visit>
void each_row(const Box3& box, const Visit& visit) {
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) visit(z, y);
  }
}

/// One dab, with its boxes within the image; `window` knows them.
PlacedMask covered_by(const Sight& sight, const SmoothedWindow& window, const VoxelGrid& grid,
                      const WorldPoint& at, const Brush& brush, double tolerance) {
  const Box3& box = sight.box;
  const Index3& middle = sight.middle;
  const auto smooth = window.smooth(box);
  const auto value = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return &smooth(z - box.begin.z, y - box.begin.y, x - box.begin.x);
  };
  const Rows rows(at, middle, grid, brush, box);

  const double core_radius =
      std::min(brush.radius, std::max(kCore * brush.radius, kCoreLeast * finest_of(grid, brush)));
  const float seed = *value(middle.z, middle.y, middle.x);
  std::vector<float> near{seed};
  each_row(box_of(middle, grid, brush, core_radius).clipped_to(box),
           [&](std::int64_t z, std::int64_t y) {
             const auto [begin, end] = rows.within(z, y, core_radius);
             near.insert(near.end(), value(z, y, begin), value(z, y, begin) + (end - begin));
           });
  const double noise =
      noise_of(window.raw(sight.wide)) * noise_left(sight.sigma, sight.wide.shape());
  const Core core = core_of(seed, std::move(near), noise, tolerance);

  std::vector<Rows::Run> runs;
  Others others(core, box.shape().count());
  each_row(box, [&](std::int64_t z, std::int64_t y) {
    auto run = rows.within(z, y, brush.radius);
    if (run.begin == run.end && z == middle.z && y == middle.y) ++run.end;
    runs.push_back(run);
    if (run.begin < run.end) others.add(value(z, y, run.begin), run.end - run.begin);
  });
  const Limits limits = std::move(others).limits();

  PlacedMask dab{Mask(box.shape()), box.begin};
  auto run = runs.begin();
  bool whole = true;
  each_row(box, [&](std::int64_t z, std::int64_t y) {
    const auto [begin, end] = *run++;
    if (begin == end) return;
    const float* row = value(z, y, begin);
    std::uint8_t* covered = &dab.voxels(z - box.begin.z, y - box.begin.y, begin - box.begin.x);
    std::uint8_t least = kChosen;
    for (std::int64_t i = 0; i < end - begin; ++i) {
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

/// A place on the way with the brush as it is there; none of its boxes reaches beyond the image.
struct Dab {
  WorldPoint at;
  Brush brush;
  Sight sight;

  Dab(const WorldPoint& place, const Brush& here, const VoxelGrid& grid, const Box3& image,
      const EdgeOptions& options)
      : at(place), brush(here), sight(place, grid, here, options) {
    const bool outside = !image.contains(sight.middle);  // then it is none
    sight.box = outside ? Box3{} : sight.box.clipped_to(image);
    sight.wide = outside ? Box3{} : sight.wide.clipped_to(image);
  }
  bool empty() const { return sight.box.empty(); }
};

/// Dabs that are found together.
struct Dabs {
  std::vector<Dab> all;
  Box3 box, wide;  // of all of them

  /// Whether there was room for one more.
  bool take(const Dab& dab) {
    const Box3 with = wide.united_with(dab.sight.wide);
    const bool room = std::ssize(all) < kDabsAtOnce &&
                      with.shape().count() <= kBoxesAtOnce * dab.sight.wide.shape().count();
    if (!all.empty() && !room) return false;
    wide = with;
    box = box.united_with(dab.sight.box);
    all.push_back(dab);
    return true;
  }
};

}  // namespace

PlacedMask adaptive_dab(const ImagePart& image, const VoxelGrid& grid, const WorldPoint& at,
                        const Brush& brush, const EdgeOptions& options) {
  const Dab dab(at, brush, grid, image.box(), options);
  if (dab.empty()) return {};
  SmoothedWindow window;
  window.move_to(image, dab.sight.box, dab.sight.wide, dab.sight.sigma);
  return covered_by(dab.sight, window, grid, at, brush, options.tolerance);
}

Box3 adaptive_box(const VoxelGrid& grid, const WorldPoint& from, const WorldPoint& to,
                  const Brush& brush, const EdgeOptions& options) {
  Brush widest = brush;
  widest.radius = std::max(brush.radius, brush.first_radius.value_or(0));
  return Sight(from, grid, widest, options)
      .all()
      .united_with(Sight(to, grid, widest, options).all());
}

Box3 AdaptiveStroke::paint(LabelWriter& writer, const LabelVolume& labels, const ImagePart& image,
                           const WorldPoint& from, const WorldPoint& to, const Brush& brush) {
  const double dz = to.z - from.z, dy = to.y - from.y, dx = to.x - from.x;
  const double length = std::sqrt(dz * dz + dy * dy + dx * dx);
  const double start = brush.first_radius.value_or(brush.radius);
  const double way = std::min(std::ceil(length / (std::min(start, brush.radius) / 2)), kMostDabs);
  const bool goes_on = std::exchange(goes_on_, true);
  // With another radius the last place is another dab, also where the pointer stands still.
  const auto steps =
      static_cast<std::int64_t>(goes_on && way == 0 && start != brush.radius ? 1.0 : way);
  const auto dab = [&](std::int64_t number) {
    const double part = steps > 0 ? static_cast<double>(number) / static_cast<double>(steps) : 0;
    const WorldPoint at{from.z + part * dz, from.y + part * dy, from.x + part * dx};
    Brush here = brush;
    here.radius = start + part * (brush.radius - start);
    return Dab(at, here, grid_, image.box(), options_);
  };
  Box3 changed;
  for (std::int64_t next = goes_on ? 1 : 0; next <= steps;) {
    Dabs dabs;
    while (next <= steps) {
      const Dab one = dab(next);
      if (!one.empty() && !dabs.take(one)) break;
      ++next;
    }
    if (dabs.all.empty()) break;
    window_.move_to(image, dabs.box, dabs.wide, dabs.all.front().sight.sigma);
    std::vector<PlacedMask> masks(dabs.all.size());
    parallel_for(0, std::ssize(masks), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        const Dab& one = dabs.all[i];
        masks[i] = covered_by(one.sight, window_, grid_, one.at, one.brush, options_.tolerance);
      }
    });
    // As one: what a dab has painted the next one leaves as it is.
    changed = changed.united_with(
        write_mask(writer, labels, united(std::move(masks)), brush.label, brush.rule));
  }
  return changed;
}

}  // namespace karyo
