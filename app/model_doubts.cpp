#include "app/model_doubts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "app/image_doubts.h"

namespace karyo {

namespace {

/// By object: the highest probability of a candidate whose centre lies in it.
using Sureness = std::map<std::uint32_t, float>;

template <int Axes>
Sureness sureness_of(const stardist::CandidatesOf<Axes>& seen, const LabelVolume& labels,
                     const Box3& planes) {
  Sureness probability;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto& point = seen.points[i];
    Index3 centre{planes.begin.z, static_cast<std::int64_t>(point[Axes - 2]),
                  static_cast<std::int64_t>(point[Axes - 1])};
    if (Axes == 3) centre.z = static_cast<std::int64_t>(point[0]);
    if (!planes.contains(centre)) continue;
    float& highest = probability[labels.at(centre)];
    highest = std::max(highest, seen.prob[i]);
  }
  return probability;
}

template <int Axes>
std::vector<LabelFinding> doubts_in(const stardist::CandidatesOf<Axes>& seen, double threshold,
                                    const LabelVolume& labels, const Box3& planes,
                                    const std::vector<const ObjectFacts*>& facts,
                                    const std::vector<const stardist::CandidatesOf<Axes>*>& sides) {
  const Sureness upright = sureness_of(seen, labels, planes);
  std::vector<Sureness> mirrored;
  for (const auto* side : sides) mirrored.push_back(sureness_of(*side, labels, planes));
  std::vector<LabelFinding> doubts;
  for (const ObjectFacts* object : facts) {
    if (object->box.clipped_to(planes).empty()) continue;
    LabelFinding doubt{object->id, Reason::kUnsure, 0, {}, object->box, object->fingerprint};
    const auto found = upright.find(object->id);
    const auto missed = std::count_if(mirrored.begin(), mirrored.end(), [&](const Sureness& side) {
      const auto there = side.find(object->id);
      return there == side.end() || there->second < threshold;
    });
    if (found == upright.end()) {
      doubt.reason = Reason::kUnseen;
      doubt.score = 0.05;
      doubt.text = "the model sees no nucleus here";
    } else if (found->second < threshold + kDoubtMargin) {
      doubt.score = 0.2 + 0.3 * (1 - found->second / (threshold + kDoubtMargin));
      doubt.text = "the model is " + std::to_string(std::lround(100 * found->second)) + " % sure";
    } else if (missed > 0) {
      doubt.score = 0.2 + 0.3 * static_cast<double>(missed) / static_cast<double>(mirrored.size());
      doubt.text = "missed from " + std::to_string(missed) + " of " +
                   std::to_string(mirrored.size() + 1) + " sides";
    } else {
      continue;
    }
    doubts.push_back(std::move(doubt));
  }
  return doubts;
}

}  // namespace

std::vector<LabelFinding> model_doubts(const stardist::Candidates& seen, double threshold,
                                       const LabelVolume& labels, std::int64_t z,
                                       const std::vector<const ObjectFacts*>& facts,
                                       const std::vector<const stardist::Candidates*>& sides) {
  const Index3 shape = labels.shape();
  return doubts_in<2>(seen, threshold, labels, {{z, 0, 0}, {z + 1, shape.y, shape.x}}, facts,
                      sides);
}

std::vector<LabelFinding> model_doubts(const stardist::Candidates3d& seen, double threshold,
                                       const LabelVolume& labels,
                                       const std::vector<const ObjectFacts*>& facts,
                                       const std::vector<const stardist::Candidates3d*>& sides) {
  return doubts_in<3>(seen, threshold, labels, Box3::of_shape(labels.shape()), facts, sides);
}

}  // namespace karyo
