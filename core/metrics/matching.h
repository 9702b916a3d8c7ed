#pragma once

/// How well predicted objects agree with true ones: objects are paired by overlap, and counted.
///
/// Source  stardist 0.9.2, matching.py: matching, matching_dataset (spec: relabelled images,
/// float32
///         scores, one-to-one pairs that maximise first the number of pairs at or above the
///         threshold, then the sum of scores).
///
/// Ignored parts (voxels that the truth gives kIgnoredLabel) are judged by the rule of panoptic
/// quality's "void" (Kirillov et al., CVPR 2019, section 4.1): nobody said what lies there, so
///   - they are no true object;
///   - a prediction's voxels there do not count: overlap is measured on what is known;
///   - a prediction that matches nothing and has more than half of its voxels there is left out:
///     it is neither right nor wrong. One that matches a true object counts wherever it lies.
/// kIgnoredLabel in a prediction is no object either. Truths without it give the reference's
/// numbers.

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume_view.h"

namespace karyo {

/// What the overlap of a true object T and a predicted object P is divided by.
enum class MatchCriterion {
  kIou,  ///< by |T or P|
  kIot,  ///< by |T|
  kIop,  ///< by |P|
};

/// A true and a predicted object that overlap. Objects are numbered 0.. in the order of their ids.
struct ObjectOverlap {
  std::int32_t truth = 0, prediction = 0;
  float score = 0;  ///< > 0
};

/// Which objects overlap, and how much: all that matching needs to know of two label images.
struct Overlaps {
  std::vector<std::uint32_t> truth_ids, prediction_ids;     ///< ascending
  std::vector<std::int64_t> truth_sizes, prediction_sizes;  ///< in voxels that are not ignored
  /// Of each prediction: whether more than half of its voxels are ignored.
  std::vector<bool> mostly_ignored;
  std::vector<ObjectOverlap> pairs;  ///< by truth, then prediction

  /// Of each prediction: whether it is left out of the scores, given the pairs that match.
  std::vector<bool> left_out(const std::vector<ObjectOverlap>& matched) const;
};

/// One pass over the voxels. Errors: kInvalidArgument when the shapes differ.
/// Threads: pure, on the caller's thread.
Result<Overlaps> find_overlaps(LabelView truth, LabelView prediction,
                               MatchCriterion criterion = MatchCriterion::kIou);

/// Counts and ratios at one threshold. Ratios are 0 where they would divide by 0.
struct Matching {
  double threshold = 0.5;
  std::int64_t true_positives = 0, false_positives = 0, false_negatives = 0;
  std::int64_t n_true = 0, n_pred = 0;  ///< without what was left out as ignored
  std::int64_t n_ignored = 0;           ///< predictions left out
  double precision = 0;           ///< tp / (tp + fp)
  double recall = 0;              ///< tp / (tp + fn)
  double accuracy = 0;            ///< tp / (tp + fp + fn), the "average precision" of the field
  double f1 = 0;                  ///< 2 tp / (2 tp + fp + fn)
  double mean_true_score = 0;     ///< sum of matched scores / n_true
  double mean_matched_score = 0;  ///< sum of matched scores / tp
  double panoptic_quality = 0;    ///< sum of matched scores / (tp + fp/2 + fn/2)
  double matched_score_sum = 0;   ///< what the three above divide
};

/// Matching at one threshold in (0, 1], which is compared in float32 as the scores are.
/// `matched`, where given, receives the true positives' pairs, by true object.
/// Cost: linear where no object has two partners at or above the threshold (always above IoU 0.5);
/// otherwise objects that overlap in turn form groups, each solved by assignment.h.
Matching match_objects(const Overlaps& overlaps, double threshold,
                       std::vector<ObjectOverlap>* matched = nullptr);

/// All pairs of the assignment that overlap, also those below the threshold.
std::vector<ObjectOverlap> assign_objects(const Overlaps& overlaps, double threshold);

/// Images taken together: counts and scores summed, ratios of the sums.
Matching pool(std::span<const Matching> images);

/// Counts summed, ratios averaged over images.
Matching average(std::span<const Matching> images);

}  // namespace karyo
