#include "app/filters.h"
#include "app/layer_commands.h"
#include "core/filters/calculate.h"
#include "core/filters/geometry.h"

namespace karyo {
namespace {

using nlohmann::json;
using Kind = Argument::Kind;

const Argument kLayer = layer_argument();

void add_filter(CommandTable& commands, Workspace& workspace, const Filter& filter) {
  Command command{filter.id, "Process", filter.title, "", filter.help,
                  [&workspace, &filter](const json& arguments) -> Result<void> {
                    KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
                    if (!filter.keeps_values && layer->kind() != LayerKind::kImage) {
                      return Error(ErrorCode::kInvalidArgument, layer->name() + " is no image layer",
                                   "Name an image.");
                    }
                    const json complete = with_standards(filter.arguments, arguments);
                    return workspace.derive(
                        *layer, filter.suffix,
                        [&filter, complete](const Volume& volume, TaskControl& control) {
                          return filter.run(volume, complete, control);
                        });
                  },
                  [&workspace] { return workspace.layers().selected() != nullptr; }};
  command.arguments = filter.arguments;
  command.arguments.insert(command.arguments.begin(), kLayer);
  commands.add(std::move(command));
}

Result<void> crop_layer(Workspace& workspace, const json& arguments) {
  KARYO_TRY(Layer* const layer, target_layer(workspace, arguments, true));
  CropBox box = CropBox::all(layer->shape());
  const auto range = [&](const char* name, std::int64_t& first, std::int64_t& last) -> Result<void> {
    if (!arguments.contains(name)) return {};
    const auto numbers = arguments[name].get<std::vector<double>>();
    if (numbers.size() != 2 || !(numbers[0] >= 0 && numbers[1] <= static_cast<double>(last) &&
                                 numbers[0] < numbers[1])) {
      return Error(ErrorCode::kInvalidArgument,
                   std::string(name) + " is no range inside " + layer->name(),
                   "Give first and last, from 0, the last not included, up to " +
                       std::to_string(last) + ".");
    }
    first = static_cast<std::int64_t>(numbers[0]);
    last = static_cast<std::int64_t>(numbers[1]);
    return {};
  };
  KARYO_CHECK_OK(range("x", box.box.begin.x, box.box.end.x));
  KARYO_CHECK_OK(range("y", box.box.begin.y, box.box.end.y));
  KARYO_CHECK_OK(range("z", box.box.begin.z, box.box.end.z));
  KARYO_CHECK_OK(range("t", box.first_t, box.last_t));
  KARYO_CHECK_OK(range("c", box.first_c, box.last_c));
  return workspace.derive_crop(*layer, box);
}

/// The image that an argument names, in memory.
Result<std::shared_ptr<const Volume>> image_named(Workspace& workspace, const std::string& name) {
  KARYO_TRY(auto* const image,
            target_as<ImageLayer>(workspace, {{"layer", name}}, "image", true));
  if (image->pages()) {
    return Error(ErrorCode::kUnsupported, name + " stays in its file", "Crop it first.");
  }
  return image->shared_volume();
}

Result<void> calculate_layer(Workspace& workspace, const json& arguments) {
  KARYO_TRY(auto* const image, target_as<ImageLayer>(workspace, arguments, "image", true));
  KARYO_TRY(const Calculation how, calculation_from(arguments["how"].get<std::string>()));
  std::shared_ptr<const Volume> other;
  if (arguments.contains("with")) {
    KARYO_TRY(other, image_named(workspace, arguments["with"].get<std::string>()));
  } else if (!arguments.contains("number")) {
    return Error(ErrorCode::kInvalidArgument, "the second image or number is missing",
                 "Give \"with\" (the name of an image) or \"number\".");
  }
  const double number = arguments.value("number", 0.0);
  const bool as_float = arguments.value("float", false);
  return workspace.derive(
      *image, arguments["how"].get<std::string>(),
      [how, other, number, as_float](const Volume& volume, TaskControl& control) {
        if (other) return calculate(volume, how, other.get(), as_float, control);
        return calculate(volume, how, number, as_float, control);
      });
}

Result<void> merge_layers(Workspace& workspace, const json& arguments) {
  const auto names = arguments["layers"].get<std::vector<std::string>>();
  if (names.size() < 2) {
    return Error(ErrorCode::kInvalidArgument, "fewer than two images are named",
                 "Name at least two, or show two and hide the others.");
  }
  std::vector<std::shared_ptr<const Volume>> images;
  for (const auto& name : names) {
    KARYO_TRY(auto image, image_named(workspace, name));
    images.push_back(std::move(image));
  }
  KARYO_TRY(Layer* const first, target_layer(workspace, {{"layer", names[0]}}, true));
  return workspace.derive(*first, "merged", [images, names](const Volume&, TaskControl&) {
    std::vector<const Volume*> volumes;
    for (const auto& image : images) volumes.push_back(image.get());
    return merge_channels(volumes, names);
  });
}

}  // namespace

void add_filter_commands(CommandTable& commands, Workspace& workspace) {
  for (const Filter& filter : all_filters()) add_filter(commands, workspace, filter);
  const auto always = [] { return true; };
  const auto range = [](const char* name) {
    return Argument{name, Kind::kNumbers, "first and last, from 0, the last not included; all"};
  };
  commands.add({"image.crop", "", "", "", "Makes a layer of a part of another.",
                [&workspace](const json& arguments) { return crop_layer(workspace, arguments); },
                always, {}, {kLayer, range("x"), range("y"), range("z"), range("t"), range("c")}});
  commands.add({"image.calculate", "", "", "", "Calculates with two images, or an image and a number.",
                [&workspace](const json& arguments) { return calculate_layer(workspace, arguments); },
                always, {},
                {kLayer,
                 {"how", Kind::kText,
                  "add, subtract, multiply, divide, minimum, maximum, average, difference, and, or, "
                  "xor",
                  true},
                 {"with", Kind::kText, "name of the second image"},
                 {"number", Kind::kNumber, "instead of a second image"},
                 {"float", Kind::kBool, "a float32 result; false"}}});
  commands.add({"image.merge_channels", "", "", "", "Makes one image of several, each a channel.",
                [&workspace](const json& arguments) { return merge_layers(workspace, arguments); },
                always, {}, {{"layers", Kind::kTexts, "names of images", true}}});
}

}  // namespace karyo
