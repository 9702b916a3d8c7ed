// Painting labels, and what is done to whole objects.

#include "annotation/label_edit.h"
#include "annotation/objects.h"
#include "app/background_edit.h"
#include "app/label_target.h"
#include "app/layer_commands.h"
#include "app/object_checks.h"
#include "app/stroke.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const Argument kLabel{"label", Kind::kNumber, "the object's number; 0 erases"};
constexpr double kLeastDiameter = 0.01;  // of a stroke, voxels

/// The brush's diameter at each place: of the argument "sizes", else `size` everywhere.
Result<std::vector<double>> sizes_from(const json& arguments, std::size_t places, double size) {
  if (!arguments.contains("sizes")) return std::vector<double>(places, size);
  const auto sizes = arguments["sizes"].get<std::vector<double>>();
  if (sizes.size() != places) {
    return Error(ErrorCode::kInvalidArgument,
                 std::to_string(places) + " places have " + std::to_string(sizes.size()) + " sizes",
                 "Give one size for each place, or leave \"sizes\" out.");
  }
  for (const double one : sizes) {
    if (one >= kLeastDiameter && one <= PaintState::kMostSize) continue;
    return Error(ErrorCode::kInvalidArgument, "a brush " + json(one).dump() + " voxels wide",
                 "Give sizes from 0.01 to " + json(PaintState::kMostSize).dump() + ".");
  }
  return sizes;
}

Result<void> paint_stroke(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const auto places, places_from(arguments["points"]));
  StrokeSettings settings;
  settings.size = arguments.value("size", settings.size);
  settings.ball = arguments.value("ball", false);
  settings.plane = plane_of(arguments);
  KARYO_TRY(const auto sizes, sizes_from(arguments, places.size(), settings.size));
  KARYO_TRY(settings.rule, rule_from(arguments, *target.layer));
  KARYO_TRY(settings.label, id_from(arguments, "label", target.layer->selected()));
  if (arguments.value("adaptive", false)) {
    KARYO_TRY(const ImageLayer* const image, image_under(workspace, arguments, *target.layer));
    settings.picture = picture_around(*image, target.time);
  }
  Stroke stroke(target.layer, target.time, settings);
  for (std::size_t i = 0; i < places.size(); ++i) stroke.add(places[i], sizes[i]);
  if (stroke.problem()) return *stroke.problem();
  stroke.finish(workspace);
  return {};
}

Result<void> fill(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const LabelWork work, fill_work(workspace, arguments));
  return do_now(workspace, work);
}

/// Gives an object another number; 0 deletes it.
Result<void> replace(Workspace& workspace, const json& arguments, std::uint32_t to) {
  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
  KARYO_TRY(const std::uint32_t given, id_from(arguments, "object", target.layer->selected()));
  std::vector<std::uint32_t> from{given};
  if (!arguments.contains("object")) {
    const auto together = workspace.checks().selection().of(*target.layer);
    if (!together.empty()) from = together;
  }
  from.push_back(to);
  for (const std::uint32_t id : from) {
    if (target.layer->notes()->of(id).locked) return object_is_locked(id);
  }
  from.pop_back();
  LabelEditor editor(target.layer, target.time);
  const Box3 changed =
      given == 0 ? Box3{} : replace_ids(editor.writer(), editor.labels(), from, to);
  if (changed.empty()) {
    return Error(
        ErrorCode::kNotFound,
        given == 0 ? "no object is selected" : "there is no object " + std::to_string(given),
        "Click on an object of the layer first.");
  }
  editor.changed(changed);
  keep_edit(workspace, editor);
  target.layer->set_selected(to);
  return {};
}

/// Empty labels over the selected layer, else over the whole world.
Result<void> new_labels(Workspace& workspace, const json& arguments) {
  const Layer* like = workspace.layers().selected();
  if (like == nullptr || like->kind() == LayerKind::kSurface) like = &workspace.layers().at(0);
  const VolumeShape shape = like->shape();
  std::vector<LabelVolume> frames(static_cast<std::size_t>(shape.t), LabelVolume(shape.zyx()));
  auto layer = std::make_shared<LabelsLayer>(arguments.value("name", "labels"), std::move(frames),
                                             like->place());
  layer->set_selected(1);
  Layer* const added = layer.get();
  workspace.layers().add(std::move(layer));
  workspace.layers().select(added);
  return {};
}

}  // namespace

