#include "core/segment/mask_steps_paged.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/filters/smoothing.h"
#include "core/segment/object_runs.h"

namespace karyo {
namespace {

Result<Volume> read_box(const PagedImage& image, std::int64_t t, std::int64_t c, const Box3& box) {
  const Index3 shape = box.shape();
  Volume part(image.info().type, {1, 1, shape.z, shape.y, shape.x}, image.info().grid);
  KARYO_CHECK_OK(image.read(0, t, c, box, part.data()));
  return part;
}

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string(std::max<std::uint64_t>(1, bytes >> 20)) + " MiB";
}

/// What depends on all of a stack at once.
bool looks_at_all(const MaskSteps& steps) {
  const ThresholdStep& step = steps.threshold;
  return steps.split.kind != SplitKind::kNone || step.kind == ThresholdKind::kHysteresis ||
         (step.kind == ThresholdKind::kLocal && step.local.method == LocalMethod::kPhansalkar &&
          step.local_in_3d);
}

/// How many planes to either side of one the steps look at in a stack, one after the other.
std::int64_t planes_beside(const VoxelGrid& grid, const MaskSteps& steps) {
  const ThresholdStep& step = steps.threshold;
  const double apart = grid.spacing_z / grid.spacing_x;
  const auto of_ball = [&](double radius) {
    return static_cast<std::int64_t>(std::sqrt(radius * radius + 1) / apart);
  };
  std::int64_t planes = 0;
  if (step.smoothing > 0) planes += blur_reach({step.smoothing / apart, 0, 0}).z;
  if (step.kind == ThresholdKind::kLocal && step.local_in_3d) {
    planes += of_ball(static_cast<double>(step.local.radius));
  }
  if (steps.clean.smoothing >= 0.5) planes += of_ball(std::round(steps.clean.smoothing));
  return planes;
}

/// One channel of an image, a few planes at a time.
class InParts {
 public:
  /// `at_once` planes are made together, for which `beside` more to either side are looked at.
  InParts(const PagedImage& image, std::int64_t t, std::int64_t c, const MaskSteps& steps,
          std::int64_t at_once, std::int64_t beside, TaskControl& control)
      : image_(image),
        t_(t),
        c_(c),
        steps_(steps),
        at_once_(at_once),
        beside_(beside),
        control_(control) {
    const VolumeShape& shape = image.info().shape();
    const bool all_times = steps.threshold.histogram == HistogramOf::kStack;
    first_t_ = all_times ? 0 : t;
    last_t_ = all_times ? shape.t : t + 1;
  }

  /// Objects of each plane alone.
  Result<PagedSteps> run_planes(const PutLabels& put) {
    KARYO_CHECK_OK(find_facts());
    PagedSteps all;
    std::uint32_t before = 0;
    for (std::int64_t z = 0; z < depth(); ++z) {
      if (control_.cancelled()) return cancelled_error("making objects");
      report(z);
      KARYO_TRY(const Part plane, part_at(t_, z));
      KARYO_TRY(StepsResult made, run_steps(plane.volume, 0, 0, steps_, control_, &facts_));
      for (std::uint32_t& id : made.labels) id += id != 0 ? before : 0;
      before += static_cast<std::uint32_t>(made.counts.kept);
      all.counts.mask_voxels += made.counts.mask_voxels;
      all.counts.pieces += made.counts.pieces;
      all.counts.split += made.counts.split;
      all.counts.kept += made.counts.kept;
      take_range(made.threshold, z == 0, all.threshold);
      put(std::move(made.labels), {z, 0, 0});
    }
    return all;
  }

  /// Objects through all planes, not split. What is known of pieces may take `most_bytes`.
  Result<PagedSteps> run_stack(std::uint64_t most_bytes, const PutLabels& put) {
    const CleanStep& clean = steps_.clean;
    const ParticleOptions options{clean.min_size,        clean.max_size,      clean.min_circularity,
                                  clean.max_circularity, clean.exclude_edges, clean.include_holes};
    KARYO_CHECK_OK(check_for_volume(options));
    KARYO_CHECK_OK(find_facts());
    const Index3 frame = image_.info().shape().zyx();
    const bool cleans = clean.fill_holes || clean.smoothing >= 0.5;
    ObjectRuns above(frame), cleaned(frame);
    PagedSteps all;
    for (std::int64_t z = 0; z < frame.z; z += at_once_) {
      if (control_.cancelled()) return cancelled_error("making objects");
      report(z);
      KARYO_TRY(const Part part, part_at(t_, z));
      KARYO_TRY(auto made, threshold_step(part.volume, 0, 0, steps_, control_, &facts_));
      const MaskView mask = std::as_const(made.mask).view().crop(part.inner);
      for (std::int64_t row = 0; row < mask.shape().z * frame.y; ++row) {
        const std::uint8_t* voxels = mask.row(row / frame.y, row % frame.y);
        all.counts.mask_voxels += frame.x - std::count(voxels, voxels + frame.x, 0);
      }
      take_range(made.used, z == 0, all.threshold);
      above.add(mask);
      KARYO_TRY(const Mask clear,
                clean_mask_step(std::move(made.mask), part.volume.grid, steps_, control_));
      if (cleans) cleaned.add(clear.view().crop(part.inner));
      if (above.bytes() + cleaned.bytes() > most_bytes) return too_many_pieces(most_bytes);
    }
    if (bounds_) all.threshold = *bounds_;
    all.counts.pieces = above.pieces();
    if (cleans) above = std::move(cleaned);
    all.counts.split = above.pieces();
    all.counts.kept = std::ssize(above.number(options));
    for (std::int64_t z = 0; z < frame.z; z += at_once_) {
      LabelArray part({std::min(at_once_, frame.z - z), frame.y, frame.x});
      above.write(z, part);
      put(std::move(part), {z, 0, 0});
    }
    return all;
  }

