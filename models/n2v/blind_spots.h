#pragma once

/// Which pixels of a patch are hidden from the network, and behind what.
///
/// Noise2Void learns to guess a pixel from its neighbours: noise that is independent from pixel to
/// pixel cannot be guessed, so what is learned is the image beneath. Values are those of one
/// channel of a normalised patch, (Z, Y, X) and contiguous; Z is 1 in 2D. Source  Krull et al.,
/// CVPR 2019; Broaddus et al., ISBI 2020 (structN2V); Hoeck et al., ECCVW 2022
///         (N2V2); n2v 0.3.3, N2V_DataWrapper and n2v_utils.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/image/axes.h"

namespace karyo {

/// Neighbours that share a pixel's noise, around the middle of `shape`, whose extents are odd.
struct NeighbourMask {
  Index3 shape{0, 0, 0};
  std::vector<std::uint8_t> values;  ///< 1 where hidden, C order; the middle counts as 0

  bool empty() const { return values.empty(); }
  friend bool operator==(const NeighbourMask&, const NeighbourMask&) = default;
};

/// "none"; "horizontal" and "vertical": the five pixels on either side; or rows of 0 and 1 between
/// commas, planes (dims 3) between colons: "010,111,010". Errors  kInvalidArgument.
Result<NeighbourMask> parse_neighbour_mask(const std::string& text, std::int64_t dims);

enum class Manipulator { kUniformWithCentre, kUniformWithoutCentre, kMean, kMedian };

/// The reference's name of it; "auto" is uniform_withCP, or median for N2V2.
std::string resolved_manipulator(const std::string& setting, bool n2v2);
/// By that name. Errors  kInvalidArgument.
Result<Manipulator> manipulator_from(const std::string& name);

/// Edge of the box that holds one blind spot: round(sqrt(100 / percent)), half to even; the same in
/// 3D, as in the reference, whose share of hidden pixels is therefore smaller there.
std::int64_t blind_spot_box(double percent);

/// One position in each box of a grid from the origin, at random; a position outside the patch is
/// left out. There can be none in a patch smaller than a box.
std::vector<Index3> blind_spots(Index3 patch, std::int64_t dims, double percent, Random& random);

/// Replaces each position by what `manipulator` makes of the pixels at most `radius` away along
/// each axis, all taken from the patch as it was; the median of an even count is the mean of the
/// two in the middle. Returns the values that stood there.
std::vector<float> hide(std::span<float> patch, Index3 shape, std::span<const Index3> positions,
                        Manipulator manipulator, std::int64_t radius, Random& random);

/// Overwrites the masked neighbours of each position by uniform numbers in [-2, 2); those outside
/// fall upon the patch's border, as in the reference.
void hide_neighbours(std::span<float> patch, Index3 shape, std::span<const Index3> positions,
                     const NeighbourMask& mask, Random& random);

}  // namespace karyo
