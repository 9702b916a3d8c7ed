#pragma once

/// How near a restored image comes to the truth: SSIM, root squared error, PSNR.
///
/// Source  the quality control of ZeroCostDL4Mic's CARE and Noise2Void notebooks (norm_minmse,
/// maps,
///         scores) and scikit-image's structural_similarity with gaussian_weights, sigma 1.5,
///         data_range 1, use_sample_covariance=False. Equal to them to float32's last digits: sums
///         in double, what they keep in float32 is rounded where they round it.
/// Axes    a plane is (Y, X), contiguous. Stacks are judged plane by plane.
/// Threads pure; planes are worked on by several threads, the result does not depend on how many.

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// A plane of either image, brought to one scale: the truth's percentiles 0.1 and 99.9 lie 1 apart,
/// both have mean 0, and the image is scaled to come nearest to the truth.
struct ComparablePlanes {
  std::int64_t height = 0, width = 0;
  std::vector<float> truth;
  std::vector<double> image;
};

/// Both planes hold height x width values; `integers`: the image's file holds whole numbers, whose
/// mean the reference takes in double. A plane of one value everywhere is left at 0.
/// Errors: kInvalidArgument for sizes that do not fit; kNumeric for values that are not finite.
Result<ComparablePlanes> comparable(std::span<const float> truth, std::span<const float> image,
                                    bool integers, std::int64_t height, std::int64_t width);

struct RestorationScores {
  double ssim = 0;            ///< mean of the map without a border of 5 pixels
  double nrmse = 0;           ///< root of the mean squared error of the comparable planes
  double nrmse_notebook = 0;  ///< the notebooks' "NRMSE": root of the mean ABSOLUTE error
  double psnr = 0;            ///< dB, of a data range of 1; infinite for equal planes
};

/// One plane's scores, with a value a pixel.
struct RestorationMaps {
  std::vector<float> ssim;           ///< 1: alike in brightness, contrast and structure
  std::vector<float> squared_error;  ///< root of it: |truth - image|
  RestorationScores scores;
};

/// On `threads` threads (0: all cores); stacks are faster with a plane a thread.
/// Errors: kInvalidArgument for planes smaller than the SSIM's window of 11 x 11.
Result<RestorationMaps> compare_planes(const ComparablePlanes& planes, int threads = 0);

/// The mean of each score; of infinite PSNR, infinite.
RestorationScores mean_of(const std::vector<RestorationScores>& scores);

}  // namespace karyo
