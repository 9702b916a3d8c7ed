#include "core/segment/suggestion.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/filters/background.h"
#include "core/filters/geometry.h"

namespace karyo {
namespace {

// How much of a frame is looked at: a second's work.
constexpr std::int64_t kMostSide = 1024, kMostPlanes = 64, kMostVoxels = std::int64_t{1} << 21;
// The first ball and the largest object that it leaves standing, as parts of the shorter side; in
// pixels.
constexpr double kFirstBall = 1.0 / 8, kLeastFirstBall = 20, kMostFirstBall = 100;
constexpr double kLargestRadius = 1.0 / 8;
// What is larger is an object and no rise of the ground where its border climbs this part of its
// height within so many pixels to both sides, and its brightest parts are no higher than so often.
constexpr double kSharp = 0.4, kEven = 3, kLargerStill = 1.5;
constexpr std::int64_t kBorder = 4;
// What does not stand out from noise by this much of it, smoothed as far as it goes, is noise.
constexpr double kNothing = 0.2;
// A ground that varies by more than this part of the objects' contrast is flattened, by a ball of
// this many radii.
constexpr double kUneven = 0.7, kBall = 4, kLeastBall = 10, kMostBall = 300;
// Smoothing in radii, and its limits in pixels.
constexpr double kSmoothing = 0.07, kLeastSmoothing = 0.5, kMostSmoothing = 4;
// The first look's smoothing; it grows until noise is this part of the objects' contrast.
constexpr double kFirstSmoothing = 1, kSmoothingStep = 0.25, kNoiseLeft = 0.03;
constexpr int kLooks = 3;
// The local threshold: its window in radii and in pixels, and Niblack's k, below the mean so that
// an object larger than its window keeps its inside.
constexpr double kWindow = 1.2;
constexpr std::int64_t kLeastWindow = 3, kMostWindow = 250;
constexpr double kNiblack = -0.1;
// The window follows the radius that its mask shows; more rounds change little.
constexpr int kRounds = 2;
// Smaller than this part of a typical object is no object.
constexpr double kLeastPart = 0.1, kLeastPixels = 15;

Result<Volume> sample_of(const Volume& volume, std::int64_t t, std::int64_t c) {
  const VolumeShape& shape = volume.shape();
  CropBox box = CropBox::all(shape);
  box.first_t = t;
  box.last_t = t + 1;
  box.first_c = c;
  box.last_c = c + 1;
  box.box = looked_at_for_steps(shape.zyx());
  KARYO_TRY(Volume sample, crop(volume, box));
  visit_voxels(sample.type(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>) {
      // What is no number says nothing about grey levels.
      const T least = static_cast<T>(GreyLevels::of(sample, 0, 0).low);
      T* values = sample.view<T>().data();
      std::replace_if(
          values, values + sample.shape().count(), [](T value) { return !std::isfinite(value); },
          least);
    }
  });
  return sample;
}

/// The value that `part` (0 to 1) of all are below. At least one value.
float percentile(std::vector<float> values, double part) {
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * last);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// The third moment about the mean by the deviation's cube, of all but the extreme values.
double skewness(const Array3<float>& values) {
  const std::vector<float> all(values.begin(), values.end());
  const double low = percentile(all, 0.005), high = percentile(all, 0.995);
  const auto count = static_cast<double>(values.count());
  double mean = 0, second = 0, third = 0;
  for (const float value : values) mean += std::clamp<double>(value, low, high) / count;
  for (const float value : values) {
    const double apart = std::clamp<double>(value, low, high) - mean;
    second += apart * apart / count;
    third += apart * apart * apart / count;
  }
  return second > 0 ? third / (second * std::sqrt(second)) : 0;
}

/// The ground lies to one side of the grey levels and takes more room than objects do, so these
/// lean to the objects' side; looked at with and without what changes slowly, as an uneven ground
/// leans as well and very large objects do not show against their surroundings.
Result<bool> has_bright_objects(const Array3<float>& image, double window, TaskControl& control) {
  KARYO_TRY(Array3<float> apart, local_mean(image.view(), std::llround(window), 0, control));
  std::transform(image.begin(), image.end(), apart.begin(), apart.begin(),
                 [](float value, float mean) { return value - mean; });
  return skewness(image) + skewness(apart) >= 0;
}

/// The deviation of noise: the median size of a pixel's distance from the mean of its neighbours to
/// the left and right, which objects and their texture hardly change.
double noise_of(const Array3<float>& image) {
  constexpr double kMedianOfNormal = 0.6745, kOfDifference = 1.2247;  // sqrt(3 / 2)
  const Index3 shape = image.shape();
  std::vector<float> apart;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const float* row = &image(z, y, 0);
      for (std::int64_t x = 1; x + 1 < shape.x; ++x) {
        apart.push_back(std::abs(row[x] - (row[x - 1] + row[x + 1]) / 2));
      }
    }
  }
  return apart.empty() ? 0 : percentile(std::move(apart), 0.5) / (kMedianOfNormal * kOfDifference);
}

