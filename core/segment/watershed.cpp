// ImageJ's watershed on the distance map. The steps and their order decide single pixels, so they
// are kept: candidate maxima, plateaus within the tolerance, levels of 8 bits, removal of spurious
// maxima, dilation level by level.

#include "core/segment/watershed.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr float kSqrt2 = 1.4142135624F;
constexpr float kTolerance = 0.5F;
// Heights are known to within this much when candidates are put in order.
constexpr float kOrderError = 1.1F * (kSqrt2 / 2.0F);

// Clockwise from up.
constexpr std::array<int, 8> kDx = {0, 1, 1, 1, 0, -1, -1, -1};
constexpr std::array<int, 8> kDy = {-1, -1, 0, 1, 1, 1, 0, -1};

enum PixelState : std::uint8_t {
  kCandidate = 1,   // no higher neighbour
  kListed = 2,      // in the flood under way
  kProcessed = 4,   // flooded before
  kMaximum = 8,     // belongs to a true maximum
  kLevelled = 16,   // a spurious maximum, lowered to its saddle
};

class PlaneWatershed {
 public:
  PlaneWatershed(const float* distance, std::int32_t height, std::int32_t width)
      : distance_(distance), height_(height), width_(width), size_(std::size_t(height) * width) {
    for (int d = 0; d < 8; ++d) step_[std::size_t(d)] = kDy[std::size_t(d)] * width + kDx[std::size_t(d)];
    highest_ = *std::max_element(distance, distance + size_);
  }

  /// 255 where a basin is.
  std::vector<std::uint8_t> segment() {
    find_heights();
    find_candidates();
    mark_maxima();
    make_levels();
    remove_spurious_maxima();
    dilate_levels();
    return std::move(level_);
  }

 private:
  bool inner(std::int32_t y, std::int32_t x) const {
    return y > 0 && x > 0 && y < height_ - 1 && x < width_ - 1;
  }
  /// Calls f(neighbour's offset) in direction order until it returns false.
  template <typename F>
  void for_neighbours(std::int32_t offset, F&& f) const {
    const std::int32_t y = offset / width_, x = offset % width_;
    const bool all = inner(y, x);
    for (std::size_t d = 0; d < 8; ++d) {
      if (!all) {
        const std::int32_t ny = y + kDy[d], nx = x + kDx[d];
        if (ny < 0 || nx < 0 || ny >= height_ || nx >= width_) continue;
      }
      if (!f(offset + step_[d])) return;
    }
  }

  /// A pixel's height on the ridge it may lie beside, since the summit need not be a pixel centre.
  void find_heights() {
    height_at_.assign(distance_, distance_ + size_);
    for (std::int32_t y = 1; y + 1 < height_; ++y) {
      for (std::int32_t x = 1; x + 1 < width_; ++x) {
        const std::int32_t at = y * width_ + x;
        const float v = distance_[at];
        if (v == 0) continue;
        float cap = v + 0.5F * kSqrt2;
        bool ridge = false;
        for (std::size_t d = 0; d < 4; ++d) {
          const float a = distance_[at + step_[d]], b = distance_[at + step_[d + 4]];
          float h = 0;
          if (v >= a && v >= b) {
            ridge = true;
            h = (a + b) / 2;
          } else {
            h = std::min(a, b);
          }
          h += d % 2 == 0 ? 1.0F : kSqrt2;
          cap = std::min(cap, h);
        }
        if (ridge) height_at_[std::size_t(at)] = cap;
      }
    }
  }

  void find_candidates() {
    state_.assign(size_, 0);
    const float scale = static_cast<float>(2e9 / highest_);
    for (std::int32_t at = 0; at < std::int32_t(size_); ++at) {
      const float v = distance_[at], h = height_at_[std::size_t(at)];
      if (v == 0) continue;
      bool candidate = true;
      for_neighbours(at, [&](std::int32_t near) {
        candidate = !(distance_[near] > v && height_at_[std::size_t(near)] > h);
        return candidate;
      });
      if (!candidate) continue;
      state_[std::size_t(at)] = kCandidate;
      candidates_.emplace_back(static_cast<std::int32_t>(h * scale), at);
    }
    // Highest first; of equals the one further on in the image.
    std::sort(candidates_.rbegin(), candidates_.rend());
  }

