#include "tests/benchmarks/frame_times.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace karyo::bench {

void FrameTimes::report(benchmark::State& state) {
  if (ms_.empty()) return;
  std::sort(ms_.begin(), ms_.end());
  // Nearest rank: 95 of 100 frames were no slower.
  const auto rank = static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(ms_.size())));
  state.counters["p95_ms"] = ms_[rank - 1];
  state.counters["mean_ms"] =
      std::accumulate(ms_.begin(), ms_.end(), 0.0) / static_cast<double>(ms_.size());
  state.counters["max_ms"] = ms_.back();
  state.counters["cpu_ms"] = 1000.0 * static_cast<double>(worked_) / CLOCKS_PER_SEC /
                             static_cast<double>(ms_.size());
}

}  // namespace karyo::bench
