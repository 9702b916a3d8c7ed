#pragma once

/// The guided steps on an image that stays in its file: as on the same in memory, in bounded
/// memory.
///
/// A frame for which there is room is read as a whole. Of a larger one, planes that are taken one
/// by one are read one by one, several times: what a threshold needs of all of them is found first.
/// Objects that reach through the planes of a frame without room are made from a few planes at a
/// time and joined where they touch. Refused is what depends on all of the frame at once: objects
/// that are split, hysteresis, and Phansalkar's local threshold in 3D.

#include "core/image/paged_image.h"
#include "core/segment/mask_steps.h"

namespace karyo {

/// How much memory the steps take for one voxel of what they look at at once, about; beside it.
inline constexpr std::uint64_t kStepsBytesPerVoxel = 32;

/// Labels of a part of the frame that begins at `origin`, numbered on from part to part, in order.
using PutLabels = std::function<void(LabelArray labels, const Index3& origin)>;

struct PagedSteps {
  StepCounts counts = {};
  ValueRange threshold = {};  ///< ThresholdMask::used
};

/// `room`: bytes that may be held at once. The labels are those of run_steps() on all of it.
/// Errors: those of run_steps() and of reading; kTooLarge where there is no room for a
/// plane, for the planes that steps look at around one, for a frame that is looked at as a whole,
/// or for what is known of the pieces of its mask.
/// Threads  any but the UI's: it reads.
Result<PagedSteps> run_steps(const PagedImage& image, std::int64_t t, std::int64_t c,
                             const MaskSteps& steps, std::uint64_t room, const PutLabels& put,
                             TaskControl& control);

}  // namespace karyo