  void mark_maxima() {
    std::vector<std::int32_t> list;
    for (const auto& [order, start] : candidates_) {
      std::int32_t top = start;
      if ((state_[std::size_t(top)] & kProcessed) != 0) continue;
      float v = height_at_[std::size_t(top)];
      for (bool again = true; again;) {
        again = false;
        bool maximum = true;
        list.assign(1, top);
        state_[std::size_t(top)] |= kListed;
        for (std::size_t next = 0; next < list.size(); ++next) {
          for_neighbours(list[next], [&](std::int32_t near) {
            auto& state = state_[std::size_t(near)];
            if ((state & kListed) != 0 || distance_[near] <= 0) return true;
            const float h = height_at_[std::size_t(near)];
            if ((state & kProcessed) != 0 || h > v + kOrderError) {
              maximum = false;
              return false;
            }
            if (h >= v - kTolerance) {
              if (h > v) {  // comes first after all: start over from it
                again = true;
                top = near;
                v = h;
              }
              list.push_back(near);
              state |= kListed;
            }
            return true;
          });
        }
        for (const auto at : list) {
          auto& state = state_[std::size_t(at)];
          if (again) {
            state = 0;
            continue;
          }
          state = static_cast<std::uint8_t>((state & ~kListed) | kProcessed);
          if (maximum) state |= kMaximum;
        }
      }
    }
  }

  void make_levels() {
    const double span = highest_ - 1.0;
    const double offset = 1.0 - span * (1.0 / 506 - 1e-6);
    const double factor = std::min(1.0, 253.0 / span);
    level_.resize(size_);
    for (std::size_t at = 0; at < size_; ++at) {
      if (distance_[at] < 0.5F) {
        level_[at] = 0;
      } else if ((state_[at] & kMaximum) != 0) {
        level_[at] = 255;
      } else {
        const double level = 1 + std::floor((distance_[at] - offset) * factor + 0.5);
        level_[at] = static_cast<std::uint8_t>(std::clamp(level, 1.0, 254.0));
      }
    }
  }

  void remove_spurious_maxima() {
    std::vector<std::int32_t> list;
    for (const auto& [order, start] : candidates_) {
      if ((state_[std::size_t(start)] & (kMaximum | kLevelled)) != 0) continue;
      int low = level_[std::size_t(start)] + 1;
      list.assign(1, start);
      state_[std::size_t(start)] |= kListed;
      std::size_t before_lowering = 1;
      bool saddle = false;
      while (!saddle && low > 0) {
        --low;
        before_lowering = list.size();
        for (std::size_t next = 0; next < list.size() && !saddle; ++next) {
          for_neighbours(list[next], [&](std::int32_t near) {
            auto& state = state_[std::size_t(near)];
            if ((state & kListed) != 0) return true;
            const bool high = level_[std::size_t(near)] >= low;
            if ((state & kMaximum) != 0 || ((state & kLevelled) != 0 && high)) {
              saddle = true;
              return false;
            }
            if (high) {
              list.push_back(near);
              state |= kListed;
            }
            return true;
          });
        }
      }
      for (const auto at : list) state_[std::size_t(at)] &= static_cast<std::uint8_t>(~kListed);
      for (std::size_t i = 0; i < before_lowering; ++i) {
        level_[std::size_t(list[i])] = static_cast<std::uint8_t>(low);
        state_[std::size_t(list[i])] |= kLevelled;
      }
    }
  }

  /// For each set of set neighbours (bit d: direction d), the passes that may set the pixel: those
  /// that move away from a set neighbour, unless the pixel would join two regions.
  static std::array<std::uint8_t, 256> make_table() {
    std::array<std::uint8_t, 256> table{};
    for (unsigned neighbours = 0; neighbours < 256; ++neighbours) {
      const auto bit = [](unsigned set, unsigned d) { return (set >> (d % 8)) & 1U; };
      unsigned runs = neighbours;
      for (unsigned side = 0; side < 8; side += 2) {
        if (bit(neighbours, side) != 0) runs |= (1U << ((side + 1) % 8)) | (1U << ((side + 7) % 8));
      }
      int transitions = 0;
      for (unsigned d = 0; d < 8; ++d) transitions += bit(runs, d) != bit(runs, d + 1) ? 1 : 0;
      if (transitions >= 4) continue;
      table[neighbours] = static_cast<std::uint8_t>((neighbours << 4) | (neighbours >> 4));
    }
    return table;
  }

