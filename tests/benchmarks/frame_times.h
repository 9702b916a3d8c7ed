#pragma once

/// Times of single frames or actions, and the counters every benchmark here reports.

#include <benchmark/benchmark.h>

#include <chrono>
#include <ctime>
#include <vector>

namespace karyo::bench {

/// Frames a benchmark runs when nothing else is asked for: enough for a 95th percentile.
inline constexpr int kFrames = 200;

/// Collects one time a frame; on report() sets the counters mean_ms, p95_ms, max_ms, and cpu_ms: the
/// processor time a frame took on all threads together, which a busy machine does not change much.
class FrameTimes {
 public:
  /// Runs and times one frame.
  template <typename F>
  void time(F&& frame) {
    const std::clock_t worked = std::clock();
    const auto start = std::chrono::steady_clock::now();
    frame();
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - start;
    ms_.push_back(taken.count());
    worked_ += std::clock() - worked;
  }
  void report(benchmark::State& state);

 private:
  std::vector<double> ms_;
  std::clock_t worked_ = 0;
};

}  // namespace karyo::bench
