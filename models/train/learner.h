#pragma once

/// What a kind of model supplies to the training loop: network, batches, loss.

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// One batch's loss. `parts` are its named terms, for curves and logs.
struct BatchLoss {
  torch::Tensor total;  ///< scalar; carries the gradient in training
  std::vector<std::pair<std::string, double>> parts;
  std::int64_t samples = 0;  ///< patches in the batch: its weight in a mean
};

/// One thread at a time.
class Learner {
 public:
  virtual ~Learner() = default;

  virtual std::vector<torch::Tensor> parameters() const = 0;
  /// What training changes without a gradient, such as running means: part of a checkpoint. They
  /// share memory with the network; float32.
  virtual std::vector<torch::Tensor> buffers() const { return {}; }

  /// The next training batch, forward pass and loss. Errors name the file that could not be used.
  virtual Result<BatchLoss> training_loss() = 0;
  /// The batch of global step `step` (from 0) comes next: all that resuming needs of the sampler.
  virtual void seek(std::int64_t step) = 0;

  /// Called before each epoch: takes up what has come to the data, and returns what is to be said
  /// of it.
  virtual std::vector<std::string> renew() { return {}; }

  /// The same batches in every round; called without gradient.
  virtual std::int64_t validation_batches() const = 0;
  virtual Result<BatchLoss> validation_loss(std::int64_t number) = 0;

  /// Writes the weights to the model folder under this file name, atomically.
  virtual Result<void> save_weights(const std::string& file_name) = 0;
};

}  // namespace karyo
