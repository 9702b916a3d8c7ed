#include "annotation/one_click.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "annotation/index_axis.h"
#include "annotation/radial_fit.h"

namespace karyo {
namespace {

constexpr std::array kAxes{Axis::kZ, Axis::kY, Axis::kX};
constexpr int kRaysInPlane = 48, kRaysInSpace = 200;
constexpr double kReachInPlane = 64, kReachInSpace = 32;  // first look, in the finest voxels
constexpr int kLooks = 3;  // each reaches twice as far as the one before
// Where a radius is expected: one look, so many radii and at least so many of the finest voxels
// far.
constexpr double kMargin = 2, kReachLeast = 4;
constexpr std::size_t kSizes = 64;
constexpr double kSampling = 0.5;  // between samples of a ray, in the finest voxels
constexpr double kCore = 1.5,
                 kCoreOfRadius = 0.3;  // around the click: the nucleus's own brightness

// Costs are in units of the contrast between nucleus and surroundings. Chosen by random search on a
// twelfth of the nuclei of nuclei2d/train, clicked in and off their middles; half or twice of each
// costs a few nuclei in a hundred.
constexpr double kSigma = 0.85;  // of the smoothing before, in the finest voxels; more where
constexpr double kMostNoise = 0.06, kMostSigma = 4;  // more noise than this would be left
// With more noise nothing stands out: the least of a ray's values lies below the others by chance.
constexpr double kNothing = 0.25;
constexpr double kEdge = 0.38;      // reach of the edge to both sides, of the radius
constexpr double kEdgeLeast = 0.6;  // and in the finest voxels
constexpr double kFoot = 0.9;       // below 1: a nucleus is drawn to the foot of its edge
constexpr double kMiddle = 0.3;     // less bright is not nucleus
constexpr double kDip = 1.0;        // for what lies in it all the same
constexpr double kClimb = 4.5;      // for rising again after a valley
constexpr double kSlack = 0.06;     // valleys that are its own
constexpr double kBright = 1.6, kBrightest = 3;  // brighter than that is another object
constexpr double kOver = 0.3;                    // for what is, all the same
constexpr double kStiffness = 0.15;  // for an outline's slopes: of the radius's logarithm by angle
constexpr double kSteepest = 2.7;    // the largest such slope
constexpr double kPrior = 0.5;       // for a size that is not the expected one, the same

/// What is looked at: smooth values, brighter inside, and which voxels may belong.
struct Field {
  Array3<float> values;
  Mask open;  // not another object's
  Box3 box = {};
  WorldPoint spacing = {};
  double finest = 1;
};

/// Samples of one ray within the image, of which the first `open` may belong to the nucleus.
struct Profile {
  std::vector<float> values;
  std::size_t open = 0;
};

Box3 box_around(const VoxelGrid& grid, const Index3& click, double reach,
                const OneClickOptions& options) {
  Index3 by;
  for (const Axis axis : kAxes) {
    coordinate(by, axis) = static_cast<std::int64_t>(std::ceil(reach / spacing_along(grid, axis)));
  }
  if (!options.whole_stack) coordinate(by, normal_axis(options.plane)) = 0;
  return Box3{click, click + Index3{1, 1, 1}}.padded(by);
}

double finest_of(const VoxelGrid& grid, const OneClickOptions& options) {
  if (options.whole_stack) return std::min({grid.spacing_z, grid.spacing_y, grid.spacing_x});
  return std::min(spacing_along(grid, horizontal_axis(options.plane)),
                  spacing_along(grid, vertical_axis(options.plane)));
}

double reach_of(const VoxelGrid& grid, const OneClickOptions& options, int look) {
  if (options.radius > 0) {
    return std::max(kMargin * options.radius, kReachLeast * finest_of(grid, options));
  }
  const double first = options.whole_stack ? kReachInSpace : kReachInPlane;
  return first * finest_of(grid, options) * std::pow(2, look);
}

float median_of(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

PerAxis in_voxels(double sigma, const VoxelGrid& grid) {
  constexpr double kMost = 100;  // smoothed()'s
  return {std::min(sigma / grid.spacing_z, kMost), std::min(sigma / grid.spacing_y, kMost),
          std::min(sigma / grid.spacing_x, kMost)};
}

Field field_in(const Array3<float>& raw, const LabelVolume& labels, const VoxelGrid& grid,
               const Index3& click, const Box3& box, double sigma, const OneClickOptions& options) {
  Field field{smoothed(raw, in_voxels(sigma, grid)),
              Mask(box.shape()),
              box,
              {grid.spacing_z, grid.spacing_y, grid.spacing_x},
              finest_of(grid, options)};
  if (options.dark_on_bright) {
    for (float& value : field.values) value = -value;
  }
  const std::uint32_t own = labels.at(click);
  std::uint8_t* open = field.open.data();
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
        const std::uint32_t id = labels.at({z, y, x});
        *open++ = id == 0 || id == own ? 1 : 0;
      }
    }
  }
  return field;
}

