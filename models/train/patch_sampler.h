#pragma once

/// Which image and where: random patches that prefer those with an object in them.
///
/// Everything is a pure function of (seed, number of the sample), so a run resumes at any sample
/// and threads may work in any order. Source: stardist 0.9.2 sample_patches, get_valid_inds.

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/random.h"
#include "core/image/axes.h"

namespace karyo {

/// Where patches may lie in one image (2D, z = one plane). Positions are the patch's first corner;
/// all of [0, H - h] x [0, W - w] are valid. `Eligible` ones have at least one labelled pixel in
/// the patch; they are held as runs along x (a few bytes a row, not an entry a position).
class PatchPositions {
 public:
  PatchPositions() = default;
  /// is_object(y, x) tells labelled pixels. The image must not be smaller than the patch.
  template <typename IsObject>
  PatchPositions(Index3 image, Index3 patch, IsObject&& is_object);

  std::int64_t valid_count() const { return rows_ * columns_; }
  std::int64_t eligible_count() const { return runs_.empty() ? 0 : runs_.back().until; }
  /// The i-th position in row order, 0 <= i < count.
  Index3 valid(std::int64_t i) const { return {0, i / columns_, i % columns_}; }
  Index3 eligible(std::int64_t i) const;
  std::size_t memory_bytes() const { return runs_.capacity() * sizeof(Run); }

  /// With probability `foreground_only` one of the eligible positions, else (or if there is none)
  /// any valid one.
  Index3 draw(Random& random, double foreground_only) const;

 private:
  struct Run {
    std::int32_t y, x;   ///< first position
    std::int64_t until;  ///< eligible positions up to and with this run
  };
  void add_row(std::int32_t y, const std::vector<std::int32_t>& objects_in_column,
               std::int64_t patch_width);

  std::int64_t rows_ = 0, columns_ = 0;
  std::vector<Run> runs_;
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

template <typename IsObject>
PatchPositions::PatchPositions(Index3 image, Index3 patch, IsObject&& is_object)
    : rows_(image.y - patch.y + 1), columns_(image.x - patch.x + 1) {
  // Labelled pixels of each column in the rows the patch spans; a row further, one row enters and
  // one leaves.
  std::vector<std::int32_t> in_column(static_cast<std::size_t>(image.x), 0);
  const auto count_row = [&](std::int64_t y, std::int32_t by) {
    for (std::int64_t x = 0; x < image.x; ++x) {
      if (is_object(y, x)) in_column[static_cast<std::size_t>(x)] += by;
    }
  };
  for (std::int64_t y = 0; y < patch.y - 1; ++y) count_row(y, 1);
  for (std::int64_t y = 0; y < rows_; ++y) {
    count_row(y + patch.y - 1, 1);
    add_row(static_cast<std::int32_t>(y), in_column, patch.x);
    count_row(y, -1);
  }
  runs_.shrink_to_fit();
}

}  // namespace karyo