  unsigned set_neighbours(std::int32_t at) const {
    const std::int32_t y = at / width_, x = at % width_;
    const bool all = inner(y, x);
    unsigned set = 0;
    for (std::size_t d = 0; d < 8; ++d) {
      if (!all) {
        const std::int32_t ny = y + kDy[d], nx = x + kDx[d];
        if (ny < 0 || nx < 0 || ny >= height_ || nx >= width_) continue;
      }
      if (level_[std::size_t(at + step_[d])] == 255) set |= 1U << d;
    }
    return set;
  }

  void dilate_levels() {
    static constexpr std::array<int, 8> kPasses = {7, 3, 1, 5, 0, 4, 2, 6};
    const auto table = make_table();
    std::array<std::vector<std::int32_t>, 255> pixels_of;
    for (std::int32_t at = 0; at < std::int32_t(size_); ++at) {
      const auto level = level_[std::size_t(at)];
      if (level > 0 && level < 255) pixels_of[level].push_back(at);
    }
    std::vector<std::int32_t> reached;
    for (int level = 254; level >= 1; --level) {
      auto& left = pixels_of[std::size_t(level)];
      int idle = 0;
      for (std::size_t pass = 0; !left.empty() && idle < 8; ++pass) {
        const unsigned mask = 1U << kPasses[pass % 8];
        reached.clear();
        std::erase_if(left, [&](std::int32_t at) {
          if ((table[set_neighbours(at)] & mask) == 0) return false;
          reached.push_back(at);
          return true;
        });
        for (const auto at : reached) level_[std::size_t(at)] = 255;
        idle = reached.empty() ? idle + 1 : 0;
      }
      if (left.empty() || level == 1) continue;
      int lower = level - 1;
      while (lower > 1 && pixels_of[std::size_t(lower)].empty()) --lower;
      for (const auto at : left) {
        bool border = !inner(at / width_, at % width_);
        for_neighbours(at, [&](std::int32_t near) {
          border = border || level_[std::size_t(near)] == 0;
          return !border;
        });
        if (border) pixels_of[std::size_t(lower)].push_back(at);
      }
    }
  }

  const float* distance_;
  std::int32_t height_, width_;
  std::size_t size_;
  float highest_ = 0;
  std::array<std::int32_t, 8> step_{};
  std::vector<float> height_at_;
  std::vector<std::uint8_t> state_;
  std::vector<std::pair<std::int32_t, std::int32_t>> candidates_;  // order, offset
  std::vector<std::uint8_t> level_;
};

}  // namespace

Mask watershed_split(MaskView mask) {
  const Index3 shape = mask.shape();
  Mask out(shape);
  parallel_for(0, shape.z, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t z = first; z < last; ++z) {
      const auto plane = mask.crop({{z, 0, 0}, {z + 1, shape.y, shape.x}});
      const auto distance = distance_map(plane);
      const float highest = *std::max_element(distance.begin(), distance.end());
      std::vector<std::uint8_t> basins;
      // A plane without foreground or without background has nothing to split.
      if (highest > 0 && std::isfinite(highest)) {
        basins = PlaneWatershed(distance.data(), static_cast<std::int32_t>(shape.y),
                                static_cast<std::int32_t>(shape.x)).segment();
      }
      std::size_t at = 0;
      for (std::int64_t y = 0; y < shape.y; ++y) {
        for (std::int64_t x = 0; x < shape.x; ++x, ++at) {
          const bool kept = plane(0, y, x) != 0 && (basins.empty() || basins[at] == 255);
          out(z, y, x) = kept ? 255 : 0;
        }
      }
    }
  });
  return out;
}

}  // namespace karyo
