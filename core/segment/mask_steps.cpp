#include "core/segment/mask_steps.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/filters/background.h"
#include "core/filters/smoothing.h"
#include "core/labels/fill_holes.h"
#include "core/segment/hysteresis.h"
#include "core/segment/split_volume.h"
#include "core/segment/watershed.h"

namespace karyo {
namespace {

constexpr double kMostSigma = 100;  // voxels; of the Gaussian
constexpr double kMostMajority =
    50;  // pixels; a window larger than that is no smoothing of outlines

Result<void> check(const Volume& volume, std::int64_t t, std::int64_t c) {
  const VolumeShape& shape = volume.shape();
  if (t >= 0 && t < shape.t && c >= 0 && c < shape.c && shape.zyx().count() > 0) return {};
  return Error(ErrorCode::kInvalidArgument,
               "channel " + std::to_string(c + 1) + " at time " + std::to_string(t + 1) +
                   " is not in the image",
               "Choose one of its " + std::to_string(shape.c) + " channels and " +
                   std::to_string(shape.t) + " times.");
}

Result<void> check(const ThresholdStep& step) {
  if (step.smoothing >= 0 && step.smoothing <= kMostSigma) return {};
  return Error(ErrorCode::kInvalidArgument, "the smoothing's sigma lies between 0 and 100 pixels",
               "Use 1 or 2 to take noise away.");
}

bool in_planes(const Volume& volume, const MaskSteps& steps) {
  return steps.plane_by_plane || volume.shape().z == 1;
}

double plane_distance(const VoxelGrid& grid) {
  return grid.spacing_z / grid.spacing_x;
}

/// Dark becomes bright within the range of an 8-bit type, or of the values.
void invert(Volume& floats, VoxelType original, const FrameFacts* facts) {
  ValueRange range = facts != nullptr ? facts->values : value_range(floats);
  if (original == VoxelType::kUInt8) range = {0, 255};
  if (original == VoxelType::kInt8) range = {-128, 127};
  const auto values = reinterpret_cast<float*>(floats.data());
  std::transform(values, values + floats.shape().count(), values, [&](float value) {
    return static_cast<float>(range.low + range.high - static_cast<double>(value));
  });
}

/// One channel's times [first_t, last_t) in float32, so that dim objects keep their steps;
/// inverted, smoothed, then flattened, as a ball under a noisy surface follows its lowest points.
Result<Volume> flattened(const Volume& volume, std::int64_t first_t, std::int64_t last_t,
                         std::int64_t c, const MaskSteps& steps, TaskControl& control,
                         const FrameFacts* facts) {
  const ThresholdStep& step = steps.threshold;
  VolumeShape shape = volume.shape();
  shape.c = 1;
  shape.t = last_t - first_t;
  Volume out(VoxelType::kFloat32, shape, volume.grid);
  for (std::int64_t i = 0; i < shape.t; ++i) {
    const auto frame = to_float(volume, first_t + i, c);
    std::copy(frame.begin(), frame.end(), out.view<float>(i).data());
  }
  if (step.invert) invert(out, volume.type(), facts);
  if (step.smoothing > 0) {
    const VoxelGrid& grid = volume.grid;
    const auto along = [&](std::int64_t voxels, double spacing) {
      return voxels > 1 ? std::min(step.smoothing * grid.spacing_x / spacing, kMostSigma) : 0.0;
    };
    const double along_z = in_planes(volume, steps) ? 0 : along(shape.z, grid.spacing_z);
    const PerAxis sigma{along_z, along(shape.y, grid.spacing_y), along(shape.x, grid.spacing_x)};
    KARYO_TRY(out, gaussian(out, sigma, control));
  }
  if (step.rolling_ball > 0) {
    KARYO_TRY(out,
              subtract_background(out, step.rolling_ball, !step.bright_objects, false, control));
  }
  return out;
}

/// One channel at the times that the step looks at: as it is, or made anew. `t` and `c` say where
/// the frame lies in it.
struct Prepared {
  const Volume* original = nullptr;  // where it is as it is
  Volume made = {};
  std::int64_t t = 0, c = 0;
  const FrameFacts* facts = nullptr;

