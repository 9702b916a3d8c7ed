#pragma once

/// Objects without holes.

#include "core/image/volume_view.h"

namespace karyo {

/// Fills, object by object, background that its voxels enclose: what faces (4 neighbours in a
/// plane, 6 in a volume) do not connect to the edge of the object's box or of the image. What is
/// another object inside a hole is filled too; of objects in one another the one with the higher id
/// is on top. Ids stay as they are. What is ignored (kIgnoredLabel) stays too, in an object's hole
/// as well, and its own holes are not filled, unlike the reference's: where all but a few objects
/// is ignored, they are its holes.
/// Threads  pure, on the caller's thread; cost is the sum of the objects' boxes.
/// Source   stardist 0.9.2, fill_label_holes (scipy.ndimage.binary_fill_holes).
LabelArray fill_label_holes(LabelView labels);

}  // namespace karyo
