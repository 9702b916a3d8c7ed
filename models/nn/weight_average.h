#pragma once

/// A moving average of a network's weights: less noisy than the weights of any one step.
///
///   average += (1 - d) * (weight - average),  d = min(share, (1 + steps) / (10 + steps))
///
/// so that the first steps, which have little to say, are soon forgotten.
/// Source  Polyak & Juditsky 1992; the ramp is TensorFlow's ExponentialMovingAverage(num_updates).

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace karyo {

class WeightAverage {
 public:
  /// `share` in [0, 1) is what is kept at each step; 0: there is no average.
  WeightAverage(std::vector<torch::Tensor> weights, double share);

  bool on() const { return share_ > 0; }
  /// After step `steps`, from 1.
  void update(std::int64_t steps);
  const std::vector<torch::Tensor>& averages() const { return averages_; }
  /// Continues from a checkpoint's.
  void restore(const std::vector<torch::Tensor>& averages);

  /// The network has the averages as its weights as long as this lives.
  class Shown {
   public:
    explicit Shown(WeightAverage& average) : average_(average) { average_.swap(); }
    ~Shown() { average_.swap(); }
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;

   private:
    WeightAverage& average_;
  };

 private:
  void swap();

  std::vector<torch::Tensor> weights_, averages_;
  double share_;
};

}  // namespace karyo
