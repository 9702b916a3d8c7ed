#include "core/track/tracking.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>

#include "core/track/frame_flow.h"
#include "core/track/motion.h"
#include "core/track/point_grid.h"

namespace karyo {
namespace {

using Frame = std::vector<TrackObject>;

constexpr double kSearch = 1.2;        // in spacings
constexpr double kDriftReach = 2;      // in spacings
constexpr int kPasses = 3;             // links, then twice links with the neighbours' motion
constexpr double kGapCost = 3;         // for each frame an object is missing in
constexpr std::size_t kDaughters = 8;  // nearest objects that pairs of daughters are made of

/// How much linked objects differ, as standard deviations; of sizes and brightness in logarithms.
struct Spread {
  double place = 1, size = 0.3, brightness = 0.3;
};

double square(double v) {
  return v * v;
}

/// Squared deviations of a change of appearance; unknown values say nothing, and beyond four
/// deviations a change says no more.
double change_cost(double before, double after, double spread) {
  if (!(before > 0) || !(after > 0)) return 0;
  return std::min(square(std::log(after / before) / spread), 16.0);
}

double appearance_cost(const TrackObject& a, const TrackObject& b, const Spread& spread) {
  return change_cost(a.size, b.size, spread.size) +
         change_cost(a.brightness, b.brightness, spread.brightness);
}

double distance_square(const TrackObject& a, const Motion& motion, const TrackObject& b) {
  return square(b.z - a.z - motion.z) + square(b.y - a.y - motion.y) + square(b.x - a.x - motion.x);
}

struct Scale {
  double spacing = 1, search = 1;
};

std::vector<LinkChoice> link_choices(const Frame& earlier, const Frame& later,
                                     const std::vector<Motion>& motion, const Spread& spread,
                                     const Scale& scale) {
  const PointGrid grid(later, scale.search);
  std::vector<LinkChoice> choices;
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    const TrackObject& a = earlier[i];
    grid.visit_near(a.z + motion[i].z, a.y + motion[i].y, a.x + motion[i].x, scale.search,
                    [&](std::size_t j, double d) {
                      choices.push_back(
                          {i, j, d / square(spread.place) + appearance_cost(a, later[j], spread)});
                    });
  }
  return choices;
}

/// Pairs of what may follow each object, nearest first.
std::vector<std::vector<DivisionChoice>> division_choices(const Frame& earlier, const Frame& later,
                                                          const std::vector<Motion>& motion,
                                                          const std::vector<LinkChoice>& choices,
                                                          const Spread& spread, const Scale& scale,
                                                          const TrackingSettings& settings) {
  std::vector<std::vector<DivisionChoice>> divisions(earlier.size());
  if (!settings.divisions) return divisions;
  std::vector<std::vector<std::pair<double, std::size_t>>> near(earlier.size());
  for (const LinkChoice& c : choices) {
    near[c.from].emplace_back(distance_square(earlier[c.from], motion[c.from], later[c.to]), c.to);
  }
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    auto& of_parent = near[i];
    std::sort(of_parent.begin(), of_parent.end());
    if (of_parent.size() > kDaughters) of_parent.resize(kDaughters);
    for (std::size_t m = 0; m < of_parent.size(); ++m) {
      for (std::size_t n = m + 1; n < of_parent.size(); ++n) {
        const TrackObject& a = later[of_parent[m].second];
        const TrackObject& b = later[of_parent[n].second];
        const double apart = std::sqrt(distance_square(a, {}, b));
        if (apart > 1.5 * scale.spacing) continue;
        const TrackObject middle{(a.z + b.z) / 2, (a.y + b.y) / 2, (a.x + b.x) / 2, 0, 0};
        double cost = settings.division_cost +
                      distance_square(earlier[i], motion[i], middle) / square(spread.place) +
                      square(apart / scale.spacing) * 2;
        // Sisters are alike; what they have of their mother varies more.
        cost += appearance_cost(a, b, {1, spread.size * 1.5, spread.brightness * 1.5});
        cost += change_cost(earlier[i].brightness,
                            std::sqrt(std::max(0.0, a.brightness) * std::max(0.0, b.brightness)),
                            spread.brightness * 3);
        divisions[i].push_back({i, of_parent[m].second, of_parent[n].second, cost});
      }
    }
  }
  return divisions;
}

