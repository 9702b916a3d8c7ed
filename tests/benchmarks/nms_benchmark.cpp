// Suppression against the number of nuclei: nms_2d/N and nms_3d/N, where each of N nuclei is found
// kFinds times, as a network finds it from neighbouring grid pixels. See python/nms_scaling.py.

#include <benchmark/benchmark.h>

#include <cmath>

#include "core/base/random.h"
#include "models/stardist/nms.h"
#include "models/stardist/nms_3d.h"

namespace karyo::stardist {
namespace {

constexpr int kFinds = 12;
constexpr double kRadius = 8, kSpacing = 20;  // voxels: neighbours touch now and then

/// Nuclei on a lattice, out of place by up to a quarter of its spacing.
template <int Axes>
CandidatesOf<Axes> crowd(std::int64_t nuclei, int rays) {
  Random random(5);
  CandidatesOf<Axes> found;
  found.rays = rays;
  found.reserve(static_cast<std::size_t>(nuclei * kFinds));
  const auto side = static_cast<std::int64_t>(
      std::ceil(std::pow(static_cast<double>(nuclei), 1.0 / Axes) - 1e-9));
  for (std::int64_t n = 0; n < nuclei; ++n) {
    std::array<double, Axes> middle;
    for (std::int64_t axis = 0, rest = n; axis < Axes; ++axis, rest /= side) {
      middle[static_cast<std::size_t>(axis)] =
          kSpacing * (static_cast<double>(rest % side) + random.uniform(-0.25, 0.25));
    }
    const double radius = kRadius * random.uniform(0.75, 1.25);
    for (int find = 0; find < kFinds; ++find) {
      typename CandidatesOf<Axes>::Point point;
      for (std::size_t axis = 0; axis < Axes; ++axis) {
        point[axis] = static_cast<float>(std::round(middle[axis] + random.uniform(-3, 3)));
      }
      found.points.push_back(point);
      found.prob.push_back(static_cast<float>(random.uniform(0.5, 1)));
      for (int k = 0; k < rays; ++k) {
        found.dist.push_back(static_cast<float>(radius * random.uniform(0.9, 1.1)));
      }
    }
  }
  return found;
}

template <typename Suppress>
void run(benchmark::State& state, const Suppress& suppress) {
  std::size_t left = 0;
  for (auto _ : state) left = suppress();
  state.counters["candidates"] = static_cast<double>(state.range(0) * kFinds);
  state.counters["left"] = static_cast<double>(left);
}

void suppress_2d(benchmark::State& state) {
  const auto candidates = crowd<2>(state.range(0), 32);
  run(state, [&] { return nms_2d(candidates, 0.4f).size(); });
}
BENCHMARK(suppress_2d)
    ->Name("nms_2d")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()->UseRealTime()
    ->Arg(300)
    ->Arg(1'000)
    ->Arg(3'000)
    ->Arg(10'000)
    ->Arg(30'000)
    ->Arg(100'000);

void suppress_3d(benchmark::State& state) {
  const auto candidates = crowd<3>(state.range(0), 96);
  const Rays3d rays = golden_spiral(96);
  run(state, [&] { return nms_3d(candidates, rays, 0.3f).size(); });
}
BENCHMARK(suppress_3d)
    ->Name("nms_3d")
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()->UseRealTime()
    ->Arg(100)
    ->Arg(300)
    ->Arg(1'000)
    ->Arg(3'000)
    ->Arg(10'000)
    ->Arg(20'000);

}  // namespace
}  // namespace karyo::stardist
