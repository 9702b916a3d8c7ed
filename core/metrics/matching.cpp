#include "core/metrics/matching.h"

#include <algorithm>
#include <unordered_map>

#include "core/labels/label_volume.h"
#include "core/metrics/assignment.h"

namespace karyo {
namespace {

/// Numbers the ids of an image in ascending order and counts their voxels.
class ObjectIndex {
 public:
  void add(std::uint32_t id, std::int64_t voxels) { sizes_[id].known += voxels; }
  void add_ignored(std::uint32_t id, std::int64_t voxels) { sizes_[id].ignored += voxels; }

  void finish(std::vector<std::uint32_t>& ids, std::vector<std::int64_t>& sizes,
              std::vector<bool>* mostly_ignored = nullptr) {
    for (const auto& [id, voxels] : sizes_) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    for (const std::uint32_t id : ids) {
      number_[id] = static_cast<std::int32_t>(sizes.size());
      const Size size = sizes_[id];
      sizes.push_back(size.known);
      if (mostly_ignored != nullptr) mostly_ignored->push_back(size.ignored > size.known);
    }
  }
  std::int32_t number_of(std::uint32_t id) const { return number_.at(id); }

 private:
  struct Size {
    std::int64_t known = 0, ignored = 0;
  };
  std::unordered_map<std::uint32_t, Size> sizes_;
  std::unordered_map<std::uint32_t, std::int32_t> number_;
};

float score_of(std::int64_t both, std::int64_t truth, std::int64_t prediction,
               MatchCriterion criterion) {
  std::int64_t whole = truth + prediction - both;
  if (criterion == MatchCriterion::kIot) whole = truth;
  if (criterion == MatchCriterion::kIop) whole = prediction;
  return static_cast<float>(both) / static_cast<float>(whole);
}

std::string text_of(Index3 shape) {
  return std::to_string(shape.z) + "x" + std::to_string(shape.y) + "x" + std::to_string(shape.x);
}

/// Fills the ratios from counts and the sum of matched scores.
void complete(Matching& m) {
  const auto tp = static_cast<double>(m.true_positives);
  const auto fp = static_cast<double>(m.false_positives);
  const auto fn = static_cast<double>(m.false_negatives);
  if (m.true_positives > 0) {
    m.precision = tp / (tp + fp);
    m.recall = tp / (tp + fn);
    m.accuracy = tp / (tp + fp + fn);
    m.f1 = 2 * tp / (2 * tp + fp + fn);
    m.mean_matched_score = m.matched_score_sum / tp;
    m.panoptic_quality = m.matched_score_sum / (tp + fp / 2 + fn / 2);
  }
  if (m.n_true > 0) m.mean_true_score = m.matched_score_sum / static_cast<double>(m.n_true);
}

}  // namespace

Result<Overlaps> find_overlaps(LabelView truth, LabelView prediction, MatchCriterion criterion) {
  if (!(truth.shape() == prediction.shape())) {
    return Error(ErrorCode::kInvalidArgument,
                 "the truth has " + text_of(truth.shape()) + " voxels (z, y, x), the prediction " +
                     text_of(prediction.shape()),
                 "Compare label images of the same size: predict on the image the truth was drawn "
                 "on, without cropping or scaling.");
  }
  ObjectIndex truth_index, prediction_index;
  std::unordered_map<std::uint64_t, std::int64_t> both;
  const Index3 shape = truth.shape();
  // Runs of one pair of ids are counted at once: most voxels have the neighbour's pair.
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x;) {
        const std::uint32_t t = truth(z, y, x), p = prediction(z, y, x);
        const std::int64_t begin = x;
        while (x < shape.x && truth(z, y, x) == t && prediction(z, y, x) == p) ++x;
        const bool object = p != 0 && p != kIgnoredLabel;
        if (t == kIgnoredLabel) {
          if (object) prediction_index.add_ignored(p, x - begin);
          continue;
        }
        if (t != 0) truth_index.add(t, x - begin);
        if (object) prediction_index.add(p, x - begin);
        if (t != 0 && object) both[std::uint64_t{t} << 32 | p] += x - begin;
      }
    }
  }
  Overlaps overlaps;
  truth_index.finish(overlaps.truth_ids, overlaps.truth_sizes);
  prediction_index.finish(overlaps.prediction_ids, overlaps.prediction_sizes,
                          &overlaps.mostly_ignored);
  for (const auto& [ids, voxels] : both) {
    const std::int32_t t = truth_index.number_of(static_cast<std::uint32_t>(ids >> 32));
    const std::int32_t p = prediction_index.number_of(static_cast<std::uint32_t>(ids));
    overlaps.pairs.push_back(
        {t, p,
         score_of(voxels, overlaps.truth_sizes[static_cast<std::size_t>(t)],
                  overlaps.prediction_sizes[static_cast<std::size_t>(p)], criterion)});
  }
  std::sort(overlaps.pairs.begin(), overlaps.pairs.end(),
            [](const ObjectOverlap& a, const ObjectOverlap& b) {
              return a.truth != b.truth ? a.truth < b.truth : a.prediction < b.prediction;
            });
  return overlaps;
}

