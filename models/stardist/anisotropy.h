#pragma once

/// How much shorter objects look along one axis than along another.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume_view.h"

namespace karyo::stardist {

/// Extents (z, y, x) in voxels.
using Extents = std::array<double, 3>;

/// The median object's box, each axis by itself; none where there is no object. Of an even number
/// the mean of the middle two.
/// Source  stardist 0.9.2, calculate_extents(labels, np.median).
std::optional<Extents> median_extents(LabelView labels);

/// From the extents of several images: the largest of their medians over each of them. (2, 1, 1)
/// where objects look twice as long along y and x as along z. (1, 1, 1) of nothing.
Extents anisotropy_of(const std::vector<Extents>& images);

/// "2,1,1" in z, y, x. Errors: kInvalidArgument unless it is three numbers from 0.01 to 100.
Result<Extents> parse_anisotropy(const std::string& text);
/// With at most two decimals: more would say more than is known.
std::string anisotropy_text(const Extents& anisotropy);

}  // namespace karyo::stardist
