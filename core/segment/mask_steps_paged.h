#pragma once

/// The guided steps on an image that stays in its file: as on the same in memory, in bounded
/// memory.
///
/// A frame for which there is room is read as a whole. Of a larger one, planes that are taken one
/// by one are read one by one, several times: what a threshold needs of all of them is found first.
/// Objects that reach through the planes of a frame without room are refused: what they are depends
/// on all of it.

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
/// Errors: those of run_steps() and of reading; kTooLarge for a plane, or for a frame that is no
/// sequence of planes, that there is no room for.
/// Threads  any but the UI's: it reads.
Result<PagedSteps> run_steps(const PagedImage& image, std::int64_t t, std::int64_t c,
                             const MaskSteps& steps, std::uint64_t room, const PutLabels& put,
                             TaskControl& control);

}  // namespace karyo
