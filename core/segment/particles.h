#pragma once

/// ImageJ's Analyze Particles on one plane, and connected objects in a volume.

#include <cstdint>
#include <limits>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume_view.h"
#include "core/segment/wand.h"

namespace karyo {

/// What is kept; ImageJ's dialog in pixels (voxels).
struct ParticleOptions {
  double min_size = 0;  ///< in pixels, included
  double max_size = std::numeric_limits<double>::infinity();
  double min_circularity = 0, max_circularity = 1;  ///< 4 pi area / perimeter^2, planes only
  bool exclude_edges = false;  ///< drop what touches the border of the plane (volume)
  bool include_holes = false;  ///< an object is all within its outer outline; planes only
};

struct Particle {
  std::uint32_t label = 0;
  Box3 box;                     ///< z from 0 to 1 for a plane
  std::int64_t pixel_count = 0;
  double perimeter = 0;         ///< planes only
  Outline outline;              ///< outer outline; planes only
};

struct Particles {
  LabelArray labels;  ///< ImageJ's "count masks": 1, 2, ... in the order of first pixels
  std::vector<Particle> particles;
};

/// Objects of one plane (shape.z == 1; not 0 is foreground), 8-connected, found row by row.
/// Equal to ImageJ 1.54u in numbers and pixels.
Particles analyze_particles(VolumeView<const std::uint8_t> mask, const ParticleOptions& options);

/// Objects of a volume, 26-connected, numbered in the order of their first voxels. Circularity and
/// holes have no meaning here: kInvalidArgument where they were asked for.
Result<Particles> label_objects(VolumeView<const std::uint8_t> mask,
                                const ParticleOptions& options);

/// The objects of a label image that `options` keep, numbered anew in the order of their ids. In a
/// plane circularity counts, by the outer outline of an object's first piece; otherwise circularity
/// and holes as in label_objects.
Result<Particles> select_objects(LabelView labels, const ParticleOptions& options);

}  // namespace karyo
