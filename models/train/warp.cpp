#include "models/train/warp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace karyo {
namespace {

constexpr double kPi = 3.14159265358979323846;

std::int64_t mirrored(std::int64_t i, std::int64_t count) {
  if (count == 1) return 0;
  const std::int64_t period = 2 * (count - 1);
  i = std::abs(i) % period;
  return i < count ? i : period - i;
}

std::array<double, 4> spline_weights(double t) {
  const double s = 1 - t;
  return {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6,
          t * t * t / 6};
}

/// The field at one pixel.
double bend_at(const std::vector<float>& points, std::int64_t columns, std::int64_t y,
               std::int64_t x) {
  const auto rows = spline_weights(static_cast<double>(y % kBendSpacing) / kBendSpacing);
  const auto across = spline_weights(static_cast<double>(x % kBendSpacing) / kBendSpacing);
  const float* at = points.data() + y / kBendSpacing * columns + x / kBendSpacing;
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i, at += columns) {
    sum +=
        rows[i] * (across[0] * at[0] + across[1] * at[1] + across[2] * at[2] + across[3] * at[3]);
  }
  return sum;
}

/// One output pixel's place in the source.
struct Place {
  std::int64_t low_y, high_y, low_x, high_x;
  float part_y, part_x;  ///< of the high ones
  std::int64_t nearest;  ///< index in a plane
};

std::vector<Place> places_of(PlaneExtent source, std::int64_t height, std::int64_t width,
                             const Warp& warp) {
  std::vector<Place> places;
  places.reserve(static_cast<std::size_t>(height * width));
  const double cos = std::cos(warp.angle) / warp.factor, sin = std::sin(warp.angle) / warp.factor;
  const double centre_y = static_cast<double>(source.height - 1) / 2;
  const double centre_x = static_cast<double>(source.width - 1) / 2;
  for (std::int64_t y = 0; y < height; ++y) {
    const double dy = static_cast<double>(y) - static_cast<double>(height - 1) / 2;
    for (std::int64_t x = 0; x < width; ++x) {
      const double dx = static_cast<double>(x) - static_cast<double>(width - 1) / 2;
      double at_y = centre_y + cos * dy + sin * dx, at_x = centre_x - sin * dy + cos * dx;
      if (!warp.bend_y.empty()) {
        at_y += bend_at(warp.bend_y, warp.bend_columns, y, x);
        at_x += bend_at(warp.bend_x, warp.bend_columns, y, x);
      }
      const auto low_y = static_cast<std::int64_t>(std::floor(at_y));
      const auto low_x = static_cast<std::int64_t>(std::floor(at_x));
      places.push_back({mirrored(low_y, source.height), mirrored(low_y + 1, source.height),
                        mirrored(low_x, source.width), mirrored(low_x + 1, source.width),
                        static_cast<float>(at_y - static_cast<double>(low_y)),
                        static_cast<float>(at_x - static_cast<double>(low_x)),
                        mirrored(std::llround(at_y), source.height) * source.width +
                            mirrored(std::llround(at_x), source.width)});
    }
  }
  return places;
}

std::vector<float> warped_pixels(const std::vector<float>& pixels, PlaneExtent source,
                                 const std::vector<Place>& places) {
  const std::int64_t plane = source.height * source.width;
  const std::int64_t planes = static_cast<std::int64_t>(pixels.size()) / plane;
  std::vector<float> out;
  out.reserve(static_cast<std::size_t>(planes) * places.size());
  for (std::int64_t i = 0; i < planes; ++i) {
    const float* values = pixels.data() + i * plane;
    for (const Place& at : places) {
      const float* low = values + at.low_y * source.width;
      const float* high = values + at.high_y * source.width;
      const float upper = low[at.low_x] + (low[at.high_x] - low[at.low_x]) * at.part_x;
      const float lower = high[at.low_x] + (high[at.high_x] - high[at.low_x]) * at.part_x;
      out.push_back(upper + (lower - upper) * at.part_y);
    }
  }
  return out;
}

}  // namespace

