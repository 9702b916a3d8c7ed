#pragma once

/// Of shapes that overlap the most probable stays: the search for neighbours and the order of
/// decisions, the same for polygons and polyhedra. Part of nms.cpp and nms_3d.cpp.
///
/// `Shapes` is a set in order of falling probability:
///   size()              how many
///   center(i)           array of Axes floats, in voxels
///   low(i), high(i)     corners of the box around i, arrays of Axes floats
///   boxes_touch(i, j)   false only where i and j cannot overlap
/// `Test` compares one with others; one object a thread:
///   Test(shapes, threshold), set_first(i), exceeds(j)
/// and where pairs are decided together (survivors_by) by_bounds(j) as well.

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <vector>

#include "core/base/parallel.h"
#include "models/stardist/instances.h"

namespace karyo::stardist {

/// Most probable first; of equal ones the later first, as a reversed ascending stable sort has it.
template <int Axes>
CandidatesOf<Axes> sorted_by_probability(const CandidatesOf<Axes>& candidates) {
  std::vector<std::int64_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto prob = [&](std::int64_t i) { return candidates.prob[static_cast<std::size_t>(i)]; };
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return prob(a) != prob(b) ? prob(a) > prob(b) : a > b;
  });
  return candidates.chosen(order);
}

/// Finds the shapes whose boxes touch a box. Shapes are kept in levels by their reach (how far
/// their box extends from the centre), so that a few huge ones do not widen the search for all.
template <int Axes, typename Shapes>
class Neighbourhood {
 public:
  explicit Neighbourhood(const Shapes& shapes) : shapes_(shapes) {
    std::map<int, std::vector<Entry>> levels;
    for (std::int64_t i = 0; i < shapes.size(); ++i) {
      const auto center = shapes.center(i), low = shapes.low(i), high = shapes.high(i);
      float reach = kLeastReach;
      for (std::size_t k = 0; k < Axes; ++k) {
        reach = std::max({reach, high[k] - center[k], center[k] - low[k]});
      }
      levels[static_cast<int>(std::ceil(std::log2(reach)))].push_back({center, i});
    }
    for (auto& [exponent, entries] : levels) add_level(std::ldexp(1.f, exponent), entries);
  }

  /// Calls visit(j) for every j whose box touches that of i, i itself included, until it returns
  /// false.
  template <typename Visit>
  void visit(std::int64_t i, Visit&& visit) const {
    const auto low = shapes_.low(i), high = shapes_.high(i);
    for (const Level& level : levels_) {
      const std::int64_t first = strip(low[kAcross] - level.reach, level.reach);
      const std::int64_t last = strip(high[kAcross] + level.reach, level.reach);
      if constexpr (Axes == 2) {
        if (!visit_strips(level, i, {first}, {last}, visit)) return;
      } else {
        const std::int64_t deepest = strip(high[0] + level.reach, level.reach);
        for (auto z = strip(low[0] - level.reach, level.reach);; ++z) {
          // On to the next depth at which there is anything: boxes may be far deeper than it.
          const auto next = first_from(level, {z, first});
          if (next == level.strips.end() || next->key[0] > deepest) break;
          if (next->key[0] > z) z = next->key[0];
          if (!visit_strips(level, i, {z, first}, {z, last}, visit)) return;
        }
      }
    }
  }

 private:
  static constexpr float kLeastReach = 4;  // pixels; strips any thinner would hold next to nothing
  static constexpr std::size_t kAlong = Axes - 1, kAcross = Axes - 2;
  using Key = std::array<std::int64_t, kAlong>;
  struct Entry {
    std::array<float, Axes> at;
    std::int64_t index;
  };
  /// Entries of one line of cells along x, as thick as the reach.
  struct Strip {
    Key key;
    std::size_t begin;
  };
  struct Level {
    float reach = 0;
    std::vector<Entry> entries;
    std::vector<Strip> strips;
  };

  static std::int64_t strip(float at, float thickness) {
    return static_cast<std::int64_t>(std::floor(at / thickness));
  }
  static Key key_of(const Entry& entry, float reach) {
    Key key;
    for (std::size_t k = 0; k < kAlong; ++k) key[k] = strip(entry.at[k], reach);
    return key;
  }

