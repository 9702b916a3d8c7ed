#pragma once

/// All that a stopped training needs to go on as if it had not been stopped.
///
/// One file, checkpoint.safetensors, so that it is whole or absent: weights and Adam's moments as
/// tensors, the rest as JSON in the file's metadata. Samples and augmentation are functions of
/// (seed, step), so the step number is the state of sampler and generators.

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <vector>

#include "core/base/result.h"
#include "models/io/history.h"
#include "models/nn/adam.h"
#include "models/nn/weight_average.h"
#include "models/train/schedule.h"

namespace karyo {

/// Sums of an epoch that is not over yet.
struct LossSums {
  double weight = 0, total = 0;
  std::vector<double> parts;
};

struct TrainState {
  std::int64_t epoch = 0;  ///< epochs done
  std::int64_t step = 0;   ///< steps done of the next one
  double learning_rate = 0;
  ReduceOnPlateau reduce;
  double best_val_loss = std::numeric_limits<double>::infinity();
  std::int64_t best_epoch = 0;
  LossSums sums;
  History history;
};

/// The tensors of a network: see Learner.
struct NetworkState {
  std::vector<torch::Tensor> parameters, buffers;
};

/// Errors: kIo; the checkpoint before stays.
Result<void> save_checkpoint(const std::filesystem::path& folder, const NetworkState& network,
                             const Adam& optimizer, const WeightAverage& average,
                             const TrainState& state);

/// Copies weights, moments and averages into place; of a training that kept no average, that begins
/// with the weights. Errors: kNotFound, kBadFile (also when the shapes are those of another
/// network).
Result<TrainState> load_checkpoint(const std::filesystem::path& folder, const NetworkState& network,
                                   Adam& optimizer, WeightAverage& average);

bool has_checkpoint(const std::filesystem::path& folder);

}  // namespace karyo
