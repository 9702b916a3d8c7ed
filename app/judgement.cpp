#include "app/judgement.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace karyo {
namespace {

double median_of(std::vector<std::int64_t> sizes) {
  if (sizes.empty()) return 0;
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  if (sizes.size() % 2 == 1) return static_cast<double>(*middle);
  return (static_cast<double>(*middle) +
          static_cast<double>(*std::max_element(sizes.begin(), middle))) /
         2;
}

}  // namespace

Grade grade_of_accuracy(double accuracy) {
  return accuracy >= 0.8 ? Grade::kGood : accuracy >= 0.5 ? Grade::kUsable : Grade::kPoor;
}

Grade grade_of_ssim(double prediction, double input) {
  if (prediction <= input) return Grade::kPoor;
  return prediction >= 0.9 ? Grade::kGood : prediction >= 0.7 ? Grade::kUsable : Grade::kPoor;
}

Unlikeness unlikeness_of(double nrmse) {
  return nrmse < 0.02   ? Unlikeness::kHardly
         : nrmse < 0.05 ? Unlikeness::kSlightly
         : nrmse < 0.1  ? Unlikeness::kClearly
                        : Unlikeness::kVery;
}

ObjectVerdict ObjectsJudged::worst() const {
  ObjectVerdict worst = ObjectVerdict::kMatched;
  std::int64_t most = 0;
  for (const ObjectVerdict verdict : {ObjectVerdict::kMissed, ObjectVerdict::kExtra,
                                      ObjectVerdict::kMerged, ObjectVerdict::kSplit}) {
    if (of(verdict) <= most) continue;
    most = of(verdict);
    worst = verdict;
  }
  return worst;
}

ObjectsJudged objects_of(std::span<const ComparedImage* const> images) {
  ObjectsJudged judged;
  std::vector<JudgedTruth> truths;
  const std::size_t thresholds = images.empty() ? 0 : images.front()->by_threshold.size();
  for (std::size_t k = 0; k < thresholds; ++k) {
    std::vector<Matching> of_images;
    for (const ComparedImage* image : images) of_images.push_back(image->by_threshold[k]);
    judged.by_threshold.push_back(pool(of_images));
  }
  for (const ComparedImage* image : images) {
    for (std::size_t v = 0; v < judged.verdicts.size(); ++v) {
      judged.verdicts[v] += image->verdicts[v];
    }
    truths.insert(truths.end(), image->truths.begin(), image->truths.end());
  }
  judged.by_size = error_dependence(truths, ObjectTrait::kSize);
  judged.by_intensity = error_dependence(truths, ObjectTrait::kIntensity);
  return judged;
}

PlaneScores restored_mean(std::span<const ComparedImage* const> images) {
  std::vector<RestorationScores> predictions, inputs;
  for (const ComparedImage* image : images) {
    predictions.push_back(image->mean.prediction);
    inputs.push_back(image->mean.input);
  }
  return {mean_of(predictions), mean_of(inputs)};
}

SizeCounts sizes_of(std::span<const ComparedImage* const> images, int bins) {
  std::vector<std::int64_t> first, second;
  for (const ComparedImage* image : images) {
    first.insert(first.end(), image->prediction_sizes.begin(), image->prediction_sizes.end());
    for (const JudgedTruth& object : image->truths) second.push_back(object.voxels);
  }
  SizeCounts counts;
  counts.count_first = static_cast<std::int64_t>(first.size());
  counts.count_second = static_cast<std::int64_t>(second.size());
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 1;
  for (const auto* sizes : {&first, &second}) {
    for (const std::int64_t size : *sizes) {
      least = std::min(least, std::max<std::int64_t>(1, size));
      most = std::max(most, size);
    }
  }
  if (first.empty() && second.empty()) return counts;
  const double low = std::log(static_cast<double>(least));
  // Objects of one size are one bin of some width.
  const double high = std::max(std::log(static_cast<double>(most)), low + std::log(2.0));
  for (int i = 0; i <= bins; ++i) counts.edges.push_back(std::exp(low + (high - low) * i / bins));
  const auto put = [&](const std::vector<std::int64_t>& sizes, std::vector<std::int64_t>& into) {
    into.assign(static_cast<std::size_t>(bins), 0);
    for (const std::int64_t size : sizes) {
      const double place = std::log(std::max(1.0, static_cast<double>(size)));
      const int bin =
          std::clamp(static_cast<int>((place - low) / (high - low) * bins), 0, bins - 1);
      ++into[static_cast<std::size_t>(bin)];
    }
  };
  put(first, counts.first);
  put(second, counts.second);
  counts.median_first = median_of(std::move(first));
  counts.median_second = median_of(std::move(second));
  return counts;
}

RestorationScores scores_within(const Volume& ssim, const Volume& error, std::int64_t t,
                                std::int64_t c, std::int64_t z, const Box3& part) {
  const VolumeShape shape = error.shape();
  const std::int64_t y0 = std::max<std::int64_t>(0, part.begin.y);
  const std::int64_t x0 = std::max<std::int64_t>(0, part.begin.x);
  const std::int64_t y1 = std::min(shape.y, part.end.y), x1 = std::min(shape.x, part.end.x);
  RestorationScores scores;
  if (y0 >= y1 || x0 >= x1) return scores;
  double likeness = 0, absolute = 0, squared = 0;
  const auto likenesses = ssim.view<float>(t, c), errors = error.view<float>(t, c);
  for (std::int64_t y = y0; y < y1; ++y) {
    for (std::int64_t x = x0; x < x1; ++x) {
      const double e = errors(z, y, x);
      likeness += likenesses(z, y, x);
      absolute += e;
      squared += e * e;
    }
  }
  const double count = static_cast<double>((y1 - y0) * (x1 - x0));
  scores.ssim = likeness / count;
  scores.nrmse = std::sqrt(squared / count);
  scores.nrmse_notebook = std::sqrt(absolute / count);
  scores.psnr =
      squared > 0 ? 10 * std::log10(count / squared) : std::numeric_limits<double>::infinity();
  return scores;
}

}  // namespace karyo
