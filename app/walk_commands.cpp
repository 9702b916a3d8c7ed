// What a model finds: made objects all at once, or gone through one by one.

#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/mask_preview.h"
#include "app/model_objects.h"
#include "app/model_walk.h"
#include "app/picture_part.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

/// Errors: also kNotFound without a model, kInvalidArgument for a slice that is not there.
Result<ModelObjectsWanted> wanted_from(Workspace& workspace, const json& arguments) {
  if (!workspace.model().is_open()) {
    return Error(ErrorCode::kNotFound, "no model is loaded",
                 "Annotate › Model: choose… loads one.");
  }
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const ImageLayer* const image, image_under(workspace, arguments, *target.layer));
  const double depth = arguments.value("depth", 0.0);
  if (!(depth < static_cast<double>(target.layer->shape().z))) {
    return Error(ErrorCode::kInvalidArgument, "there is no slice " + json(depth).dump(),
                 "Slices count from 0.");
  }
  ModelObjectsWanted wanted{target, {image, target.time, static_cast<std::int64_t>(depth), {}}};
  wanted.thresholds = workspace.model().thresholds();
  wanted.thresholds.prob = arguments.value("probability", wanted.thresholds.prob);
  wanted.thresholds.nms = arguments.value("overlap", wanted.thresholds.nms);
  wanted.replace = arguments.value("replace", false);
  if (arguments.contains("region")) {
    KARYO_TRY(wanted.region, path_from(arguments["region"]));
  }
  return wanted;
}

std::vector<Argument> wanted_arguments() {
  return {layer_argument(),
          {"depth", Kind::kNumber, "the slice, from 0", false, json(0), 0, 1e7},
          {"probability",
           Kind::kNumber,
           "less probable ones are left out; else the model's",
           false,
           {},
           0,
           1},
          {"overlap",
           Kind::kNumber,
           "of two that overlap by more the less probable goes; else the model's",
           false,
           {},
           0,
           1},
          {"replace", Kind::kBool, "instead of the objects there; else only where nothing is"},
          {"region", Kind::kNumbers,
           "x, y of an area's corners in voxels; objects whose centre lies in it alone, through "
           "all slices for a 3D model"},
          image_argument(),
          frame_argument()};
}

/// All of a slice, or of a stack, shown and kept when they are there.
Result<void> make_objects(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const auto wanted, wanted_from(workspace, arguments));
  workspace.model().walk().leave();
  return show_model_objects(workspace, wanted,
                            [&workspace] { workspace.preview().keep("Objects of the model"); });
}

/// Goes to the suggestion that "voxel" names first, if it does.
Result<void> at_named(ModelWalk& walk, const json& arguments,
                      const std::function<Result<void>()>& step) {
  if (!arguments.contains("voxel")) return step();
  KARYO_TRY(const auto places, places_from(arguments["voxel"]));
  KARYO_CHECK_OK(walk.go_to(voxel_of(places[0])));
  return step();
}

}  // namespace

void add_walk_commands(CommandTable& commands, Workspace& workspace) {
  ModelWalk& walk = workspace.model().walk();
  const auto on = [&walk] { return walk.on(); };
  const Argument voxel{"voxel", Kind::kNumbers, "z, y, x of one, from 0; else the one at hand"};
  commands.add({"labels.model_objects",
                "",
                "",
                "",
                "Makes the objects that the model sees in a slice, a 3D model in the stack.",
                [&workspace](const json& given) { return make_objects(workspace, given); },
                [] { return true; },
                {},
                wanted_arguments(),
                false,
                "objects of the model"});
  commands.add({"model.walk",
                "",
                "",
                "",
                "Shows the objects that the model sees on trial and goes to the one it is least "
                "sure of, to be accepted or rejected.",
                [&workspace, &walk](const json& given) -> Result<void> {
                  KARYO_TRY(const auto wanted, wanted_from(workspace, given));
                  return walk.begin(wanted);
                },
                [] { return true; },
                {},
                wanted_arguments()});
  commands.add({"model.suggest_again", "Annotate", "Model: suggest rejected ones again", "",
                "What was rejected one by one may be suggested again.", does([&walk] {
                  const bool on = walk.on();
                  walk.forget_rejected();
                  if (on) walk.show_again();
                }),
                [&walk] { return walk.rejected() > 0; }});
  commands.add({"walk.accept",
                "Annotate",
                "Suggestion: accept, next",
                "A",
                "Makes an object of the suggestion at hand and goes to the next.",
                [&walk](const json& given) {
                  return at_named(walk, given, [&walk, stay = given.value("stay", false)] {
                    return walk.accept(stay);
                  });
                },
                on,
                {},
                {voxel, {"stay", Kind::kBool, "stays there, for the object to be corrected"}}});
  commands.add({"walk.reject",
                "Annotate",
                "Suggestion: reject, next",
                "X",
                "Takes the suggestion at hand away, for good, and goes to the next.",
                [&walk](const json& given) {
                  return at_named(walk, given, [&walk] { return walk.reject(); });
                },
                on,
                {},
                {voxel}});
  commands.add({"walk.next", "Annotate", "Suggestion: next", "N",
                "Leaves the suggestion at hand for later and goes to the next.",
                [&walk](const json&) { return walk.next(); }, on});
  commands.add({"walk.back", "Annotate", "Suggestion: back", "B",
                "Goes to the suggestion before this one; what was decided there is open again.",
                [&walk](const json&) { return walk.back(); }, on});
  commands.add({"walk.leave", "Annotate", "Suggestion: leave", "Esc",
                "Ends going through suggestions one by one. What is left stays on trial.",
                does([&walk] { walk.leave(); }), on});
}

}  // namespace karyo
