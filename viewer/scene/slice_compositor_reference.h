#pragma once

/// The slice compositor written to be read: one pixel after the other, from the definitions. The
/// fast one must give the same picture; tests hold the two together.

#include "core/layers/layer_list.h"
#include "viewer/scene/rgba_image.h"
#include "viewer/scene/view_transform.h"

namespace karyo {

RgbaImage compose_slice_reference(const LayerList& layers, const ViewTransform& view,
                                  std::int64_t time);

}  // namespace karyo