/// The value between voxel centres; `p` in voxels from the box's first centre, within it.
float value_between(const Array3<float>& values, const WorldPoint& p) {
  const Index3 shape = values.shape();
  Index3 low, high;
  WorldPoint part;
  for (const Axis axis : kAxes) {
    const double at = std::clamp(p[axis], 0.0, static_cast<double>(along(shape, axis) - 1));
    coordinate(low, axis) = static_cast<std::int64_t>(at);
    coordinate(high, axis) = std::min(along(low, axis) + 1, along(shape, axis) - 1);
    part[axis] = at - static_cast<double>(along(low, axis));
  }
  const auto row = [&](std::int64_t z, std::int64_t y) {
    return values(z, y, low.x) * (1 - part.x) + values(z, y, high.x) * part.x;
  };
  const auto plane = [&](std::int64_t z) {
    return row(z, low.y) * (1 - part.y) + row(z, high.y) * part.y;
  };
  return static_cast<float>(plane(low.z) * (1 - part.z) + plane(high.z) * part.z);
}

/// From the centre of a voxel of the field.
Profile profile_along(const Field& field, const Index3& from, const WorldPoint& direction,
                      double reach) {
  const auto nearest = [](double at) { return static_cast<std::int64_t>(std::floor(at + 0.5)); };
  Profile profile;
  for (double r = 0; r <= reach; r += kSampling * field.finest) {
    WorldPoint p;
    for (const Axis axis : kAxes) {
      p[axis] = static_cast<double>(along(from, axis)) + direction[axis] * r / field.spacing[axis];
    }
    const Index3 voxel{nearest(p.z), nearest(p.y), nearest(p.x)};
    if (!Box3::of_shape(field.open.shape()).contains(voxel)) break;
    const bool open = field.open(voxel.z, voxel.y, voxel.x) != 0;
    if (open && profile.open == profile.values.size()) ++profile.open;
    profile.values.push_back(value_between(field.values, p));
  }
  return profile;
}

/// Brightness of the nucleus and around it.
struct Levels {
  float inside, outside;
};

/// From what lies within `core` of the middle, and the darkest of each ray that the image's border
/// does not cut short, other objects or not; none where nothing stands out.
std::optional<Levels> levels_of(const std::vector<Profile>& profiles, double step, double core) {
  std::size_t longest = 0;
  for (const Profile& profile : profiles) longest = std::max(longest, profile.values.size());
  std::vector<float> inside, outside;
  for (const auto& [values, open] : profiles) {
    const auto own = std::min(static_cast<std::size_t>(core / step) + 1, open);
    inside.insert(inside.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(own));
    if (2 * values.size() < longest) continue;
    outside.push_back(*std::min_element(values.begin(), values.end()));
  }
  const Levels levels{median_of(std::move(inside)), median_of(std::move(outside))};
  if (!(levels.inside > levels.outside)) return std::nullopt;
  return levels;
}