  void add_level(float reach, std::vector<Entry>& entries) {
    Level level;
    level.reach = reach;
    std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
      const Key key_a = key_of(a, reach), key_b = key_of(b, reach);
      if (key_a != key_b) return key_a < key_b;
      return a.at[kAlong] != b.at[kAlong] ? a.at[kAlong] < b.at[kAlong] : a.index < b.index;
    });
    level.entries = std::move(entries);
    for (std::size_t k = 0; k < level.entries.size();) {
      const Key key = key_of(level.entries[k], reach);
      level.strips.push_back({key, k});
      while (k < level.entries.size() && key_of(level.entries[k], reach) == key) ++k;
    }
    levels_.push_back(std::move(level));
  }

  static auto first_from(const Level& level, const Key& key) {
    return std::lower_bound(level.strips.begin(), level.strips.end(), key,
                            [](const Strip& s, const Key& wanted) { return s.key < wanted; });
  }

  /// The strips from key `first` to `last`; they lie one after another. False: visit() wants no
  /// more.
  template <typename Visit>
  bool visit_strips(const Level& level, std::int64_t i, const Key& first, const Key& last,
                    Visit&& visit) const {
    const float from = shapes_.low(i)[kAlong] - level.reach;
    const float to = shapes_.high(i)[kAlong] + level.reach;
    auto at = first_from(level, first);
    for (; at != level.strips.end() && at->key <= last; ++at) {
      const auto next = at + 1;
      const std::size_t end = next != level.strips.end() ? next->begin : level.entries.size();
      const auto stop = level.entries.begin() + static_cast<std::ptrdiff_t>(end);
      auto entry =
          std::lower_bound(level.entries.begin() + static_cast<std::ptrdiff_t>(at->begin), stop,
                           from, [](const Entry& e, float x) { return e.at[kAlong] < x; });
      for (; entry != stop && entry->at[kAlong] <= to; ++entry) {
        if (shapes_.boxes_touch(i, entry->index) && !visit(entry->index)) return false;
      }
    }
    return true;
  }

  const Shapes& shapes_;
  std::vector<Level> levels_;
};

/// Survivors, found in rounds: a shape none of whose more probable neighbours is undecided
/// survives, whatever happens elsewhere; all such suppress at once. The outcome is that of going
/// through them one by one.
template <int Axes, typename Shapes, typename Test>
class Suppression {
 public:
  Suppression(const Shapes& shapes, float threshold, int threads)
      : shapes_(shapes),
        neighbours_(shapes),
        threshold_(threshold),
        threads_(threads),
        state_(static_cast<std::size_t>(shapes.size())),
        blocker_(static_cast<std::size_t>(shapes.size()), -1) {}

  std::vector<std::int64_t> survivors() {
    return in_rounds(
        [this](const std::vector<std::int64_t>& free) { suppress_neighbours_of(free); });
  }

