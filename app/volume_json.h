#pragma once

/// The 3D view as session files have it (docs/session_format.md).

#include <nlohmann/json.hpp>

#include "app/arrangement.h"

namespace karyo {

nlohmann::json volume_json(const VolumeLook& look, const std::optional<Camera>& camera);
/// Throws json's exceptions and std::invalid_argument where something is not as it should be.
void take_volume(const nlohmann::json& in, SessionView& view);

}  // namespace karyo
