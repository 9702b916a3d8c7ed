#pragma once

/// What is seen at a pixel of a 3D view, and where it lies.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "viewer/scene/scene_request.h"

namespace karyo {

struct Picked {
  World place;              ///< the middle of the voxel that is seen; on a slicing plane, the place
  std::uint32_t label = 0;  ///< the object's, where an object is seen; else 0
  std::size_t surface = 0;  ///< of the object: which of the request's surfaces it is of
};

/// Follows the line of sight through a pixel of `request`, voxel by voxel at full resolution.
///
/// Projections: the brightest voxel (of kMinimum the darkest, of kAttenuated the one that looks
/// brightest), if it is seen rather than what lies behind the image: an object or the slicing plane
/// hides what it hides in the picture. kComposite: where half of the light is gone; kIsosurface:
/// the first voxel that passes the threshold. Cropped and clipped parts are not seen. None: nothing
/// is there.
///
/// x_px, y_px  from the view's upper left, in pixels of request.width x request.height.
/// Threads  pure. Takes well under a millisecond: a line crosses at most a few thousand voxels.
std::optional<Picked> pick(const SceneRequest& request, double x_px, double y_px);

/// The object that a hand means at a pixel: of the first voxel on the line of sight that is of an
/// object and drawn. Projections and kComposite are looked through, as objects shine through them;
/// the slicing plane and kIsosurface hide what lies behind.
///
/// The rest as of pick().
std::optional<Picked> pick_object(const SceneRequest& request, double x_px, double y_px);

/// Part of a view, in pixels from its upper left.
struct PixelBox {
  double left = 0, top = 0, right = 0, bottom = 0;
};

/// The objects that pick_object() finds in a part of the view, each once, in the order they are
/// met from the upper left on: looked at every second pixel, in large parts at some 20 000 places,
/// so that specks may be missed there.
///
/// Threads  pure; splits the work over rows. Errors: kCancelled.
Result<std::vector<Picked>> objects_seen(const SceneRequest& request, const PixelBox& part,
                                         const TaskControl& control);

}  // namespace karyo
