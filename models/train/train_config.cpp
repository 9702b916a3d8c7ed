#include "models/train/train_config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>
#include <string_view>
#include <type_traits>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

using Json = nlohmann::json;
using Config = TrainConfig;

constexpr int kSchema = 1;
using AugmentMember = std::variant<bool AugmentSet::*, double AugmentSet::*>;
const std::pair<const char*, AugmentMember> kAugments[] = {
    {"flip", &AugmentSet::flip},       {"rotate", &AugmentSet::rotate},
    {"zoom", &AugmentSet::zoom},       {"intensity", &AugmentSet::intensity},
    {"noise", &AugmentSet::noise},     {"turn", &AugmentSet::turn},
    {"elastic", &AugmentSet::elastic}, {"blur", &AugmentSet::blur},
};
constexpr double kMostStrength = 4;

std::string number_text(double value) {
  if (std::floor(value) == value && std::abs(value) < 1e16) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string joined(const std::vector<std::string>& words, const char* last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? last : ", ";
    text += words[i];
  }
  return text;
}

std::vector<std::string> augment_names() {
  std::vector<std::string> names;
  for (const auto& [name, member] : kAugments) names.emplace_back(name);
  return names;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  std::istringstream in{std::string(text)};
  for (std::string part; std::getline(in, part, at);) {
    const auto first = part.find_first_not_of(" \t");
    const auto last = part.find_last_not_of(" \t");
    parts.push_back(first == std::string::npos ? "" : part.substr(first, last - first + 1));
  }
  return parts;
}

Error wrong_value(const Setting& setting, const std::string& found) {
  return {
      ErrorCode::kInvalidArgument, "the setting \"" + setting.name + "\" cannot be " + found,
      "Choose " + setting.allowed() +
          (setting.unit.empty() || setting.unit == setting.allowed() ? ""
                                                                     : " (" + setting.unit + ")") +
          " for " + setting.option() + "."};
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

Result<const Setting*> find_setting(std::string name, const std::string& model) {
  std::replace(name.begin(), name.end(), '-', '_');
  const Setting* nearest = nullptr;
  std::size_t nearest_distance = 4;
  for (const Setting& setting : train_settings()) {
    if (!setting.applies_to(model)) {
      if (setting.name != name) continue;
      return Error(
          ErrorCode::kInvalidArgument,
          "the setting \"" + name + "\" is of " + joined(setting.kinds, " and ") + ", not of " +
              model,
          "Leave " + setting.option() + " out, or train " + joined(setting.kinds, " or ") + ".");
    }
    if (setting.name == name) return &setting;
    const std::size_t distance = edit_distance(setting.name, name);
    if (distance < nearest_distance) {
      nearest_distance = distance;
      nearest = &setting;
    }
  }
  std::vector<std::string> known;
  for (const Setting& setting : train_settings()) {
    if (setting.applies_to(model)) known.push_back(setting.name);
  }
  return Error(ErrorCode::kInvalidArgument, "there is no setting \"" + name + "\"",
               nearest != nullptr ? "Did you mean \"" + nearest->name + "\"?"
                                  : "Known are " + joined(known, " and ") + ".");
}

// ---- JSON and text of each kind of value ----

Json json_of(const Config& config, Index3 value) {
  if (is_auto(value)) return "auto";
  if (config.dims == 2) return Json::array({value.y, value.x});
  return Json::array({value.z, value.y, value.x});
}
Json json_of(const Config&, const AugmentSet& value) {
  Json names = Json::array();
  for (const auto& [name, member] : kAugments) {
    const double strength =
        std::visit([&](auto of) { return static_cast<double>(value.*of); }, member);
    if (strength <= 0) continue;
    names.push_back(strength == 1 ? name : name + ("=" + number_text(strength)));
  }
  return names;
}
template <typename T>
Json json_of(const Config&, const T& value) {
  return value;
}

/// 0 of what may be automatic is.
template <typename T>
Json json_of(const Config& config, const Setting& setting, const T& value) {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    if (setting.automatic && value == 0) return "auto";
  }
  return json_of(config, value);
}

