#pragma once

/// What each object of a label image measures: ImageJ's columns in a plane, volumes in a stack.
///
/// Planes  Area, Mean, StdDev, Mode, Min, Max, X, Y, XM, YM, Perim., BX, BY, Width, Height, Major,
///         Minor, Angle, Circ., Feret, IntDen, Median, Skew, Kurt, %Area, RawIntDen, FeretX,
///         FeretY, FeretAngle, MinFeret, AR, Round, Solidity: names, order and definitions of
///         ImageJ 1.54 (Set Measurements, all). Of an object in several pieces or with holes,
///         Perim. is the sum over its outlines.
/// Stacks  Volume, Mean, StdDev, Mode, Min, Max, X, Y, Z, XM, YM, ZM, BX, BY, BZ, Width, Height,
///         Depth, Surface, Sphericity, Major, Middle, Minor, IntDen, Median, Skew, Kurt, RawIntDen,
///         Voxels. Surface by Crofton's formula over the 13 directions between neighbours, each
///         weighed by the part of the sphere that is nearest to it (Lang, Ohser and Hilfer 2001);
///         Sphericity = pi^(1/3) (6 Volume)^(2/3) / Surface; axes of the ellipsoid with the same
///         moments.
/// Units   the grid's; FeretX and FeretY in pixels, as ImageJ has them; Angle and FeretAngle in
///         degrees, counter-clockwise; IntDen = Area x Mean (Volume x Mean). Places count from the
///         image's corner.
/// Threads pure, on all cores.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/image/volume.h"

namespace karyo {

struct ObjectMeasures {
  std::uint32_t id = 0;
  std::vector<double> values;  ///< one a column
};

struct ObjectMeasurement {
  std::vector<std::string> columns;
  std::vector<ObjectMeasures> objects;  ///< by id; background and ignored parts are none
};

/// One time point. `image`, where given, has the labels' (Z, Y, X) and gives the values of channel
/// `c` at time `t`; without it the columns of values are absent.
/// Errors: kInvalidArgument for another shape or an absent channel; kNumeric for values that are
/// not finite.
Result<ObjectMeasurement> measure_objects(LabelView labels, const VoxelGrid& grid,
                                          const Volume* image, std::int64_t t, std::int64_t c);

}  // namespace karyo
