#pragma once

/// The list of regions, as ImageJ's ROI Manager keeps one: a layer of shapes.

#include <string>

#include "app/workspace.h"
#include "core/layers/vector_layers.h"

namespace karyo {

/// The selected layer of shapes, else the topmost one; null where there is none.
ShapesLayer* roi_layer(Workspace& workspace);
/// The same; one called "regions" is made where there is none. The selection stays.
ShapesLayer& made_roi_layer(Workspace& workspace);

/// As ImageJ names what is added to its manager: the middle's y and x, "0123-0456", on stacks with
/// the slice before it, "0007-0123-0456".
std::string imagej_name(const Roi& roi, bool stack);

/// "polygon", "traced", "oval" ...
std::string type_text(const Roi& roi);
/// In pixels, those whose middles lie inside; 0 for lines, points and texts.
std::int64_t pixels_in(const Roi& roi);

}  // namespace karyo
