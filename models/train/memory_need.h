#pragma once

/// How much memory a training will take, before it starts, and what of the settings would fit.
///
///   bytes = base + a_weight * weights + a_value * values
///
/// values: what the layers of the network give for one batch, 4 bytes each, linear in patch voxels
/// x batch x filters. base, a_weight and a_value are fitted, a kind each, to peak resident sizes of
/// real trainings (tests/benchmarks/training_memory.py; how well they foretell:
/// docs/validation.md).

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "models/train/train_config.h"

namespace karyo {

/// Of data that a training reads: for the images kept in memory.
struct DataSize {
  std::int64_t channels = 1, channels_out = 1;  ///< of an image; CARE: of what is learned
  std::int64_t classes = 0;                     ///< StarDist: without background
  double bytes = 0;                             ///< of all images and masks, uncompressed
};

/// Channels of all layers for one voxel of a patch: those at half the size count an eighth, or in
/// 2D a quarter, and so on.
double values_per_voxel(const TrainConfig& config, const DataSize& data);
/// Weights of the network, biases left out.
double weight_count(const TrainConfig& config, const DataSize& data);

/// Bytes that the process will take at its peak. `bfloat16`: the precision that was chosen.
std::int64_t training_bytes(const TrainConfig& config, const DataSize& data, bool bfloat16);

/// "3.1 GiB", "420 MiB".
std::string memory_text(std::int64_t bytes);
/// "3GiB", "500 MB", "2.5g"; bytes. Errors: kInvalidArgument.
Result<std::int64_t> parse_memory(const std::string& text);

/// Puts numbers in the place of batch 0 ("auto") and patch 0 ("auto"): the field's default where it
/// fits the memory and the smallest image, else the largest that does, the batch being halved
/// first. `smallest`: extents that every image has.
/// Errors: kInvalidArgument where no patch of the network fits; kTooLarge where none fits memory.
Result<void> resolve_auto(TrainConfig& config, const DataSize& data, Index3 smallest, bool bfloat16,
                          std::int64_t limit_bytes);

/// Refuses what would not fit into `limit_bytes`, with settings that would. `whence`: what the
/// limit is, "12 GiB are free", "--memory allows 8 GiB".
Result<void> check_memory(const TrainConfig& config, const DataSize& data, bool bfloat16,
                          std::int64_t limit_bytes, const std::string& whence);

}  // namespace karyo
