#pragma once

/// A made-up stack of nuclei, to try the program with.

#include <memory>

#include "core/image/volume.h"
#include "core/labels/label_volume.h"

namespace karyo {

struct Sample {
  std::shared_ptr<const Volume> image;  ///< (Z, Y, X) uint16, calibrated in um, with noise
  LabelVolume nuclei;                   ///< the truth it was made from
};

/// A picture of some twenty such nuclei, (1, 1, 1, 160, 200), and their labels.
struct SampleSlice {
  Volume image;
  LabelArray nuclei;
};
SampleSlice make_sample_slice(std::uint64_t seed);

/// About forty ellipsoids with texture, blurred and with photon noise; the same for a seed.
Sample make_sample(std::uint64_t seed = 7);

}  // namespace karyo
