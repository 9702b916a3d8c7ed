// A trained model's help in annotating: one nucleus by a click, all of a slice at once.

#include "annotation/label_edit.h"
#include "app/dataset_session.h"
#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/mask_preview.h"
#include "app/model_objects.h"
#include "app/object_checks.h"
#include "app/picture_part.h"
#include "app/stroke.h"
#include "app/worker/run_once.h"
#include "models/io/model_before.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

Error no_model() {
  return {ErrorCode::kNotFound, "no model is loaded", "Annotate › Model: choose… loads one."};
}

Result<void> keep_object(Workspace& workspace, const LabelTarget& target, const PlacedMask& mask,
                         std::uint32_t label, const PaintRule& rule) {
  LabelEditor editor(target.layer, target.time);
  const Box3 changed = write_mask(editor.writer(), editor.labels(), mask, label, rule);
  if (changed.empty()) {
    return Error(ErrorCode::kNotFound, "nothing may be drawn where the model sees this nucleus",
                 "Other objects there are locked or kept; delete them, or choose Paint over: "
                 "everything.");
  }
  editor.changed(changed);
  keep_edit(workspace, editor);
  target.layer->set_selected(label);
  return {};
}

/// At once where the model has looked at the slice, else once it has.
Result<void> click(Workspace& workspace, const json& arguments) {
  if (!workspace.model().is_open()) return no_model();
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const auto places, places_from(arguments["voxel"]));
  KARYO_TRY(const PaintRule rule, rule_from(arguments, *target.layer));
  KARYO_TRY(const std::uint32_t label, id_from(arguments, "label", unused_id(*target.layer)));
  KARYO_TRY(const ImageLayer* const image, image_under(workspace, arguments, *target.layer));
  const Index3 voxel = voxel_of(places[0]);
  if (!Box3::of_shape(target.layer->shape().zyx()).contains(voxel)) {
    return Error(ErrorCode::kInvalidArgument, "the place is outside of the image",
                 "Click inside of it.");
  }
  const auto draw = [&workspace, target, voxel, label,
                     rule](const ModelInUse::Sight& seen) -> Result<void> {
    KARYO_TRY(const PlacedMask mask, model_object_at(*seen, voxel, target.layer->shape().zyx()));
    return keep_object(workspace, target, mask, label, rule);
  };
  const ImageSlice slice{image, target.time, voxel.z, {}};
  if (const auto seen = workspace.model().seen_in(slice)) return draw(seen);
  workspace.model().look_at(slice, [&workspace, draw](const ModelInUse::Sight& seen) {
    if (const auto drawn = draw(seen); !drawn) workspace.failed.emit(drawn.error());
    workspace.history().note("One click from the model");
  });
  return {};
}

/// At the slice in view; once it has looked there as it is.
Result<void> look_from_sides(Workspace& workspace) {
  KARYO_TRY(const auto wanted, model_objects_in_view(workspace));
  workspace.model().look_at(wanted.slice, [&workspace](const ModelInUse::Sight&) {
    const auto now = model_objects_in_view(workspace);
    if (!now) return;  // closed meanwhile
    workspace.model().look_from_sides(now->slice, [&workspace] {
      workspace.checks().update();
      workspace.done.emit("What the model misses in a mirror is in the review");
    });
  });
  return {};
}

/// What is in use is loaded again, as it is by now.
void changed_on_disk(Workspace& workspace, const std::filesystem::path& model) {
  const std::filesystem::path in_use = workspace.model().folder();  // open() forgets it
  std::error_code gone;
  if (workspace.model().is_open() && std::filesystem::equivalent(in_use, model, gone)) {
    workspace.model().open(in_use);
  }
}

Result<void> restore_first(Workspace& workspace, const json& given) {
  const std::filesystem::path model = given["model"].get<std::string>();
  KARYO_TRY(const auto restoration, find_restoration(given["before"].get<std::string>()));
  KARYO_TRY(const auto changed, put_before(model, restoration));
  changed_on_disk(workspace, model);
  workspace.done.emit(model.filename().string() + " restores images first, with " +
                      before_name(changed));
  return {};
}

Result<void> restore_no_more(Workspace& workspace, const json& given) {
  const std::filesystem::path model = given["model"].get<std::string>();
  KARYO_TRY(const auto changed, take_out_before(model));
  changed_on_disk(workspace, changed.path);
  workspace.done.emit(model.filename().string() + " takes images as they are");
  return {};
}