  bool is_made() const { return original == nullptr; }
  const Volume& volume() const { return is_made() ? made : *original; }
};

Result<Prepared> prepared(const Volume& volume, std::int64_t t, std::int64_t c,
                          const MaskSteps& steps, TaskControl& control, const FrameFacts* facts) {
  KARYO_CHECK_OK(check(volume, t, c));
  KARYO_CHECK_OK(check(steps.threshold));
  const ThresholdStep& step = steps.threshold;
  Prepared out;
  out.facts = facts;
  if (!step.invert && step.smoothing == 0 && step.rolling_ball == 0) {
    out.original = &volume;
    out.t = t;
    out.c = c;
    return out;
  }
  const bool all_times = step.histogram == HistogramOf::kStack;
  out.t = all_times ? t : 0;
  KARYO_TRY(out.made, flattened(volume, all_times ? 0 : t, all_times ? volume.shape().t : t + 1, c,
                                steps, control, facts));
  return out;
}

Result<ImageHistogram> histogram_of(const Prepared& image, std::int64_t z,
                                    const ThresholdStep& step) {
  const Volume& volume = image.volume();
  const HistogramBins bins = image.is_made() ? HistogramBins::kEightBit : step.bins;
  const std::int64_t slices = volume.shape().z;
  switch (step.histogram) {
    case HistogramOf::kStack:
      return ImageHistogram::of(volume, Planes::all_of(volume, image.c), bins, true);
    case HistogramOf::kSlice:
      return ImageHistogram::of(volume, {image.c, image.t, image.t + 1, z, z + 1}, bins, false);
    case HistogramOf::kFrame:
      break;
  }
  return ImageHistogram::of(volume, {image.c, image.t, image.t + 1, 0, slices}, bins, slices > 1);
}

Result<ThresholdRange> range_of(const Prepared& image, std::int64_t z, const ThresholdStep& step) {
  if (image.facts != nullptr && image.facts->by_method) return *image.facts->by_method;
  KARYO_TRY(const auto histogram, histogram_of(image, z, step));
  return histogram.threshold(step.method, step.bright_objects);
}

/// Foreground by ImageJ's method, plane by plane where each has its own histogram.
Result<ThresholdMask> by_method(const Prepared& image, const ThresholdStep& step,
                                TaskControl& control) {
  const Volume& volume = image.volume();
  const Index3 shape = volume.shape().zyx();
  ThresholdMask out;
  out.mask = Mask(shape);
  const std::int64_t at_once = step.histogram == HistogramOf::kSlice ? 1 : shape.z;
  for (std::int64_t z = 0; z < shape.z; z += at_once) {
    if (control.cancelled()) return cancelled_error("the threshold");
    KARYO_TRY(const ThresholdRange range, range_of(image, z, step));
    const double bound = step.bright_objects ? range.low : range.high;
    out.used.low = z == 0 ? bound : std::min(out.used.low, bound);
    out.used.high = z == 0 ? bound : std::max(out.used.high, bound);
    const auto planes =
        mask_in_range(volume, {image.c, image.t, image.t + 1, z, z + at_once}, range);
    std::copy(planes.begin(), planes.end(), &out.mask(z, 0, 0));
  }
  return out;
}

Mask in_range(const Prepared& image, ThresholdRange range) {
  const Volume& volume = image.volume();
  return mask_in_range(volume, {image.c, image.t, image.t + 1, 0, volume.shape().z}, range);
}

Result<ThresholdMask> by_surroundings(const Prepared& image, const Volume& original, std::int64_t t,
                                      std::int64_t c, const MaskSteps& steps,
                                      TaskControl& control) {
  const ThresholdStep& step = steps.threshold;
  LocalThreshold local = step.local;
  local.bright_objects = step.bright_objects;
  local.plane_distance =
      step.local_in_3d && !in_planes(original, steps) ? plane_distance(original.grid) : 0;
  GreyLevels levels = image.facts != nullptr ? image.facts->levels : GreyLevels::of(original, t, c);
  if (image.is_made()) {
    levels.whole = false;
    // What a ball under a light ground leaves lies below 0, not below the white it stands for.
    if (step.rolling_ball > 0 && !step.bright_objects) {
      levels = {levels.low - levels.high, 0, false};
    }
  }
  const Volume& volume = image.volume();
  const auto values = to_float(volume, image.t, image.c);
  ThresholdMask out;
  KARYO_TRY(out.mask, local_threshold(values.view(), levels, local, control));
  if (!step.local_and_method) return out;
  KARYO_TRY(const auto method, by_method(image, step, control));
  out.used = method.used;
  std::transform(out.mask.begin(), out.mask.end(), method.mask.begin(), out.mask.begin(),
                 [](std::uint8_t a, std::uint8_t b) { return a & b; });
  return out;
}

/// Runs f(plane's mask) on each plane and numbers the planes' objects one after the other.
template <typename F>
Result<LabelArray> labels_by_plane(MaskView mask, F&& f, TaskControl& control) {
  const Index3 shape = mask.shape();
  LabelArray labels(shape);
  std::uint32_t before = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    if (control.cancelled()) return cancelled_error("the split");
    KARYO_TRY(const LabelArray plane, f(mask.crop({{z, 0, 0}, {z + 1, shape.y, shape.x}}), z));
    std::uint32_t most = before;
    std::transform(plane.begin(), plane.end(), &labels(z, 0, 0), [&](std::uint32_t id) {
      if (id != 0) id += before;
      most = std::max(most, id);
      return id;
    });
    before = most;
  }
  return labels;
}

Result<LabelArray> split_in_planes(MaskView mask, const Volume& volume, const Array3<float>& image,
                                   const MaskSteps& steps, TaskControl& control) {
  const Index3 shape = mask.shape();
  ParticleOptions options;
  options.include_holes = steps.clean.include_holes;
  return labels_by_plane(
      mask,
      [&](MaskView plane, std::int64_t z) -> Result<LabelArray> {
        if (steps.split.kind == SplitKind::kWatershed) {
          return analyze_particles(watershed_split(plane).view(), options).labels;
        }
        if (steps.split.kind == SplitKind::kNone) return analyze_particles(plane, options).labels;
        std::optional<VolumeView<const float>> brightness;
        if (image.count() > 0) {
          brightness = image.view().crop({{z, 0, 0}, {z + 1, shape.y, shape.x}});
        }
        KARYO_TRY(auto labels, split_by_scale(plane, volume.grid, steps.split.scale, brightness));
        return options.include_holes ? fill_label_holes(labels.view()) : std::move(labels);
      },
      control);
}

std::uint32_t highest(const LabelArray& labels) {
  return labels.count() == 0 ? 0 : *std::max_element(labels.begin(), labels.end());
}

}  // namespace

