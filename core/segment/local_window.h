#pragma once

/// Sums, extremes and histograms over a window that moves along the rows; inside core/segment only.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/base/parallel.h"
#include "core/image/volume_view.h"

namespace karyo::local {

/// The window as rows: dy and dz away from its middle, from -half to half along x.
struct WindowRow {
  std::int64_t dz = 0, dy = 0, half = 0;
};

/// ImageJ's round neighbourhood; a ball where planes lie `plane_distance` pixels apart, not 0.
inline std::vector<WindowRow> round_window(std::int64_t radius, double plane_distance) {
  const auto limit = static_cast<double>(radius * radius + 1);
  const auto reach_of = [](double square) {
    return static_cast<std::int64_t>(std::sqrt(square + 1e-10));
  };
  const std::int64_t planes =
      plane_distance > 0 ? static_cast<std::int64_t>(std::sqrt(limit) / plane_distance) : 0;
  std::vector<WindowRow> rows;
  for (std::int64_t dz = -planes; dz <= planes; ++dz) {
    const double across = static_cast<double>(dz) * plane_distance;
    const double left = limit - across * across;
    const std::int64_t reach = reach_of(left);
    for (std::int64_t dy = -reach; dy <= reach; ++dy) {
      rows.push_back({dz, dy, reach_of(left - static_cast<double>(dy * dy))});
    }
  }
  return rows;
}

inline std::int64_t pixels_of(const std::vector<WindowRow>& window) {
  std::int64_t count = 0;
  for (const auto& row : window) count += 2 * row.half + 1;
  return count;
}

/// Row (z, y), or the nearest there is.
template <typename T>
const T* nearest_row(const VolumeView<const T>& values, std::int64_t z, std::int64_t y) {
  return values.row(std::clamp<std::int64_t>(z, 0, values.shape().z - 1),
                    std::clamp<std::int64_t>(y, 0, values.shape().y - 1));
}

/// Adds window(value) over each pixel's window to `sums` (Y, X), for plane z.
template <typename F>
void add_window_sums(const VolumeView<const float>& values, std::int64_t z,
                     const std::vector<WindowRow>& window, F&& of_value,
                     std::vector<double>& sums) {
  const Index3 shape = values.shape();
  std::int64_t reach = 0;
  for (const auto& row : window) reach = std::max({reach, row.half, row.dy});
  const std::int64_t stride = shape.x + 2 * reach + 1;
  const std::int64_t rows = shape.y + 2 * reach;
  std::vector<double> before(static_cast<std::size_t>(rows * stride));
  for (std::size_t first = 0; first < window.size();) {
    const std::int64_t dz = window[first].dz;
    // before[y][i]: the sum of the i leftmost values of the widened row.
    parallel_for(0, rows, 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t y = begin; y < end; ++y) {
        const float* row = nearest_row(values, z + dz, y - reach);
        double* out = before.data() + y * stride;
        double sum = out[0] = 0;
        for (std::int64_t x = -reach; x < shape.x + reach; ++x) {
          sum += of_value(row[std::clamp<std::int64_t>(x, 0, shape.x - 1)]);
          *++out = sum;
        }
      }
    });
    std::size_t last = first;
    while (last < window.size() && window[last].dz == dz) ++last;
    parallel_for(0, shape.y, 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t y = begin; y < end; ++y) {
        double* out = sums.data() + y * shape.x;
        for (std::size_t i = first; i < last; ++i) {
          const double* row = before.data() + (y + reach + window[i].dy) * stride + reach;
          const double* right = row + window[i].half + 1;
          const double* left = row - window[i].half;
          for (std::int64_t x = 0; x < shape.x; ++x) out[x] += right[x] - left[x];
        }
      }
    });
    first = last;
  }
}

