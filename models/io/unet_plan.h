#pragma once

/// The convolutions of a U-Net as csbdeep, stardist and n2v build it, with their names and
/// channels.
///
/// Down: at each level some convolutions, whose result is also kept for the way up, then pooling.
/// Middle. Up: up-sampling by repetition, then the kept result of that level beside it
/// (concatenated after the up-sampled channels), then convolutions.
/// Lists with an entry an axis are in the order (Z,) Y, X.
/// Source  csbdeep 0.8.2 and n2v 0.3.3, unet_block (Ronneberger et al., MICCAI 2015).

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/axes.h"

namespace karyo {

struct UnetConv {
  std::string name;  ///< as in the Keras model, prefix included
  std::int64_t in = 0, out = 0;
};

struct UnetPlan {
  int n_dim = 2;
  std::int64_t channels_in = 1;
  int depth = 2;            ///< levels that are pooled
  int convs_per_level = 2;  ///< at least 1
  std::vector<int> kernel{3, 3}, pool{2, 2};
  int filters = 32;      ///< of level 0
  double expansion = 2;  ///< filters grow by this a level
  std::string prefix;
  bool batch_norm = false;  ///< between each convolution and its ReLU
  double dropout = 0;
  /// On the way up all convolutions of a level but the last have the filters of level 0, as n2v
  /// builds it; csbdeep gives them the level's.
  bool narrow_up = false;
  bool blur_pool = false;  ///< N2V2's pooling: largest of 2 x 2, then a binomial blur; 2D only
  bool skip_top = true;    ///< level 0 is kept for the way up (N2V2: not)

  std::int64_t filters_at(int level) const;
  bool has_skip(int level) const { return level > 0 || skip_top; }

  // In the order they run. 0 <= level < depth.
  std::vector<UnetConv> down(int level) const;
  std::vector<UnetConv> middle() const;
  std::vector<UnetConv> up(int level) const;
  /// Of the last convolution.
  std::int64_t channels_out() const { return filters_at(0); }
  /// All of them, as they run.
  std::vector<UnetConv> all() const;

  /// Extents of an input must be multiples of it; z is 1 in 2D.
  Index3 divisor() const;
  /// How many pixels away an input pixel can matter, at most; z is 0 in 2D. Exact for kernels of
  /// more than 3; csbdeep's table, measured with one pixel, has 22 where this has 23.
  Index3 receptive_radius() const;
};

/// The error for settings whose network would have more weights than anyone trains.
Error too_large_network();
/// Before any number of channels is computed. Errors  kTooLarge.
Result<void> check_width(double widest);

}  // namespace karyo
