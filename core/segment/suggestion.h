#pragma once

/// Settings for the steps from an image to labels, from a look at the image itself: no model, no
/// other image.
///
/// What is measured: whether objects are bright or dark, how uneven the ground is beside the
/// objects' contrast, and how large a typical object is. What follows: a local threshold
/// (Niblack's) in a window little larger than an object, kept to what Li's method calls foreground;
/// a rolling ball where the ground is uneven; the image inverted where objects are dark; a split at
/// the objects' scale; a least size of a tenth of an object. The constants were chosen on training
/// images of the DSB 2018 fluorescence set and, for stacks, of BBBC050; what they reach on images
/// that nothing was chosen on is in tests/core/segment/suggestion_test.cpp.

#include "core/segment/mask_steps.h"

namespace karyo {

/// What was seen, for people and tests; lengths in pixels of the x axis.
struct ImageFindings {
  bool bright_objects = true;
  double radius = 0;  ///< of a typical object; 0 where nothing stands out, also from noise
  double uneven = 0;  ///< the ground's range (5th to 95th percentile) by the objects' contrast
  double noise = 0;   ///< deviation from pixel to pixel, by the objects' contrast
};

/// The voxels of a frame that suggest_steps() looks at; of that part alone it suggests the same.
Box3 looked_at_for_steps(const Index3& shape);

struct Suggestion {
  MaskSteps steps;
  ImageFindings findings;
};

/// Looks at the middle of large frames: at most 1024 x 1024 pixels and 64 planes, 2 million voxels.
/// Errors: kInvalidArgument where t or c is outside the volume; kCancelled.
/// Threads: pure; the work is split over cores.
Result<Suggestion> suggest_steps(const Volume& volume, std::int64_t t, std::int64_t c,
                                 TaskControl& control);

}  // namespace karyo