Result<Volume> flattened_frame(const Volume& volume, std::int64_t t, std::int64_t c,
                               const MaskSteps& steps, TaskControl& control,
                               const FrameFacts* facts) {
  KARYO_CHECK_OK(check(volume, t, c));
  KARYO_CHECK_OK(check(steps.threshold));
  return flattened(volume, t, t + 1, c, steps, control, facts);
}

Result<ImageHistogram> step_histogram(const Volume& volume, std::int64_t t, std::int64_t c,
                                      std::int64_t z, const MaskSteps& steps,
                                      TaskControl& control) {
  KARYO_TRY(const auto image, prepared(volume, t, c, steps, control, nullptr));
  return histogram_of(image, z, steps.threshold);
}

Result<ThresholdMask> threshold_step(const Volume& volume, std::int64_t t, std::int64_t c,
                                     const MaskSteps& steps, TaskControl& control,
                                     const FrameFacts* facts) {
  KARYO_TRY(const auto image, prepared(volume, t, c, steps, control, facts));
  const ThresholdStep& step = steps.threshold;
  switch (step.kind) {
    case ThresholdKind::kAutomatic:
      return by_method(image, step, control);
    case ThresholdKind::kLocal:
      return by_surroundings(image, volume, t, c, steps, control);
    case ThresholdKind::kManual: {
      const double bound = step.bright_objects ? step.range.low : step.range.high;
      return ThresholdMask{in_range(image, step.range), {bound, bound}};
    }
    case ThresholdKind::kHysteresis:
      break;
  }
  const auto beyond = [&](double value) {
    constexpr double kOpen = std::numeric_limits<double>::infinity();
    return step.bright_objects ? ThresholdRange{value, kOpen} : ThresholdRange{-kOpen, value};
  };
  const Mask weak = in_range(image, beyond(step.weak)),
             strong = in_range(image, beyond(step.strong));
  return ThresholdMask{hysteresis(weak.view(), strong.view(), in_planes(volume, steps)),
                       {std::min(step.weak, step.strong), std::max(step.weak, step.strong)}};
}