/// The best value (better(a, b) picks one of two) of each pixel's window in plane z, into `out`.
template <typename F>
void find_window_extremes(const VolumeView<const float>& values, std::int64_t z,
                          const std::vector<WindowRow>& window, F&& better, float worst,
                          std::vector<float>& out) {
  const Index3 shape = values.shape();
  std::int64_t reach = 0;
  for (const auto& row : window) reach = std::max({reach, row.half, row.dy});
  const std::int64_t stride = shape.x + 2 * reach;
  std::size_t levels = 1;
  while ((std::int64_t{2} << (levels - 1)) <= 2 * reach + 1) ++levels;
  std::fill(out.begin(), out.end(), worst);
  // A row's best over 2^k values from each place on; two of them cover any width.
  parallel_for(0, shape.y, 32, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::vector<float>> runs(levels, std::vector<float>(std::size_t(stride)));
    std::int64_t have_z = -1, have_y = -1;
    // Source rows outside, so that each one's table is made once for all rows it serves.
    std::int64_t planes = 0;
    for (const auto& row : window) planes = std::max(planes, row.dz);
    for (std::int64_t dz = -planes; dz <= planes; ++dz) {
      for (std::int64_t source = begin - reach; source < end + reach; ++source) {
        const std::int64_t near_z = std::clamp<std::int64_t>(z + dz, 0, shape.z - 1);
        const std::int64_t near_y = std::clamp<std::int64_t>(source, 0, shape.y - 1);
        if (near_z != have_z || near_y != have_y) {
          have_z = near_z;
          have_y = near_y;
          const float* row = values.row(near_z, near_y);
          for (std::int64_t i = 0; i < stride; ++i) {
            runs[0][std::size_t(i)] = row[std::clamp<std::int64_t>(i - reach, 0, shape.x - 1)];
          }
          for (std::size_t k = 1; k < levels; ++k) {
            const auto half = std::int64_t{1} << (k - 1);
            const float* a = runs[k - 1].data();
            float* to = runs[k].data();
            for (std::int64_t i = 0; i + 2 * half <= stride; ++i) to[i] = better(a[i], a[i + half]);
          }
        }
        for (const auto& line : window) {
          const std::int64_t y = source - line.dy;
          if (line.dz != dz || y < begin || y >= end) continue;
          std::size_t k = 0;
          while ((std::int64_t{2} << k) <= 2 * line.half + 1) ++k;
          const float* left = runs[k].data() + reach - line.half;
          const float* right = runs[k].data() + reach + line.half + 1 - (std::int64_t{1} << k);
          float* to = out.data() + y * shape.x;
          for (std::int64_t x = 0; x < shape.x; ++x)
            to[x] = better(to[x], better(left[x], right[x]));
        }
      }
    }
  });
}

/// Calls visit(x, histogram) along row (z, y) with the 256 counts of each pixel's window. Pixels
/// beyond the border repeat the nearest one, or do not count (`cut`).
template <typename F>
void for_each_histogram(const VolumeView<const std::uint8_t>& values, std::int64_t z,
                        std::int64_t y, const std::vector<WindowRow>& window, bool cut, F&& visit) {
  const Index3 shape = values.shape();
  std::vector<std::int32_t> counts(256);
  const auto add = [&](const WindowRow& row, std::int64_t x, std::int32_t times) {
    const std::int64_t v = y + row.dy, w = z + row.dz;
    if (cut && (x < 0 || x >= shape.x || v < 0 || v >= shape.y || w < 0 || w >= shape.z)) return;
    counts[nearest_row(values, w, v)[std::clamp<std::int64_t>(x, 0, shape.x - 1)]] += times;
  };
  for (const auto& row : window) {
    for (std::int64_t x = -row.half; x <= row.half; ++x) add(row, x, 1);
  }
  for (std::int64_t x = 0; x < shape.x; ++x) {
    visit(x, counts);
    for (const auto& row : window) {
      add(row, x - row.half, -1);
      add(row, x + 1 + row.half, 1);
    }
  }
}

}  // namespace karyo::local
