#include "models/stardist/object_probability.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <unordered_map>

#include "core/base/parallel.h"

namespace karyo::stardist {
namespace {

/// No pixel of another label was met so far.
constexpr double kNone = std::numeric_limits<double>::infinity();

/// Squared distances along a run of one label in a line, from those found at its pixels across the
/// line and the other labels at its ends. The lower envelope of the parabolas
/// (spacing * (i - site))^2 + f, swept once.
class LineRun {
 public:
  explicit LineRun(double spacing) : scale_(spacing * spacing) {}

  void clear() { sites_.clear(); }
  /// Parabola with its vertex at pixel i, height f; pixels ascending.
  void add(std::int64_t i, double f) {
    const auto at = static_cast<double>(i);
    double from = -kNone;
    while (!sites_.empty()) {
      const Site& top = sites_.back();
      // First pixel at which the new parabola is lower than the top one.
      from = std::floor((scale_ * (at * at - top.at * top.at) + f - top.f) /
                        (2 * scale_ * (at - top.at))) +
             1;
      if (from > top.from) break;
      sites_.pop_back();
      from = -kNone;
    }
    sites_.push_back({at, f, from});
  }
  bool empty() const { return sites_.empty(); }
  /// Calls out(i, squared distance) for i in [first, last).
  template <typename Out>
  void sweep(std::int64_t first, std::int64_t last, Out&& out) const {
    std::size_t site = 0;
    for (std::int64_t i = first; i < last; ++i) {
      const auto at = static_cast<double>(i);
      while (site + 1 < sites_.size() && sites_[site + 1].from <= at) ++site;
      const double away = at - sites_[site].at;
      out(i, scale_ * away * away + sites_[site].f);
    }
  }

 private:
  struct Site {
    double at, f, from;
  };
  double scale_;
  std::vector<Site> sites_;
};

/// One line of voxels along an axis.
struct Line {
  const std::uint32_t* labels;
  double* squared;
  std::int64_t length, label_step, step;
};

void pass(const Line& line, LineRun& run) {
  const auto label = [&](std::int64_t i) { return line.labels[i * line.label_step]; };
  for (std::int64_t first = 0; first < line.length;) {
    const std::uint32_t id = label(first);
    std::int64_t last = first + 1;
    while (last < line.length && label(last) == id) ++last;
    if (id != 0) {
      run.clear();
      if (first > 0) run.add(first - 1, 0);
      for (std::int64_t i = first; i < last; ++i) {
        if (const double f = line.squared[i * line.step]; f < kNone) run.add(i, f);
      }
      if (last < line.length) run.add(last, 0);
      if (!run.empty()) {
        run.sweep(first, last,
                  [&](std::int64_t i, double value) { line.squared[i * line.step] = value; });
      }
    }
    first = last;
  }
}

/// Squared distance to the nearest pixel of another label; 0 on background.
std::vector<double> squared_distances(LabelView labels, const std::array<double, 3>& spacing,
                                      int threads) {
  const Index3 shape = labels.shape(), strides = labels.strides();
  const Index3 steps{shape.y * shape.x, shape.x, 1};
  std::vector<double> squared(static_cast<std::size_t>(shape.count()), kNone);
  struct Axis {
    std::int64_t Index3::*along;
    std::int64_t Index3::*outer;
    std::int64_t Index3::*inner;
  };
  constexpr Axis kAxes[] = {{&Index3::x, &Index3::z, &Index3::y},
                            {&Index3::y, &Index3::z, &Index3::x},
                            {&Index3::z, &Index3::y, &Index3::x}};
  for (std::size_t a = 0; a < 3; ++a) {
    const Axis& axis = kAxes[a];
    if (a > 0 && shape.*axis.along == 1) continue;
    const auto body = [&](std::int64_t begin, std::int64_t end) {
      LineRun run(spacing[2 - a]);
      for (std::int64_t k = begin; k < end; ++k) {
        const std::int64_t o = k / (shape.*axis.inner), i = k % (shape.*axis.inner);
        pass({labels.data() + o * (strides.*axis.outer) + i * (strides.*axis.inner),
              squared.data() + o * (steps.*axis.outer) + i * (steps.*axis.inner), shape.*axis.along,
              strides.*axis.along, steps.*axis.along},
             run);
      }
    };
    parallel_for(0, (shape.*axis.outer) * (shape.*axis.inner), 64, body, threads);
  }
  return squared;
}

/// Calls visit(i, label) for each voxel, in order.
template <typename Visit>
void each_voxel(LabelView labels, Visit&& visit) {
  const Index3 shape = labels.shape();
  std::size_t i = 0;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const std::uint32_t* row = labels.row(z, y);
      for (std::int64_t x = 0; x < shape.x; ++x, ++i) visit(i, row[x * labels.strides().x]);
    }
  }
}