Result<Mask> clean_mask_step(Mask mask, const VoxelGrid& grid, const MaskSteps& steps,
                             TaskControl& control) {
  const double radius = steps.clean.smoothing;
  if (!(radius >= 0 && radius <= kMostMajority)) {
    return Error(ErrorCode::kInvalidArgument, "outlines are smoothed over 0 to 50 pixels",
                 "1 or 2 takes single pixels away.");
  }
  if (radius >= 0.5) {
    Array3<float> share(mask.shape());
    std::transform(mask.begin(), mask.end(), share.begin(),
                   [](std::uint8_t voxel) { return voxel != 0 ? 1.0F : 0.0F; });
    const bool planes = steps.plane_by_plane || mask.shape().z == 1;
    KARYO_TRY(share, local_mean(std::as_const(share).view(), std::llround(radius),
                                planes ? 0 : plane_distance(grid), control));
    std::transform(share.begin(), share.end(), mask.begin(),
                   [](float part) { return part > 0.5F ? 255 : 0; });
  }
  if (control.cancelled()) return cancelled_error("cleaning");
  return steps.clean.fill_holes ? fill_holes(mask.view()) : std::move(mask);
}

Result<LabelArray> split_step(MaskView mask, const Volume& volume, std::int64_t t, std::int64_t c,
                              const MaskSteps& steps, TaskControl& control) {
  KARYO_CHECK_OK(check(volume, t, c));
  Array3<float> image;
  if (steps.split.kind == SplitKind::kScale && steps.split.scale.brightness > 0) {
    image = to_float(volume, t, c);
    if (steps.threshold.bright_objects == steps.threshold.invert) {
      for (float& value : image) value = -value;
    }
  }
  if (in_planes(volume, steps)) return split_in_planes(mask, volume, image, steps, control);
  switch (steps.split.kind) {
    case SplitKind::kNone: {
      KARYO_TRY(auto found, label_objects(mask, {}));
      return std::move(found.labels);
    }
    case SplitKind::kWatershed:
      return split_volume(mask, volume.grid);
    case SplitKind::kScale:
      break;
  }
  std::optional<VolumeView<const float>> brightness;
  if (image.count() > 0) brightness = std::as_const(image).view();
  return split_by_scale(mask, volume.grid, steps.split.scale, brightness);
}

Result<LabelArray> clean_step(LabelView labels, const MaskSteps& steps) {
  const CleanStep& clean = steps.clean;
  ParticleOptions options;
  options.min_size = clean.min_size;
  options.max_size = clean.max_size;
  options.min_circularity = clean.min_circularity;
  options.max_circularity = clean.max_circularity;
  options.exclude_edges = clean.exclude_edges;
  const Index3 shape = labels.shape();
  if (shape.z == 1 || !steps.plane_by_plane) {
    // Holes were filled when the objects were found; a volume has none to include.
    options.include_holes = clean.include_holes && shape.z > 1;
    KARYO_TRY(auto kept, select_objects(labels, options));
    return std::move(kept.labels);
  }
  LabelArray out(shape);
  std::uint32_t before = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    KARYO_TRY(const auto kept,
              select_objects(labels.crop({{z, 0, 0}, {z + 1, shape.y, shape.x}}), options));
    std::transform(kept.labels.begin(), kept.labels.end(), &out(z, 0, 0),
                   [&](std::uint32_t id) { return id == 0 ? 0 : id + before; });
    before += static_cast<std::uint32_t>(kept.particles.size());
  }
  return out;
}

Result<StepsResult> run_steps(const Volume& volume, std::int64_t t, std::int64_t c,
                              const MaskSteps& steps, TaskControl& control,
                              const FrameFacts* facts) {
  KARYO_TRY(auto above, threshold_step(volume, t, c, steps, control, facts));
  StepsResult result;
  result.threshold = above.used;
  result.counts.mask_voxels =
      std::count_if(above.mask.begin(), above.mask.end(), [](auto voxel) { return voxel != 0; });
  MaskSteps pieces = steps;
  pieces.split.kind = SplitKind::kNone;
  pieces.clean.include_holes = false;
  KARYO_TRY(const auto touching, split_step(above.mask.view(), volume, t, c, pieces, control));
  result.counts.pieces = highest(touching);
  KARYO_TRY(const Mask mask, clean_mask_step(std::move(above.mask), volume.grid, steps, control));
  if (control.cancelled()) return cancelled_error("making labels");
  KARYO_TRY(const auto objects, split_step(mask.view(), volume, t, c, steps, control));
  result.counts.split = highest(objects);
  if (control.cancelled()) return cancelled_error("making labels");
  KARYO_TRY(result.labels, clean_step(objects.view(), steps));
  result.counts.kept = highest(result.labels);
  return result;
}

}  // namespace karyo
