#pragma once

/// Values that several commands take in one form.

#include <optional>
#include <string>

#include "core/image/axes.h"

namespace karyo::cli {

/// "z,y,x", or "y,x" with z = 1: whole numbers from 1. Nothing for any other text.
std::optional<Index3> parse_zyx(const std::string& text);

}  // namespace karyo::cli
