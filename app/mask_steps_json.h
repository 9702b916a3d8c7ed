#pragma once

/// The guided steps' settings as the arguments of commands, and as text that is kept.

#include <nlohmann/json.hpp>
#include <vector>

#include "app/commands.h"
#include "core/segment/mask_steps.h"

namespace karyo {

/// Flat: {"method": "Otsu", "split": "watershed", "min_size": 20, ...}; what is as usual is left
/// out.
nlohmann::json arguments_of(const MaskSteps& steps);
/// What is absent is as usual. Errors: kInvalidArgument.
Result<MaskSteps> mask_steps_from(const nlohmann::json& arguments);
/// For commands that take them.
std::vector<Argument> mask_steps_arguments();

}  // namespace karyo
