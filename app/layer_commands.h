#pragma once

/// Commands on layers, files and the view that need no window: menus and widgets use them, and
/// `karyoscope run` replays them without a display.

#include "app/commands.h"
#include "app/workspace.h"

namespace karyo {

/// `workspace` must outlive the table.
void add_layer_commands(CommandTable& commands, Workspace& workspace);
void add_file_commands(CommandTable& commands, Workspace& workspace);
/// Groups of layers: shown, renamed, moved, left.
void add_group_commands(CommandTable& commands, Workspace& workspace);
void add_filter_commands(CommandTable& commands, Workspace& workspace);
void add_measure_commands(CommandTable& commands, Workspace& workspace);
/// Points and shapes: made, added to, taken from.
void add_vector_commands(CommandTable& commands, Workspace& workspace);
/// Labels: painted, filled, objects merged and deleted.
void add_label_commands(CommandTable& commands, Workspace& workspace);
/// Objects made by pointing: areas, wand, one click; cut and merged by a line.
void add_draw_commands(CommandTable& commands, Workspace& workspace);
/// Objects split, smoothed, moved, filled, copied between slices, numbered anew.
void add_edit_commands(CommandTable& commands, Workspace& workspace);
/// Classes, locks and reviews of objects.
void add_object_commands(CommandTable& commands, Workspace& workspace);
/// The guided steps from a picture to objects.
void add_steps_commands(CommandTable& commands, Workspace& workspace);
void add_model_commands(CommandTable& commands, Workspace& workspace);
/// What a model finds, gone through one by one.
void add_walk_commands(CommandTable& commands, Workspace& workspace);
/// Training beside the picture.
void add_training_commands(CommandTable& commands, Workspace& workspace);
/// Objects that may have something wrong, one after the other.
void add_review_commands(CommandTable& commands, Workspace& workspace);
/// Regions in a list, as in ImageJ's ROI Manager.
void add_roi_commands(CommandTable& commands, Workspace& workspace);
/// A folder of images that is annotated: opened, gone through, saved.
void add_dataset_commands(CommandTable& commands, Workspace& workspace);
void add_view_commands(CommandTable& commands, Workspace& workspace);

/// The argument that target_layer() reads.
Argument layer_argument();

/// The layer that a command's argument "layer" names, else the selected one. Errors: kNotFound;
/// kInvalidArgument for a locked one, unless it may be.
Result<Layer*> target_layer(Workspace& workspace, const nlohmann::json& arguments,
                            bool may_be_locked = false);

/// The same, of a kind ("image", "label"). Errors: also kInvalidArgument for another kind.
template <typename T>
Result<T*> target_as(Workspace& workspace, const nlohmann::json& arguments, const char* kind,
                     bool may_be_locked = false) {
  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, may_be_locked));
  auto* wanted = dynamic_cast<T*>(layer);
  if (wanted == nullptr) {
    return Error(ErrorCode::kInvalidArgument, layer->name() + " is no " + kind + " layer",
                 std::string("Name a layer of ") + kind + "s.");
  }
  return wanted;
}

/// All of them.
inline void add_workspace_commands(CommandTable& commands, Workspace& workspace) {
  add_file_commands(commands, workspace);
  add_layer_commands(commands, workspace);
  add_group_commands(commands, workspace);
  add_filter_commands(commands, workspace);
  add_measure_commands(commands, workspace);
  add_vector_commands(commands, workspace);
  add_label_commands(commands, workspace);
  add_draw_commands(commands, workspace);
  add_edit_commands(commands, workspace);
  add_object_commands(commands, workspace);
  add_steps_commands(commands, workspace);
  add_model_commands(commands, workspace);
  add_walk_commands(commands, workspace);
  add_training_commands(commands, workspace);
  add_review_commands(commands, workspace);
  add_roi_commands(commands, workspace);
  add_dataset_commands(commands, workspace);
  add_view_commands(commands, workspace);
}

}  // namespace karyo
