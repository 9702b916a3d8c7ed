#include "annotation/qc/label_checks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>

#include "annotation/label_runs.h"

namespace karyo {
namespace {

/// Scores of findings that are worth a look, but no more.
constexpr double kMild = 0.3;

/// The middle of values and how far they usually lie from it.
struct Spread {
  double median = 0;
  double deviation = 1;

  double off(double value) const { return (value - median) / deviation; }
};

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// `least`: what objects that are all alike may still differ by.
Spread spread_of(const std::vector<double>& values, double least) {
  Spread spread{median_of(values), 0};
  std::vector<double> off;
  for (const double value : values) off.push_back(std::abs(value - spread.median));
  constexpr double kNormal = 1.4826;  // MAD to standard deviation
  spread.deviation = std::max(least, kNormal * median_of(std::move(off)));
  return spread;
}

/// What the other objects are like.
struct Population {
  Spread log_voxels, solidity, circularity;
  double slices = 0;
};
std::optional<Population> population_of(const std::map<std::uint32_t, ObjectFacts>& facts,
                                        std::int64_t least) {
  std::vector<double> log_voxels, solidity, circularity, slices;
  for (const auto& [id, object] : facts) {
    if (object.at_border() || object.pieces.size() > 1) continue;
    log_voxels.push_back(std::log(static_cast<double>(object.voxels)));
    solidity.push_back(object.solidity);
    circularity.push_back(object.circularity);
    slices.push_back(static_cast<double>(object.slices()));
  }
  if (std::ssize(log_voxels) < std::max<std::int64_t>(least, 1)) return std::nullopt;
  constexpr double kLeastLog = 0.1, kLeastShape = 0.02;
  return Population{spread_of(log_voxels, kLeastLog), spread_of(solidity, kLeastShape),
                    spread_of(circularity, kLeastShape), median_of(slices)};
}

std::string number(double value, int decimals) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}
std::string counted(std::int64_t count, const std::string& one, const std::string& several) {
  return std::to_string(count) + " " + (count == 1 ? one : several);
}

/// Makes the findings of one object.
class Judge {
 public:
  Judge(const CheckOptions& options, const std::optional<Population>& others, bool stack)
      : options_(options), others_(others), stack_(stack) {}

  void judge(const ObjectFacts& object, std::vector<LabelFinding>& findings) const {
    const auto find = [&](Reason reason, double score, std::string text) {
      findings.push_back({object.id, reason, std::clamp(score, 0.0, 1.0), std::move(text),
                          object.box, object.fingerprint});
    };
    if (object.pieces.size() > 1) find(Reason::kPieces, pieces_score(object), pieces_text(object));
    if (const double score = merged_score(object); score > 0) {
      find(Reason::kMerged, score, merged_text(object));
    }
    if (object.holes > 0) {
      const double part =
          static_cast<double>(object.hole_voxels) / static_cast<double>(object.voxels);
      find(Reason::kHoles, kMild + part,
           counted(object.holes, "hole", "holes") + " of " + std::to_string(object.hole_voxels) +
               unit() + (object.holes > 1 ? " together" : ""));
    }
    if (others_) compare(object, *others_, find);
    if (stack_ && object.slices() == 1 && !object.at_end_slice() &&
        !(others_ && others_->slices < 2)) {
      find(Reason::kThin, 0.6, "in 1 slice only");
    }
    if (object.voxels < options_.small_voxels) {
      find(Reason::kSmall, 0.6,
           std::to_string(object.voxels) + unit() + ", fewer than " +
               std::to_string(options_.small_voxels));
    }
    if (object.at_border()) find(Reason::kBorder, 0.1, border_text(object));
  }

 private:
  const char* unit() const { return stack_ ? " voxels" : " px"; }

  /// Two alike are surely two objects, a speck is rather a slip.
  static double pieces_score(const ObjectFacts& object) {
    return 0.6 +
           0.4 * static_cast<double>(object.pieces[1]) / static_cast<double>(object.pieces[0]);
  }
  std::string pieces_text(const ObjectFacts& object) const {
    constexpr std::size_t kNamed = 3;
    const std::size_t named = std::min(kNamed, object.pieces.size());
    std::string text = std::to_string(object.pieces.size()) + " pieces of ";
    for (std::size_t i = 0; i < named; ++i) {
      const bool last = i + 1 == object.pieces.size();
      text += (i == 0 ? "" : last ? " and " : ", ") + std::to_string(object.pieces[i]);
    }
    text += unit();
    if (object.pieces.size() > named) {
      text += " and " + std::to_string(object.pieces.size() - named) + " smaller";
    }
    return text;
  }

  double merged_score(const ObjectFacts& object) const {
    double score = 0;
    if (object.centres > 1) score += 0.6;
    if (object.bright_centres > 1) score += 0.4;
    if (object.solidity < options_.concave) {
      score += 0.4 + (options_.concave - object.solidity);
    }
    return score;
  }
  std::string merged_text(const ObjectFacts& object) const {
    std::string text = "perhaps several objects: ";
    if (object.centres > 1) text += std::to_string(object.centres) + " centres by shape, ";
    if (object.bright_centres > 1) {
      text += std::to_string(object.bright_centres) + " bright centres, ";
    }
    return text + "solidity " + number(object.solidity, 2);
  }