/// How badly each size fits a ray. `expected`: 0 where it is not known.
std::vector<float> costs_of(const Profile& profile, const Levels& levels,
                            const std::vector<double>& sizes, double finest, double expected) {
  const double step = kSampling * finest;
  const auto count = static_cast<std::size_t>(sizes.back() * (1 + kEdge) / step) + 8;
  // Up to each sample: sums of brightness, from 0 (around) to 1 (own; what is not open is dark),
  // and of what it lacks to the middle between; and how far it rose again after falling.
  std::vector<double> bright(count + 1), dark(count + 1), climb(count + 1);
  double lowest = 1;
  for (std::size_t i = 0; i < count; ++i) {
    double value = 0, over = 0;
    if (i < profile.open) {
      value = double{profile.values[i] - levels.outside} / double{levels.inside - levels.outside};
      over = kOver * (std::min(value, kBrightest) - kBright);
      value = std::pow(std::clamp(value, 0.0, 1.0), kFoot);
    }
    lowest = std::min(lowest, value);
    bright[i + 1] = bright[i] + value * step;
    dark[i + 1] = dark[i] + std::max(0.0, kMiddle - value) * step;
    climb[i + 1] = std::max({climb[i], value - lowest - kSlack, over});
  }
  // A sample stands for half a step to both sides.
  const auto at = [&](const std::vector<double>& sums, double r) {
    const double place = std::clamp(r / step + 0.5, 0.0, static_cast<double>(count));
    const auto i = std::min(static_cast<std::size_t>(place), count - 1);
    return sums[i] + (place - static_cast<double>(i)) * (sums[i + 1] - sums[i]);
  };
  std::vector<float> costs;
  for (const double r : sizes) {
    const double width = std::max(kEdgeLeast * finest, kEdge * r);
    const double inside = (at(bright, r) - at(bright, r - width)) / std::min(width, r + step / 2);
    const double outside = (at(bright, r + width) - at(bright, r)) / width;
    const double off = expected > 0 ? std::log(r / expected) : 0;
    costs.push_back(static_cast<float>(outside - inside + kClimb * at(climb, r) +
                                       kDip * at(dark, r) / width + kPrior * off * off));
  }
  return costs;
}

std::vector<double> sizes_between(double least, double most) {
  std::vector<double> sizes;
  for (std::size_t k = 0; k < kSizes; ++k) {
    const double part = static_cast<double>(k) / static_cast<double>(kSizes - 1);
    sizes.push_back(least * std::pow(most / least, part));
  }
  return sizes;
}

/// One radius for each ray.
std::vector<double> radii_of(const RayFan& fan, const std::vector<Profile>& profiles,
                             const Levels& levels, double finest, double reach, double expected) {
  const auto sizes = sizes_between(finest, reach);
  std::vector<std::vector<float>> costs;
  for (const auto& profile : profiles) {
    costs.push_back(costs_of(profile, levels, sizes, finest, expected));
  }
  const double slope = std::log(sizes[1] / sizes[0]) / fan.angle;
  const double pairs = static_cast<double>(fan.beside.front().size()) / 2;
  const auto chosen = smoothest(fan, costs, static_cast<float>(kStiffness * slope * slope / pairs),
                                static_cast<std::size_t>(std::max(1.0, kSteepest / slope)));
  std::vector<double> radii;
  for (const std::size_t k : chosen) radii.push_back(sizes[k]);
  return radii;
}