/// What a Gaussian of this sigma leaves of white noise.
double left_of_noise(double sigma, const Volume& sample) {
  const auto along = [&](double spacing) {
    const double sharp = 2 * std::sqrt(std::numbers::pi) * sigma * sample.grid.spacing_x / spacing;
    return std::sqrt(std::max(1.0, sharp));
  };
  const double plane = along(sample.grid.spacing_y) * along(sample.grid.spacing_x);
  return 1 / (sample.shape().z > 1 ? plane * along(sample.grid.spacing_z) : plane);
}

/// Whether the border of what is inside the mask climbs steeply, by the height of inside above
/// outside, and nothing inside stands far above the rest: an object, and no haze that holds
/// objects.
bool is_object(const Mask& mask, const VolumeView<const float>& values) {
  const Index3 shape = mask.shape();
  std::vector<float> inside, outside, climbs;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint8_t* in = &mask(z, y, 0);
      const float* row = values.row(z, y);
      for (std::int64_t x = 0; x < shape.x; ++x) {
        (in[x] != 0 ? inside : outside).push_back(row[x]);
        const bool whole = x >= kBorder && x + kBorder < shape.x;
        if (whole && in[x] != in[x - 1]) {
          climbs.push_back(std::abs(row[x + kBorder - 1] - row[x - kBorder]));
        }
      }
    }
  }
  if (climbs.empty() || outside.empty()) return false;
  const double ground = percentile(std::move(outside), 0.5);
  const double height = percentile(inside, 0.5) - ground;
  return percentile(std::move(climbs), 0.5) > kSharp * height &&
         percentile(std::move(inside), 0.99) - ground < kEven * height;
}

/// A first look.
struct Look {
  ImageFindings findings;
  double smoothing = 0;  ///< that noise asks for
  double largest = 0;    ///< radius that an object can have
  bool large = false;    ///< objects are too large for the first ball
};

/// The objects' radius and contrast, and the ground beside them, in a smoothed picture.
Result<void> look_at_smooth(const Volume& smooth, double noise, bool maybe_large, Look& look,
                            TaskControl& control) {
  const auto side = static_cast<double>(std::min(smooth.shape().y, smooth.shape().x));
  const double ball = std::clamp(side * kFirstBall, kLeastFirstBall, kMostFirstBall);
  ImageFindings& found = look.findings;
  MaskSteps li;
  li.threshold.method = ThresholdMethod::kLi;
  KARYO_TRY(ThresholdMask above, threshold_step(smooth, 0, 0, li, control));
  found.radius = typical_radius(above.mask.view(), smooth.grid);
  look.largest = std::max(side * kLargestRadius, 2.0);
  look.large =
      maybe_large && found.radius > look.largest && is_object(above.mask, smooth.view<float>());
  if (look.large) look.largest = found.radius * kLargerStill;
  // A flat picture, by a ball that is surely larger than an object.
  Volume flat = smooth.clone();
  if (!look.large) {
    KARYO_TRY(flat, subtract_background(smooth, ball, false, false, control));
    KARYO_TRY(above, threshold_step(flat, 0, 0, li, control));
    found.radius = std::min(typical_radius(above.mask.view(), flat.grid), look.largest);
  }
  const float* over = flat.view<float>().data();
  const float* here = smooth.view<float>().data();
  std::vector<float> ground, heights, low;
  for (std::int64_t i = 0; i < above.mask.count(); ++i) {
    const bool inside = above.mask.data()[i] != 0;
    (inside ? heights : low).push_back(over[i]);
    if (!look.large) ground.push_back(here[i] - over[i]);
  }
  if (look.large) ground = low;
  // The ball leaves the ground at 0.
  double contrast = heights.empty() ? 0 : percentile(std::move(heights), 0.5);
  if (look.large && !low.empty()) contrast -= percentile(std::move(low), 0.5);
  if (!(contrast > 0) || ground.empty()) {
    found = {found.bright_objects};
    return {};
  }
  found.uneven = (percentile(ground, 0.95) - percentile(ground, 0.05)) / contrast;
  found.noise = noise / contrast;
  return {};
}

