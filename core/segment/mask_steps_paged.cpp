#include "core/segment/mask_steps_paged.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

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

/// One channel of an image, plane by plane.
class PlaneByPlane {
 public:
  PlaneByPlane(const PagedImage& image, std::int64_t t, std::int64_t c, const MaskSteps& steps,
               TaskControl& control)
      : image_(image), t_(t), c_(c), steps_(steps), control_(control) {
    const VolumeShape& shape = image.info().shape();
    const bool all_times = steps.threshold.histogram == HistogramOf::kStack;
    first_t_ = all_times ? 0 : t;
    last_t_ = all_times ? shape.t : t + 1;
  }

  Result<PagedSteps> run(const PutLabels& put) {
    KARYO_CHECK_OK(find_facts());
    PagedSteps all;
    std::uint32_t before = 0;
    const std::int64_t planes = image_.info().shape().z;
    for (std::int64_t z = 0; z < planes; ++z) {
      if (control_.cancelled()) return cancelled_error("making objects");
      control_.report(static_cast<double>(z) / static_cast<double>(planes), "Making objects");
      KARYO_TRY(const Volume plane, plane_at(t_, z));
      KARYO_TRY(StepsResult made, run_steps(plane, 0, 0, steps_, control_, &facts_));
      for (std::uint32_t& id : made.labels) id += id != 0 ? before : 0;
      before += static_cast<std::uint32_t>(made.counts.kept);
      all.counts.mask_voxels += made.counts.mask_voxels;
      all.counts.pieces += made.counts.pieces;
      all.counts.split += made.counts.split;
      all.counts.kept += made.counts.kept;
      all.threshold.low =
          z == 0 ? made.threshold.low : std::min(all.threshold.low, made.threshold.low);
      all.threshold.high =
          z == 0 ? made.threshold.high : std::max(all.threshold.high, made.threshold.high);
      put(std::move(made.labels), {z, 0, 0});
    }
    return all;
  }

 private:
  Result<Volume> plane_at(std::int64_t t, std::int64_t z) const {
    const VolumeShape& shape = image_.info().shape();
    return read_box(image_, t, c_, {{z, 0, 0}, {z + 1, shape.y, shape.x}});
  }

  bool prepares() const {
    const ThresholdStep& step = steps_.threshold;
    return step.invert || step.smoothing > 0 || step.rolling_ball > 0;
  }

  /// All planes at the times that the step looks at; prepared as the threshold sees them, or as
  /// they are.
  Result<void> each_plane(bool prepare,
                          const std::function<void(const Volume&, const Planes&)>& look) const {
    for (std::int64_t t = first_t_; t < last_t_; ++t) {
      for (std::int64_t z = 0; z < image_.info().shape().z; ++z) {
        if (control_.cancelled()) return cancelled_error("making objects");
        KARYO_TRY(Volume plane, plane_at(t, z));
        if (prepare) {
          KARYO_TRY(plane, flattened_frame(plane, 0, 0, steps_, control_, &facts_));
        }
        time_ = t;
        look(plane, {0, 0, 1, 0, 1});
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
    if (!by_method || step.histogram == HistogramOf::kSlice) return {};
    control_.report(0, "Looking for the threshold");
    const bool made = prepares();
    const bool whole_stack = step.histogram == HistogramOf::kStack || image_.info().shape().z > 1;
    KARYO_TRY(const auto histogram, ImageHistogram::of(
                                        made ? VoxelType::kFloat32 : type,
                                        [&](const auto& look) { return each_plane(made, look); },
                                        made ? HistogramBins::kEightBit : step.bins, whole_stack));
    facts_.by_method = histogram.threshold(step.method, step.bright_objects);
    return {};
  }

  Result<void> find_ranges() {
    control_.report(0, "Looking for the range of values");
    constexpr double kFar = std::numeric_limits<double>::infinity();
    ValueRange values{kFar, -kFar};
    GreyLevels levels{kFar, -kFar, false};
    KARYO_CHECK_OK(each_plane(false, [&](const Volume& plane, const Planes&) {
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
  TaskControl& control_;
  std::int64_t first_t_ = 0, last_t_ = 0;
  mutable std::int64_t time_ = 0;  // of the plane that is looked at
  FrameFacts facts_;
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
  if (frame.z > 1 && !steps.plane_by_plane) {
    return Error(ErrorCode::kTooLarge,
                 "objects through all planes of this image need " + mebibytes(needed(frame)) +
                     " of memory at once, and there is room for " + mebibytes(room),
                 "Choose \"Each slice alone\" in step 1, or crop the stack first.");
  }
  return PlaneByPlane(image, t, c, steps, control).run(put);
}

}  // namespace karyo