PlacedMask drawn(const Field& field, const RayFan& fan, const std::vector<double>& radii,
                 const Index3& click) {
  PlacedMask mask{Mask(field.values.shape()), field.box.begin};
  const Index3 extent = mask.voxels.shape(), seed = click - mask.origin;
  const double most = *std::max_element(radii.begin(), radii.end());
  const double least = *std::min_element(radii.begin(), radii.end());
  for (std::int64_t z = 0; z < extent.z; ++z) {
    for (std::int64_t y = 0; y < extent.y; ++y) {
      for (std::int64_t x = 0; x < extent.x; ++x) {
        if (field.open(z, y, x) == 0) continue;
        WorldPoint off;
        for (const Axis axis : kAxes) {
          off[axis] =
              static_cast<double>(along(Index3{z, y, x} - seed, axis)) * field.spacing[axis];
        }
        const double r = std::sqrt(off.z * off.z + off.y * off.y + off.x * off.x);
        if (r > most) continue;
        for (const Axis axis : kAxes) off[axis] /= std::max(r, field.finest / 2);
        if (r <= least || r <= reach_towards(fan, radii, off)) mask.voxels(z, y, x) = 255;
      }
    }
  }
  keep_connected(mask.voxels, seed);
  return mask;
}

/// What one look around the click shows, smoothed as far as its noise needs.
struct Look {
  Field field;
  std::vector<Profile> profiles;
  std::optional<Levels> levels;
};

Look look_around(const ImagePart& image, const LabelVolume& labels, const VoxelGrid& grid,
                 const Index3& click, const Box3& box, double reach, const RayFan& fan,
                 const OneClickOptions& options) {
  const double finest = finest_of(grid, options);
  const double core = std::max(kCore * finest, kCoreOfRadius * options.radius);
  const auto raw = values_in(image, box);
  const double noise = noise_of(raw.view());
  Look look;
  for (double sigma = kSigma; sigma < kMostSigma; sigma *= 1.5) {
    look.field = field_in(raw, labels, grid, click, box, sigma * finest, options);
    look.profiles.clear();
    for (const auto& direction : fan.directions) {
      look.profiles.push_back(profile_along(look.field, click - box.begin, direction, reach));
    }
    look.levels = levels_of(look.profiles, kSampling * finest, core);
    const double left = noise * noise_left(in_voxels(sigma * finest, grid), box.shape());
    const double contrast = look.levels ? look.levels->inside - look.levels->outside : 0;
    if (left >= kNothing * contrast) look.levels.reset();
    if (left <= kMostNoise * contrast) break;
  }
  return look;
}

}  // namespace

Box3 one_click_box(const VoxelGrid& grid, const Index3& click, const OneClickOptions& options) {
  return box_around(grid, click, reach_of(grid, options, kLooks - 1), options);
}

Result<PlacedMask> one_click(const ImagePart& image, const LabelVolume& labels,
                             const VoxelGrid& grid, const Index3& click,
                             const OneClickOptions& options) {
  const Box3 all = image.box().clipped_to(Box3::of_shape(labels.shape()));
  if (!all.contains(click)) {
    return Error(ErrorCode::kInvalidArgument, "the place is outside the image",
                 "Click on a nucleus.");
  }
  const RayFan fan = options.whole_stack ? rays_in_space(kRaysInSpace)
                                         : rays_in_plane(options.plane, kRaysInPlane);
  for (int number = 0;; ++number) {
    const double reach = reach_of(grid, options, number);
    const Box3 box = box_around(grid, click, reach, options).clipped_to(all);
    const Look look =
        look_around(image, labels, grid, click, box, reach * (1 + kEdge), fan, options);
    const bool last = options.radius > 0 || number + 1 == kLooks;
    if (!look.levels && !last) continue;
    if (!look.levels) {
      return Error(ErrorCode::kNotFound, "nothing stands out from its surroundings there",
                   "Click on the middle of a nucleus, or draw it with the lasso.");
    }
    const auto radii =
        radii_of(fan, look.profiles, *look.levels, look.field.finest, reach, options.radius);
    const bool whole = median_of({radii.begin(), radii.end()}) < reach / 2;
    if (whole || last) return drawn(look.field, fan, radii, click);
  }
}

}  // namespace karyo
