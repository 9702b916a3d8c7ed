// Restored images judged: brought to one scale, SSIM and error maps, scores.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cmath>
#include <vector>

#include "core/base/parallel.h"
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
    std::atomic<bool> failed = false;
    parallel_for(0, depth, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t z = begin; z < end; ++z) {
        const auto planes = comparable(truth, image, false, side, side);
        const auto maps = planes ? compare_planes(*planes, depth > 1 ? 1 : 0)
                                 : Result<RestorationMaps>(planes.error());
        if (!maps) failed = true;
      }
    });
    if (failed) return state.SkipWithError("planes do not fit");
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
