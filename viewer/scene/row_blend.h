#pragma once

/// Rows of colours meeting rows of colours; plain loops that compilers turn into vector code.

#include <cstdint>

#include "core/layers/layer.h"

namespace karyo {

/// n pixels of `above` over `below`, as blend_part does for each of their parts (alpha 0 .. 256).
void blend_row(std::uint32_t* below, const std::uint32_t* above, int n, Blending blending,
               int alpha);
/// Adds colours, part by part, at most 255.
void add_row(std::uint32_t* sum, const std::uint32_t* more, int n);

}  // namespace karyo
