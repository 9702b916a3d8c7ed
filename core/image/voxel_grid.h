#pragma once

/// How voxels lie in the world.

#include <string>

namespace karyo {

/// The unit of places that a file gives without one, in whatever unit the world has: surfaces'.
inline constexpr const char* kWorldUnit = "world";

/// Spacing is the distance between neighbouring voxel centres, in `unit`, always > 0 and finite.
/// A file without calibration has spacing 1 and the unit "pixel".
struct VoxelGrid {
  double spacing_z = 1, spacing_y = 1, spacing_x = 1;
  std::string unit = "pixel";  ///< "µm" is written as "um" inside; see tiff_metadata.h
  double frame_interval = 0;   ///< time between frames in `time_unit`; 0 when unknown
  std::string time_unit = "sec";
  /// Where the volume's corner lies in the world, in `unit`: a layer that was moved.
  double origin_z = 0, origin_y = 0, origin_x = 0;

  bool calibrated() const { return unit != "pixel" && unit != kWorldUnit; }
  friend bool operator==(const VoxelGrid&, const VoxelGrid&) = default;
};

}  // namespace karyo
