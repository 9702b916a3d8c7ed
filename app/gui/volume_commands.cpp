#include "app/gui/volume_commands.h"

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/gui/film_commands.h"
#include "app/gui/main_window.h"
#include "app/gui/shown_channel.h"
#include "app/gui/view_grid.h"
#include "app/layer_commands.h"
#include "viewer/scene/label_mesh.h"

namespace karyo::gui {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

constexpr double kTurnStep = 15;  // degrees, where none are given

Error wrong(const std::string& what, const std::string& fix) {
  return {ErrorCode::kInvalidArgument, what, fix};
}

/// x, y, z of an argument that is given as z, y, x.
Result<World> world_of(const json& value, const std::string& name) {
  const auto numbers = value.get<std::vector<double>>();
  if (numbers.size() != 3) {
    return wrong("\"" + name + "\" has " + std::to_string(numbers.size()) + " numbers",
                 "Give three: z, y, x.");
  }
  return World{numbers[2], numbers[1], numbers[0]};
}

/// What a command with the argument "on" makes of a switch: as told, on when settings are given,
/// else the other way round.
bool switched(const json& arguments, bool now) {
  if (arguments.contains("on")) return arguments["on"].get<bool>();
  return arguments.empty() ? !now : true;
}

/// Adds commands for the 3D view of a window.
class VolumeCommands {
 public:
  VolumeCommands(CommandTable& commands, MainWindow& window)
      : commands_(commands), window_(window) {}

  void add_methods();
  void add_labels();
  void add_surface();
  void add_cuts();
  void add_camera();

 private:
  using Change = std::function<Result<void>(VolumeLook& look, const json& arguments)>;

  VolumeView& view() { return window_.views().volume(); }
  Workspace& workspace() { return window_.workspace(); }
  std::function<bool()> has_depth() {
    return [&workspace = window_.workspace()] { return workspace.has_depth(); };
  }
  /// A command that changes the look.
  Command looks(const char* id, const char* title, const char* help, Change change,
                std::function<bool(const VolumeLook&)> checked = {}) {
    auto& window = window_;
    Command command{id,
                    "View",
                    title,
                    "",
                    help,
                    [&window, change = std::move(change)](const json& arguments) -> Result<void> {
                      VolumeLook look = window.views().volume().look();
                      KARYO_CHECK_OK(change(look, arguments));
                      window.views().volume().set_look(look);
                      return {};
                    },
                    has_depth()};
    if (checked) {
      command.checked = [&window, checked = std::move(checked)] {
        return checked(window.views().volume().look());
      };
    }
    return command;
  }
  Command method(const char* id, const char* title, const char* help, VolumeMethod how,
                 Change more = {}) {
    return looks(
        id, title, help,
        [how, more = std::move(more)](VolumeLook& look, const json& arguments) -> Result<void> {
          look.method = how;
          return more ? more(look, arguments) : Result<void>{};
        },
        [how](const VolumeLook& look) { return look.method == how; });
  }
  void add_plane(const char* id, const char* title, const char* help, CutPlane VolumeLook::*plane);
  void add_standard_view(const char* id, const char* title, const char* help, World forward,
                         World down);

