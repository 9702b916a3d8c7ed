#include "core/metrics/object_verdicts.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/labels/label_volume.h"

namespace karyo {
namespace {

std::size_t at(std::int32_t number) {
  return static_cast<std::size_t>(number);
}

/// Which overlaps take more than half of the one or the other object.
struct Cover {
  bool of_truth = false, of_prediction = false;
};

Cover cover_of(const Overlaps& overlaps, const ObjectOverlap& pair) {
  const auto truth = static_cast<double>(overlaps.truth_sizes[at(pair.truth)]);
  const auto prediction = static_cast<double>(overlaps.prediction_sizes[at(pair.prediction)]);
  // The voxels in both, from IoU = both / (truth + prediction - both).
  const double both = std::round(pair.score * (truth + prediction) / (1.0 + pair.score));
  return {2 * both > truth, 2 * both > prediction};
}

/// How many objects of the other side each covers, or holds, by more than half.
struct Counts {
  std::vector<int> covered;  // of each prediction: true objects
  std::vector<int> parts;    // of each true object: predictions
};

Counts count_covers(const Overlaps& overlaps) {
  Counts counts{std::vector<int>(overlaps.prediction_ids.size()),
                std::vector<int>(overlaps.truth_ids.size())};
  for (const ObjectOverlap& pair : overlaps.pairs) {
    const Cover cover = cover_of(overlaps, pair);
    if (cover.of_truth) ++counts.covered[at(pair.prediction)];
    if (cover.of_prediction) ++counts.parts[at(pair.truth)];
  }
  return counts;
}

void mark_merged_and_split(const Overlaps& overlaps, JudgedObjects& judged) {
  const auto counts = count_covers(overlaps);
  const auto put = [](ObjectVerdict& verdict, ObjectVerdict wanted) {
    if (verdict == ObjectVerdict::kMatched || verdict == ObjectVerdict::kMerged) return;
    verdict = wanted;
  };
  for (const ObjectOverlap& pair : overlaps.pairs) {
    const Cover cover = cover_of(overlaps, pair);
    ObjectVerdict& truth = judged.truths[at(pair.truth)];
    ObjectVerdict& prediction = judged.predictions[at(pair.prediction)];
    const bool taken = prediction == ObjectVerdict::kMatched;
    if (cover.of_truth && (counts.covered[at(pair.prediction)] > 1 || taken)) {
      put(truth, ObjectVerdict::kMerged);
      if (counts.covered[at(pair.prediction)] > 1) put(prediction, ObjectVerdict::kMerged);
    }
    if (cover.of_prediction && counts.parts[at(pair.truth)] > 1) {
      put(truth, ObjectVerdict::kSplit);
      put(prediction, ObjectVerdict::kSplit);
    }
  }
}

}  // namespace

const char* name_of(ObjectVerdict verdict) {
  switch (verdict) {
    case ObjectVerdict::kMatched:
      return "matched";
    case ObjectVerdict::kMissed:
      return "missed";
    case ObjectVerdict::kExtra:
      return "extra";
    case ObjectVerdict::kMerged:
      return "merged";
    case ObjectVerdict::kSplit:
      return "split";
    case ObjectVerdict::kIgnored:
      return "ignored";
  }
  return "";
}

JudgedObjects judge_objects(const Overlaps& overlaps, double threshold) {
  const std::size_t truths = overlaps.truth_ids.size();
  const std::size_t predictions = overlaps.prediction_ids.size();
  JudgedObjects judged{std::vector<ObjectVerdict>(truths, ObjectVerdict::kMissed),
                       std::vector<ObjectVerdict>(predictions, ObjectVerdict::kExtra),
                       std::vector<float>(truths), std::vector<float>(predictions)};
  for (const ObjectOverlap& pair : overlaps.pairs) {
    float& truth = judged.truth_scores[at(pair.truth)];
    float& prediction = judged.prediction_scores[at(pair.prediction)];
    truth = std::max(truth, pair.score);
    prediction = std::max(prediction, pair.score);
  }
  std::vector<ObjectOverlap> matched;
  match_objects(overlaps, threshold, &matched);
  const std::vector<bool> left_out = overlaps.left_out(matched);
  for (const ObjectOverlap& pair : matched) {
    judged.truths[at(pair.truth)] = judged.predictions[at(pair.prediction)] =
        ObjectVerdict::kMatched;
    judged.truth_scores[at(pair.truth)] = judged.prediction_scores[at(pair.prediction)] =
        pair.score;
  }
  mark_merged_and_split(overlaps, judged);
  for (std::size_t p = 0; p < predictions; ++p) {
    if (left_out[p]) judged.predictions[p] = ObjectVerdict::kIgnored;
  }
  return judged;
}

ErrorPicture draw_errors(LabelView truth, LabelView prediction, const Overlaps& overlaps,
                         const JudgedObjects& judged) {
  ErrorPicture picture{LabelArray(truth.shape()), {}};
  std::unordered_map<std::uint32_t, std::uint32_t> of_truth, of_prediction;
  const auto number = [&](ObjectVerdict verdict, bool of_true, std::uint32_t source, float score,
                          auto& numbers) {
    ErrorObject& object = picture.objects.emplace_back();
    object.id = static_cast<std::uint32_t>(picture.objects.size());
    object.verdict = verdict;
    object.of_truth = of_true;
    object.source_id = source;
    object.score = score;
    numbers[source] = object.id;
  };
  for (std::size_t p = 0; p < overlaps.prediction_ids.size(); ++p) {
    number(judged.predictions[p], false, overlaps.prediction_ids[p], judged.prediction_scores[p],
           of_prediction);
  }
  for (std::size_t t = 0; t < overlaps.truth_ids.size(); ++t) {
    if (judged.truths[t] == ObjectVerdict::kMatched) continue;
    number(judged.truths[t], true, overlaps.truth_ids[t], judged.truth_scores[t], of_truth);
  }
  struct Sum {
    std::int64_t z = 0, y = 0, x = 0, count = 0;
  };
  std::vector<Sum> sums(picture.objects.size());
  const auto add = [&](std::uint32_t object, std::int64_t z, std::int64_t y, std::int64_t x) {
    Sum& sum = sums[object - 1];
    sum.z += z;
    sum.y += y;
    sum.x += x;
    ++sum.count;
  };
  const Index3 shape = truth.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        const auto found = of_prediction.find(prediction(z, y, x));
        const auto missed = of_truth.find(truth(z, y, x));
        if (missed != of_truth.end()) {
          picture.labels(z, y, x) = missed->second;
          add(missed->second, z, y, x);
        }
        if (found != of_prediction.end()) {
          picture.labels(z, y, x) = found->second;
          add(found->second, z, y, x);
        }
      }
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto mean = [&](std::int64_t sum) {
      return sums[i].count == 0
                 ? 0
                 : std::llround(static_cast<double>(sum) / static_cast<double>(sums[i].count));
    };
    picture.objects[i].place = {mean(sums[i].z), mean(sums[i].y), mean(sums[i].x)};
  }
  return picture;
}

}  // namespace karyo
