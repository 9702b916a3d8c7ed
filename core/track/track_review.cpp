#include "core/track/track_review.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "core/track/motion.h"
#include "core/track/point_grid.h"

namespace karyo {
namespace {

constexpr double kDoubtful = 0.5;      // confidence
constexpr double kLeastSpread = 0.05;  // of the neighbours' distance
constexpr double kJump = 6;            // spreads
constexpr double kLeastJump = 0.25;    // of the neighbours' distance
constexpr std::int64_t kShortLife = 2;

using Frame = std::vector<TrackObject>;

double distance(const TrackObject& a, const TrackObject& b) {
  return std::hypot(a.z - b.z, a.y - b.y, a.x - b.x);
}

TrackObject moved(const TrackObject& at, const Motion& by) {
  return {at.z + by.z, at.y + by.y, at.x + by.x, 0, 0};
}

std::string short_text(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

/// A unit as people write it.
std::string unit_words(const std::string& unit) {
  return unit == "um" ? "\xC2\xB5m" : unit;
}

/// The links of two frames that follow each other, and what they are measured against.
struct Step {
  const Frame& earlier;
  const Frame& later;
  std::vector<std::int64_t> from;  // by later object; -1: none
  Frame expected;                  // by earlier object
  double spread = 0, spacing = 0;
};

Step step_of(const ListedTracks& tracks, std::size_t t, double spacing) {
  Step step{tracks.frames[t - 1], tracks.frames[t], {}, {}, 0, spacing};
  std::vector<double> z, y, x;
  for (std::size_t j = 0; j < step.later.size(); ++j) {
    const TrackLink& link = tracks.tracking.links[t][j];
    const bool next = link.from >= 0 && link.from_frame + 1 == static_cast<std::int64_t>(t);
    step.from.push_back(next ? link.from : -1);
    if (!next || link.division) continue;
    const TrackObject& before = step.earlier[static_cast<std::size_t>(link.from)];
    z.push_back(step.later[j].z - before.z);
    y.push_back(step.later[j].y - before.y);
    x.push_back(step.later[j].x - before.x);
  }
  const Motion drift{median_of(z), median_of(y), median_of(x)};
  const auto motion = neighbour_motion(step.earlier, step.later, step.from, drift, spacing);
  for (std::size_t i = 0; i < step.earlier.size(); ++i) {
    step.expected.push_back(moved(step.earlier[i], motion[i]));
  }
  std::vector<double> off;
  for (std::size_t j = 0; j < step.later.size(); ++j) {
    if (step.from[j] < 0 || tracks.tracking.links[t][j].division) continue;
    off.push_back(distance(step.expected[static_cast<std::size_t>(step.from[j])], step.later[j]));
  }
  step.spread = std::max(median_of(off), kLeastSpread * spacing);
  return step;
}

/// The distance of the nearest other cell from `at`; infinite where none is near.
double rival(const PointGrid& grid, const TrackObject& at, std::size_t own, double reach) {
  double best = INFINITY;
  grid.visit_near(at.z, at.y, at.x, reach, [&](std::size_t i, double square) {
    if (i != own) best = std::min(best, std::sqrt(square));
  });
  return best;
}

/// Collects the doubts of a movie.
class Review {
 public:
  Review(const TrackList& list, const VoxelGrid& grid)
      : index_(list), grid_(grid), tracks_(listed_tracks(list, grid)) {
    spacing_ = median_spacing(tracks_.frames);
    for (const auto& frame : tracks_.frames) {
      for (const TrackObject& p : frame) {
        low_ = {std::min(low_[0], p.z), std::min(low_[1], p.y), std::min(low_[2], p.x)};
        high_ = {std::max(high_[0], p.z), std::max(high_[1], p.y), std::max(high_[2], p.x)};
      }
    }
  }

  Result<std::vector<DoubtfulLink>> run(TaskControl& control) {
    for (std::size_t t = 0; t < tracks_.frames.size(); ++t) {
      if (control.cancelled()) return cancelled_error("Looking for doubtful links");
      control.report(static_cast<double>(t) / static_cast<double>(tracks_.frames.size()),
                     "Looking for doubtful links");
      if (t > 0 && spacing_ > 0) look_at_step(t);
      look_at_lives(t);
    }
    std::stable_sort(found_.begin(), found_.end(),
                     [](const auto& a, const auto& b) { return a.urgency > b.urgency; });
    return std::move(found_);
  }

 private:
  TrackPlace place(std::size_t t, std::size_t i) const {
    const auto number = static_cast<std::size_t>(tracks_.tracking.tracks[t][i]) - 1;
    return {tracks_.ids[number], static_cast<std::int64_t>(t)};
  }
  void doubt(std::size_t t, std::size_t j, double urgency, std::string reason) {
    const auto key = std::pair(t, j);
    const auto [at, fresh] = number_.try_emplace(key, found_.size());
    if (fresh) {
      const TrackLink& link = tracks_.tracking.links[t][j];
      DoubtfulLink made;
      made.to = place(t, j);
      if (link.from >= 0) {
        made.from =
            place(static_cast<std::size_t>(link.from_frame), static_cast<std::size_t>(link.from));
      }
      found_.push_back(std::move(made));
    }
    DoubtfulLink& link = found_[at->second];
    const bool stronger = urgency > link.urgency;
    link.urgency = std::max(link.urgency, urgency);
    link.reasons.insert(stronger ? link.reasons.begin() : link.reasons.end(), std::move(reason));
  }

  /// Places against where cells were expected.
  void look_at_step(std::size_t t) {
    const Step step = step_of(tracks_, t, spacing_);
    const PointGrid later(step.later, spacing_), expected(step.expected, spacing_);
    const double reach = 2 * spacing_;
    for (std::size_t j = 0; j < step.later.size(); ++j) {
      if (step.from[j] < 0) continue;
      if (tracks_.tracking.links[t][j].division) {
        look_at_division(t, j, step);
        continue;
      }
      const auto i = static_cast<std::size_t>(step.from[j]);
      const double own = distance(step.expected[i], step.later[j]);
      const double other = std::min(rival(later, step.expected[i], j, reach),
                                    rival(expected, step.later[j], i, reach));
      const double margin = (other * other - own * own) / (step.spread * step.spread);
      const double confidence = 1 - std::exp(-std::max(0.0, margin) / 2);
      if (confidence < kDoubtful) {
        doubt(t, j, 1 - confidence,
              "another cell is nearly as near: " + short_text(other) + " against " +
                  short_text(own) + " " + unit_words(grid_.unit));
      }
      if (own > kJump * step.spread && own > kLeastJump * spacing_) {
        doubt(t, j, 0.6 * std::min(1.0, own / (3 * kJump * step.spread)) + 0.2,
              "it moves unlike the cells around it: " + short_text(own) + " " +
                  unit_words(grid_.unit) + " from where they go");
      }
    }
  }

  /// Daughters lie at either side of where their mother was expected; where one lies there itself,
  /// it may be the mother going on, and the other one a cell that came from elsewhere.
  void look_at_division(std::size_t t, std::size_t j, const Step& step) {
    const auto& links = tracks_.tracking.links[t];
    const auto i = static_cast<std::size_t>(step.from[j]);
    for (std::size_t k = j + 1; k < links.size(); ++k) {
      if (step.from[k] != step.from[j]) continue;
      const TrackObject &a = step.later[j], &b = step.later[k], &there = step.expected[i];
      const TrackObject middle{(a.z + b.z) / 2, (a.y + b.y) / 2, (a.x + b.x) / 2, 0, 0};
      const double to_a = distance(a, there), to_b = distance(b, there);
      const double nearer = std::min(to_a, to_b), off = distance(middle, there);
      if (nearer >= off) return;
      doubt(t, to_a < to_b ? k : j, 0.9 - 0.4 * nearer / off,
            "perhaps no division: one daughter is where the cell was expected, this one is " +
                short_text(std::max(to_a, to_b)) + " " + unit_words(grid_.unit) + " away");
      return;
    }
  }

  bool inside(const TrackObject& p) const {
    const std::array<double, 3> at{p.z, p.y, p.x};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (high_[axis] - low_[axis] < spacing_) continue;  // flat
      if (at[axis] - low_[axis] < spacing_ || high_[axis] - at[axis] < spacing_) return false;
    }
    return true;
  }

  /// Gaps, short daughters, tracks that come from nowhere.
  void look_at_lives(std::size_t t) {
    for (std::size_t j = 0; j < tracks_.frames[t].size(); ++j) {
      const TrackLink& link = tracks_.tracking.links[t][j];
      if (link.from < 0) {
        if (t > 0 && inside(tracks_.frames[t][j])) {
          doubt(t, j, 0.3, "a track begins here, in the midst of the cells");
        }
        continue;
      }
      const std::int64_t missing = static_cast<std::int64_t>(t) - link.from_frame - 1;
      if (missing > 0) {
        doubt(t, j, 0.45, "it was not seen for " + std::to_string(missing) + " frame(s)");
      }
      const TrackSpan& span = *index_.find(place(t, j).track);
      const std::int64_t seen = span.ends - span.begins + 1;
      const auto left = static_cast<std::int64_t>(tracks_.frames.size()) - 1 - span.ends;
      if (link.division && seen <= kShortLife && left > 0 && span.children.empty()) {
        doubt(t, j, 0.55, "a daughter that is seen in " + std::to_string(seen) + " frame(s) only");
      }
    }
  }

  TrackIndex index_;
  VoxelGrid grid_;
  ListedTracks tracks_;
  double spacing_ = 0;
  std::array<double, 3> low_{INFINITY, INFINITY, INFINITY}, high_{-INFINITY, -INFINITY, -INFINITY};
  std::vector<DoubtfulLink> found_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> number_;  // in found_
};

}  // namespace

Result<std::vector<DoubtfulLink>> doubtful_links(const TrackList& list, const VoxelGrid& grid,
                                                 TaskControl& control) {
  return Review(list, grid).run(control);
}

}  // namespace karyo
