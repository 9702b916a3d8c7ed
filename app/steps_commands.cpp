// From a picture to objects: the guided steps as commands.

#include "app/dataset_batch.h"
#include "app/dataset_session.h"
#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/mask_preview.h"
#include "app/mask_steps_json.h"
#include "app/picture_part.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

struct Pictured {
  LabelTarget target;
  StepsPicture picture;
};
Result<Pictured> pictured(Workspace& workspace, const json& arguments) {
  Pictured found;
  KARYO_TRY(found.target, label_target(workspace, arguments));
  KARYO_TRY(const ImageLayer* const image, image_under(workspace, arguments, *found.target.layer));
  found.picture = steps_picture(*image, found.target.time);
  if (arguments.contains("channel")) {
    const double channel = arguments["channel"].get<double>();
    if (channel > static_cast<double>(found.picture.channel_count())) {
      return Error(ErrorCode::kInvalidArgument,
                   image->name() + " has no channel " + json(channel).dump(),
                   "Channels count from 1.");
    }
    found.picture.c = static_cast<std::int64_t>(channel) - 1;
  }
  return found;
}

/// Shows the objects, and keeps them when they are there.
Result<void> make_objects(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const MaskSteps steps, mask_steps_from(arguments));
  KARYO_TRY(const Pictured found, pictured(workspace, arguments));
  workspace.preview().show(found.target.layer, found.target.time, found.picture, steps);
  workspace.preview().keep("Make objects");
  return {};
}

/// The same with settings that the picture suggests.
Result<void> make_suggested(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const Pictured found, pictured(workspace, arguments));
  workspace.in_background([&workspace, found](TaskControl& control) -> Result<Workspace::Finish> {
    control.report(0, "Looking at the picture");
    KARYO_TRY(const Suggestion suggestion, suggest_steps(found.picture, control));
    return Workspace::Finish([&workspace, found, steps = suggestion.steps] {
      workspace.preview().show(found.target.layer, found.target.time, found.picture, steps);
      workspace.preview().keep("Make objects");
    });
  });
  return {};
}

Result<void> apply_to_next(Workspace& workspace, const json& arguments) {
  std::optional<MaskSteps> steps;
  if (!arguments.value("suggest", false)) {
    KARYO_TRY(steps, mask_steps_from(arguments));
  }
  const auto count = static_cast<std::size_t>(arguments["count"].get<double>());
  return workspace.dataset().run_on_next(count, steps, arguments.value("save", true));
}

}  // namespace

void add_steps_commands(CommandTable& commands, Workspace& workspace) {
  const auto has_labels = [&workspace] {
    return dynamic_cast<const LabelsLayer*>(workspace.layers().selected()) != nullptr;
  };
  std::vector<Argument> arguments = mask_steps_arguments();
  std::vector<Argument> about{layer_argument(),
                              frame_argument(),
                              image_argument(),
                              {"channel", Kind::kNumber, "from 1; else the first that is shown"}};
  std::vector<Argument> all = arguments;
  all.insert(all.begin(), about.begin(), about.end());
  commands.add({"steps.make",
                "",
                "",
                "",
                "Makes objects by threshold, split and clean; locked objects stay.",
                [&workspace](const json& given) { return make_objects(workspace, given); },
                [] { return true; },
                {},
                std::move(all),
                false,
                "make objects"});
  commands.add({"steps.suggest",
                "Annotate",
                "Make objects as suggested",
                "",
                "Threshold, split and clean with settings that the picture itself suggests.",
                [&workspace](const json& given) { return make_suggested(workspace, given); },
                has_labels,
                {},
                std::move(about)});
  arguments.push_back({"count", Kind::kNumber, "how many images", true, {}, 1, 100000});
  arguments.push_back({"save", Kind::kBool, "else objects are counted alone; true"});
  arguments.push_back(
      {"suggest", Kind::kBool, "by settings that each picture suggests, not by these; false"});
  commands.add({"steps.apply_next",
                "",
                "",
                "",
                "Does the steps for the next images that have no mask yet.",
                [&workspace](const json& given) { return apply_to_next(workspace, given); },
                [&workspace] { return workspace.dataset().is_open(); },
                {},
                std::move(arguments),
                false,
                "apply to next"});
}

}  // namespace karyo
