#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/model_facts.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"

namespace karyo::cli {
namespace {

struct Facts {
  double low = std::numeric_limits<double>::infinity();  ///< of finite values
  double high = -std::numeric_limits<double>::infinity();
  std::optional<std::int64_t> objects;  ///< of label images only

  bool any_finite() const { return low <= high; }
};

template <typename T>
std::span<const T> voxels_of(const Volume& volume) {
  return {volume.view<T>().data(), static_cast<std::size_t>(volume.shape().count())};
}

/// Labels are whole numbers on a background of 0, and neighbours inside an object are equal. In a
/// noisy picture they are not: confluent objects ten voxels wide still have nine equal pairs of
/// ten.
struct LabelSigns {
  bool possible = true;  ///< one channel of whole numbers from 0, and -1 where ignored
  bool background = false;
  std::int64_t pairs = 0, equal = 0;  ///< neighbours along x inside objects

  bool labels() const {
    constexpr double kEqualPairs = 0.85;
    return possible && background &&
           static_cast<double>(equal) >= kEqualPairs * static_cast<double>(pairs);
  }
};

// Sums are kept in locals: bytes may alias anything, so the compiler would store them each time.
template <typename T>
void add_range(std::span<const T> voxels, Facts& facts) {
  double low = facts.low, high = facts.high;
  for (const T voxel : voxels) {
    const auto value = static_cast<double>(voxel);
    if (!std::isfinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  facts.low = low;
  facts.high = high;
}

/// -1 of any integer type with a sign, 4294967295 without.
template <typename T>
bool is_ignored(T voxel) {
  return static_cast<std::uint32_t>(voxel) == kIgnoredLabel;
}

template <typename T>
void add_signs(std::span<const T> voxels, std::int64_t row, LabelSigns& signs) {
  LabelSigns sum = signs;
  for (std::size_t i = 0; i < voxels.size() && sum.possible; ++i) {
    if (voxels[i] < 0 && !is_ignored(voxels[i])) sum.possible = false;
    sum.background = sum.background || voxels[i] == 0;
    const bool row_begins = i % static_cast<std::size_t>(row) == 0;
    if (row_begins || voxels[i] == 0 || voxels[i - 1] == 0) continue;
    ++sum.pairs;
    sum.equal += voxels[i - 1] == voxels[i] ? 1 : 0;
  }
  signs = sum;
}

/// Of labels, all frames.
Result<std::int64_t> count_objects(const std::string& file) {
  std::unordered_set<std::uint32_t> ids;
  KARYO_CHECK_OK(visit_planes(file, [&](const Volume& plane) {
    visit_voxels(plane.type(), [&](auto zero) {
      using T = decltype(zero);
      std::uint32_t last = 0;
      for (const T voxel : voxels_of<T>(plane)) {
        const auto id = static_cast<std::uint32_t>(voxel);
        if (id != last && id != 0 && id != kIgnoredLabel) ids.insert(id);
        last = id;
      }
    });
  }));
  return static_cast<std::int64_t>(ids.size());
}

/// Holds one plane at a time. Labels are read a second time, for their ids: those of other pictures
/// are not worth collecting, as there may be as many values as voxels.
Result<Facts> facts_of(const std::string& file, const ImageDescription& image) {
  Facts facts;
  LabelSigns signs;
  signs.possible = !image.rgb && image.shape.c == 1;
  KARYO_CHECK_OK(visit_planes(file, [&](const Volume& plane) {
    visit_voxels(plane.type(), [&](auto zero) {
      using T = decltype(zero);
      const auto voxels = voxels_of<T>(plane);
      add_range(voxels, facts);
      if constexpr (std::is_integral_v<T>) {
        add_signs(voxels, plane.shape().x, signs);
      } else {
        signs.possible = false;
      }
    });
  }));
  if (signs.labels()) {
    KARYO_TRY(facts.objects, count_objects(file));
  }
  return facts;
}

nlohmann::json number(const Facts& facts, double value) {
  if (!facts.any_finite()) return nullptr;
  if (value == std::floor(value) && std::abs(value) < 9e15) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

/// z, y, x; without z where there is one plane.
std::vector<double> spacing_of(const ImageDescription& image) {
  std::vector<double> spacing{image.grid.spacing_y, image.grid.spacing_x};
  if (image.shape.z > 1) spacing.insert(spacing.begin(), image.grid.spacing_z);
  return spacing;
}

/// Of axes that the file calls otherwise, by their letters.
nlohmann::json names_of(const AxisNames& names) {
  nlohmann::json named = nlohmann::json::object();
  const auto add = [&](const char* letter, const std::string& name) {
    if (!name.empty()) named[letter] = name;
  };
  add("t", names.t);
  add("c", names.c);
  add("z", names.z);
  add("y", names.y);
  add("x", names.x);
  return named;
}

std::string text_of(const nlohmann::json& value) {
  return value.is_null() ? "-" : value.dump();
}

void say(Console& console, const ImageDescription& image, const nlohmann::json& facts) {
  std::string shape;
  for (const std::int64_t extent : image.file_shape) {
    shape += (shape.empty() ? "" : " x ") + std::to_string(extent);
  }
  std::string spacing;
  for (const double step : spacing_of(image)) {
    spacing += (spacing.empty() ? "" : " x ") + nlohmann::json(step).dump();
  }
  console.say(image.path.string());
  console.say("  format       " + image.format + ", compression " + image.compression);
  if (!image.files.empty()) console.say("  files        " + std::to_string(image.files.size()));
  console.say("  axes         " + image.axes + "  " + shape + "  " + image.dtype);
  const nlohmann::json axis_names = names_of(image.grid.names);
  for (const auto& [letter, name] : axis_names.items()) {
    console.say("  axis " + letter + "       " + name.get<std::string>());
  }
  console.say("  spacing      " + spacing + " " + image.grid.unit);
  if (image.grid.frame_interval > 0) {
    console.say("  frame every  " + nlohmann::json(image.grid.frame_interval).dump() + " " +
                image.grid.time_unit);
  }
  std::string names;
  for (const ChannelInfo& channel : image.channels) {
    if (!channel.name.empty()) names += (names.empty() ? "  " : ", ") + channel.name;
  }
  console.say("  channels     " + std::to_string(image.shape.c) + (image.rgb ? " (colour)" : "") +
              names);
  console.say("  values       " + text_of(facts["min"]) + " to " + text_of(facts["max"]));
  if (!facts["objects"].is_null()) console.say("  objects      " + text_of(facts["objects"]));
  for (const std::string& note : image.notes) console.say("  note         " + note);
}

Result<void> run_info(const std::vector<std::string>& files, Console& console) {
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& file : files) {
    if (is_model_folder(file)) {
      KARYO_TRY(auto model, describe_model(file, console));
      list.push_back(std::move(model));
      continue;
    }
    KARYO_TRY(const ImageDescription image, describe_image(file));
    KARYO_TRY(const Facts facts, facts_of(file, image));
    nlohmann::json entry;
    entry["path"] = file;
    entry["axes"] = image.axes;
    entry["shape"] = image.file_shape;
    entry["axis_names"] = names_of(image.grid.names);
    entry["dtype"] = image.dtype;
    entry["spacing"] = spacing_of(image);
    entry["unit"] = image.grid.unit;
    entry["channels"] = image.shape.c;
    entry["min"] = number(facts, facts.low);
    entry["max"] = number(facts, facts.high);
    entry["objects"] = facts.objects ? nlohmann::json(*facts.objects) : nlohmann::json(nullptr);
    entry["format"] = image.format;
    entry["compression"] = image.compression;
    if (!image.files.empty()) entry["files"] = image.files;
    if (!image.notes.empty()) entry["notes"] = image.notes;
    say(console, image, entry);
    list.push_back(std::move(entry));
  }
  console.result(list.size() == 1 ? list[0] : list);
  return {};
}

}  // namespace

void add_info_command(Cli& cli) {
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* command = cli.add_command(
      "info",
      "Axes, size, type, spacing, channels, value range and number of objects of images; kind, "
      "thresholds and what comes before it of a model",
      [files](Console& console) { return run_info(*files, console); });
  command->add_option("files", *files, "Image files, model folders")->required();
}

}  // namespace karyo::cli
