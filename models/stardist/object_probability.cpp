#include "models/stardist/object_probability.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <unordered_map>

namespace karyo::stardist {
namespace {

/// No boundary in this row: far enough to lose against any real one, small enough to be squared.
constexpr std::int64_t kNoBoundary = std::int64_t{1} << 30;

/// distance[x]: to the nearest pixel of another label in the same row.
void distances_in_row(const std::uint32_t* ids, std::int64_t step, std::int64_t width,
                      std::int64_t* distance) {
  std::int64_t since = kNoBoundary;
  for (std::int64_t x = 0; x < width; ++x) {
    const bool boundary = x > 0 && ids[x * step] != ids[(x - 1) * step];
    since = boundary ? 1 : std::min(since + 1, kNoBoundary);
    distance[x] = since;
  }
  since = kNoBoundary;
  for (std::int64_t x = width - 1; x >= 0; --x) {
    const bool boundary = x + 1 < width && ids[x * step] != ids[(x + 1) * step];
    since = boundary ? 1 : std::min(since + 1, kNoBoundary);
    distance[x] = std::min(distance[x], since);
  }
}

/// Squared distances along a run of one label in a column, from the row distances at its pixels and
/// the other labels at its ends. The lower envelope of the parabolas (y - s)^2 + f(s), swept once
/// down and once up.
class ColumnRun {
 public:
  void clear() { sites_.clear(); }
  /// Parabola with its vertex at row y, height f; rows ascending.
  void add(std::int64_t y, std::int64_t f) {
    std::int64_t from = std::numeric_limits<std::int64_t>::min();
    while (!sites_.empty()) {
      const Site& top = sites_.back();
      // First row at which the new parabola is lower than the top one.
      const std::int64_t numerator = y * y - top.y * top.y + f - top.f;
      const std::int64_t denominator = 2 * (y - top.y);
      from = floor_div(numerator, denominator) + 1;
      if (from > top.from) break;
      sites_.pop_back();
      from = std::numeric_limits<std::int64_t>::min();
    }
    sites_.push_back({y, f, from});
  }
  /// Calls out(y, squared distance) for y in [first, last).
  template <typename Out>
  void sweep(std::int64_t first, std::int64_t last, Out&& out) const {
    std::size_t site = 0;
    for (std::int64_t y = first; y < last; ++y) {
      while (site + 1 < sites_.size() && sites_[site + 1].from <= y) ++site;
      const std::int64_t away = y - sites_[site].y;
      out(y, away * away + sites_[site].f);
    }
  }

 private:
  struct Site {
    std::int64_t y, f, from;
  };
  static std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a >= 0 ? a / b : -((-a + b - 1) / b);
  }
  std::vector<Site> sites_;
};

/// Squared distance to the nearest pixel of another label; 0 on background.
std::vector<std::int64_t> squared_distances(LabelView labels) {
  const Index3 shape = labels.shape();
  const std::int64_t width = shape.x, height = shape.y;
  std::vector<std::int64_t> squared(static_cast<std::size_t>(height * width));
  for (std::int64_t y = 0; y < height; ++y) {
    distances_in_row(labels.row(0, y), labels.strides().x, width, &squared[static_cast<std::size_t>(y * width)]);
  }
  ColumnRun run;
  for (std::int64_t x = 0; x < width; ++x) {
    for (std::int64_t first = 0; first < height;) {
      const std::uint32_t id = labels(0, first, x);
      std::int64_t last = first + 1;
      while (last < height && labels(0, last, x) == id) ++last;
      if (id == 0) {
        for (std::int64_t y = first; y < last; ++y) squared[static_cast<std::size_t>(y * width + x)] = 0;
      } else {
        run.clear();
        if (first > 0) run.add(first - 1, 0);
        for (std::int64_t y = first; y < last; ++y) {
          const std::int64_t in_row = squared[static_cast<std::size_t>(y * width + x)];
          run.add(y, in_row * in_row);
        }
        if (last < height) run.add(last, 0);
        run.sweep(first, last, [&](std::int64_t y, std::int64_t value) {
          squared[static_cast<std::size_t>(y * width + x)] = value;
        });
      }
      first = last;
    }
  }
  return squared;
}

bool one_object_all_over(LabelView labels) {
  const std::uint32_t id = labels(0, 0, 0);
  if (id == 0) return false;
  for (std::int64_t y = 0; y < labels.shape().y; ++y) {
    for (std::int64_t x = 0; x < labels.shape().x; ++x) {
      if (labels(0, y, x) != id) return false;
    }
  }
  return true;
}

std::vector<float> probability_with_background_around(LabelView labels) {
  const Index3 shape = labels.shape();
  LabelArray padded({1, shape.y + 2, shape.x + 2});
  for (std::int64_t y = 0; y < shape.y; ++y) {
    for (std::int64_t x = 0; x < shape.x; ++x) padded(0, y + 1, x + 1) = labels(0, y, x);
  }
  const std::vector<float> whole = object_probability_2d(padded.view());
  std::vector<float> inner;
  inner.reserve(static_cast<std::size_t>(shape.count()));
  for (std::int64_t y = 0; y < shape.y; ++y) {
    const auto row = whole.begin() + (y + 1) * (shape.x + 2) + 1;
    inner.insert(inner.end(), row, row + shape.x);
  }
  return inner;
}

}  // namespace

std::vector<float> object_probability_2d(LabelView labels) {
  const Index3 shape = labels.shape();
  if (shape.count() == 0) return {};
  if (one_object_all_over(labels)) return probability_with_background_around(labels);

  const std::vector<std::int64_t> squared = squared_distances(labels);
  std::vector<float> probability(squared.size(), 0.f);

  // Ids may be any 32-bit number; the object of the previous pixel is nearly always this one's.
  std::unordered_map<std::uint32_t, std::int64_t> largest;
  std::uint32_t id = 0;
  std::int64_t* of_id = nullptr;
  for (std::int64_t y = 0, i = 0; y < shape.y; ++y) {
    for (std::int64_t x = 0; x < shape.x; ++x, ++i) {
      const std::uint32_t here = labels(0, y, x);
      if (here == 0) continue;
      if (here != id) {
        id = here;
        of_id = &largest[id];
      }
      *of_id = std::max(*of_id, squared[static_cast<std::size_t>(i)]);
    }
  }
  std::unordered_map<std::uint32_t, double> scale;
  for (const auto& [object, value] : largest) {
    scale[object] = std::sqrt(static_cast<double>(value)) + 1e-10;
  }
  id = 0;
  double divisor = 1;
  for (std::int64_t y = 0, i = 0; y < shape.y; ++y) {
    for (std::int64_t x = 0; x < shape.x; ++x, ++i) {
      const std::uint32_t here = labels(0, y, x);
      if (here == 0) continue;
      if (here != id) {
        id = here;
        divisor = scale.at(id);
      }
      probability[static_cast<std::size_t>(i)] = static_cast<float>(
          std::sqrt(static_cast<double>(squared[static_cast<std::size_t>(i)])) / divisor);
    }
  }
  return probability;
}

}  // namespace karyo::stardist
