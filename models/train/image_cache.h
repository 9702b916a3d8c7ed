#pragma once

/// Training images in memory within a budget: read when first sampled, dropped when unused longest.
///
/// Held compactly: pixels in the file's type with two percentiles a channel, labels as uint16
/// where ids fit (what is ignored too), patch positions as runs. Memory is flat in the size of the
/// dataset.

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/dataset/dataset_folder.h"
#include "core/image/normalize.h"
#include "models/train/load_cache.h"
#include "models/train/patch_sampler.h"

namespace karyo {

/// One pair ready to cut patches from. Immutable.
class TrainingImage {
 public:
  /// The first `channels` channels of `image` count (an alpha channel does not); `labels` has its
  /// size and `patch` fits into it.
  TrainingImage(Volume image, std::int64_t channels, const LabelArray& labels,
                double percentile_low, double percentile_high, Index3 patch);

  Index3 shape() const { return image_.shape().zyx(); }
  int channels() const { return static_cast<int>(scales_.size()); }
  const PatchPositions& positions() const { return positions_; }
  std::size_t memory_bytes() const;

  /// A box within the image, row by row, to `out`: normalised pixels, or labels.
  void copy_pixels(int channel, const Box3& box, float* out) const;
  void copy_labels(const Box3& box, std::uint32_t* out) const;

 private:
  Volume image_;
  std::variant<Array3<std::uint16_t>, LabelArray> labels_;
  std::vector<ChannelScale> scales_;
  PatchPositions positions_;
};

/// Thread-safe. What get() returned stays valid after it was dropped from the cache.
class ImageCache {
 public:
  struct Options {
    std::size_t budget_bytes = std::size_t{256} << 20;
    double percentile_low = 1, percentile_high = 99.8;
    Index3 patch{1, 256, 256};
  };

  explicit ImageCache(Options options) : options_(options), images_(options.budget_bytes) {}

  /// Reads image and mask, fills holes in objects, measures percentiles. One pair is read by one
  /// thread at a time, and again when its mask was written since. Errors name file and repair:
  /// unreadable, NaN, sizes that differ, smaller than the patch.
  Result<std::shared_ptr<const TrainingImage>> get(const DatasetPair& pair);

  /// Warnings about files read since the last call; each is told once.
  std::vector<Finding> take_findings();

  std::size_t held_bytes() const { return images_.held_bytes(); }
  /// Files read so far (each pair counts once a reading).
  std::int64_t loads() const { return images_.loads(); }

 private:
  Result<std::shared_ptr<const TrainingImage>> load(const DatasetPair& pair);

  const Options options_;
  LoadCache<TrainingImage> images_;
  std::mutex mutex_;
  std::vector<Finding> findings_;
  std::set<std::string> told_;
};

}  // namespace karyo
