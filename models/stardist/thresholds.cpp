#include "models/stardist/thresholds.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "core/base/parallel.h"
#include "core/metrics/matching.h"
#include "models/stardist/nms.h"
#include "models/stardist/nms_3d.h"
#include "models/stardist/rasterize.h"
#include "models/stardist/render_3d.h"

namespace karyo::stardist {
namespace {

/// Those above `threshold`; entries are in order of falling probability.
template <int Axes>
CandidatesOf<Axes> above(const CandidatesOf<Axes>& survivors, float threshold) {
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < survivors.size() && survivors.prob[i] > threshold; ++i) {
    kept.push_back(static_cast<std::int64_t>(i));
  }
  return survivors.chosen(kept);
}

std::string size_text(std::int64_t height, std::int64_t width) {
  return std::to_string(height) + "x" + std::to_string(width);
}

}  // namespace

Result<void> ThresholdOptimizer::add(LabelArray truth, const ProbabilityMap& prob,
                                     const DistanceMap& dist) {
  const Index3 shape = truth.shape();
  const std::int64_t height = grid_extent(shape.y, options_.grid.y);
  const std::int64_t width = grid_extent(shape.x, options_.grid.x);
  if (shape.z != 1 || prob.height != height || prob.width != width || dist.rays < 3) {
    return Error(ErrorCode::kInvalidArgument,
                 "the prediction has " + size_text(prob.height, prob.width) +
                     " grid pixels, the truth of " + size_text(shape.y, shape.x) +
                     " pixels needs " + size_text(height, width),
                 "Use validation images with masks of the same size.");
  }
  for (std::int64_t y = 0; y < prob.height; ++y) {
    for (std::int64_t x = 0; x < prob.width; ++x) {
      const float value = prob.data[y * prob.row_stride + x * prob.column_stride];
      if (value > largest_) largest_ = value;
    }
  }
  CandidateRules rules;
  rules.grid = options_.grid;
  rules.prob_threshold = lowest_threshold();  // can only rise with further images
  const Candidates candidates = select_candidates(prob, dist, rules);
  Image image{std::move(truth)};
  for (const float nms_threshold : options_.nms_thresholds) {
    image.survivors.push_back(nms_2d(candidates, nms_threshold, options_.threads));
  }
  images_.push_back(std::move(image));
  return {};
}

void ThresholdOptimizer::add(LabelArray truth, const Candidates3d& candidates, float largest,
                             const Rays3d& rays) {
  rays_ = rays;
  largest_ = std::max(largest_, largest);
  Image image{std::move(truth)};
  for (const float nms_threshold : options_.nms_thresholds) {
    image.survivors_3d.push_back(
        nms_3d(candidates, rays, nms_threshold, options_.threads, options_.device));
  }
  images_.push_back(std::move(image));
}

LabelArray ThresholdOptimizer::draw(const Image& image, std::size_t nms,
                                    float prob_threshold) const {
  const Index3 shape = image.truth.shape();
  if (image.survivors_3d.empty()) {
    return render_2d(above(image.survivors[nms], prob_threshold), shape);
  }
  return render_3d(above(image.survivors_3d[nms], prob_threshold), *rays_, shape, 1).labels;
}

double ThresholdOptimizer::score(float prob_threshold, std::size_t nms) const {
  assert(prob_threshold >= lowest_threshold());
  std::vector<std::vector<Matching>> by_threshold(options_.iou_thresholds.size());
  for (auto& matchings : by_threshold) matchings.resize(images_.size());
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const Image& image = images_[static_cast<std::size_t>(i)];
      const LabelArray predicted = draw(image, nms, prob_threshold);
      const auto overlaps = find_overlaps(image.truth.view(), predicted.view());
      for (std::size_t k = 0; k < by_threshold.size(); ++k) {
        by_threshold[k][static_cast<std::size_t>(i)] =
            match_objects(*overlaps, options_.iou_thresholds[k]);
      }
    }
  };
  parallel_for(0, static_cast<std::int64_t>(images_.size()), 1, body, options_.threads);
  double sum = 0;
  for (const auto& matchings : by_threshold) sum += pool(matchings).accuracy;
  return by_threshold.empty() ? 0 : sum / static_cast<double>(by_threshold.size());
}

Result<ScoredThresholds> ThresholdOptimizer::optimize(const TaskControl* control) const {
  if (images_.empty()) {
    return Error(ErrorCode::kInvalidArgument, "there are no validation images to tune thresholds on",
                 "Give a folder with at least one image and its mask.");
  }
  if (!(largest_ > 0) || largest_ == std::numeric_limits<float>::infinity()) {
    return Error(ErrorCode::kNumeric,
                 "the model predicts no object probability above 0 on the validation images",
                 "Train the model longer, or check that its training images look like these.");
  }
  ScoredThresholds best;
  best.score = -1;
  bool cancelled = false;
  for (std::size_t k = 0; k < options_.nms_thresholds.size(); ++k) {
    std::map<float, double> known;
    const auto loss = [&](float x) {
      const float threshold = std::clamp(x, lowest_threshold(), largest_);
      if (const auto seen = known.find(threshold); seen != known.end()) return -seen->second;
      cancelled = cancelled || (control != nullptr && control->cancelled());
      if (cancelled) return 0.0;
      const double value = score(threshold, k);
      known[threshold] = value;
      if (options_.on_evaluation) {
        options_.on_evaluation(options_.nms_thresholds[k], threshold, value);
      }
      return -value;
    };
    const SearchResult32 found = golden_section_float32(loss, lowest_threshold(), largest_);
    if (cancelled) return cancelled_error("tuning thresholds");
    if (-found.value > best.score) {
      best = {{static_cast<double>(found.x), static_cast<double>(options_.nms_thresholds[k])},
              -found.value};
    }
  }
  // The search may end outside its bracket (the reference's does): what is saved has to be a
  // threshold.
  double& prob = best.thresholds.prob;
  prob = std::clamp(prob, static_cast<double>(lowest_threshold()), static_cast<double>(largest_));
  // 0.3f is meant as 0.3.
  double& nms = best.thresholds.nms;
  nms = std::round(nms * 1e6) / 1e6;
  return best;
}

}  // namespace karyo::stardist