bool one_object_all_over(LabelView labels) {
  const std::uint32_t id = labels(0, 0, 0);
  if (id == 0) return false;
  bool same = true;
  each_voxel(labels, [&](std::size_t, std::uint32_t here) { same = same && here == id; });
  return same;
}

/// Over the largest distance in each object.
std::vector<float> scaled_by_object(LabelView labels, const std::vector<double>& squared) {
  // Ids may be any 32-bit number; the object of the previous pixel is nearly always this one's.
  std::unordered_map<std::uint32_t, double> largest;
  std::uint32_t id = 0;
  double* of_id = nullptr;
  each_voxel(labels, [&](std::size_t i, std::uint32_t here) {
    if (here == 0) return;
    if (here != id) {
      id = here;
      of_id = &largest[id];
    }
    *of_id = std::max(*of_id, squared[i]);
  });
  for (auto& entry : largest) entry.second = std::sqrt(entry.second) + 1e-10;
  std::vector<float> probability(squared.size(), 0.f);
  id = 0;
  double divisor = 1;
  each_voxel(labels, [&](std::size_t i, std::uint32_t here) {
    if (here == 0) return;
    if (here != id) {
      id = here;
      divisor = largest.at(id);
    }
    probability[i] = static_cast<float>(std::sqrt(squared[i]) / divisor);
  });
  return probability;
}

/// `around` voxels of background at both ends of each axis.
LabelArray padded(LabelView labels, Index3 around) {
  const Index3 shape = labels.shape();
  LabelArray larger(shape + around + around);
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        larger(z + around.z, y + around.y, x + around.x) = labels(z, y, x);
      }
    }
  }
  return larger;
}

/// `around` is where background is added when there is none.
std::vector<float> object_probability(LabelView labels, const std::array<double, 3>& spacing,
                                      Index3 around, int threads) {
  const Index3 shape = labels.shape();
  if (shape.count() == 0) return {};
  if (!one_object_all_over(labels)) {
    return scaled_by_object(labels, squared_distances(labels, spacing, threads));
  }
  const LabelArray larger = padded(labels, around);
  const auto whole =
      scaled_by_object(larger.view(), squared_distances(larger.view(), spacing, threads));
  const VolumeView<const float> view(whole.data(), larger.shape());
  std::vector<float> inner;
  inner.reserve(static_cast<std::size_t>(shape.count()));
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      const float* row = view.row(z + around.z, y + around.y) + around.x;
      inner.insert(inner.end(), row, row + shape.x);
    }
  }
  return inner;
}

}  // namespace

std::vector<float> object_probability_2d(LabelView labels) {
  return object_probability(labels, {1, 1, 1}, {0, 1, 1}, 1);
}

std::vector<float> object_probability_3d(LabelView labels, const std::array<double, 3>& spacing,
                                         int threads) {
  return object_probability(labels, spacing, {1, 1, 1}, threads);
}

}  // namespace karyo::stardist