/// Each reader returns false when `json` does not fit the kind.
bool read(const Json& json, std::int64_t& value) {
  if (json.is_number_float()) {
    const double number = json.get<double>();
    if (std::floor(number) != number || std::abs(number) > 9e15) return false;
    value = static_cast<std::int64_t>(number);
    return true;
  }
  if (!json.is_number_integer()) return false;
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return false;
  }
  value = json.get<std::int64_t>();
  return true;
}
bool read(const Json& json, double& value) {
  if (!json.is_number()) return false;
  value = json.get<double>();
  return std::isfinite(value);
}
bool read(const Json& json, std::string& value) {
  if (!json.is_string()) return false;
  value = json.get<std::string>();
  return true;
}
bool read(const Json& json, bool& value) {
  if (!json.is_boolean()) return false;
  value = json.get<bool>();
  return true;
}
bool read(const Json& json, Index3& value) {
  if (json.is_number()) {
    std::int64_t side = 0;
    if (!read(json, side)) return false;
    value = {1, side, side};
    return true;
  }
  if (!json.is_array() || json.size() < 2 || json.size() > 3) return false;
  Index3 axes{1, 0, 0};
  const std::size_t from = json.size() - 2;
  if (from == 1 && !read(json[0], axes.z)) return false;
  if (!read(json[from], axes.y) || !read(json[from + 1], axes.x)) return false;
  value = axes;
  return true;
}
/// "zoom" or "zoom=0.5".
bool read_augment(const std::string& text, AugmentSet& set) {
  const std::size_t at = text.find('=');
  double strength = 1;
  if (at != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + at + 1, end, strength);
    if (read.ec != std::errc() || read.ptr != end) return false;
  }
  for (const auto& [name, member] : kAugments) {
    if (text.substr(0, at) != name) continue;
    if (const auto* strong = std::get_if<double AugmentSet::*>(&member)) {
      set.** strong = strength;
      return strength >= 0 && strength <= kMostStrength;
    }
    set.*std::get<bool AugmentSet::*>(member) = strength == 1;
    return strength == 0 || strength == 1;
  }
  return false;
}
bool read(const Json& json, AugmentSet& value) {
  AugmentSet set = AugmentSet::none();
  if (json.is_string()) {
    const auto word = json.get<std::string>();
    if (word == "all") {
      set = {true, true, 1, 1, 1, 1, 1, 1};
    } else if (word != "none") {
      return false;
    }
  } else if (!json.is_array()) {
    return false;
  } else {
    for (const Json& entry : json) {
      if (!entry.is_string() || !read_augment(entry.get<std::string>(), set)) return false;
    }
  }
  value = set;
  return true;
}

bool in_range(const Setting& s, std::int64_t v) {
  const auto value = static_cast<double>(v);
  return value >= s.low && value <= s.high;
}
bool in_range(const Setting& s, double value) {
  return value >= s.low && value <= s.high;
}
bool in_range(const Setting& s, const std::string& value) {
  return s.choices.empty() ||
         std::find(s.choices.begin(), s.choices.end(), value) != s.choices.end();
}
bool in_range(const Setting& s, Index3 value) {
  return in_range(s, value.z) && in_range(s, value.y) && in_range(s, value.x);
}
bool in_range(const Setting&, const AugmentSet&) {
  return true;
}
bool in_range(const Setting&, bool) {
  return true;
}

Result<void> set_from_json(Config& config, const Setting& setting, const Json& json) {
  return std::visit(
      [&](auto member) -> Result<void> {
        auto value = config.*member;
        if (setting.automatic && json == "auto") {
          if constexpr (std::is_same_v<decltype(value), std::int64_t>) value = 0;
          if constexpr (std::is_same_v<decltype(value), Index3>) value = {0, 0, 0};
          config.*member = std::move(value);
          return {};
        }
        if (!read(json, value) || !in_range(setting, value)) {
          return wrong_value(setting, json.dump());
        }
        config.*member = std::move(value);
        return {};
      },
      setting.field);
}

/// A command-line word as the JSON it stands for.
Json json_of_text(const Setting& setting, const std::string& text) {
  const auto number_or_word = [](const std::string& part) -> Json {
    Json parsed = Json::parse(part, nullptr, false);
    return parsed.is_number() ? parsed : Json(part);
  };
  if (std::holds_alternative<std::string Config::*>(setting.field)) return text;
  if (std::holds_alternative<bool Config::*>(setting.field)) {
    return text == "true" ? Json(true) : text == "false" ? Json(false) : Json(text);
  }
  if (std::holds_alternative<AugmentSet Config::*>(setting.field)) {
    if (text == "none" || text == "all") return text;
    return split(text, ',');
  }
  if (text.find(',') == std::string::npos) return number_or_word(text);
  Json array = Json::array();
  for (const auto& part : split(text, ',')) array.push_back(number_or_word(part));
  return array;
}

}  // namespace

