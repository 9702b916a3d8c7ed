#pragma once

/// What became of each object: found, missed, invented, run together, cut apart.
///
/// Decided from overlaps by IoU and the matches at a threshold, in this order:
///   matched  one of a pair that matches (core/metrics/matching.h)
///   merged   a prediction that covers more than half of each of several true objects; a true
///   object
///            that such a prediction, or one that matches another, covers by more than half
///   split    a prediction with more than half of itself in a true object that holds several such;
///   a
///            true object that does
///   missed   any other true object
///   ignored  a prediction left out of the scores, as most of it lies in ignored parts
///   extra    any other prediction
/// Threads  pure.

#include <cstdint>
#include <limits>
#include <vector>

#include "core/image/volume_view.h"
#include "core/metrics/matching.h"

namespace karyo {

enum class ObjectVerdict : std::uint8_t { kMatched, kMissed, kExtra, kMerged, kSplit, kIgnored };

/// "matched", "missed", ...
const char* name_of(ObjectVerdict verdict);

/// Objects are numbered as in Overlaps. A score is the IoU with the partner of a match, else the
/// greatest with any; 0 where nothing overlaps.
struct JudgedObjects {
  std::vector<ObjectVerdict> truths, predictions;
  std::vector<float> truth_scores, prediction_scores;
};

/// `overlaps` by IoU; `threshold` in (0, 1].
JudgedObjects judge_objects(const Overlaps& overlaps, double threshold);

/// An object of a picture of errors.
struct ErrorObject {
  std::uint32_t id = 0;  ///< in the picture, from 1
  ObjectVerdict verdict = ObjectVerdict::kMatched;
  bool of_truth = false;        ///< else a predicted one
  std::uint32_t source_id = 0;  ///< in the truth or the prediction
  float score = 0;              ///< IoU, see JudgedObjects
  std::int64_t frame = 0;       ///< of a movie
  Index3 place;                 ///< the mean of its voxels
  /// How sure the model was of a predicted object, 0 to 1; NaN: not known.
  float confidence = std::numeric_limits<float>::quiet_NaN();
};

/// All predictions, and the true objects that match nothing where no prediction lies over them.
struct ErrorPicture {
  LabelArray labels;
  std::vector<ErrorObject> objects;  ///< by id, predictions first, in the order of their ids
};

/// `truth` and `prediction` are those that `overlaps` and `judged` were made of.
ErrorPicture draw_errors(LabelView truth, LabelView prediction, const Overlaps& overlaps,
                         const JudgedObjects& judged);

}  // namespace karyo