 private:
  /// Planes that are made together, with those beside them.
  struct Part {
    Volume volume;
    Box3 inner;  // without the latter
  };
  std::int64_t depth() const { return image_.info().shape().z; }
  void report(std::int64_t z) {
    control_.report(static_cast<double>(z) / static_cast<double>(depth()), "Making objects");
  }
  static void take_range(const ValueRange& used, bool first, ValueRange& all) {
    all.low = first ? used.low : std::min(all.low, used.low);
    all.high = first ? used.high : std::max(all.high, used.high);
  }
  static Error too_many_pieces(std::uint64_t most_bytes) {
    return {
        ErrorCode::kTooLarge,
        "what passes the threshold is in so many pieces that " + mebibytes(most_bytes) +
            " of memory do not hold them",
        "Smooth the picture in step 1, or choose another threshold: each speck of noise counts."};
  }

  Result<Part> part_at(std::int64_t t, std::int64_t z) const {
    const VolumeShape& shape = image_.info().shape();
    const std::int64_t last = std::min(z + at_once_, shape.z);
    const std::int64_t begin = std::max<std::int64_t>(0, z - beside_);
    const std::int64_t end = std::min(shape.z, last + beside_);
    Part part;
    KARYO_TRY(part.volume, read_box(image_, t, c_, {{begin, 0, 0}, {end, shape.y, shape.x}}));
    part.inner = {{z - begin, 0, 0}, {last - begin, shape.y, shape.x}};
    return part;
  }

  bool prepares() const {
    const ThresholdStep& step = steps_.threshold;
    return step.invert || step.smoothing > 0 || step.rolling_ball > 0;
  }

  /// All planes at the times that the step looks at; prepared as the threshold sees them, or as
  /// they are.
  Result<void> each_part(bool prepare,
                         const std::function<void(const Volume&, const Planes&)>& look) const {
    for (std::int64_t t = first_t_; t < last_t_; ++t) {
      for (std::int64_t z = 0; z < depth(); z += at_once_) {
        if (control_.cancelled()) return cancelled_error("making objects");
        KARYO_TRY(Part part, part_at(t, z));
        if (prepare) {
          KARYO_TRY(part.volume, flattened_frame(part.volume, 0, 0, steps_, control_, &facts_));
        }
        time_ = t;
        look(part.volume, {0, 0, 1, part.inner.begin.z, part.inner.end.z});
      }
    }
    return {};
  }

  Result<void> find_facts() {
    const ThresholdStep& step = steps_.threshold;
    const VoxelType type = image_.info().type;
    const bool local = step.kind == ThresholdKind::kLocal;
    if (type == VoxelType::kUInt8) facts_.levels = {};
    if (type == VoxelType::kInt8) facts_.levels = {-128, 127, true};
    const bool whole_range = type == VoxelType::kUInt8 || type == VoxelType::kInt8;
    if (!whole_range && (step.invert || local)) KARYO_CHECK_OK(find_ranges());
    const bool by_method =
        step.kind == ThresholdKind::kAutomatic || (local && step.local_and_method);
    if (!by_method) return {};
    control_.report(0, "Looking for the threshold");
    const bool made = prepares();
    if (step.histogram == HistogramOf::kSlice)
      return beside_ > 0 ? find_bounds(made) : Result<void>();
    const bool whole_stack = step.histogram == HistogramOf::kStack || image_.info().shape().z > 1;
    KARYO_TRY(const auto histogram, ImageHistogram::of(
                                        made ? VoxelType::kFloat32 : type,
                                        [&](const auto& look) { return each_part(made, look); },
                                        made ? HistogramBins::kEightBit : step.bins, whole_stack));
    facts_.by_method = histogram.threshold(step.method, step.bright_objects);
    return {};
  }

  /// Of planes that have their own: those beside a part are others there than in their own part.
  Result<void> find_bounds(bool made) {
    const ThresholdStep& step = steps_.threshold;
    Result<void> outcome;
    KARYO_CHECK_OK(each_part(made, [&](const Volume& volume, const Planes& planes) {
      for (std::int64_t z = planes.z_begin; z < planes.z_end && outcome; ++z) {
        const auto histogram = ImageHistogram::of(
            volume, {0, 0, 1, z, z + 1}, made ? HistogramBins::kEightBit : step.bins, false);
        if (!histogram) {
          outcome = histogram.error();
          return;
        }
        const ThresholdRange range = histogram->threshold(step.method, step.bright_objects);
        const double bound = step.bright_objects ? range.low : range.high;
        const bool first = !bounds_;
        if (first) bounds_ = ValueRange{};
        take_range({bound, bound}, first, *bounds_);
      }
    }));
    return outcome;
  }

