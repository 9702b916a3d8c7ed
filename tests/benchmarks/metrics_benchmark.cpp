// Restored images judged: brought to one scale, SSIM and error maps, scores.

#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "core/base/random.h"
#include "core/metrics/restoration.h"

namespace karyo::bench {
namespace {

/// Waves with noise, as python/restoration_metrics.py makes them.
std::vector<float> picture(std::int64_t height, std::int64_t width, double noise) {
  Random random(1);
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(height * width));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const double wave =
          std::sin(0.05 * static_cast<double>(y)) * std::cos(0.04 * static_cast<double>(x));
      values.push_back(static_cast<float>(1000 + 400 * wave + noise * random.normal()));
    }
  }
  return values;
}

void judge(benchmark::State& state, std::int64_t depth, std::int64_t side) {
  const auto truth = picture(side, side, 0), image = picture(side, side, 50);
  for (auto unused : state) {
    for (std::int64_t z = 0; z < depth; ++z) {
      const auto planes = comparable(truth, image, false, side, side);
      if (!planes) return state.SkipWithError("planes do not fit");
      const auto maps = compare_planes(*planes);
      if (!maps) return state.SkipWithError("planes too small");
      benchmark::DoNotOptimize(maps->scores.ssim);
    }
  }
}

BENCHMARK_CAPTURE(judge, 2048, 1, 2048)
    ->Name("metrics/restoration/2048")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(judge, 64x512, 64, 512)
    ->Name("metrics/restoration/64x512")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace karyo::bench
