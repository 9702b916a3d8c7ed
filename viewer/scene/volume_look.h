#pragma once

/// How a 3D view shows what is in it: the method, what is cut away, a slicing plane. Plain values:
/// the window edits them, any thread draws them.

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "viewer/scene/camera.h"

namespace karyo {

/// What a pixel shows of the voxels on its line of sight. A voxel's strength is its place between
/// black (0) and full colour (1), as its channel's contrast and gamma say.
enum class VolumeMethod {
  kMaximum,     ///< the brightest voxel (maximum intensity projection)
  kMinimum,     ///< the darkest: pores, stained tissue on a bright ground
  kAverage,     ///< the mean: as a widefield microscope would see it
  kAttenuated,  ///< the brightest, what lies behind bright matter dimmed
  kComposite,   ///< translucent matter, the nearer in front; the opacity curve says how dense
  kIsosurface,  ///< the surface where the strength passes a threshold, shaded
  kNone,        ///< no image, so that labels and the slicing plane are seen alone
};
inline constexpr int kVolumeMethodCount = 7;

/// Opacity over strength, straight between its points.
///
/// Opacity is of one voxel's thickness (of the finest spacing). Strengths rise from 0 to 1; the
/// first point is at 0 and the last at 1, so every strength has an opacity.
class OpacityCurve {
 public:
  struct Point {
    double strength = 0, opacity = 0;  ///< 0 .. 1
    friend bool operator==(const Point&, const Point&) = default;
  };
  static constexpr std::size_t kMostPoints = 64;

  /// Background clear, and bright voxels that let about half the light through.
  OpacityCurve() : points_{{0, 0}, {0.16, 0}, {1, 0.45}} {}
  /// Errors: kInvalidArgument for fewer than two points or more than kMostPoints, values outside
  /// 0 .. 1, strengths that do not rise, or ends other than 0 and 1.
  static Result<OpacityCurve> of(std::vector<Point> points);

  const std::vector<Point>& points() const { return points_; }
  double at(double strength) const;
  friend bool operator==(const OpacityCurve&, const OpacityCurve&) = default;

 private:
  std::vector<Point> points_;
};

/// A plane through the stack, `distance` along `normal` from the middle of the box.
struct CutPlane {
  bool on = false;
  World normal{0, 0, -1};  ///< not 0; any length
  double distance = 0;     ///< in the world's unit
  friend bool operator==(const CutPlane&, const CutPlane&) = default;
};

struct VolumeLook {
  VolumeMethod method = VolumeMethod::kMaximum;
  /// Of kAttenuated: how much one voxel of full strength dims what lies behind it, as the exponent
  /// of a fall by e. 0: kMaximum.
  double attenuation = 0.05;
  OpacityCurve opacity;           ///< of kComposite
  double threshold = 0.5;         ///< of kIsosurface: a strength
  bool labels_as_voxels = false;  ///< labels voxel by voxel; else as smooth surfaces
  bool crop_on = false;
  WorldBox crop;   ///< what is kept when crop_on
  CutPlane clip;   ///< what the normal points to is cut away
  CutPlane slice;  ///< shown with the image's colours; not cut by `clip`
  friend bool operator==(const VolumeLook&, const VolumeLook&) = default;
};

/// The side of a plane where dot(normal, place) + offset >= 0; normal has length 1.
struct HalfSpace {
  World normal;
  double offset = 0;
  double distance(World place) const { return dot(normal, place) + offset; }
};
/// Six faces and a plane.
inline constexpr int kMostCuts = 7;

/// What cropping keeps of `box`: only faces that lie inside the box, so nothing is cut by chance
/// where nothing is to be cut.
std::vector<HalfSpace> crop_cuts(const VolumeLook& look, const WorldBox& box);
/// Crop and clip together.
std::vector<HalfSpace> all_cuts(const VolumeLook& look, const WorldBox& box);
/// The half space that a plane's normal points to.
HalfSpace half_space(const CutPlane& plane, const WorldBox& box);

}  // namespace karyo
