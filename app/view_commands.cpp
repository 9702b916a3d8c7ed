#include "app/layer_commands.h"

#include <algorithm>

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

Result<void> set_layout(ViewState& view, const std::string& layout) {
  if (layout == "quad") {
    view.set_layout(ViewLayoutKind::kFour, view.maximised());
  } else if (layout == "xy") {
    view.set_layout(ViewLayoutKind::kPlane, Plane::kXY);
  } else if (layout == "xz") {
    view.set_layout(ViewLayoutKind::kPlane, Plane::kXZ);
  } else if (layout == "yz") {
    view.set_layout(ViewLayoutKind::kPlane, Plane::kYZ);
  } else if (layout == "3d") {
    view.set_layout(ViewLayoutKind::kVolume, view.maximised());
  } else {
    return Error(ErrorCode::kInvalidArgument, "unknown layout \"" + layout + "\"",
                 "Use quad, xy, xz, yz or 3d.");
  }
  return {};
}

Result<void> set_slab(ViewState& view, const json& arguments) {
  Slab slab = view.slab();
  slab.thickness = arguments.value("thickness", slab.thickness);
  if (arguments.contains("projection")) {
    const auto name = arguments["projection"].get<std::string>();
    if (name == "maximum") {
      slab.projection = Projection::kMaximum;
    } else if (name == "minimum") {
      slab.projection = Projection::kMinimum;
    } else if (name == "mean") {
      slab.projection = Projection::kMean;
    } else {
      return Error(ErrorCode::kInvalidArgument, "unknown projection \"" + name + "\"",
                   "Use maximum, minimum or mean.");
    }
  }
  view.set_slab(slab);
  return {};
}

}  // namespace

void add_view_commands(CommandTable& commands, Workspace& workspace) {
  ViewState& view = workspace.view();
  const auto always = [] { return true; };
  commands.add({"view.cursor",
                "",
                "",
                "",
                "Moves the crosshair to a voxel.",
                [&workspace](const json& arguments) -> Result<void> {
                  const auto at = arguments["voxel"].get<std::vector<double>>();
                  if (at.size() != 3) {
                    return Error(ErrorCode::kInvalidArgument, "a voxel has three numbers",
                                 "Give z, y, x, counted from 0.");
                  }
                  const Index3 extent = workspace.layers().extent();
                  const auto clip = [](double place, std::int64_t count) {
                    return std::clamp<std::int64_t>(static_cast<std::int64_t>(place), 0, count - 1);
                  };
                  workspace.view().set_cursor_voxel(
                      {clip(at[0], extent.z), clip(at[1], extent.y), clip(at[2], extent.x)},
                      workspace.layers().grid());
                  return {};
                },
                always,
                {},
                {{"voxel", Kind::kNumbers, "z, y, x, counted from 0", true}}});
  commands.add({"view.time",
                "",
                "",
                "",
                "Goes to a time point.",
                [&workspace](const json& arguments) -> Result<void> {
                  const double last = static_cast<double>(workspace.layers().time_count() - 1);
                  workspace.view().set_time(static_cast<std::int64_t>(
                      std::clamp(arguments["time"].get<double>(), 0.0, last)));
                  return {};
                },
                always,
                {},
                {{"time", Kind::kNumber, "counted from 0", true}}});
  commands.add({"view.layout",
                "",
                "",
                "",
                "Chooses which views are shown.",
                [&view](const json& arguments) {
                  return set_layout(view, arguments["layout"].get<std::string>());
                },
                always,
                {},
                {{"layout", Kind::kText, "quad, xy, xz, yz, 3d", true}}});
  commands.add({"view.slab",
                "",
                "",
                "",
                "Shows several planes as one.",
                [&view](const json& arguments) { return set_slab(view, arguments); },
                always,
                {},
                {{"thickness", Kind::kNumber, "in the scale's unit; 0: one plane"},
                 {"projection", Kind::kText, "maximum, minimum, mean"}}});
}

}  // namespace karyo
