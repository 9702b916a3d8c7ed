#include "core/io/axis_places.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/io/utf16.h"

namespace karyo::io {
namespace {

constexpr std::size_t kLongestName = 40;  // bytes; a slider has room for a word
constexpr std::string_view kPlaces = "tczyx";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The place that a name stands for, or 0.
char place_of_name(const std::string& name) {
  static constexpr std::array<std::pair<std::string_view, char>, 13> kWords{{{"time", 't'},
                                                                             {"frame", 't'},
                                                                             {"channel", 'c'},
                                                                             {"wavelength", 'c'},
                                                                             {"lambda", 'c'},
                                                                             {"depth", 'z'},
                                                                             {"plane", 'z'},
                                                                             {"slice", 'z'},
                                                                             {"height", 'y'},
                                                                             {"row", 'y'},
                                                                             {"width", 'x'},
                                                                             {"column", 'x'},
                                                                             {"col", 'x'}}};
  const std::string word = lower(name);
  if (word.size() == 1 && kPlaces.find(word[0]) != std::string_view::npos) return word[0];
  const auto found = std::find_if(kWords.begin(), kWords.end(),
                                  [&](const auto& entry) { return entry.first == word; });
  return found == kWords.end() ? '\0' : found->second;
}

std::string& name_at(AxisNames& names, char place) {
  return place == 't'   ? names.t
         : place == 'c' ? names.c
         : place == 'z' ? names.z
         : place == 'y' ? names.y
                        : names.x;
}

/// What the window calls these places anyway.
bool usual(const std::string& name, char place) {
  const std::string word = lower(name);
  return word.empty() || word == std::string(1, place) || (place == 't' && word == "time") ||
         (place == 'c' && word == "channel") || (place == 'z' && word == "plane");
}

}  // namespace

std::string axis_name_from(std::string_view text) {
  // There and back, so that what is cut or was no UTF-8 is a sign in its place.
  std::string name = utf8_from_utf16be(utf16be_from_utf8(text.substr(0, kLongestName)));
  std::erase_if(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  const auto begin = name.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return name.substr(begin, name.find_last_not_of(' ') - begin + 1);
}

Result<PlacedAxes> place_axes(const std::vector<NamedAxis>& axes) {
  std::string letters(axes.size(), '\0');
  const auto is_free = [&](char place) { return letters.find(place) == std::string::npos; };
  for (std::size_t i = 0; i < axes.size(); ++i) {
    char place = place_of_name(axes[i].name);
    if (place == '\0' && axes[i].type == "time") place = 't';
    if (place == '\0' && axes[i].type == "channel") place = 'c';
    if (place != '\0' && !is_free(place)) {
      return Error(ErrorCode::kBadFile,
                   "two axes stand for " + std::string(1, place) + ", the second is \"" +
                       axis_name_from(axes[i].name) + "\"",
                   "The metadata are damaged; export the image again.");
    }
    letters[i] = place;
  }
  for (std::size_t i = axes.size(); i-- > 0;) {
    if (letters[i] != '\0') continue;
    if (is_free('x')) {
      letters[i] = 'x';
    } else if (is_free('y')) {
      letters[i] = 'y';
    }
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::string_view order = axes[i].type == "space" ? "ztc" : "tzc";
    for (std::size_t k = 0; k < order.size() && letters[i] == '\0'; ++k) {
      if (is_free(order[k])) letters[i] = order[k];
    }
    if (letters[i] == '\0') {
      return Error(ErrorCode::kUnsupported,
                   "there is no room for the axis \"" + axis_name_from(axes[i].name) +
                       "\" beside the others (" + std::to_string(axes.size()) + " axes)",
                   "Save the image with at most time, channel, z, y and x.");
    }
  }
  if (is_free('y') || is_free('x')) {
    return Error(ErrorCode::kBadFile, "the axes name no y and x",
                 "The metadata are damaged; export the image again.");
  }
  PlacedAxes placed{letters, {}};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::string name = axis_name_from(axes[i].name);
    if (!usual(name, letters[i])) name_at(placed.names, letters[i]) = std::move(name);
  }
  return placed;
}

std::optional<PlacedAxes> place_tifffile_axes(std::string_view letters) {
  static constexpr std::array<std::pair<char, std::string_view>, 8> kWords{{{'A', "angle"},
                                                                            {'P', "phase"},
                                                                            {'R', "tile"},
                                                                            {'H', "lifetime"},
                                                                            {'E', "lambda"},
                                                                            {'L', "exposure"},
                                                                            {'V', "event"},
                                                                            {'M', "mosaic"}}};
  std::vector<NamedAxis> axes;
  for (const char letter : letters) {
    if (letter == 'S') continue;
    const auto word = std::find_if(kWords.begin(), kWords.end(),
                                   [&](const auto& entry) { return entry.first == letter; });
    const bool known = std::string_view("TCZYX").find(letter) != std::string_view::npos;
    if (!known && word == kWords.end()) return std::nullopt;
    axes.push_back({known ? std::string(1, letter) : std::string(word->second), ""});
  }
  auto placed = place_axes(axes);
  if (!placed) return std::nullopt;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] == 'S') placed->letters.insert(i, 1, 'S');
  }
  return *std::move(placed);
}

}  // namespace karyo::io