void add_label_commands(CommandTable& commands, Workspace& workspace) {
  const auto has_labels = [&workspace] {
    return dynamic_cast<const LabelsLayer*>(workspace.layers().selected()) != nullptr;
  };
  commands.add({"layer.new_labels",
                "Layer",
                "New labels layer",
                "",
                "Adds empty labels over the selected layer, to paint objects into.",
                [&workspace](const json& arguments) { return new_labels(workspace, arguments); },
                [&workspace] { return !workspace.layers().empty(); },
                {},
                {{"name", Kind::kText, "its name"}}});
  commands.add(
      {"labels.paint",
       "",
       "",
       "",
       "Paints one stroke of the brush into labels.",
       [&workspace](const json& arguments) { return paint_stroke(workspace, arguments); },
       [] { return true; },
       {},
       {layer_argument(),
        {"points", Kind::kNumbers, "z, y, x from 0; whole numbers are voxels' middles", true},
        {"size", Kind::kNumber, "diameter in voxels along x", false, json(10), kLeastDiameter,
         PaintState::kMostSize},
        {"sizes", Kind::kNumbers, "the same at each of the points, as a pen was pressed"},
        {"ball", Kind::kBool, "through the planes, in the world's units"},
        {"adaptive", Kind::kBool, "stops at edges of the picture"},
        image_argument(),
        plane_argument(),
        kLabel,
        over_argument(),
        inside_argument(),
        frame_argument()},
       false,
       "paint"});
  commands.add({"labels.fill",
                "",
                "",
                "",
                "Fills what hangs together and has one number.",
                [&workspace](const json& arguments) { return fill(workspace, arguments); },
                [] { return true; },
                {},
                {layer_argument(),
                 {"voxel", Kind::kNumbers, "z, y, x from 0", true},
                 {"ball", Kind::kBool, "in the whole stack, else in the plane"},
                 plane_argument(),
                 kLabel,
                 over_argument(),
                 inside_argument(),
                 frame_argument()},
                false,
                "fill"});
  commands.add({"labels.delete_object",
                "Labels",
                "Delete the selected object",
                "Ctrl+Delete",
                "Makes background of the object that is selected, or of all of them. In the views "
                "of Annotate mode Delete does it too.",
                [&workspace](const json& arguments) { return replace(workspace, arguments, 0); },
                has_labels,
                {},
                {layer_argument(), {"object", Kind::kNumber, "its number"}, frame_argument()}});
  commands.add({"labels.merge",
                "",
                "",
                "",
                "Makes one object of two.",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(const std::uint32_t into, id_from(arguments, "into", 0));
                  return replace(workspace, arguments, into);
                },
                [] { return true; },
                {},
                {layer_argument(),
                 {"object", Kind::kNumber, "that ends"},
                 {"into", Kind::kNumber, "that gets its voxels", true},
                 frame_argument()},
                false,
                "merge"});
  commands.add({"labels.new_object",
                "Labels",
                "New object",
                "M",
                "The next stroke paints an object of its own (napari: new label).",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(const LabelTarget target, label_target(workspace, arguments));
                  target.layer->set_selected(unused_id(*target.layer));
                  workspace.history().accept();  // nothing to take back yet
                  return {};
                },
                has_labels,
                {},
                {layer_argument()}});
  PaintState& state = workspace.paint();
  const auto resize = [&](const char* id, const char* title, const char* keys, double by) {
    commands.add({id, "Labels", title, keys, "The circle at the pointer shows its size.",
                  [&state, by](const json&) -> Result<void> {
                    state.set_size(by > 1 ? std::max(state.size() + 1, state.size() * by)
                                          : std::min(state.size() - 1, state.size() * by));
                    return {};
                  },
                  [] { return true; }});
  };
  resize("labels.larger", "Larger brush", "]", 1.15);
  resize("labels.smaller", "Smaller brush", "[", 1 / 1.15);
  commands.add({"labels.preserve", "Labels", "Keep other objects", "B",
                "Painting and filling leave other objects as they are (napari: preserve labels).",
                [&state](const json&) -> Result<void> {
                  state.set_over(state.over() == PaintOver::kBackground ? PaintOver::kEverything
                                                                        : PaintOver::kBackground);
                  return {};
                },
                [] { return true; }, [&state] { return state.over() == PaintOver::kBackground; }});
  commands.add({"labels.only_inside", "Labels", "Paint only inside the selected object", "",
                "Nothing but what belongs to the object that is selected now can be painted over.",
                [&workspace, &state](const json&) -> Result<void> {
                  const bool on = state.over() != PaintOver::kInside;
                  const auto* labels =
                      dynamic_cast<const LabelsLayer*>(workspace.layers().selected());
                  if (on && labels != nullptr) state.set_inside(labels->selected());
                  state.set_over(on ? PaintOver::kInside : PaintOver::kEverything);
                  return {};
                },
                has_labels, [&state] { return state.over() == PaintOver::kInside; }});
  commands.add({"labels.adaptive", "Labels", "Brush stops at edges", "Shift+B",
                "Of the brush's disc only what is as bright as its middle is painted.",
                [&state](const json&) -> Result<void> {
                  state.set_adaptive(!state.adaptive());
                  return {};
                },
                [] { return true; }, [&state] { return state.adaptive(); }});
  commands.add({"labels.pen_pressure", "Labels", "Pen pressure changes the size", "",
                "The harder a pen is pressed, the wider brush and eraser are, up to their size.",
                [&state](const json&) -> Result<void> {
                  state.set_pen_pressure(!state.pen_pressure());
                  return {};
                },
                [] { return true; }, [&state] { return state.pen_pressure(); }});
  commands.add({"labels.new_each", "Labels", "Each outline is a new object", "",
                "Areas that are drawn get a number of their own (Fiji: t); else they are added to "
                "the selected object. Shift while drawing adds, Alt takes away.",
                [&state](const json&) -> Result<void> {
                  state.set_new_each(!state.new_each());
                  return {};
                },
                [] { return true; }, [&state] { return state.new_each(); }});
  commands.add({"labels.ball", "Labels", "Paint and fill in 3D", "",
                "The brush is a ball in the world's units, and filling goes through the planes.",
                [&state](const json&) -> Result<void> {
                  state.set_ball(!state.ball());
                  return {};
                },
                [&workspace] { return workspace.has_depth(); }, [&state] { return state.ball(); }});
}

}  // namespace karyo