Result<Look> look_at(const Volume& sample, bool maybe_large, TaskControl& control) {
  Look look;
  ImageFindings& found = look.findings;
  const auto side = static_cast<double>(std::min(sample.shape().y, sample.shape().x));
  const double window = std::clamp(side * kFirstBall, kLeastFirstBall, kMostFirstBall);
  const double noise = noise_of(to_float(sample));
  MaskSteps steps;
  steps.threshold.smoothing = kFirstSmoothing;
  KARYO_TRY(const Volume as_it_is, flattened_frame(sample, 0, 0, steps, control));
  KARYO_TRY(found.bright_objects, has_bright_objects(to_float(as_it_is), window, control));
  steps.threshold.invert = !found.bright_objects;
  // More smoothing shows a smaller, truer contrast, which may ask for more of it.
  for (int round = 0; round < kLooks; ++round) {
    steps.threshold.smoothing = std::max(kFirstSmoothing, look.smoothing);
    KARYO_TRY(const Volume smooth, flattened_frame(sample, 0, 0, steps, control));
    KARYO_CHECK_OK(look_at_smooth(smooth, noise, maybe_large, look, control));
    while (look.smoothing < kMostSmoothing &&
           found.noise * left_of_noise(look.smoothing, sample) > kNoiseLeft) {
      look.smoothing += kSmoothingStep;
    }
    if (look.smoothing <= steps.threshold.smoothing) break;
  }
  if (found.noise * left_of_noise(look.smoothing, sample) > kNothing) found.radius = 0;
  return look;
}

double object_voxels(double radius, const Volume& volume) {
  const VoxelGrid& grid = volume.grid;
  const double rows = grid.spacing_x / grid.spacing_y, planes = grid.spacing_x / grid.spacing_z;
  const double disc = std::numbers::pi * radius * radius * rows;
  return volume.shape().z > 1 ? 4.0 / 3.0 * disc * radius * planes : disc;
}

/// What follows from a look.
Result<Suggestion> settle(const Volume& sample, const Look& look, TaskControl& control) {
  Suggestion suggestion;
  ImageFindings& found = suggestion.findings;
  found = look.findings;
  MaskSteps& steps = suggestion.steps;
  ThresholdStep& threshold = steps.threshold;
  threshold.method = ThresholdMethod::kLi;
  threshold.invert = !found.bright_objects;
  threshold.smoothing = std::max(
      look.smoothing, std::clamp(kSmoothing * found.radius, kLeastSmoothing, kMostSmoothing));
  steps.clean.fill_holes = true;
  if (found.radius == 0) {  // nothing stands out: the plainest steps, for a person to look at
    threshold.method = ThresholdMethod::kOtsu;
    return suggestion;
  }
  if (found.uneven > kUneven && !look.large) {
    threshold.rolling_ball = std::round(std::clamp(kBall * found.radius, kLeastBall, kMostBall));
  }

  // Then the local threshold, whose window and radius settle each other.
  threshold.kind = ThresholdKind::kLocal;
  threshold.local.method = LocalMethod::kNiblack;
  threshold.local.parameters = {kNiblack, 0};
  threshold.local_in_3d = sample.shape().z > 1;
  for (int round = 0; round < kRounds; ++round) {
    const auto window = static_cast<std::int64_t>(std::llround(kWindow * found.radius));
    threshold.local.radius = std::clamp(window, kLeastWindow, kMostWindow);
    KARYO_TRY(const auto local, threshold_step(sample, 0, 0, steps, control));
    const double shown = typical_radius(local.mask.view(), sample.grid);
    if (shown > 0) found.radius = std::min(shown, look.largest);
  }
  steps.clean.min_size =
      std::round(std::max(kLeastPixels, kLeastPart * object_voxels(found.radius, sample)));
  steps.split.kind = SplitKind::kScale;
  steps.split.scale.radius = found.radius;
  return suggestion;
}

}  // namespace

Box3 looked_at_for_steps(const Index3& shape) {
  Box3 box;
  const auto middle = [](std::int64_t size, std::int64_t most, std::int64_t& begin,
                         std::int64_t& end) {
    const std::int64_t used = std::min(size, most);
    begin = (size - used) / 2;
    end = begin + used;
  };
  middle(shape.z, kMostPlanes, box.begin.z, box.end.z);
  const auto plane = static_cast<double>(kMostVoxels / box.shape().z);
  const std::int64_t side = std::min(kMostSide, static_cast<std::int64_t>(std::sqrt(plane)));
  middle(shape.y, side, box.begin.y, box.end.y);
  middle(shape.x, side, box.begin.x, box.end.x);
  return box;
}

Result<Suggestion> suggest_steps(const Volume& volume, std::int64_t t, std::int64_t c,
                                 TaskControl& control) {
  KARYO_TRY(const Volume sample, sample_of(volume, t, c));
  KARYO_TRY(const Look look, look_at(sample, true, control));
  KARYO_TRY(Suggestion suggestion, settle(sample, look, control));
  if (!look.large || suggestion.findings.radius > look.findings.radius / 2) return suggestion;
  // What seemed one large object falls into small ones.
  KARYO_TRY(const Look closer, look_at(sample, false, control));
  return settle(sample, closer, control);
}

}  // namespace karyo