  Result<void> find_ranges() {
    control_.report(0, "Looking for the range of values");
    constexpr double kFar = std::numeric_limits<double>::infinity();
    ValueRange values{kFar, -kFar};
    GreyLevels levels{kFar, -kFar, false};
    KARYO_CHECK_OK(each_part(false, [&](const Volume& plane, const Planes&) {
      const auto floats = to_float(plane);
      for (const float value : floats) {
        if (value < values.low) values.low = value;
        if (value > values.high) values.high = value;
      }
      if (time_ != t_) return;
      visit_voxels(plane.type(), [&](auto zero) {
        using T = decltype(zero);
        const auto view = plane.view<T>();
        for (const T* at = view.data(); at != view.data() + view.count(); ++at) {
          const auto value = static_cast<double>(*at);
          if (!std::isfinite(value)) continue;
          levels.low = std::min(levels.low, value);
          levels.high = std::max(levels.high, value);
        }
      });
    }));
    facts_.values = values.low <= values.high ? values : ValueRange{};
    if (levels.low > levels.high) levels.low = levels.high = 0;
    facts_.levels = levels;
    return {};
  }

  const PagedImage& image_;
  std::int64_t t_, c_;
  const MaskSteps& steps_;
  std::int64_t at_once_, beside_;
  TaskControl& control_;
  std::int64_t first_t_ = 0, last_t_ = 0;
  mutable std::int64_t time_ = 0;  // of the planes that are looked at
  FrameFacts facts_;
  std::optional<ValueRange> bounds_;  // of thresholds, where they were looked for
};

}  // namespace

Result<PagedSteps> run_steps(const PagedImage& image, std::int64_t t, std::int64_t c,
                             const MaskSteps& steps, std::uint64_t room, const PutLabels& put,
                             TaskControl& control) {
  const VolumeShape& shape = image.info().shape();
  if (t < 0 || t >= shape.t || c < 0 || c >= shape.c) {
    return Error(ErrorCode::kInvalidArgument,
                 "channel " + std::to_string(c + 1) + " at time " + std::to_string(t + 1) +
                     " is not in the image",
                 "Choose one of its " + std::to_string(shape.c) + " channels and " +
                     std::to_string(shape.t) + " times.");
  }
  const auto needed = [&](const Index3& of) {
    return static_cast<std::uint64_t>(of.count()) * kStepsBytesPerVoxel;
  };
  const Index3 frame = shape.zyx();
  const bool all_times = steps.threshold.histogram == HistogramOf::kStack && shape.t > 1;
  if (needed(frame) <= room && !all_times) {
    KARYO_TRY(const Volume whole, read_box(image, t, c, Box3::of_shape(frame)));
    KARYO_TRY(StepsResult made, run_steps(whole, 0, 0, steps, control));
    put(std::move(made.labels), {});
    return PagedSteps{made.counts, made.threshold};
  }
  if (needed({1, frame.y, frame.x}) > room) {
    return Error(
        ErrorCode::kTooLarge,
        "the steps need " + mebibytes(needed({1, frame.y, frame.x})) +
            " of memory for a plane of this image, and there is room for " + mebibytes(room),
        "Crop the image first (Process › Crop to the rectangle), or close other programs.");
  }
  if (frame.z == 1 || steps.plane_by_plane) {
    return InParts(image, t, c, steps, 1, 0, control).run_planes(put);
  }
  if (looks_at_all(steps)) {
    return Error(ErrorCode::kTooLarge,
                 "objects through all planes of this image need " + mebibytes(needed(frame)) +
                     " of memory at once, and there is room for " + mebibytes(room),
                 "Choose \"Each slice alone\" in step 1, or do without splitting (and without two "
                 "values and Phansalkar in 3D), or crop the stack first.");
  }
  const std::int64_t beside = planes_beside(image.info().grid, steps);
  const std::int64_t together = std::min(2 * beside + 1, frame.z);
  if (needed({together, frame.y, frame.x}) > room) {
    return Error(ErrorCode::kTooLarge,
                 "the steps look at " + std::to_string(together) +
                     " planes of this image together, which need " +
                     mebibytes(needed({together, frame.y, frame.x})) +
                     " of memory, and there is room for " + mebibytes(room),
                 "Smooth less in steps 1 and 3, or crop the stack first.");
  }
  // Half for the planes, half for the pieces.
  const auto planes =
      static_cast<std::int64_t>(room / 2 / needed({1, frame.y, frame.x})) - 2 * beside;
  return InParts(image, t, c, steps, std::clamp<std::int64_t>(planes, 1, frame.z), beside, control)
      .run_stack(room / 2, put);
}

}  // namespace karyo
