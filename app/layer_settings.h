#pragma once

/// What the commands layer.set and layer.set_channel do: how a layer and a channel are shown, by
/// named arguments. All of it or, where something does not fit, nothing.

#include <nlohmann/json.hpp>

#include "app/workspace.h"

namespace karyo {

/// Arguments and errors: as the command table says them.
Result<void> set_layer_look(Workspace& workspace, const nlohmann::json& arguments);
Result<void> set_layer_channel(Workspace& workspace, const nlohmann::json& arguments);

}  // namespace karyo
