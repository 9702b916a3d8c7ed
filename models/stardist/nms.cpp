#include "models/stardist/nms.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>

#include "core/base/parallel.h"
#include "models/stardist/polygon_overlap.h"

namespace karyo::stardist {
namespace {

/// Most probable first; of equal ones the later first, as a reversed ascending stable sort has it.
Candidates sorted_by_probability(const Candidates& candidates) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (candidates.prob[a] != candidates.prob[b]) return candidates.prob[a] > candidates.prob[b];
    return a > b;
  });
  Candidates sorted;
  sorted.rays = candidates.rays;
  sorted.reserve(candidates.size());
  for (const std::size_t i : order) sorted.add(candidates, i);
  return sorted;
}

/// Finds the polygons whose boxes touch a box. Polygons are kept in levels by their reach (how far
/// their box extends from the centre), so that a few huge ones do not widen the search for all.
class Neighbourhood {
 public:
  Neighbourhood(const StarPolygons& polygons, const Candidates& candidates) : polygons_(polygons) {
    std::map<int, std::vector<Entry>> levels;
    for (std::int64_t i = 0; i < polygons.size(); ++i) {
      const auto& box = polygons.box(i);
      const auto [y, x] = candidates.points[static_cast<std::size_t>(i)];
      const float reach = std::max({box.y1 - y, y - box.y0, box.x1 - x, x - box.x0, kLeastReach});
      levels[static_cast<int>(std::ceil(std::log2(reach)))].push_back({y, x, i});
    }
    for (auto& [exponent, entries] : levels) {
      Level level;
      level.reach = std::ldexp(1.f, exponent);
      // In strips as high as the reach, each ordered by column.
      std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
        const auto strip_a = strip(a.y, level.reach), strip_b = strip(b.y, level.reach);
        return strip_a != strip_b ? strip_a < strip_b : a.x != b.x ? a.x < b.x : a.index < b.index;
      });
      level.entries = std::move(entries);
      for (std::size_t k = 0; k < level.entries.size();) {
        const std::int64_t number = strip(level.entries[k].y, level.reach);
        level.strips.push_back({number, k});
        while (k < level.entries.size() && strip(level.entries[k].y, level.reach) == number) ++k;
      }
      levels_.push_back(std::move(level));
    }
  }

  /// Calls visit(j) for every j whose box touches that of i, i itself included, until it returns
  /// false.
  template <typename Visit>
  void visit(std::int64_t i, Visit&& visit) const {
    const auto& box = polygons_.box(i);
    for (const Level& level : levels_) {
      const std::int64_t first = strip(box.y0 - level.reach, level.reach);
      const std::int64_t last = strip(box.y1 + level.reach, level.reach);
      auto at = std::lower_bound(level.strips.begin(), level.strips.end(), first,
                                 [](const Strip& s, std::int64_t number) { return s.number < number; });
      for (; at != level.strips.end() && at->number <= last; ++at) {
        const auto end = level.entries.begin() +
                         static_cast<std::ptrdiff_t>(at + 1 != level.strips.end()
                                                         ? (at + 1)->begin
                                                         : level.entries.size());
        auto entry = std::lower_bound(
            level.entries.begin() + static_cast<std::ptrdiff_t>(at->begin), end,
            box.x0 - level.reach, [](const Entry& e, float x) { return e.x < x; });
        for (; entry != end && entry->x <= box.x1 + level.reach; ++entry) {
          if (polygons_.boxes_touch(i, entry->index) && !visit(entry->index)) return;
        }
      }
    }
  }

 private:
  static constexpr float kLeastReach = 4;  // pixels; strips any thinner would hold next to nothing
  struct Entry {
    float y, x;
    std::int64_t index;
  };
  struct Strip {
    std::int64_t number;
    std::size_t begin;
  };
  struct Level {
    float reach = 0;
    std::vector<Entry> entries;
    std::vector<Strip> strips;
  };
  static std::int64_t strip(float y, float height) {
    return static_cast<std::int64_t>(std::floor(y / height));
  }

  const StarPolygons& polygons_;
  std::vector<Level> levels_;
};

/// Survivors among polygons in order of falling probability, found in rounds: a polygon none of
/// whose more probable neighbours is undecided survives, whatever happens elsewhere; all such
/// suppress at once. The outcome is that of going through them one by one.
class Suppression {
 public:
  Suppression(const StarPolygons& polygons, const Neighbourhood& neighbours, float threshold,
              int threads)
      : polygons_(polygons),
        neighbours_(neighbours),
        threshold_(threshold),
        threads_(threads),
        state_(static_cast<std::size_t>(polygons.size())),
        blocker_(static_cast<std::size_t>(polygons.size()), -1) {}

  std::vector<std::int64_t> survivors() {
    std::vector<std::int64_t> undecided(state_.size());
    std::iota(undecided.begin(), undecided.end(), std::int64_t{0});
    while (!undecided.empty()) {
      const std::vector<std::int64_t> free = find_free(undecided);
      suppress_neighbours_of(free);
      for (const std::int64_t i : free) state(i).store(kSurvives, std::memory_order_relaxed);
      std::erase_if(undecided, [&](std::int64_t i) { return !is_undecided(i); });
    }
    std::vector<std::int64_t> result;
    for (std::int64_t i = 0; i < polygons_.size(); ++i) {
      if (state(i).load() == kSurvives) result.push_back(i);
    }
    return result;
  }

 private:
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
      OverlapTest test(polygons_, threshold_);
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
    parallel_for(0, static_cast<std::int64_t>(free.size()), 8, body, threads_);
  }

  const StarPolygons& polygons_;
  const Neighbourhood& neighbours_;
  float threshold_;
  int threads_;
  std::vector<std::atomic<std::uint8_t>> state_;
  std::vector<std::int64_t> blocker_;
};

Candidates chosen(const Candidates& candidates, const std::vector<std::int64_t>& indices) {
  Candidates result;
  result.rays = candidates.rays;
  result.reserve(indices.size());
  for (const std::int64_t i : indices) result.add(candidates, static_cast<std::size_t>(i));
  return result;
}

}  // namespace

Candidates nms_2d(const Candidates& candidates, float threshold, int threads) {
  const Candidates sorted = sorted_by_probability(candidates);
  if (sorted.size() == 0) return sorted;
  const StarPolygons polygons(sorted, threads);
  const Neighbourhood neighbours(polygons, sorted);
  return chosen(sorted, Suppression(polygons, neighbours, threshold, threads).survivors());
}

Candidates nms_2d_reference(const Candidates& candidates, float threshold) {
  const Candidates sorted = sorted_by_probability(candidates);
  const StarPolygons polygons(sorted, 1);
  OverlapTest test(polygons, threshold);
  std::vector<bool> suppressed(sorted.size(), false);
  std::vector<std::int64_t> survivors;
  for (std::int64_t i = 0; i < polygons.size(); ++i) {
    if (suppressed[static_cast<std::size_t>(i)]) continue;
    survivors.push_back(i);
    test.set_first(i);
    for (std::int64_t j = i + 1; j < polygons.size(); ++j) {
      if (suppressed[static_cast<std::size_t>(j)] || !polygons.boxes_touch(i, j)) continue;
      suppressed[static_cast<std::size_t>(j)] = test.overlap_by_clipper(j) > threshold;
    }
  }
  return chosen(sorted, survivors);
}

}  // namespace karyo::stardist