/// All images of a folder, or one, which is opened then.
void apply_to_files(Workspace& workspace, const json& given) {
  const std::string input = given["input"], output = given["output"];
  std::vector<std::string> arguments{"--model", given["model"], "--input",
                                     input,     "--output",     output};
  if (given.value("rois", false)) arguments.emplace_back("--rois");
  if (given.value("overwrite", false)) arguments.emplace_back("--overwrite");
  workspace.in_background(
      [&workspace, arguments, input, output](TaskControl& control) -> Result<Workspace::Finish> {
        std::vector<std::filesystem::path> results;
        bool labels = false;
        KARYO_CHECK_OK(worker::predict_files(arguments, control, [&](const worker::FileDone& file) {
          results.push_back(file.result);
          labels = file.labels;
        }));
        const bool opens = results.size() == 1 && std::filesystem::is_regular_file(input);
        return Workspace::Finish([&workspace, results, labels, opens, output] {
          workspace.done.emit(std::to_string(results.size()) + " results in " + output);
          if (opens) workspace.open(results, labels ? OpenAs::kLabels : OpenAs::kImage);
        });
      });
}

}  // namespace

void add_model_commands(CommandTable& commands, Workspace& workspace) {
  const auto with_model = [&workspace] { return workspace.model().is_open(); };
  commands.add({"model.open",
                "",
                "",
                "",
                "Loads a StarDist model for annotating.",
                [&workspace](const json& given) -> Result<void> {
                  workspace.model().open(given["folder"].get<std::string>());
                  return {};
                },
                [] { return true; },
                {},
                {{"folder", Kind::kText, "the model's folder", true}}});
  commands.add({"model.close", "Annotate", "Model: put away", "",
                "Ends the program that runs the model.",
                [&workspace](const json&) -> Result<void> {
                  workspace.model().close();
                  return {};
                },
                with_model});
  commands.add({"model.predict",
                "",
                "",
                "",
                "Applies a model to an image, or to all images of a folder, and writes files.",
                [&workspace](const json& given) -> Result<void> {
                  apply_to_files(workspace, given);
                  return {};
                },
                [] { return true; },
                {},
                {{"model", Kind::kText, "the model's folder", true},
                 {"input", Kind::kText, "an image, or a folder of images", true},
                 {"output", Kind::kText, "the folder for results", true},
                 {"rois", Kind::kBool, "RoiSet.zip beside labels, for ImageJ"},
                 {"overwrite", Kind::kBool, "makes results anew that are there already"}}});
  commands.add({"model.restore_first",
                "",
                "",
                "",
                "Saves a restoration with a model that finds nuclei: images go through it first.",
                [&workspace](const json& given) { return restore_first(workspace, given); },
                [] { return true; },
                {},
                {{"model", Kind::kText, "the folder of the model that finds nuclei", true},
                 {"before", Kind::kText, "the folder of a CARE or Noise2Void model", true}}});
  commands.add({"model.restore_no_more",
                "",
                "",
                "",
                "Takes the restoration out of a model: images are taken as they are again.",
                [&workspace](const json& given) { return restore_no_more(workspace, given); },
                [] { return true; },
                {},
                {{"model", Kind::kText, "the model's folder", true}}});
  commands.add({"dataset.predict_rest",
                "",
                "",
                "",
                "Has a model make the masks of all images of the folder that have none.",
                [&workspace](const json& given) -> Result<void> {
                  const std::string named = given.value("model", "");
                  if (named.empty() && !workspace.model().is_open()) return no_model();
                  return workspace.dataset().predict_rest(
                      named.empty() ? workspace.model().folder() : std::filesystem::path(named),
                      static_cast<int>(given.value("sides", 1.0)));
                },
                [] { return true; },
                {},
                {{"model", Kind::kText, "the model's folder; else the one that is loaded"},
                 {"sides", Kind::kNumber,
                  "from how many the model looks; what it misses from one is doubtful", false,
                  json(1), 1, 4}}});
  commands.add(
      {"model.look_from_sides", "Annotate", "Model: look from four sides", "",
       "Has the model look at this slice in three mirrors too; objects that it misses in one "
       "come to the review. Takes four times as long as looking once.",
       [&workspace](const json&) { return look_from_sides(workspace); }, with_model});
  commands.add({"labels.model_click",
                "",
                "",
                "",
                "Takes the nucleus that the model sees at a place.",
                [&workspace](const json& given) { return click(workspace, given); },
                [] { return true; },
                {},
                {layer_argument(),
                 {"voxel", Kind::kNumbers, "z, y, x from 0", true},
                 {"label", Kind::kNumber, "else a new one"},
                 plane_argument(),
                 over_argument(),
                 inside_argument(),
                 image_argument(),
                 frame_argument()},
                false,
                "one click from the model"});
}

}  // namespace karyo
