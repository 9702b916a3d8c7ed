#include "models/train/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace karyo {
namespace {

template <typename T>
void orient_plane(const T* source, std::int64_t height, std::int64_t width, Orientation how,
                  T* out) {
  const std::int64_t out_height = how.transpose ? width : height;
  const std::int64_t out_width = how.transpose ? height : width;
  for (std::int64_t y = 0; y < out_height; ++y) {
    const std::int64_t from_y = how.mirror_y ? out_height - 1 - y : y;
    const std::int64_t step_y = how.transpose ? 1 : width;
    std::int64_t step_x = how.transpose ? width : 1;
    const T* at = source + from_y * step_y;
    if (how.mirror_x) {
      at += (out_width - 1) * step_x;
      step_x = -step_x;
    }
    for (std::int64_t x = 0; x < out_width; ++x) *out++ = at[x * step_x];
  }
}

/// One after the other: channels, planes of a volume.
template <typename T>
void turn_planes(std::vector<T>& values, std::int64_t height, std::int64_t width, Orientation how) {
  std::vector<T> turned(values.size());
  const std::int64_t plane = height * width;
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(values.size()); at += plane) {
    orient_plane(values.data() + at, height, width, how, turned.data() + at);
  }
  values = std::move(turned);
}

/// Where one output pixel takes its value along an axis.
struct Tap {
  std::int64_t low, high, nearest;
  float weight;  ///< of `high`
};

std::int64_t mirrored(std::int64_t i, std::int64_t count) {
  if (count == 1) return 0;
  const std::int64_t period = 2 * (count - 1);
  i = std::abs(i) % period;
  return i < count ? i : period - i;
}

std::vector<Tap> taps(std::int64_t source, std::int64_t out, double factor) {
  std::vector<Tap> result;
  const double centre_in = static_cast<double>(source - 1) / 2;
  const double centre_out = static_cast<double>(out - 1) / 2;
  for (std::int64_t i = 0; i < out; ++i) {
    const double at = (static_cast<double>(i) - centre_out) / factor + centre_in;
    const auto low = static_cast<std::int64_t>(std::floor(at));
    result.push_back({mirrored(low, source), mirrored(low + 1, source),
                      mirrored(std::llround(at), source),
                      static_cast<float>(at - static_cast<double>(low))});
  }
  return result;
}

/// Middles of equally likely slices of the normal distribution, scaled to deviation 1: a table
/// look-up instead of a logarithm and a root for each of a batch's hundred thousands of pixels.
constexpr int kSliceBits = 12;
using NormalTable = std::array<float, std::size_t{1} << kSliceBits>;

NormalTable make_normal_table() {
  NormalTable table{};
  const std::size_t half = table.size() / 2;
  double z = 0, sum_of_squares = 0;
  for (std::size_t i = half; i < table.size(); ++i) {
    // Newton's method on the upper tail, from the slice before.
    const double tail = 1 - (static_cast<double>(i) + 0.5) / static_cast<double>(table.size());
    for (int step = 0; step < 40; ++step) {
      const double density = std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846);
      const double change = (0.5 * std::erfc(z / std::sqrt(2.0)) - tail) / density;
      z += change;
      if (std::abs(change) < 1e-13) break;
    }
    table[i] = static_cast<float>(z);
    sum_of_squares += z * z;
  }
  const double deviation = std::sqrt(sum_of_squares / static_cast<double>(half));
  for (std::size_t i = half; i < table.size(); ++i) {
    table[i] = static_cast<float>(table[i] / deviation);
    table[table.size() - 1 - i] = -table[i];
  }
  return table;
}

}  // namespace

Orientation draw_orientation(Random& random, const AugmentSet& set, bool square) {
  Orientation how;
  if (set.flip) {
    how.mirror_y = random.below(2) == 1;
    how.mirror_x = random.below(2) == 1;
    if (set.rotate && square) how.transpose = random.below(2) == 1;
    return how;
  }
  if (!set.rotate) return how;
  // A quarter turn is a transposition and one mirror, a half turn both mirrors.
  const std::int64_t quarters = square ? random.below(4) : 2 * random.below(2);
  how.transpose = quarters % 2 == 1;
  how.mirror_y = quarters == 1 || quarters == 2;
  how.mirror_x = quarters == 3 || quarters == 2;
  return how;
}

void orient(Patch& patch, Orientation how) {
  if (!how.transpose && !how.mirror_y && !how.mirror_x) return;
  turn_planes(patch.pixels, patch.height, patch.width, how);
  turn_planes(patch.labels, patch.height, patch.width, how);
  if (how.transpose) std::swap(patch.height, patch.width);
}

void orient_planes(std::vector<float>& pixels, std::int64_t height, std::int64_t width,
                   Orientation how) {
  if (!how.transpose && !how.mirror_y && !how.mirror_x) return;
  turn_planes(pixels, height, width, how);
}

Patch zoomed(const Patch& source, std::int64_t height, std::int64_t width, double factor) {
  const auto rows = taps(source.height, height, factor);
  const auto columns = taps(source.width, width, factor);
  Patch out{source.channels, height, width, {}, {}, source.depth};
  const std::int64_t planes = source.channels * source.depth;
  out.pixels.reserve(static_cast<std::size_t>(planes * height * width));
  out.labels.reserve(static_cast<std::size_t>(source.depth * height * width));
  for (std::int64_t i = 0; i < planes; ++i) {
    const float* plane = source.pixels.data() + i * source.height * source.width;
    for (const Tap& row : rows) {
      const float* low = plane + row.low * source.width;
      const float* high = plane + row.high * source.width;
      for (const Tap& column : columns) {
        const float upper = low[column.low] + (low[column.high] - low[column.low]) * column.weight;
        const float lower =
            high[column.low] + (high[column.high] - high[column.low]) * column.weight;
        out.pixels.push_back(upper + (lower - upper) * row.weight);
      }
    }
  }
  for (std::int64_t z = 0; z < source.depth; ++z) {
    for (const Tap& row : rows) {
      const std::uint32_t* line =
          source.labels.data() + (z * source.height + row.nearest) * source.width;
      for (const Tap& column : columns) out.labels.push_back(line[column.nearest]);
    }
  }
  return out;
}

void change_intensity(Patch& patch, Random& random, double strength) {
  const double low = std::max(0.05, 1 - 0.4 * strength);
  const auto gain = static_cast<float>(random.uniform(low, 1 + strength));
  const auto offset = static_cast<float>(random.uniform(-0.2, 0.2) * strength);
  for (float& value : patch.pixels) value = value * gain + offset;
}

void add_noise(Patch& patch, Random& random, double strength) {
  static const NormalTable normal = make_normal_table();
  const auto deviation = static_cast<float>(0.02 * strength * random.uniform());
  constexpr int kPerDraw = 64 / kSliceBits;
  std::uint64_t bits = 0;
  int left = 0;
  for (float& value : patch.pixels) {
    if (left == 0) {
      bits = random.next();
      left = kPerDraw;
    }
    value += deviation * normal[bits & (normal.size() - 1)];
    bits >>= kSliceBits;
    --left;
  }
}

}  // namespace karyo