/// Of the links that were made; never narrower than a part of what was assumed.
Spread spread_of(const Frame& earlier, const Frame& later, const std::vector<Motion>& motion,
                 const std::vector<std::int64_t>& from, const Scale& scale) {
  std::vector<double> places, sizes, brightness;
  for (std::size_t j = 0; j < from.size(); ++j) {
    if (from[j] < 0) continue;
    const auto i = static_cast<std::size_t>(from[j]);
    places.push_back(std::sqrt(distance_square(earlier[i], motion[i], later[j])));
    if (earlier[i].size > 0 && later[j].size > 0) {
      sizes.push_back(std::abs(std::log(later[j].size / earlier[i].size)));
    }
    if (earlier[i].brightness > 0 && later[j].brightness > 0) {
      brightness.push_back(std::abs(std::log(later[j].brightness / earlier[i].brightness)));
    }
  }
  // The median distance in a plane is 1.18 deviations, the median absolute deviation 0.67.
  Spread spread;
  spread.place =
      std::clamp(median_of(std::move(places)) / 1.18, 0.08 * scale.spacing, 0.35 * scale.spacing);
  spread.size = std::clamp(median_of(std::move(sizes)) * 1.48, 0.1, 0.5);
  spread.brightness = std::clamp(median_of(std::move(brightness)) * 1.48, 0.06, 0.5);
  return spread;
}

struct Step {
  FrameLinks links;
  std::vector<Motion> motion;
  Spread spread;
};

Result<Step> link_frames(const Frame& earlier, const Frame& later, const Scale& scale,
                         const TrackingSettings& settings) {
  Step step;
  const Motion drift = frame_drift(earlier, later, scale.spacing, kDriftReach * scale.spacing);
  step.motion.assign(earlier.size(), drift);
  step.spread = {0.3 * scale.spacing, 0.3, 0.2};
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto choices = link_choices(earlier, later, step.motion, step.spread, scale);
    const auto divisions =
        division_choices(earlier, later, step.motion, choices, step.spread, scale, settings);
    KARYO_TRY(step.links,
              cheapest_links(earlier.size(), later.size(), choices, divisions, settings.end_cost));
    if (pass + 1 == kPasses) break;
    step.motion = neighbour_motion(earlier, later, step.links.from, drift, scale.spacing);
    step.spread = spread_of(earlier, later, step.motion, step.links.from, scale);
  }
  return step;
}

Result<void> check(std::span<const Frame> frames, const TrackingSettings& settings) {
  if (!(settings.search >= 0) || !(settings.end_cost > 0) || !(settings.division_cost >= 0) ||
      settings.missing < 0 || settings.missing > 5) {
    return Error(ErrorCode::kInvalidArgument, "the settings of tracking are out of range",
                 "Give a search distance and a division cost of 0 or more, an end cost above 0 and "
                 "0 to 5 missing frames.");
  }
  for (const Frame& frame : frames) {
    for (const TrackObject& p : frame) {
      if (std::isfinite(p.z) && std::isfinite(p.y) && std::isfinite(p.x)) continue;
      return Error(ErrorCode::kNumeric, "an object's place is no number",
                   "Leave out objects without voxels.");
    }
  }
  return {};
}

/// Objects in an order of their own, so that the one they came in does not matter.
std::vector<std::size_t> by_place(const Frame& frame) {
  std::vector<std::size_t> order(frame.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t i) {
      const TrackObject& p = frame[i];
      return std::tie(p.z, p.y, p.x, p.size, p.brightness);
    };
    return key(a) < key(b);
  });
  return order;
}

using Links = std::vector<std::vector<TrackLink>>;

/// Where the motion of the nearest object of that frame takes a place.
void carry_on(TrackObject& place, const Frame& frame, const std::vector<Motion>& motion,
              const PointGrid& grid, double spacing) {
  double best = INFINITY;
  std::size_t nearest = 0;
  grid.visit_near(place.z, place.y, place.x, 3 * spacing, [&](std::size_t i, double d) {
    if (d < best) {
      best = d;
      nearest = i;
    }
  });
  if (best == INFINITY || frame.empty()) return;
  place.z += motion[nearest].z;
  place.y += motion[nearest].y;
  place.x += motion[nearest].x;
}

/// Joins ends in frame `t` with beginnings `missing` frames after the next one.
Result<void> close_gaps(std::span<const Frame> frames, const std::vector<Step>& steps,
                        std::size_t t, std::size_t missing, const Scale& scale,
                        const TrackingSettings& settings, std::vector<std::vector<char>>& leads_on,
                        Links& links) {
  const std::size_t until = t + 1 + missing;
  std::vector<std::size_t> ends, beginnings;
  Frame from, to;
  for (std::size_t i = 0; i < frames[t].size(); ++i) {
    if (leads_on[t][i] != 0) continue;
    ends.push_back(i);
    from.push_back(frames[t][i]);
  }
  for (std::size_t j = 0; j < frames[until].size(); ++j) {
    if (links[until][j].from >= 0) continue;
    beginnings.push_back(j);
    to.push_back(frames[until][j]);
  }
  if (from.empty() || to.empty()) return {};
  for (std::size_t s = t; s < until; ++s) {
    const PointGrid grid(frames[s], scale.spacing);
    for (TrackObject& place : from)
      carry_on(place, frames[s], steps[s].motion, grid, scale.spacing);
  }
  Spread spread = steps[t].spread;
  spread.place *= std::sqrt(static_cast<double>(missing + 1));
  auto choices = link_choices(from, to, std::vector<Motion>(from.size()), spread, scale);
  for (LinkChoice& choice : choices) choice.cost += kGapCost * static_cast<double>(missing);
  KARYO_TRY(
      const FrameLinks joined,
      cheapest_links(from.size(), to.size(), choices,
                     std::vector<std::vector<DivisionChoice>>(from.size()), settings.end_cost));
  for (std::size_t j = 0; j < to.size(); ++j) {
    if (joined.from[j] < 0) continue;
    const std::size_t end = ends[static_cast<std::size_t>(joined.from[j])];
    leads_on[t][end] = 1;
    links[until][beginnings[j]] = {static_cast<std::int64_t>(t), static_cast<std::int64_t>(end),
                                   false, joined.confidence[j]};
  }
  return {};
}

