#pragma once

/// What the numbers of a comparison say, taken together: pooled scores, kinds of errors, sizes.
///
/// Grades are this program's own rule of thumb, for people who are new to the scores; the numbers
/// stand beside them.
///
/// Threads  pure.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "app/compared_image.h"
#include "core/image/axes.h"

namespace karyo {

enum class Grade { kGood, kUsable, kPoor };

/// Of accuracy, TP / (TP + FP + FN), at IoU 0.5: good from 0.8 (an error for each four right ones,
/// at most), usable from 0.5.
Grade grade_of_accuracy(double accuracy);
/// Of the mean SSIM: good from 0.9, usable from 0.7; poor too where the input is as near to the
/// truth as what was made of it.
Grade grade_of_ssim(double prediction, double input);

/// How far two restored images are from each other, by their NRMSE: below 0.02, 0.05, 0.1 of the
/// range from dark to bright, or more. A rule of thumb as well.
enum class Unlikeness { kHardly, kSlightly, kClearly, kVery };
Unlikeness unlikeness_of(double nrmse);

/// Objects of one image or of several.
struct ObjectsJudged {
  std::vector<Matching> by_threshold;  ///< counts summed, ratios of the sums
  std::array<std::int64_t, kVerdicts> verdicts{};
  std::int64_t of(ObjectVerdict verdict) const {
    return verdicts[static_cast<std::size_t>(verdict)];
  }
  /// The commonest error; kMatched where there is none.
  ObjectVerdict worst() const;

  /// Whether errors depend on size and brightness; empty where too few objects are known.
  std::vector<DependencePart> by_size, by_intensity;
};
ObjectsJudged objects_of(std::span<const ComparedImage* const> images);

/// The mean of the images' means.
PlaneScores restored_mean(std::span<const ComparedImage* const> images);

/// How many objects of either model are of which size.
struct SizeCounts {
  std::vector<double> edges;                ///< voxels; one more than counts, evenly apart as logs
  std::vector<std::int64_t> first, second;  ///< the predictions, and what stands for the truth
  double median_first = 0, median_second = 0;
  std::int64_t count_first = 0, count_second = 0;
};
SizeCounts sizes_of(std::span<const ComparedImage* const> images, int bins = 16);

/// Scores within a part of plane (t, c, z) of the maps of read_compared: the mean of the SSIM map
/// and of errors of planes that were brought to one scale as a whole. `part` is cut to the plane,
/// its depth is not used; nothing left: all 0.
RestorationScores scores_within(const Volume& ssim, const Volume& error, std::int64_t t,
                                std::int64_t c, std::int64_t z, const Box3& part);

}  // namespace karyo
