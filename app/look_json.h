#pragma once

/// How a layer is shown, as session files have it (docs/session_format.md).

#include <nlohmann/json.hpp>

#include "core/layers/layer_look.h"

namespace karyo {

nlohmann::json color_json(Rgb color);
/// Parts outside 0 to 255 are clipped; null: the standard. Throws json's exceptions.
Rgb color_from(const nlohmann::json& value, Rgb standard = {});

nlohmann::json look_json(const LayerLook& look);
/// Throws json's exceptions and std::invalid_argument where something is not as it should be.
LayerLook look_from(const nlohmann::json& in);

}  // namespace karyo