double draw_zoom(Random& random, double strength) {
  const double low = std::max(0.1, 1 - (1 - kZoomLow) * strength);
  return random.uniform(low, 1 + (kZoomHigh - 1) * strength);
}

Warp draw_warp(Random& random, const AugmentSet& set, std::int64_t height, std::int64_t width) {
  Warp warp;
  if (set.zoom > 0) warp.factor = draw_zoom(random, set.zoom);
  if (set.turn > 0) warp.angle = random.uniform(-kPi, kPi) * set.turn;
  if (set.elastic > 0) {
    warp.bend_columns = (width - 1) / kBendSpacing + 4;
    const std::int64_t points = ((height - 1) / kBendSpacing + 4) * warp.bend_columns;
    for (std::int64_t i = 0; i < points; ++i) {
      warp.bend_y.push_back(static_cast<float>(kBendPixels * set.elastic * random.normal()));
      warp.bend_x.push_back(static_cast<float>(kBendPixels * set.elastic * random.normal()));
    }
  }
  return warp;
}

PlaneExtent seen_by(const Warp& warp, std::int64_t height, std::int64_t width) {
  const double cos = std::abs(std::cos(warp.angle)), sin = std::abs(std::sin(warp.angle));
  const auto h = static_cast<double>(height), w = static_cast<double>(width);
  float bend = 0;
  for (const float v : warp.bend_y) bend = std::max(bend, std::abs(v));
  for (const float v : warp.bend_x) bend = std::max(bend, std::abs(v));
  const auto margin = 2 + 2 * static_cast<std::int64_t>(std::ceil(bend));
  return {static_cast<std::int64_t>(std::ceil((h * cos + w * sin) / warp.factor)) + margin,
          static_cast<std::int64_t>(std::ceil((w * cos + h * sin) / warp.factor)) + margin};
}

Patch warped(const Patch& source, std::int64_t height, std::int64_t width, const Warp& warp) {
  const PlaneExtent extent{source.height, source.width};
  const auto places = places_of(extent, height, width, warp);
  Patch out{source.channels, height, width, warped_pixels(source.pixels, extent, places), {},
            source.depth};
  out.labels.reserve(static_cast<std::size_t>(source.depth) * places.size());
  for (std::int64_t z = 0; z < source.depth; ++z) {
    const std::uint32_t* labels = source.labels.data() + z * source.height * source.width;
    for (const Place& at : places) out.labels.push_back(labels[at.nearest]);
  }
  return out;
}

void warp_planes(std::vector<float>& pixels, std::int64_t height, std::int64_t width,
                 const Warp& warp) {
  if (!warp.moves()) return;
  const PlaneExtent extent{height, width};
  pixels = warped_pixels(pixels, extent, places_of(extent, height, width, warp));
}

void blur(Patch& patch, double sigma) {
  if (sigma <= 0) return;
  const auto reach = static_cast<std::int64_t>(std::ceil(3 * sigma));
  std::vector<float> weights;
  float sum = 0;
  for (std::int64_t i = -reach; i <= reach; ++i) {
    const double distance = static_cast<double>(i) / sigma;
    weights.push_back(static_cast<float>(std::exp(-distance * distance / 2)));
    sum += weights.back();
  }
  for (float& weight : weights) weight /= sum;
  const std::int64_t height = patch.height, width = patch.width;
  std::vector<float> row(static_cast<std::size_t>(height * width));
  for (std::int64_t i = 0; i < patch.channels * patch.depth; ++i) {
    float* plane = patch.pixels.data() + i * height * width;
    const auto along = [&](const float* from, float* to, bool across) {
      for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x) {
          float value = 0;
          for (std::int64_t k = -reach; k <= reach; ++k) {
            const std::int64_t at =
                across ? y * width + mirrored(x + k, width) : mirrored(y + k, height) * width + x;
            value += weights[static_cast<std::size_t>(k + reach)] * from[at];
          }
          to[y * width + x] = value;
        }
      }
    };
    along(plane, row.data(), true);
    along(row.data(), plane, false);
  }
}

}  // namespace karyo
