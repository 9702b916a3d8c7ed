#pragma once

/// How voxels lie in the world.

#include <string>
#include <tuple>

namespace karyo {

/// The unit of places that a file gives without one, in whatever unit the world has: surfaces'.
inline constexpr const char* kWorldUnit = "world";

/// What a file calls its axes where that is not t, c, z, y, x: "angle", "depth". UTF-8; empty: as
/// usual. An axis of another kind lies where there is room, an angle where time would.
struct AxisNames {
  std::string t, c, z, y, x;
  friend bool operator==(const AxisNames&, const AxisNames&) = default;
};

/// Spacing is the distance between neighbouring voxel centres, in `unit`, always > 0 and finite.
/// A file without calibration has spacing 1 and the unit "pixel".
struct VoxelGrid {
  double spacing_z = 1, spacing_y = 1, spacing_x = 1;
  std::string unit = "pixel";  ///< "µm" is written as "um" inside; see tiff_metadata.h
  double frame_interval = 0;   ///< time between frames in `time_unit`; 0 when unknown
  std::string time_unit = "sec";
  /// Where the volume's corner lies in the world, in `unit`: a layer that was moved.
  double origin_z = 0, origin_y = 0, origin_x = 0;

  AxisNames names = {};

  bool calibrated() const { return unit != "pixel" && unit != kWorldUnit; }
  /// Equal where voxels lie alike; what their axes are called is no difference.
  friend bool operator==(const VoxelGrid& a, const VoxelGrid& b) {
    const auto place = [](const VoxelGrid& g) {
      return std::tie(g.spacing_z, g.spacing_y, g.spacing_x, g.unit, g.frame_interval, g.time_unit,
                      g.origin_z, g.origin_y, g.origin_x);
    };
    return place(a) == place(b);
  }
};

}  // namespace karyo
