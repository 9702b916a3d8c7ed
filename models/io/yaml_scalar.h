#pragma once

/// Shared by yaml.cpp and yaml_text.cpp.

#include <nlohmann/json.hpp>
#include <string_view>

namespace karyo {

/// A scalar without quotation marks, by the core schema.
nlohmann::ordered_json yaml_plain_value(std::string_view text);

}  // namespace karyo
