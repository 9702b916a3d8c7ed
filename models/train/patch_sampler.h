#pragma once

/// Which image and where: random patches that prefer those with an object in them, and never one
/// that is ignored all over.
///
/// Everything is a pure function of (seed, number of the sample), so a run resumes at any sample
/// and threads may work in any order. Source: stardist 0.9.2 sample_patches, get_valid_inds.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/random.h"
#include "core/image/axes.h"
#include "core/labels/label_volume.h"

namespace karyo {

/// Where patches may lie in one image. Positions are the patch's first corner, in
/// [0, D - d] x [0, H - h] x [0, W - w]. `Valid` are those with at least one pixel in the patch
/// that is not ignored (all where nothing is, or everything); `eligible` those with at least one of
/// an object. They are held as runs along x (a few bytes a row, not an entry a position).
class PatchPositions {
 public:
  PatchPositions() = default;
  /// id_at(z, y, x) tells the label: 0, an object's or kIgnoredLabel. The image must not be smaller
  /// than the patch.
  template <typename IdAt>
  PatchPositions(Index3 image, Index3 patch, IdAt&& id_at);

  std::int64_t valid_count() const {
    return known_.empty() ? planes_ * rows_ * columns_ : count(known_);
  }
  std::int64_t eligible_count() const { return count(runs_); }
  /// The i-th position in row order, 0 <= i < count.
  Index3 valid(std::int64_t i) const {
    if (!known_.empty()) return position(known_, i);
    return {i / (rows_ * columns_), i / columns_ % rows_, i % columns_};
  }
  Index3 eligible(std::int64_t i) const { return position(runs_, i); }
  std::size_t memory_bytes() const { return (runs_.capacity() + known_.capacity()) * sizeof(Run); }

  /// With probability `foreground_only` one of the eligible positions, else (or if there is none)
  /// any valid one.
  Index3 draw(Random& random, double foreground_only) const;

 private:
  struct Run {
    std::int32_t z, y, x;  ///< first position
    std::int64_t until;    ///< positions up to and with this run
  };
  using Runs = std::vector<Run>;
  static std::int64_t count(const Runs& runs) { return runs.empty() ? 0 : runs.back().until; }
  static Index3 position(const Runs& runs, std::int64_t i);
  /// Positions whose patch has a pixel that `counts`.
  template <typename Counts>
  Runs runs_of(Index3 image, Index3 patch, Counts&& counts) const;
  void add_row(Runs& runs, std::int64_t z, std::int64_t y,
               const std::vector<std::int32_t>& in_column, std::int64_t patch_width) const;

  std::int64_t planes_ = 0, rows_ = 0, columns_ = 0;
  Runs runs_;
  Runs known_;  ///< empty where all positions are valid
};

/// The order of images: an endless concatenation of random permutations, so that every image
/// appears once in each pass. Thread-safe; copies share what they remember.
class PatchSampler {
 public:
  /// `images` >= 1.
  PatchSampler(std::int64_t images, std::uint64_t seed);

  std::int64_t image_of(std::int64_t sample) const;
  /// The generator of one sample's position and augmentation.
  Random random_of(std::int64_t sample) const;

 private:
  static constexpr std::uint64_t kOrder = 0x6f72646572, kSample = 0x73616d706c65;
  /// The permutation used last: neighbouring samples share it.
  struct Pass {
    std::mutex mutex;
    std::int64_t number = -1;
    std::vector<std::int64_t> order;
  };
  Random generator(std::uint64_t stream, std::int64_t number) const;

  std::int64_t images_;
  std::uint64_t seed_;
  std::shared_ptr<Pass> last_;
};

// ---- details ----

template <typename IdAt>
PatchPositions::PatchPositions(Index3 image, Index3 patch, IdAt&& id_at)
    : planes_(image.z - patch.z + 1),
      rows_(image.y - patch.y + 1),
      columns_(image.x - patch.x + 1) {
  bool any_ignored = false;
  runs_ = runs_of(image, patch, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const std::uint32_t id = id_at(z, y, x);
    any_ignored = any_ignored || id == kIgnoredLabel;
    return id != 0 && id != kIgnoredLabel;
  });
  if (!any_ignored) return;
  known_ = runs_of(image, patch, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    return id_at(z, y, x) != kIgnoredLabel;
  });
  if (count(known_) == planes_ * rows_ * columns_) known_ = {};
}

template <typename Counts>
PatchPositions::Runs PatchPositions::runs_of(Index3 image, Index3 patch, Counts&& counts) const {
  Runs runs;
  // Voxels that count at each (y, x), in the planes the patch spans; a plane further, one enters
  // and one leaves. Within a position along z the same for columns and rows.
  std::vector<std::int32_t> in_depth(static_cast<std::size_t>(image.y * image.x), 0);
  std::vector<std::int32_t> in_column(static_cast<std::size_t>(image.x), 0);
  const auto count_plane = [&](std::int64_t z, std::int32_t by) {
    auto at = in_depth.begin();
    for (std::int64_t y = 0; y < image.y; ++y) {
      for (std::int64_t x = 0; x < image.x; ++x, ++at) {
        if (counts(z, y, x)) *at += by;
      }
    }
  };
  const auto count_row = [&](std::int64_t y, std::int32_t by) {
    const std::int32_t* row = in_depth.data() + y * image.x;
    for (std::int64_t x = 0; x < image.x; ++x)
      in_column[static_cast<std::size_t>(x)] += by * row[x];
  };
  for (std::int64_t z = 0; z < patch.z - 1; ++z) count_plane(z, 1);
  for (std::int64_t z = 0; z < planes_; ++z) {
    count_plane(z + patch.z - 1, 1);
    std::fill(in_column.begin(), in_column.end(), 0);
    for (std::int64_t y = 0; y < patch.y - 1; ++y) count_row(y, 1);
    for (std::int64_t y = 0; y < rows_; ++y) {
      count_row(y + patch.y - 1, 1);
      add_row(runs, z, y, in_column, patch.x);
      count_row(y, -1);
    }
    count_plane(z, -1);
  }
  runs.shrink_to_fit();
  return runs;
}

}  // namespace karyo
