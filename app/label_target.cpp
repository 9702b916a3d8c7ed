#include "app/label_target.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/layer_commands.h"
#include "app/object_checks.h"

namespace karyo {

using nlohmann::json;
using Kind = Argument::Kind;

Argument frame_argument() {
  return {"frame", Kind::kNumber, "from 0; else the one that is shown"};
}

Argument over_argument() {
  return {"over",
          Kind::kText,
          "what may be painted over",
          false,
          json("everything"),
          0,
          0,
          {"everything", "background", "inside"}};
}

Argument inside_argument() {
  return {"inside", Kind::kNumber,
          "the object that alone changes, with over = inside; the selected"};
}

Argument plane_argument() {
  return {"plane", Kind::kText, "that is painted in", false, json("xy"), 0, 0, {"xy", "xz", "yz"}};
}

Plane plane_of(const json& arguments) {
  return plane_from(arguments.value("plane", "xy")).value_or(Plane::kXY);
}

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

Result<std::vector<std::uint32_t>> objects_from(const json& arguments, std::uint32_t otherwise) {
  std::vector<std::uint32_t> ids;
  for (const json& number : arguments.value("objects", json::array())) {
    KARYO_TRY(const std::uint32_t id, id_from({{"objects", number}}, "objects", 0));
    if (id != 0) ids.push_back(id);
  }
  if (!arguments.contains("objects") && otherwise != 0) ids.push_back(otherwise);
  if (ids.empty()) {
    return Error(ErrorCode::kNotFound, "no object is selected",
                 "Click on an object of the layer first.");
  }
  return ids;
}

LabelsLayer* labels_in_hand(LayerList& layers) {
  Layer* const selected = layers.selected();
  if (selected != nullptr && selected->kind() != LayerKind::kImage) {
    return dynamic_cast<LabelsLayer*>(selected);
  }
  for (int i = layers.count() - 1; i >= 0; --i) {
    auto* labels = dynamic_cast<LabelsLayer*>(&layers.at(i));
    if (labels != nullptr && labels->visible()) return labels;
  }
  return nullptr;
}

Result<LabelTarget> label_target(Workspace& workspace, const json& arguments) {
  KARYO_TRY(auto* const labels, target_as<LabelsLayer>(workspace, arguments, "label"));
  const LayerList& layers = workspace.layers();
  LabelTarget target{std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(layers.find(labels))),
                     labels->time_shown(workspace.view().time())};
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

Result<std::vector<std::uint32_t>> objects_from(Workspace& workspace, const json& arguments,
                                                const LabelsLayer& layer) {
  if (arguments.contains("objects")) return objects_from(arguments, 0);
  auto ids = workspace.checks().selection().of(layer);
  if (ids.empty()) return objects_from(arguments, layer.selected());
  return ids;
}

Result<PaintRule> rule_from(const json& arguments, const LabelsLayer& layer) {
  PaintRule rule;
  const std::string over = arguments.value("over", "everything");
  if (over == "background") rule.over = PaintOver::kBackground;
  if (over == "inside") rule.over = PaintOver::kInside;
  KARYO_TRY(rule.inside, id_from(arguments, "inside", layer.selected()));
  rule.locked = layer.notes()->locked();
  return rule;
}

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

Result<PathF> path_from(const json& list) {
  constexpr double kMostPlace = 1e7;
  const auto numbers = list.get<std::vector<double>>();
  const bool good = numbers.size() >= 2 && numbers.size() % 2 == 0 &&
                    std::all_of(numbers.begin(), numbers.end(),
                                [](double v) { return std::abs(v) <= kMostPlace; });
  if (!good) {
    return Error(ErrorCode::kInvalidArgument,
                 std::to_string(numbers.size()) + " numbers make no places of x, y",
                 "Give two for each place.");
  }
  PathF path;
  for (std::size_t i = 0; i < numbers.size(); i += 2) path.push_back({numbers[i], numbers[i + 1]});
  return path;
}

Index3 voxel_of(const WorldPoint& place) {
  return {std::llround(place.z), std::llround(place.y), std::llround(place.x)};
}

Error object_is_locked(std::uint32_t id) {
  return {ErrorCode::kInvalidArgument, "object " + std::to_string(id) + " is locked",
          "Unlock it first (Labels › Lock the selected object)."};
}

std::uint32_t unused_id(const LabelsLayer& layer) {
  std::uint32_t id = 1;
  for (std::int64_t t = 0; t < layer.shape().t; ++t) {
    id = std::max(id, layer.labels(t).unused_id());
  }
  return id;
}

}  // namespace karyo