  template <typename Find>
  void compare(const ObjectFacts& object, const Population& others, const Find& find) const {
    const auto score = [&](double off) { return kMild + 0.1 * (off - options_.outlier); };
    const double size = others.log_voxels.off(std::log(static_cast<double>(object.voxels)));
    // What the border cuts off is small for a known reason.
    if (size > options_.outlier || (size < -options_.outlier && !object.at_border())) {
      const double median = std::exp(others.log_voxels.median);
      find(Reason::kSize, score(std::abs(size)),
           std::to_string(object.voxels) + unit() + ", " +
               number(static_cast<double>(object.voxels) / median, 2) + " times the median of " +
               number(median, 0));
    }
    const double solid = -others.solidity.off(object.solidity);
    const double round = stack_ ? 0 : -others.circularity.off(object.circularity);
    if (std::max(solid, round) > options_.outlier) {
      const bool by_solidity = solid >= round;
      find(Reason::kShape, score(std::max(solid, round)),
           by_solidity ? "solidity " + number(object.solidity, 2) + ", the median is " +
                             number(others.solidity.median, 2)
                       : "circularity " + number(object.circularity, 2) + ", the median is " +
                             number(others.circularity.median, 2));
    }
    const auto slices = static_cast<double>(object.slices());
    if (stack_ && object.slices() > 1 && slices < options_.thin * others.slices &&
        !object.at_end_slice()) {
      find(Reason::kThin, kMild,
           "in " + std::to_string(object.slices()) + " slices, the median is " +
               number(others.slices, 0));
    }
  }

  static std::string border_text(const ObjectFacts& object) {
    constexpr std::array kSides{"left", "right", "top", "bottom", "first slice", "last slice"};
    std::string sides;
    for (std::size_t i = 0; i < kSides.size(); ++i) {
      if (object.border[i]) sides += (sides.empty() ? "" : ", ") + std::string(kSides[i]);
    }
    return "touches the border (" + sides + ")";
  }

  const CheckOptions& options_;
  const std::optional<Population>& others_;
  bool stack_;
};

}  // namespace

const char* name_of(Reason reason) {
  switch (reason) {
    case Reason::kPieces:
      return "pieces";
    case Reason::kMerged:
      return "merged";
    case Reason::kHoles:
      return "holes";
    case Reason::kSize:
      return "size";
    case Reason::kShape:
      return "shape";
    case Reason::kThin:
      return "thin";
    case Reason::kSmall:
      return "small";
    case Reason::kBorder:
      return "border";
    case Reason::kUnsure:
      return "unsure";
    case Reason::kUnseen:
      return "unseen";
  }
  return "";
}

void LabelChecks::check_all(const LabelVolume& labels) {
  shape_ = labels.shape();
  facts_.clear();
  for (ObjectFacts& object :
       object_facts(labels, Box3::of_shape(shape_), 0, grid_, image_, options_.facts)) {
    facts_.emplace(object.id, std::move(object));
  }
}

void LabelChecks::check_changed(const LabelVolume& labels, const Box3& changed) {
  const Box3 box = changed.clipped_to(Box3::of_shape(labels.shape()));
  if (box.empty()) return;
  std::set<std::uint32_t> ids;
  for_each_run(labels, box, [&](Index3, std::int64_t, std::uint32_t id) {
    if (id != kIgnoredLabel) ids.insert(id);
  });
  for (const auto& [id, object] : facts_) {
    if (!object.box.clipped_to(box).empty()) ids.insert(id);
  }
  for (const std::uint32_t id : ids) {
    const auto known = facts_.find(id);
    check_object(labels, id, known == facts_.end() ? box : known->second.box.united_with(box));
  }
}

void LabelChecks::check_object(const LabelVolume& labels, std::uint32_t id, const Box3& within) {
  shape_ = labels.shape();
  facts_.erase(id);
  const Box3 box = within.clipped_to(Box3::of_shape(shape_));
  if (id == 0 || id == kIgnoredLabel) return;
  for (ObjectFacts& object : object_facts(labels, box, id, grid_, image_, options_.facts)) {
    facts_.emplace(id, std::move(object));
  }
}

std::vector<LabelFinding> LabelChecks::findings() const {
  const std::optional<Population> others = population_of(facts_, options_.population);
  const Judge judge(options_, others, shape_.z > 1);
  std::vector<LabelFinding> findings;
  for (const auto& [id, object] : facts_) judge.judge(object, findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const LabelFinding& a, const LabelFinding& b) {
                     return a.id != b.id ? a.id < b.id : a.reason < b.reason;
                   });
  return findings;
}

std::vector<LabelFinding> check_labels(const LabelVolume& labels, const VoxelGrid& grid,
                                       const ReadIntensity& image, const CheckOptions& options) {
  LabelChecks checks(grid, image, options);
  checks.check_all(labels);
  return checks.findings();
}

}  // namespace karyo
