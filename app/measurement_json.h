#pragma once

/// The table of measurements as session files have it (docs/session_format.md).

#include <nlohmann/json.hpp>

#include "app/measurements.h"

namespace karyo {

nlohmann::json measurements_json(const std::vector<MeasuredRow>& rows);
/// Throws json's exceptions and std::invalid_argument where something is not as it should be.
std::vector<MeasuredRow> measurements_from(const nlohmann::json& in);

}  // namespace karyo
