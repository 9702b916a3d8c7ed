#pragma once

/// Seeded random numbers: passed in, never global; the state can be saved and restored.
///
/// xoshiro256** 1.0 (Blackman & Vigna, https://prng.di.unimi.it), seeded by splitmix64. Own code
/// rather than <random>, whose distributions differ between standard libraries: a run with a
/// seed must repeat on another machine too.

#include <array>
#include <cstdint>
#include <vector>

namespace karyo {

class Random {
 public:
  using State = std::array<std::uint64_t, 4>;

  explicit Random(std::uint64_t seed);

  /// 64 uniform bits.
  std::uint64_t next();
  /// Uniform in [0, 1).
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform integer in [0, bound); bound >= 1.
  std::int64_t below(std::int64_t bound);
  /// Normal with mean 0 and deviation 1 (Marsaglia's polar method, one value a call).
  double normal();
  /// 0..count-1 in random order (Fisher-Yates).
  std::vector<std::int64_t> permutation(std::int64_t count);
  /// An independent generator; advances this one.
  Random fork();

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace karyo
