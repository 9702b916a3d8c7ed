#pragma once

/// Percentile normalisation as csbdeep and stardist define it.

#include <cstdint>
#include <span>
#include <vector>

#include "core/image/volume.h"

namespace karyo {

/// Percentiles (0..100) of one channel at one time, over all of Z, Y, X; NaN is left out; 0 for a
/// channel without values. Linear between neighbouring values, as numpy.percentile's default.
/// Source  numpy 2.4, percentile(method="linear"), in double.
std::vector<double> percentiles(const Volume& volume, std::int64_t t, std::int64_t c,
                                std::span<const double> percents);

/// out = (value - low) / span, in float32.
struct ChannelScale {
  float low = 0, span = 1;
  float operator()(float value) const { return (value - low) / span; }
};

/// The scale that maps percentile `low_percent` to 0 and `high_percent` to 1.
/// Where both are equal (nearly empty image) the smallest and largest value take their place, and
/// a constant channel becomes 0; the reference divides by 1e-20 there.
/// Source  csbdeep 0.8.2, normalize(x, pmin, pmax, axis=spatial, eps=1e-20).
ChannelScale percentile_scale(const Volume& volume, std::int64_t t, std::int64_t c,
                              double low_percent, double high_percent);

}  // namespace karyo