std::string Setting::option() const {
  std::string text = "--" + name;
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::string Setting::allowed() const {
  if (!choices.empty()) return joined(choices, " or ");
  if (std::holds_alternative<AugmentSet Config::*>(field)) {
    return "none, all or any of " + joined(augment_names(), ", ") +
           "; with a strength of 0 to 4 as in zoom=0.5";
  }
  if (std::holds_alternative<bool Config::*>(field)) return "true or false";
  if (std::holds_alternative<std::string Config::*>(field)) return unit;
  if (low == high) return number_text(low);
  const std::string before = automatic ? "auto or " : "";
  const std::string range = number_text(low) + " to " + number_text(high);
  if (std::holds_alternative<std::int64_t Config::*>(field))
    return before + "a whole number from " + range;
  if (std::holds_alternative<Index3 Config::*>(field))
    return before + "whole numbers from " + range;
  return "a number from " + range;
}

std::string Setting::description() const {
  if (unit.empty() || unit == allowed()) return help + " (" + allowed() + ")";
  return help + " (" + unit + "; " + allowed() + ")";
}

std::string setting_text(const TrainConfig& config, const Setting& setting) {
  const Json json = std::visit(
      [&](auto member) { return json_of(config, setting, config.*member); }, setting.field);
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_array()) return json.dump();
  if (json.empty()) return "none";
  std::string text;
  for (const Json& part : json) {
    text += (text.empty() ? "" : ",") + (part.is_string() ? part.get<std::string>() : part.dump());
  }
  return text;
}

Result<void> set_setting(TrainConfig& config, const std::string& name, const std::string& text) {
  KARYO_TRY(const Setting* setting, find_setting(name, config.model));
  return set_from_json(config, *setting, json_of_text(*setting, text));
}

Json to_json(const TrainConfig& config) {
  Json json{{"schema", kSchema}};
  visit_settings(config, [&](const Setting& setting, const auto& value) {
    json[setting.name] = json_of(config, setting, value);
  });
  return json;
}

Result<TrainConfig> train_config_from_json(const Json& json, TrainConfig base) {
  if (!json.is_object()) {
    return Error(ErrorCode::kInvalidArgument, "settings must be one JSON object",
                 "Write {\"epochs\": 100, ...}.");
  }
  if (const auto schema = json.find("schema"); schema != json.end()) {
    if (!schema->is_number_integer() || schema->get<int>() > kSchema || schema->get<int>() < 1) {
      return Error(ErrorCode::kUnsupported,
                   "the settings have schema " + schema->dump() + ", this program knows schema 1",
                   "Update the program, or remove settings it does not know and \"schema\".");
    }
  }
  // What the others are of.
  if (const auto model = json.find("model"); model != json.end()) {
    KARYO_TRY(const Setting* setting, find_setting("model", base.model));
    KARYO_CHECK_OK(set_from_json(base, *setting, *model));
  }
  for (const auto& [name, value] : json.items()) {
    if (name == "schema" || name == "model") continue;
    KARYO_TRY(const Setting* setting, find_setting(name, base.model));
    KARYO_CHECK_OK(set_from_json(base, *setting, value));
  }
  return base;
}

Result<TrainConfig> read_train_config(const std::filesystem::path& path, TrainConfig base) {
  KARYO_TRY(const std::string text, read_file(path, std::uintmax_t{1} << 20));
  try {
    auto config = train_config_from_json(Json::parse(text), std::move(base));
    if (!config) return config.error().in(path.string());
    return config;
  } catch (const Json::parse_error& e) {
    return Error(ErrorCode::kBadFile, path.string() + " is not valid JSON: " + e.what(),
                 "Correct the place named, or write settings with a text editor as "
                 "{\"epochs\": 100, \"batch\": 4}.");
  }
}

Result<void> validate_ranges(const TrainConfig& config) {
  Result<void> outcome;
  visit_settings(config, [&](const Setting& setting, const auto& value) {
    if (outcome && json_of(config, setting, value) != "auto" && !in_range(setting, value)) {
      outcome = wrong_value(setting, json_of(config, value).dump());
    }
  });
  return outcome;
}

Result<void> write_train_config(const std::filesystem::path& path, const TrainConfig& config) {
  return write_file_atomically(path, to_json(config).dump(2) + "\n");
}

}  // namespace karyo
