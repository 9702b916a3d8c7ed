#pragma once

/// How points, shapes and tracks are shown, as session files and commands write it.

#include <nlohmann/json.hpp>

#include "core/layers/layer_look.h"

namespace karyo {

/// Adds the parts of vector layers to a session's entry; their marks stay in their files.
void add_vector_look(nlohmann::json& out, const LayerLook& look);
/// Throws json's exceptions where the entry is not as it should be. Data are null.
void take_vector_look(const nlohmann::json& in, LayerLook& look);

/// Changes what a command's arguments name: size, on_screen, color, width, fill, show_text, tail,
/// selected (from 1). Errors: kInvalidArgument for another kind of layer or a wrong colour.
Result<void> change_vector_look(LayerLook& look, const nlohmann::json& arguments);

}  // namespace karyo