  /// The same with a decider of many pairs: exceeds(pairs, answers) fills in Test::exceeds of each
  /// pair (first, other), or returns false where the tests should do it.
  using Pair = std::array<std::int32_t, 2>;
  template <typename Exceeds>
  std::vector<std::int64_t> survivors_by(Exceeds&& exceeds) {
    return in_rounds([&](const std::vector<std::int64_t>& free) {
      // Pairs of a part at a time, so that there are never very many.
      for (std::size_t begin = 0; begin < free.size(); begin += kPartOfRound) {
        const auto from = free.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto to =
            free.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kPartOfRound, free.size()));
        const std::vector<std::int64_t> part(from, to);
        const std::vector<Pair> pairs = decide_by_bounds(part);
        std::vector<std::uint8_t> answers(pairs.size());
        if (pairs.empty()) continue;
        if (!exceeds(pairs, answers)) {
          suppress_neighbours_of(part);
          continue;
        }
        for (std::size_t k = 0; k < pairs.size(); ++k) {
          if (answers[k] != 0) state(pairs[k][1]).store(kSuppressed, std::memory_order_relaxed);
        }
      }
    });
  }

 private:
  /// suppress(free): suppresses what overlaps too much with any of them.
  template <typename Suppress>
  std::vector<std::int64_t> in_rounds(Suppress&& suppress) {
    std::vector<std::int64_t> undecided(state_.size());
    std::iota(undecided.begin(), undecided.end(), std::int64_t{0});
    while (!undecided.empty()) {
      const std::vector<std::int64_t> free = find_free(undecided);
      suppress(free);
      for (const std::int64_t i : free) state(i).store(kSurvives, std::memory_order_relaxed);
      std::erase_if(undecided, [&](std::int64_t i) { return !is_undecided(i); });
    }
    std::vector<std::int64_t> result;
    for (std::int64_t i = 0; i < shapes_.size(); ++i) {
      if (state(i).load() == kSurvives) result.push_back(i);
    }
    return result;
  }

  enum State : std::uint8_t { kUndecided, kSurvives, kSuppressed };

  std::atomic<std::uint8_t>& state(std::int64_t i) { return state_[static_cast<std::size_t>(i)]; }
  bool is_undecided(std::int64_t i) {
    return state(i).load(std::memory_order_relaxed) == kUndecided;
  }

  std::vector<std::int64_t> find_free(const std::vector<std::int64_t>& undecided) {
    std::vector<std::uint8_t> is_free(undecided.size(), 0);
    const auto body = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        const std::int64_t i = undecided[static_cast<std::size_t>(k)];
        std::int64_t& blocker = blocker_[static_cast<std::size_t>(i)];
        // Whoever stood in the way last time mostly still does.
        if (blocker >= 0 && is_undecided(blocker)) continue;
        blocker = -1;
        neighbours_.visit(i, [&](std::int64_t j) {
          if (j < i && is_undecided(j)) blocker = j;
          return blocker < 0;
        });
        is_free[static_cast<std::size_t>(k)] = blocker < 0;
      }
    };
    parallel_for(0, static_cast<std::int64_t>(undecided.size()), 512, body, threads_);
    std::vector<std::int64_t> free;
    for (std::size_t k = 0; k < undecided.size(); ++k) {
      if (is_free[k] != 0) free.push_back(undecided[k]);
    }
    return free;
  }

  void suppress_neighbours_of(const std::vector<std::int64_t>& free) {
    const auto body = [&](std::int64_t begin, std::int64_t end) {
      Test test(shapes_, threshold_);
      for (std::int64_t k = begin; k < end; ++k) {
        const std::int64_t i = free[static_cast<std::size_t>(k)];
        test.set_first(i);
        neighbours_.visit(i, [&](std::int64_t j) {
          if (j > i && is_undecided(j) && test.exceeds(j)) {
            state(j).store(kSuppressed, std::memory_order_relaxed);
          }
          return true;
        });
      }
    };
    parallel_for(0, static_cast<std::int64_t>(free.size()), kGrain, body, threads_);
  }

  /// Pairs of `free` and its undecided neighbours that bounds do not decide; suppresses where they
  /// do.
  std::vector<Pair> decide_by_bounds(const std::vector<std::int64_t>& free) {
    std::vector<std::vector<Pair>> found(free.size());
    const auto body = [&](std::int64_t begin, std::int64_t end) {
      Test test(shapes_, threshold_);
      for (std::int64_t k = begin; k < end; ++k) {
        const std::int64_t i = free[static_cast<std::size_t>(k)];
        test.set_first(i);
        neighbours_.visit(i, [&](std::int64_t j) {
          if (j <= i || !is_undecided(j)) return true;
          const std::optional<bool> decided = test.by_bounds(j);
          if (!decided) {
            found[static_cast<std::size_t>(k)].push_back(
                {static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
          } else if (*decided) {
            state(j).store(kSuppressed, std::memory_order_relaxed);
          }
          return true;
        });
      }
    };
    parallel_for(0, static_cast<std::int64_t>(free.size()), 8, body, threads_);
    std::vector<Pair> pairs;
    for (const auto& part : found) {
      for (const Pair& pair : part) {
        // Another of `free` may have suppressed it meanwhile.
        if (is_undecided(pair[1])) pairs.push_back(pair);
      }
    }
    return pairs;
  }

  static constexpr std::size_t kPartOfRound = 1024;
  static constexpr std::int64_t kGrain = Axes == 2 ? 8 : 1;  // a polyhedron is work enough

  const Shapes& shapes_;
  Neighbourhood<Axes, Shapes> neighbours_;
  float threshold_;
  int threads_;
  std::vector<std::atomic<std::uint8_t>> state_;
  std::vector<std::int64_t> blocker_;
};

}  // namespace karyo::stardist