  CommandTable& commands_;
  MainWindow& window_;
};

/// The threshold as a strength: from "share", or from "value" by the shown channel's contrast.
Result<void> set_threshold(Workspace& workspace, VolumeLook& look, const json& arguments) {
  double share = look.threshold;
  if (arguments.contains("value")) {
    const auto channel = shown_channel(workspace);
    if (!channel) {
      return wrong("there is no visible image to which the threshold's value could belong",
                   "Open or show an image, or give \"share\".");
    }
    share = channel->strength_of(arguments["value"].get<double>());
  }
  share = arguments.value("share", share);
  if (!(share >= 0 && share <= 1)) {
    return wrong("the threshold's share is " + json(share).dump(),
                 "Give 0 (black) to 1 (full colour).");
  }
  look.threshold = share;
  return {};
}

void VolumeCommands::add_methods() {
  commands_.add(method("view.minimum", "3D: darkest voxel",
                       "Each pixel shows the darkest voxel behind it: pores, or tissue stained on "
                       "a bright ground (minimum intensity projection).",
                       VolumeMethod::kMinimum));
  commands_.add(method("view.average", "3D: average",
                       "Each pixel shows the mean of the voxels behind it, which keeps noise low.",
                       VolumeMethod::kAverage));
  Command attenuated = method(
      "view.attenuated", "3D: brightest voxel, dimmed with depth",
      "As the brightest voxel, but what lies behind bright matter is dimmed, so that one sees what "
      "is in front (attenuated maximum).",
      VolumeMethod::kAttenuated, [](VolumeLook& look, const json& arguments) -> Result<void> {
        const double attenuation = arguments.value("attenuation", look.attenuation);
        if (!(attenuation >= 0 && attenuation <= 10)) {
          return wrong("the attenuation is " + json(attenuation).dump(),
                       "Give 0 (none) to 10; 0.05 suits most stacks.");
        }
        look.attenuation = attenuation;
        return {};
      });
  attenuated.arguments = {{"attenuation", Kind::kNumber,
                           "0 to 10: how much one bright voxel dims what lies behind it"}};
  commands_.add(std::move(attenuated));
  auto& workspace = window_.workspace();
  Command isosurface = method(
      "view.isosurface", "3D: isosurface",
      "Draws the surface where brightness passes a threshold, shaded, so that shapes are seen.",
      VolumeMethod::kIsosurface, [&workspace](VolumeLook& look, const json& arguments) {
        return set_threshold(workspace, look, arguments);
      });
  isosurface.arguments = {{"share", Kind::kNumber, "threshold from 0 (black) to 1 (full colour)"},
                          {"value", Kind::kNumber, "threshold as a value of the image"}};
  commands_.add(std::move(isosurface));
  commands_.add(method("view.no_volume", "3D: no image",
                       "Leaves the image out of 3D, so that the rest is seen alone.",
                       VolumeMethod::kNone));
  Command curve = looks(
      "view.opacity_curve", "3D: usual opacity curve",
      "Sets how opaque each brightness is in the translucent view; without points as it was at "
      "first (transfer function).",
      [](VolumeLook& look, const json& arguments) -> Result<void> {
        if (!arguments.contains("points")) {
          look.opacity = {};
          return {};
        }
        const auto numbers = arguments["points"].get<std::vector<double>>();
        if (numbers.size() % 2 != 0) {
          return wrong("\"points\" has an odd number of numbers",
                       "Give strength and opacity of each point in turn.");
        }
        std::vector<OpacityCurve::Point> points;
        for (std::size_t i = 0; i < numbers.size(); i += 2) {
          points.push_back({numbers[i], numbers[i + 1]});
        }
        KARYO_TRY(look.opacity, OpacityCurve::of(std::move(points)));
        return {};
      });
  curve.arguments = {
      {"points", Kind::kNumbers, "strength, opacity, strength, opacity, ..., each 0 to 1"}};
  commands_.add(std::move(curve));
}

void VolumeCommands::add_labels() {
  Command voxels = looks(
      "view.labels_as_voxels", "3D: objects voxel by voxel",
      "Draws objects as their voxels in exactly their colours, or as smooth surfaces again.",
      [](VolumeLook& look, const json& arguments) -> Result<void> {
        look.labels_as_voxels = switched(arguments, look.labels_as_voxels);
        return {};
      },
      [](const VolumeLook& look) { return look.labels_as_voxels; });
  voxels.arguments = {{"on", Kind::kBool, "voxels, else surfaces"}};
  commands_.add(std::move(voxels));
}

void VolumeCommands::add_surface() {
  auto& window = window_;
  commands_.add({"layer.make_surface",
                 "Layer",
                 "Surface of the objects",
                 "",
                 "Makes a surface of the selected layer's objects, to be saved as STL, PLY or OBJ.",
                 [&window](const json& arguments) -> Result<void> {
                   Workspace& workspace = window.workspace();
                   KARYO_TRY(auto* const labels,
                             target_as<LabelsLayer>(workspace, arguments, "label", true));
                   SurfaceItem item;
                   item.labels = labels->labels(labels->time_shown(workspace.view().time()));
                   item.grid = workspace.layers().grid_of(*labels);
                   item.only = labels->selected_only() ? labels->selected() : 0;
                   item.colours = labels->drawn_colors();
                   return workspace.make(
                       *labels, "surface",
                       [item = std::move(item)](TaskControl&) -> Result<std::shared_ptr<Layer>> {
                         SurfaceMesh mesh = label_mesh(item);
                         if (mesh.triangles.empty()) {
                           return wrong("there are no objects to make a surface of",
                                        "Choose a layer or a time with objects.");
                         }
                         return std::shared_ptr<Layer>(
                             std::make_shared<SurfaceLayer>("surface", std::move(mesh)));
                       });
                 },
                 [&window] {
                   const Layer* layer = window.workspace().layers().selected();
                   return layer != nullptr && layer->kind() == LayerKind::kLabels;
                 },
                 {},
                 {layer_argument()}});
}

void VolumeCommands::add_plane(const char* id, const char* title, const char* help,
                               CutPlane VolumeLook::*plane) {
  Command command = looks(
      id, title, help,
      [plane](VolumeLook& look, const json& arguments) -> Result<void> {
        CutPlane& cut = look.*plane;
        cut.on = switched(arguments, cut.on);
        if (arguments.contains("normal")) {
          KARYO_TRY(cut.normal, world_of(arguments["normal"], "normal"));
          const double length = dot(cut.normal, cut.normal);
          if (!(length > 0) || !std::isfinite(length)) {
            return wrong("the normal has no direction", "Give z, y, x, not all of them 0.");
          }
        }
        cut.distance = arguments.value("distance", cut.distance);
        return {};
      },
      [plane](const VolumeLook& look) { return (look.*plane).on; });
  command.arguments = {{"on", Kind::kBool, "whether there is the plane"},
                       {"normal", Kind::kNumbers, "the way it faces: z, y, x"},
                       {"distance", Kind::kNumber,
                        "along the normal from the middle of the stack, in the scale's unit"}};
  commands_.add(std::move(command));
}

void VolumeCommands::add_cuts() {
  auto& window = window_;
  Command crop{"view.crop3d",
               "View",
               "3D: crop",
               "",
               "Shows only a box of the stack in 3D; its sides are set in the 3D panel.",
               [&window](const json& arguments) -> Result<void> {
                 VolumeView& view = window.views().volume();
                 const VolumeLook& look = view.look();
                 WorldBox kept = look.crop;
                 if (kept == WorldBox{}) kept = view.box();
                 const auto side = [&](const char* name, double World::*axis) -> Result<void> {
                   if (!arguments.contains(name)) return {};
                   const auto ends = arguments[name].get<std::vector<double>>();
                   if (ends.size() != 2 || !std::isfinite(ends[0]) || !std::isfinite(ends[1])) {
                     return wrong(std::string("\"").append(name).append("\" is no pair of numbers"),
                                  "Give where the box begins and ends, in the scale's unit.");
                   }
                   kept.low.*axis = ends[0];
                   kept.high.*axis = ends[1];
                   return {};
                 };
                 KARYO_CHECK_OK(side("z", &World::z));
                 KARYO_CHECK_OK(side("y", &World::y));
                 KARYO_CHECK_OK(side("x", &World::x));
                 view.set_crop(switched(arguments, look.crop_on), kept);
                 return {};
               },
               has_depth(),
               [&window] { return window.views().volume().look().crop_on; }};
  crop.arguments = {{"on", Kind::kBool, "whether to crop"},
                    {"z", Kind::kNumbers, "begin and end along z, in the scale's unit"},
                    {"y", Kind::kNumbers, "the same along y"},
                    {"x", Kind::kNumbers, "the same along x"}};
  commands_.add(std::move(crop));
  add_plane("view.clip3d", "3D: cut by a plane",
            "Cuts away what lies on one side of a plane; it is set in the 3D panel.",
            &VolumeLook::clip);
  add_plane("view.slice3d", "3D: slicing plane",
            "Shows a plane at any angle through the stack in the image's colours.",
            &VolumeLook::slice);
}

void VolumeCommands::add_standard_view(const char* id, const char* title, const char* help,
                                       World forward, World down) {
  auto& window = window_;
  commands_.add({id, "View", title, "", help,
                 [&window, forward, down](const json&) -> Result<void> {
                   window.views().volume().look_along(forward, down);
                   return {};
                 },
                 has_depth()});
}

void VolumeCommands::add_camera() {
  auto& window = window_;
  Command orthographic{"view.orthographic",
                       "View",
                       "3D: orthographic",
                       "",
                       "Shows near and far things equally large, for measuring by eye; else in "
                       "perspective.",
                       [&window](const json& arguments) -> Result<void> {
                         VolumeView& view = window.views().volume();
                         view.set_orthographic(switched(arguments, view.orthographic()));
                         return {};
                       },
                       has_depth(),
                       [&window] { return window.views().volume().orthographic(); }};
  orthographic.arguments = {{"on", Kind::kBool, "orthographic, else perspective"}};
  commands_.add(std::move(orthographic));
  Command turn{"view.turn",
               "View",
               "3D: turn",
               "",
               "Turns the 3D view by angles; without any by 15° to the right.",
               [&window](const json& arguments) -> Result<void> {
                 const bool plain = arguments.empty();
                 window.views().volume().turn(arguments.value("azimuth", plain ? kTurnStep : 0.0),
                                              arguments.value("elevation", 0.0));
                 return {};
               },
               has_depth()};
  turn.arguments = {{"azimuth", Kind::kNumber, "degrees by which the near side goes to the right"},
                    {"elevation", Kind::kNumber, "degrees by which the near side goes down"}};
  commands_.add(std::move(turn));
  add_standard_view("view.front", "3D: from the front",
                    "Shows the stack as the XY plane does: y runs down, z away.", {0, 0, 1},
                    {0, 1, 0});
  add_standard_view("view.top", "3D: from above",
                    "Shows the stack from above: x runs to the right, z up.", {0, 1, 0},
                    {0, 0, -1});
  add_standard_view("view.side", "3D: from the side",
                    "Shows the stack as the YZ plane does: z runs to the right, y down.",
                    {-1, 0, 0}, {0, 1, 0});
}

}  // namespace

void add_volume_commands(CommandTable& commands, MainWindow& window) {
  VolumeCommands adder(commands, window);
  adder.add_methods();
  adder.add_labels();
  adder.add_surface();
  adder.add_cuts();
  adder.add_camera();
  add_film_commands(commands, window);
}

}  // namespace karyo::gui