/// Numbers tracks: one goes on where its object has a single successor, in the next frame.
void number_tracks(Tracking& tracking) {
  std::int64_t count = 0;
  for (std::size_t t = 0; t < tracking.links.size(); ++t) {
    tracking.tracks[t].resize(tracking.links[t].size());
    for (std::size_t j = 0; j < tracking.links[t].size(); ++j) {
      const TrackLink& link = tracking.links[t][j];
      const std::int64_t before = link.from < 0
                                      ? 0
                                      : tracking.tracks[static_cast<std::size_t>(link.from_frame)]
                                                       [static_cast<std::size_t>(link.from)];
      const bool over_gap = link.from_frame + 1 < static_cast<std::int64_t>(t);
      const bool begins = before == 0 || link.division || over_gap;
      tracking.tracks[t][j] = begins ? ++count : before;
      if (begins) tracking.parents.push_back(before);
    }
  }
}

Tracking in_order_of(const Tracking& sorted, const std::vector<std::vector<std::size_t>>& orders) {
  Tracking tracking = sorted;
  for (std::size_t t = 0; t < orders.size(); ++t) {
    for (std::size_t j = 0; j < orders[t].size(); ++j) {
      TrackLink link = sorted.links[t][j];
      if (link.from >= 0) {
        link.from = static_cast<std::int64_t>(
            orders[static_cast<std::size_t>(link.from_frame)][static_cast<std::size_t>(link.from)]);
      }
      tracking.links[t][orders[t][j]] = link;
      tracking.tracks[t][orders[t][j]] = sorted.tracks[t][j];
    }
  }
  return tracking;
}

}  // namespace

Result<Tracking> track_objects(std::span<const std::vector<TrackObject>> given,
                               const TrackingSettings& settings, TaskControl& control) {
  KARYO_CHECK_OK(check(given, settings));
  std::vector<std::vector<std::size_t>> orders;
  std::vector<Frame> frames(given.size());
  for (std::size_t t = 0; t < given.size(); ++t) {
    orders.push_back(by_place(given[t]));
    for (const std::size_t i : orders[t]) frames[t].push_back(given[t][i]);
  }
  Scale scale;
  scale.spacing = median_spacing(frames);
  if (!(scale.spacing > 0)) scale.spacing = settings.search > 0 ? settings.search : 1;
  scale.search = settings.search > 0 ? settings.search : kSearch * scale.spacing;

  Tracking tracking;
  tracking.links.resize(frames.size());
  tracking.tracks.resize(frames.size());
  std::vector<std::vector<char>> leads_on(frames.size());
  std::vector<Step> steps;
  for (std::size_t t = 0; t < frames.size(); ++t) {
    if (control.cancelled()) return cancelled_error("Tracking");
    control.report(static_cast<double>(t) / static_cast<double>(frames.size()), "Tracking objects");
    tracking.links[t].resize(frames[t].size());
    leads_on[t].assign(frames[t].size(), 0);
    if (t == 0) continue;
    KARYO_TRY(auto step, link_frames(frames[t - 1], frames[t], scale, settings));
    steps.push_back(std::move(step));
    const FrameLinks& links = steps.back().links;
    for (const std::int64_t i : links.from) {
      if (i >= 0) ++leads_on[t - 1][static_cast<std::size_t>(i)];
    }
    for (std::size_t j = 0; j < links.from.size(); ++j) {
      const std::int64_t i = links.from[j];
      if (i < 0) continue;
      tracking.links[t][j] = {static_cast<std::int64_t>(t) - 1, i,
                              leads_on[t - 1][static_cast<std::size_t>(i)] == 2,
                              links.confidence[j]};
    }
  }
  for (std::size_t missing = 1; missing <= static_cast<std::size_t>(settings.missing); ++missing) {
    for (std::size_t t = 0; t + 1 + missing < frames.size(); ++t) {
      if (control.cancelled()) return cancelled_error("Tracking");
      KARYO_CHECK_OK(
          close_gaps(frames, steps, t, missing, scale, settings, leads_on, tracking.links));
    }
  }
  number_tracks(tracking);
  return in_order_of(tracking, orders);
}

}  // namespace karyo
