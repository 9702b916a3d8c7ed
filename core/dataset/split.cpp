#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "core/dataset/dataset_folder.h"

namespace karyo {

Result<DatasetSplit> split_dataset(std::int64_t count, double fraction, std::uint64_t seed) {
  if (count < 1) {
    return Error(ErrorCode::kInvalidArgument, "there are no images to train on",
                 "Put pairs with the same file names into images/ and masks/.");
  }
  if (!(fraction > 0 && fraction < 1)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the share kept for validation cannot be " + std::to_string(fraction),
                 "Choose a number between 0 and 1, such as 0.1.");
  }
  DatasetSplit split;
  if (count == 1) return DatasetSplit{{0}, {0}, true};
  const auto wanted = std::llround(fraction * static_cast<double>(count));
  const std::int64_t kept = std::clamp<std::int64_t>(wanted, 1, count - 1);
  const auto order = Random(seed).permutation(count);
  split.train.assign(order.begin(), order.end() - kept);
  split.validation.assign(order.end() - kept, order.end());
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

}  // namespace karyo
