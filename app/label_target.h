#pragma once

/// What commands that change labels share: which layer, which frame, which object, what may be
/// painted over.

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "annotation/paint_rule.h"
#include "app/commands.h"
#include "app/workspace.h"
#include "core/segment/polygon_fill.h"

namespace karyo {

/// The labels that a command changes.
struct LabelTarget {
  std::shared_ptr<LabelsLayer> layer;
  std::int64_t time = 0;
};
/// By the arguments "layer" (else the selected one) and "frame" (else the one that is shown).
/// Errors: those of target_as; kInvalidArgument for a frame that is not there.
Result<LabelTarget> label_target(Workspace& workspace, const nlohmann::json& arguments);
Argument frame_argument();

/// The labels that a hand works on: the selected layer, or over a selected image the topmost one
/// that is seen. Null where there is none, and where another kind of layer is selected.
LabelsLayer* labels_in_hand(LayerList& layers);

/// A whole number from 0 from an argument. Errors: kInvalidArgument.
Result<std::uint32_t> id_from(const nlohmann::json& arguments, const char* name,
                              std::uint32_t otherwise);

/// The objects that a command is about, as they are given: its argument "objects", else the one
/// that is `otherwise` meant (0: none). Errors: kNotFound when there is none; those of id_from.
Result<std::vector<std::uint32_t>> objects_from(const nlohmann::json& arguments,
                                                std::uint32_t otherwise);

/// The same with those that are selected together in the layer where none are given.
Result<std::vector<std::uint32_t>> objects_from(Workspace& workspace,
                                                const nlohmann::json& arguments,
                                                const LabelsLayer& layer);

/// By the arguments "over" and "inside", and the locks of the layer.
/// Errors: those of id_from.
Result<PaintRule> rule_from(const nlohmann::json& arguments, const LabelsLayer& layer);
Argument over_argument();
Argument inside_argument();
Argument plane_argument();
Plane plane_of(const nlohmann::json& arguments);

/// The numbers of voxels, z, y, x each, at least one. Errors: kInvalidArgument.
Result<std::vector<WorldPoint>> places_from(const nlohmann::json& list);
Index3 voxel_of(const WorldPoint& place);
/// x, y each, in a plane's voxels, corners of pixels at whole numbers. Errors: kInvalidArgument.
Result<PathF> path_from(const nlohmann::json& list);

Error object_is_locked(std::uint32_t id);

/// The first gets the voxels of the others, as one edit, and is selected.
/// Errors: kInvalidArgument where one is locked.
Result<void> merge_objects(Workspace& workspace, const LabelTarget& target,
                           const std::vector<std::uint32_t>& ids);

/// A number that no object has at any time.
std::uint32_t unused_id(const LabelsLayer& layer);

}  // namespace karyo
