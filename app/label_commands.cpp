// Painting labels, and what is done to whole objects.

#include <cmath>
#include <limits>

#include "annotation/flood_fill.h"
#include "annotation/label_edit.h"
#include "annotation/objects.h"
#include "app/layer_commands.h"
#include "app/stroke.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const Argument kLabel{"label", Kind::kNumber, "the object's number; 0 erases"};
const Argument kOver{"over", Kind::kText, "what may be painted over",  false, json("everything"),
                     0,      0,           {"everything", "background"}};
const Argument kPlane{"plane", Kind::kText, "that is painted in", false, json("xy"),
                      0,       0,           {"xy", "xz", "yz"}};
const Argument kFrame{"frame", Kind::kNumber, "from 0; else the one that is shown"};

Result<std::uint32_t> id_from(const json& arguments, const char* name, std::uint32_t otherwise) {
  if (!arguments.contains(name)) return otherwise;
  const double value = arguments[name].get<double>();
  if (!(value >= 0 && value <= std::numeric_limits<std::uint32_t>::max() &&
        value == std::floor(value))) {
    return Error(ErrorCode::kInvalidArgument,
                 std::string(name) + " " + json(value).dump() + " is no object's number",
                 "Give a whole number from 0.");
  }
  return static_cast<std::uint32_t>(value);
}

/// The layer, the frame and what is common to all that changes labels.
struct Target {
  std::shared_ptr<LabelsLayer> layer;
  std::int64_t time = 0;
};
Result<Target> labels_for(Workspace& workspace, const json& arguments) {
  KARYO_TRY(auto* const labels, target_as<LabelsLayer>(workspace, arguments, "label"));
  const LayerList& layers = workspace.layers();
  Target target{std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(layers.find(labels))),
                workspace.view().time()};
  if (arguments.contains("frame")) {
    const double frame = arguments["frame"].get<double>();
    if (!(frame >= 0 && frame < static_cast<double>(labels->shape().t) &&
          frame == std::floor(frame))) {
      return Error(ErrorCode::kInvalidArgument,
                   "frame " + json(frame).dump() + " is not there; the labels have " +
                       std::to_string(labels->shape().t),
                   "Give a whole number, counted from 0.");
    }
    target.time = static_cast<std::int64_t>(frame);
  }
  return target;
}

PaintRule rule_from(const json& arguments) {
  PaintRule rule;
  if (arguments.value("over", "everything") == "background") rule.over = PaintOver::kBackground;
  return rule;
}

/// The numbers of voxels, z, y, x each.
Result<std::vector<WorldPoint>> places_from(const json& list) {
  const auto numbers = list.get<std::vector<double>>();
  if (numbers.empty() || numbers.size() % 3 != 0) {
    return Error(ErrorCode::kInvalidArgument,
                 std::to_string(numbers.size()) + " numbers make no places of z, y, x",
                 "Give three for each place.");
  }
  std::vector<WorldPoint> places;
  for (std::size_t i = 0; i < numbers.size(); i += 3) {
    places.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  }
  return places;
}

Result<void> paint_stroke(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const Target target, labels_for(workspace, arguments));
  KARYO_TRY(const auto places, places_from(arguments["points"]));
  StrokeSettings settings;
  settings.size = arguments.value("size", settings.size);
  settings.ball = arguments.value("ball", false);
  settings.plane = plane_from(arguments.value("plane", "xy")).value_or(Plane::kXY);
  settings.rule = rule_from(arguments);
  KARYO_TRY(settings.label, id_from(arguments, "label", target.layer->selected()));
  Stroke stroke(target.layer, target.time, settings);
  for (const WorldPoint& place : places) stroke.add(place);
  stroke.finish(workspace);
  return {};
}

Result<void> fill(Workspace& workspace, const json& arguments) {
  KARYO_TRY(const Target target, labels_for(workspace, arguments));
  KARYO_TRY(const auto places, places_from(arguments["voxel"]));
  KARYO_TRY(const std::uint32_t label, id_from(arguments, "label", target.layer->selected()));
  const Index3 seed{static_cast<std::int64_t>(std::lround(places[0].z)),
                    static_cast<std::int64_t>(std::lround(places[0].y)),
                    static_cast<std::int64_t>(std::lround(places[0].x))};
  LabelEditor editor(target.layer, target.time);
  KARYO_TRY(
      const Box3 box,
      flood_fill(editor.writer(), editor.labels(), seed, label, arguments.value("ball", false),
                 plane_from(arguments.value("plane", "xy")).value_or(Plane::kXY),
                 rule_from(arguments)));
  editor.changed(box);
  keep_edit(workspace, editor);
  return {};
}

/// Gives an object another number; 0 deletes it.
Result<void> replace(Workspace& workspace, const json& arguments, std::uint32_t to) {
  KARYO_TRY(const Target target, labels_for(workspace, arguments));
  KARYO_TRY(const std::uint32_t from, id_from(arguments, "object", target.layer->selected()));
  LabelEditor editor(target.layer, target.time);
  const Box3 box = from == 0 ? Box3{} : replace_id(editor.writer(), editor.labels(), from, to);
  if (box.empty()) {
    return Error(ErrorCode::kNotFound,
                 from == 0 ? "no object is selected" : "there is no object " + std::to_string(from),
                 "Click on an object of the layer first.");
  }
  editor.changed(box);
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
        {"size", Kind::kNumber, "diameter in voxels along x", false, json(10), 0.01,
         PaintState::kMostSize},
        {"ball", Kind::kBool, "through the planes, in the world's units"},
        kPlane,
        kLabel,
        kOver,
        kFrame},
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
                 kPlane,
                 kLabel,
                 kOver,
                 kFrame},
                false,
                "fill"});
  commands.add({"labels.delete_object",
                "Labels",
                "Delete the selected object",
                "Ctrl+Delete",
                "Makes background of the object that is selected.",
                [&workspace](const json& arguments) { return replace(workspace, arguments, 0); },
                has_labels,
                {},
                {layer_argument(), {"object", Kind::kNumber, "its number"}, kFrame}});
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
                 kFrame},
                false,
                "merge"});
  commands.add({"labels.new_object",
                "Labels",
                "New object",
                "M",
                "The next stroke paints an object of its own (napari: new label).",
                [&workspace](const json& arguments) -> Result<void> {
                  KARYO_TRY(const Target target, labels_for(workspace, arguments));
                  std::uint32_t highest = 0;
                  for (std::int64_t t = 0; t < target.layer->shape().t; ++t) {
                    highest = std::max(highest, target.layer->labels(t).highest_id());
                  }
                  target.layer->set_selected(highest + 1);
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
  commands.add({"labels.ball", "Labels", "Paint and fill in 3D", "",
                "The brush is a ball in the world's units, and filling goes through the planes.",
                [&state](const json&) -> Result<void> {
                  state.set_ball(!state.ball());
                  return {};
                },
                [&workspace] { return workspace.has_depth(); }, [&state] { return state.ball(); }});
}

}  // namespace karyo
