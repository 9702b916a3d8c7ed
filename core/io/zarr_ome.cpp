#include "core/io/zarr_ome.h"

#include <algorithm>
#include <cmath>

#include "core/io/axis_places.h"
#include "core/io/tiff_metadata.h"
#include "core/io/zarr_array.h"

namespace karyo::io {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostChannels = 4096;

Error wrong(const std::string& what) {
  return {ErrorCode::kBadFile, what, "The metadata are damaged; export the image again."};
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}
std::string text_of(const json& object, const char* name) {
  const json* found = member(object, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

/// Stays inside the image's folder.
bool harmless(const std::string& path) {
  const std::filesystem::path parts(path);
  return !path.empty() && parts.is_relative() &&
         std::none_of(parts.begin(), parts.end(), [](const auto& part) { return part == ".."; });
}

/// The numbers of a transformation of the given type; empty when there is none.
std::vector<double> transformation(const json& owner, const char* type) {
  std::vector<double> numbers;
  const json* list = member(owner, "coordinateTransformations");
  if (list == nullptr || !list->is_array()) return numbers;
  for (const json& entry : *list) {
    const json* values = member(entry, type);
    if (text_of(entry, "type") != type || values == nullptr || !values->is_array()) continue;
    numbers.clear();
    for (const json& value : *values) {
      numbers.push_back(value.is_number() ? value.get<double>() : std::nan(""));
    }
  }
  return numbers;
}

Result<void> read_axes(const json* axes, OmeZarr& image) {
  if (axes == nullptr) return {};  // before 0.3: five axes, or as many as the array has
  if (!axes->is_array()) return wrong("the axes are no list");
  std::vector<NamedAxis> named;
  for (const json& axis : *axes) {
    named.push_back({axis.is_string() ? axis.get<std::string>() : text_of(axis, "name"),
                     text_of(axis, "type")});
  }
  KARYO_TRY(PlacedAxes placed, place_axes(named));
  image.axes = std::move(placed.letters);
  image.grid.names = std::move(placed.names);
  for (std::size_t i = 0; i < image.axes.size(); ++i) {
    const std::string unit = text_of((*axes)[i], "unit");
    if (unit.empty()) continue;
    if (image.axes[i] == 't') image.grid.time_unit = unit == "second" ? "sec" : unit;
    if (image.axes[i] == 'x') image.grid.unit = normal_unit(unit);
  }
  return {};
}

void read_channels(const json& attributes, OmeZarr& image) {
  const json* omero = member(attributes, "omero");
  const json* channels = omero != nullptr ? member(*omero, "channels") : nullptr;
  if (channels == nullptr || !channels->is_array() || channels->size() > kMostChannels) return;
  for (const json& channel : *channels) {
    ChannelInfo info;
    info.name = text_of(channel, "label").substr(0, 256);
    const std::string color = text_of(channel, "color");
    if (color.size() == 6 &&
        color.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos) {
      const unsigned long rgb = std::stoul(color, nullptr, 16);
      for (unsigned long i = 0; i < 256; ++i) {
        const auto part = [&](int shift) {
          return static_cast<std::uint8_t>((rgb >> shift & 255) * i / 255);
        };
        info.lut.push_back({part(16), part(8), part(0)});
      }
    }
    if (const json* window = member(channel, "window")) {
      const json *low = member(*window, "start"), *high = member(*window, "end");
      if (low != nullptr && high != nullptr && low->is_number() && high->is_number() &&
          low->get<double>() < high->get<double>()) {
        info.has_range = true;
        info.range_low = low->get<double>();
        info.range_high = high->get<double>();
      }
    }
    image.channels.push_back(std::move(info));
  }
}

}  // namespace

Result<json> zarr_attributes(const std::filesystem::path& group) {
  std::error_code ignored;
  if (std::filesystem::exists(group / "zarr.json", ignored)) {
    KARYO_TRY(const json meta, read_zarr_json(group / "zarr.json"));
    const json* attributes = member(meta, "attributes");
    const json* ome = attributes != nullptr ? member(*attributes, "ome") : nullptr;
    return ome != nullptr ? *ome : attributes != nullptr ? *attributes : json::object();
  }
  if (!std::filesystem::exists(group / ".zattrs", ignored)) return json::object();
  return read_zarr_json(group / ".zattrs");
}

Result<OmeZarr> parse_ome_zarr(const json& attributes) {
  const json* list = member(attributes, "multiscales");
  if (list == nullptr || !list->is_array() || list->empty()) {
    return wrong("\"multiscales\" holds nothing");
  }
  const json& image = (*list)[0];
  OmeZarr result;
  if (list->size() > 1) {
    result.notes.push_back("The folder holds " + std::to_string(list->size()) +
                           " images; the first was opened.");
  }
  KARYO_CHECK_OK(read_axes(member(image, "axes"), result));
  const json* datasets = member(image, "datasets");
  if (datasets == nullptr || !datasets->is_array() || datasets->empty()) {
    return wrong("the image names no arrays");
  }
  const std::vector<double> shared = transformation(image, "scale");
  for (const json& dataset : *datasets) {
    if (result.levels.size() == kMostLevels) break;
    OmeZarr::Level level{text_of(dataset, "path"), transformation(dataset, "scale")};
    if (!harmless(level.path)) {
      return wrong("an array's path, \"" + level.path.substr(0, 80) + "\", leads out of the image");
    }
    for (std::size_t i = 0; i < std::min(level.scale.size(), shared.size()); ++i) {
      level.scale[i] *= shared[i];
    }
    const std::vector<double> moved = transformation(dataset, "translation");
    if (result.levels.empty() &&
        std::any_of(moved.begin(), moved.end(), [](double by) { return by != 0; })) {
      result.notes.push_back("The image's place among others (translation) was left out.");
    }
    result.levels.push_back(std::move(level));
  }
  read_channels(attributes, result);
  result.labels = member(attributes, "image-label") != nullptr;
  return result;
}

}  // namespace karyo::io