std::vector<bool> Overlaps::left_out(const std::vector<ObjectOverlap>& matched) const {
  std::vector<bool> out = mostly_ignored;
  for (const ObjectOverlap& pair : matched) out[static_cast<std::size_t>(pair.prediction)] = false;
  return out;
}

std::vector<ObjectOverlap> assign_objects(const Overlaps& overlaps, double threshold) {
  const std::size_t most = std::min(overlaps.truth_ids.size(), overlaps.prediction_ids.size());
  std::vector<WeightedEdge> edges;
  edges.reserve(overlaps.pairs.size());
  for (const ObjectOverlap& pair : overlaps.pairs) {
    const bool counts = pair.score >= static_cast<float>(threshold);
    edges.push_back({pair.truth, pair.prediction,
                     (counts ? 1.0 : 0.0) + pair.score / (2.0 * static_cast<double>(most))});
  }
  std::vector<ObjectOverlap> assigned;
  for (const std::size_t k : heaviest_matching(edges)) {
    assigned.push_back(overlaps.pairs[k]);
  }
  return assigned;
}

namespace {

/// The pairs at or above the threshold, if no object is in two of them: then all of them match,
/// whatever else overlaps. Always so for an IoU above one half. False when there is a choice.
bool undisputed_pairs(const Overlaps& overlaps, double threshold,
                      std::vector<ObjectOverlap>& matched) {
  std::vector<bool> truth_taken(overlaps.truth_ids.size()), taken(overlaps.prediction_ids.size());
  for (const ObjectOverlap& pair : overlaps.pairs) {
    if (pair.score < static_cast<float>(threshold)) continue;
    const auto t = static_cast<std::size_t>(pair.truth), p = static_cast<std::size_t>(pair.prediction);
    if (truth_taken[t] || taken[p]) return false;
    truth_taken[t] = taken[p] = true;
    matched.push_back(pair);
  }
  return true;
}

std::vector<ObjectOverlap> matched_pairs(const Overlaps& overlaps, double threshold) {
  std::vector<ObjectOverlap> matched;
  if (undisputed_pairs(overlaps, threshold, matched)) return matched;
  matched = assign_objects(overlaps, threshold);
  std::erase_if(matched, [&](const ObjectOverlap& pair) {
    return pair.score < static_cast<float>(threshold);
  });
  return matched;
}

}  // namespace

Matching match_objects(const Overlaps& overlaps, double threshold,
                       std::vector<ObjectOverlap>* matched) {
  Matching m;
  m.threshold = threshold;
  m.n_true = static_cast<std::int64_t>(overlaps.truth_ids.size());
  const auto pairs = matched_pairs(overlaps, threshold);
  const auto out = overlaps.left_out(pairs);
  m.n_ignored = std::count(out.begin(), out.end(), true);
  m.n_pred = static_cast<std::int64_t>(overlaps.prediction_ids.size()) - m.n_ignored;
  for (const ObjectOverlap& pair : pairs) {
    ++m.true_positives;
    m.matched_score_sum += pair.score;
  }
  if (matched != nullptr) matched->insert(matched->end(), pairs.begin(), pairs.end());
  m.false_positives = m.n_pred - m.true_positives;
  m.false_negatives = m.n_true - m.true_positives;
  complete(m);
  return m;
}

Matching pool(std::span<const Matching> images) {
  Matching sum;
  for (const Matching& m : images) {
    sum.threshold = m.threshold;
    sum.true_positives += m.true_positives;
    sum.false_positives += m.false_positives;
    sum.false_negatives += m.false_negatives;
    sum.n_true += m.n_true;
    sum.n_pred += m.n_pred;
    sum.n_ignored += m.n_ignored;
    sum.matched_score_sum += m.matched_score_sum;
  }
  complete(sum);
  return sum;
}

Matching average(std::span<const Matching> images) {
  Matching mean = pool(images);
  if (images.empty()) return mean;
  for (double Matching::*ratio :
       {&Matching::precision, &Matching::recall, &Matching::accuracy, &Matching::f1,
        &Matching::mean_true_score, &Matching::mean_matched_score, &Matching::panoptic_quality}) {
    mean.*ratio = 0;
    for (const Matching& m : images) mean.*ratio += m.*ratio / static_cast<double>(images.size());
  }
  return mean;
}

}  // namespace karyo
