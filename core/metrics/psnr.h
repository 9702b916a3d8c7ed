#pragma once

/// How near a restored image comes to the truth.

#include "core/image/volume_view.h"

namespace karyo {

/// Peak signal-to-noise ratio in decibel of `image` against `truth` (same shape), after both were
/// brought to one scale: truth to its percentiles 0.1 and 99.9, image by the factor and offset with
/// the least squared error. Higher is better; the peak is 1. Infinite for equal images; NaN where
/// one of them is constant. Source  ZeroCostDL4Mic's quality control, norm_minmse and skimage's
/// peak_signal_noise_ratio.
double psnr(const Array3<float>& truth, const Array3<float>& image);

}  // namespace karyo
