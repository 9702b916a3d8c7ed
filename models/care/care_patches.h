#pragma once

/// Pairs of patches that CARE learns from, as csbdeep's create_patches makes them.
///
/// A pair of images yields a fixed number of patches: distinct positions, uniformly among those
/// where the target shows something, each patch with percentiles of its own, drawn anew, so that
/// the network meets several scalings of one image. All is a function of (files, seed). Source
/// csbdeep 0.8.2, data/generate.py: create_patches, no_background_patches, norm_percentiles.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/dataset/restoration_folder.h"
#include "core/image/normalize.h"
#include "models/train/finding_log.h"
#include "models/train/load_cache.h"
#include "models/train/train_config.h"

namespace karyo {

/// Where patches may have their centre: 1 where the largest value within half a patch exceeds
/// `threshold` times the 99.9th percentile of the image. Along each axis the window has patch / 2
/// voxels (1 where the patch has 1) from -window / 2 on; beyond the border there is 0.
Array3<std::uint8_t> structure_mask(const Array3<float>& target, Index3 patch, double threshold);

/// First corners of `count` patches whose centre (patch / 2 from the corner) is set in the mask,
/// each used once unless there are fewer; empty where there is none.
std::vector<Index3> draw_corners(const Array3<std::uint8_t>& mask, Index3 patch, std::int64_t count,
                                 Random& random);

/// The patches of one pair. Immutable; held in the files' types.
class PairPatches {
 public:
  /// `corners` are the patches' first corners, each inside both images; the first `pair.*_shape.c`
  /// channels count. `random` gives the percentiles: from 1 to 3 and from 99.5 to 99.9.
  PairPatches(const RestorationPair& pair, const Volume& low, const Volume& high,
              const std::vector<Index3>& corners, Index3 patch, Random& random);

  std::size_t memory_bytes() const { return low_.size_bytes() + high_.size_bytes(); }
  std::int64_t count() const { return low_.shape().t; }

  /// Patch `i`, normalised, (C, Z, Y, X), to `out`; returns its end.
  float* copy_low(std::int64_t i, float* out) const { return copy(low_, low_scales_, i, out); }
  float* copy_high(std::int64_t i, float* out) const { return copy(high_, high_scales_, i, out); }

 private:
  static float* copy(const Volume& patches, const std::vector<ChannelScale>& scales, std::int64_t i,
                     float* out);

  Volume low_, high_;                                   ///< a patch a time
  std::vector<ChannelScale> low_scales_, high_scales_;  ///< by patch, then channel
};

/// Thread-safe.
class PairCache {
 public:
  explicit PairCache(const TrainConfig& config)
      : config_(config), pairs_(static_cast<std::size_t>(config.cache_mib) << 20) {}

  /// Reads both files and takes their patches. Errors name file and repair: unreadable, NaN, sizes
  /// that differ, nothing but background.
  Result<std::shared_ptr<const PairPatches>> get(const RestorationPair& pair);

  /// Warnings about files read since the last call; each is told once.
  std::vector<Finding> take_findings() { return findings_.take(); }
  std::int64_t loads() const { return pairs_.loads(); }

 private:
  Result<std::shared_ptr<const PairPatches>> load(const RestorationPair& pair);

  const TrainConfig config_;
  LoadCache<PairPatches> pairs_;
  FindingLog findings_;
};

}  // namespace karyo
