#pragma once

/// From an image to labels in three steps, threshold, split and clean: the settings as one value
/// that can be kept and replayed, and each step as a function, so that what lies between can be
/// shown. With one of ImageJ's methods, filled holes, watershed and a least size the labels of a
/// plane equal ImageJ's (Auto Threshold, Fill Holes, Watershed, Analyze Particles).
///
/// Lengths  in pixels of the x axis; the volume's grid says how far apart rows and planes are.
/// Shapes   one channel at one time, (Z, Y, X). A stack is one volume with 3D objects, unless its
///          planes are taken one by one.
/// Threads  pure functions; the work is split over cores.
/// Errors   kInvalidArgument for settings out of range, kCancelled.

#include <cstdint>
#include <limits>
#include <optional>

#include "core/base/task.h"
#include "core/segment/auto_threshold.h"
#include "core/segment/binary.h"
#include "core/segment/local_threshold.h"
#include "core/segment/particles.h"
#include "core/segment/split_scale.h"

namespace karyo {

enum class ThresholdKind {
  kAutomatic,   ///< one of ImageJ's methods
  kLocal,       ///< one of Fiji's local methods
  kHysteresis,  ///< two values: what passes the strict one, with all that hangs on it
  kManual,      ///< a range of values
};

/// Which pixels an automatic threshold is found from.
enum class HistogramOf {
  kFrame,  ///< the plane or volume at one time
  kSlice,  ///< each plane its own
  kStack,  ///< all planes at all times
};

struct ThresholdStep {
  ThresholdKind kind = ThresholdKind::kAutomatic;
  bool bright_objects = true;
  /// Turns dark into bright before all else, by the type's range with 8 bits and else by the
  /// image's, for methods that treat the two differently; dark objects are bright ones then.
  bool invert = false;
  double smoothing = 0;     ///< sigma of a Gaussian after that; 0: none
  double rolling_ball = 0;  ///< radius of the ball whose background is subtracted; 0: none

  ThresholdMethod method = ThresholdMethod::kHuang;  ///< automatic
  HistogramBins bins = HistogramBins::kEightBit;     ///< of an image that is not smoothed
  HistogramOf histogram = HistogramOf::kFrame;

  LocalThreshold local = {};     ///< objects' side and planes' distance are set from here
  bool local_in_3d = false;      ///< the window is a ball instead of a disc
  bool local_and_method = true;  ///< only what is foreground by `method` as well

  double weak = 0, strong = 0;  ///< hysteresis; both are foreground
  ThresholdRange range = {};    ///< manual
};

enum class SplitKind {
  kNone,
  kWatershed,  ///< ImageJ's in planes; split_volume in a volume
  kScale,      ///< split_by_scale
};

struct SplitStep {
  SplitKind kind = SplitKind::kNone;
  ScaleSplit scale = {};
};

struct CleanStep {
  bool fill_holes = false;  ///< of the mask, plane by plane, before objects are split
  /// Before that, each pixel becomes what most of those up to this far away are; 0: as it is.
  double smoothing = 0;
  bool include_holes = false;  ///< what lies in a hole belongs to the object; planes only
  double min_size = 0;         ///< in pixels (voxels), included
  double max_size = std::numeric_limits<double>::infinity();
  double min_circularity = 0, max_circularity = 1;  ///< planes only
  bool exclude_edges = false;
};

struct MaskSteps {
  ThresholdStep threshold = {};
  SplitStep split = {};
  CleanStep clean = {};
  bool plane_by_plane = false;  ///< of a stack; ids go on from plane to plane
};

/// What a plane has to know of the rest of its image, where it is taken from it: what the step
/// would find out from all of it.
struct FrameFacts {
  ValueRange values;  ///< of the frame, of all times where the step's histogram is of them
  GreyLevels levels;  ///< of the frame
  std::optional<ThresholdRange> by_method;  ///< where the method looks at more than the plane
};

/// What a threshold step made of a frame.
struct ThresholdMask {
  Mask mask;
  /// The bounds that were used, smallest and largest: the least foreground value, with dark objects
  /// the greatest; of the inverted, smoothed and flattened image where it is that.
  ValueRange used;
};

/// What the threshold is applied to: the frame in float32, inverted, smoothed and flattened as the
/// step says.
Result<Volume> flattened_frame(const Volume& volume, std::int64_t t, std::int64_t c,
                               const MaskSteps& steps, TaskControl& control,
                               const FrameFacts* facts = nullptr);

/// The histogram that the step finds a threshold from, for plane `z` where planes have their own.
Result<ImageHistogram> step_histogram(const Volume& volume, std::int64_t t, std::int64_t c,
                                      std::int64_t z, const MaskSteps& steps, TaskControl& control);

/// Step 1. Errors: see above; t or c outside the volume.
Result<ThresholdMask> threshold_step(const Volume& volume, std::int64_t t, std::int64_t c,
                                     const MaskSteps& steps, TaskControl& control,
                                     const FrameFacts* facts = nullptr);
/// What cleaning does to the mask.
Result<Mask> clean_mask_step(Mask mask, const VoxelGrid& grid, const MaskSteps& steps,
                             TaskControl& control);
/// Step 2: numbers from 1 in the order of first voxels.
Result<LabelArray> split_step(MaskView mask, const Volume& volume, std::int64_t t, std::int64_t c,
                              const MaskSteps& steps, TaskControl& control);
/// Step 3: the objects that are kept, numbered anew.
Result<LabelArray> clean_step(LabelView labels, const MaskSteps& steps);

/// How much there was after each step.
struct StepCounts {
  std::int64_t mask_voxels = 0;  ///< above the threshold
  std::int64_t pieces = 0;       ///< of the threshold's mask that hang together
  std::int64_t split = 0;        ///< objects before any is left out
  std::int64_t kept = 0;
};

struct StepsResult {
  LabelArray labels;
  StepCounts counts = {};
  ValueRange threshold = {};  ///< ThresholdMask::used
};

/// All steps for one channel at one time.
Result<StepsResult> run_steps(const Volume& volume, std::int64_t t, std::int64_t c,
                              const MaskSteps& steps, TaskControl& control,
                              const FrameFacts* facts = nullptr);

}  // namespace karyo
