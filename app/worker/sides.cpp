#include "app/worker/sides.h"

#include "core/filters/geometry.h"
#include "core/metrics/matching.h"

namespace karyo::worker {

Result<Volume> mirrored(const Volume& image, int side) {
  if (side == 2) return flip(image, 'x');
  KARYO_TRY(Volume turned, flip(image, 'y'));
  if (side == 1) return turned;
  return flip(turned, 'x');
}

Result<std::vector<int>> missed_from_sides(Predictor& predictor, const Volume& image,
                                           std::int64_t t, const Prediction& prediction, int sides,
                                           PredictSettings settings, TaskControl& control) {
  settings.probability = false;
  std::vector<int> missed(prediction.scores.size(), 0);
  for (int side = 1; side < sides && !missed.empty(); ++side) {
    KARYO_TRY(const Volume turned, mirrored(image, side));
    KARYO_TRY(const Prediction seen, predictor.predict(turned, t, settings, control));
    KARYO_TRY(const Volume back, mirrored(from_labels(seen.labels), side));
    KARYO_TRY(const LabelArray there, to_labels(back));
    KARYO_TRY(const auto overlaps, find_overlaps(prediction.labels.view(), there.view()));
    std::vector<bool> found(missed.size(), false);
    for (const ObjectOverlap& pair : overlaps.pairs) {
      const std::uint32_t id = overlaps.truth_ids[static_cast<std::size_t>(pair.truth)];
      if (pair.score >= kSameObject && id >= 1 && id <= found.size()) found[id - 1] = true;
    }
    for (std::size_t i = 0; i < missed.size(); ++i) missed[i] += found[i] ? 0 : 1;
  }
  return missed;
}

}  // namespace karyo::worker
