#include "app/annotator/simulated_person.h"

#include <set>

#include "core/metrics/matching.h"

namespace karyo {

Result<Corrections> corrections_needed(LabelView truth, LabelView labels) {
  constexpr double kSameObject = 0.5;
  KARYO_TRY(const Overlaps overlaps, find_overlaps(truth, labels));
  std::vector<ObjectOverlap> matched;
  static_cast<void>(match_objects(overlaps, kSameObject, &matched));
  Corrections corrections;
  std::set<std::int32_t> true_found, found;
  for (const ObjectOverlap& pair : matched) {
    true_found.insert(pair.truth);
    found.insert(pair.prediction);
    const auto true_id = overlaps.truth_ids[static_cast<std::size_t>(pair.truth)];
    const auto id = overlaps.prediction_ids[static_cast<std::size_t>(pair.prediction)];
    if (pair.score < kGoodOutline) {
      corrections.redraw.emplace_back(true_id, id);
    } else {
      ++corrections.left;
    }
  }
  for (std::size_t i = 0; i < overlaps.truth_ids.size(); ++i) {
    if (!true_found.contains(static_cast<std::int32_t>(i))) {
      corrections.draw.push_back(overlaps.truth_ids[i]);
    }
  }
  for (std::size_t i = 0; i < overlaps.prediction_ids.size(); ++i) {
    if (!found.contains(static_cast<std::int32_t>(i))) {
      corrections.remove.push_back(overlaps.prediction_ids[i]);
    }
  }
  return corrections;
}

}  // namespace karyo
