#pragma once

/// The brush that follows edges: of the disc or ball around the pointer only what belongs with its
/// middle.
///
/// What belongs is as bright as the middle, and hangs together with it by faces; what that encloses
/// is taken too. "As bright" is told by the picture under the brush: values off the middle's by
/// more than its own noise are something else, and the limit lies half-way between the two, where
/// the edge is.

#include "annotation/brush.h"
#include "annotation/image_part.h"
#include "annotation/placed_mask.h"
#include "annotation/smoothed_window.h"

namespace karyo {

struct EdgeOptions {
  /// How many times the middle's noise (its standard deviation) a value may be off before it is
  /// something else; > 0. Smaller keeps to the edges more strictly.
  double tolerance = 4;
  double sigma = 1;  ///< of the smoothing before, in the finest voxels; 0 to 10
};

/// What one dab covers: as bright and in the disc or ball of `brush` around `at` (as paint() has
/// them, in `grid`'s world), within the image. Empty when the middle lies outside of it.
PlacedMask adaptive_dab(const ImagePart& image, const VoxelGrid& grid, const WorldPoint& at,
                        const Brush& brush, const EdgeOptions& options = {});

/// All of the image that dabs on the way from one place to the other look at, and may reach beyond
/// it: of an image that stays in its file, what has to be gathered.
Box3 adaptive_box(const VoxelGrid& grid, const WorldPoint& from, const WorldPoint& to,
                  const Brush& brush, const EdgeOptions& options = {});

/// One stroke of it.
///
/// Threads  one; dabs are found on several, and written on the caller's.
class AdaptiveStroke {
 public:
  explicit AdaptiveStroke(const VoxelGrid& grid, const EdgeOptions& options = {})
      : grid_(grid), options_(options) {}

  /// Paints dabs on the straight way between two places, half a radius (the smaller one of its
  /// ends) apart. That at `from` is left out where the stroke goes on, as it would cover the same
  /// again. `image` may be other parts of one image, each holding adaptive_box(). Returns the box
  /// of voxels that changed.
  Box3 paint(LabelWriter& writer, const LabelVolume& labels, const ImagePart& image,
             const WorldPoint& from, const WorldPoint& to, const Brush& brush);

 private:
  VoxelGrid grid_;
  EdgeOptions options_;
  SmoothedWindow window_;
  bool goes_on_ = false;
};

}  // namespace karyo
