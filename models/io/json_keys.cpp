#include "models/io/json_keys.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostLevels = 64;
constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20;
constexpr std::size_t kMostListLength = 4096;
constexpr std::size_t kMostQuoted = 120;

/// Nesting deeper than any settings file would overflow the stack of recursive code.
bool too_deep(std::string_view text) {
  int level = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++level > kMostLevels) return true;
    } else if (c == ']' || c == '}') {
      --level;
    }
  }
  return false;
}

std::string number_text(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << value;
  return text.str();
}

std::string range_text(double low, double high) {
  if (!std::isfinite(high) || high >= 2147483647.0) return "at least " + number_text(low);
  return "from " + number_text(low) + " to " + number_text(high);
}

}  // namespace

Result<Json> parse_json_object(std::string_view text, const std::string& name) {
  const std::string fix =
      "Restore the file from where the model was made, or mend it in a text "
      "editor.";
  if (too_deep(text)) {
    return Error(ErrorCode::kBadFile, name + " is nested too deeply for settings", fix);
  }
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t at = std::min<std::size_t>(error.byte, text.size());
    const auto before = text.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    return Error(ErrorCode::kBadFile,
                 name + " is not valid JSON (line " + std::to_string(line) + ", byte " +
                     std::to_string(error.byte) + ")",
                 fix);
  } catch (const Json::exception& error) {  // for example a number beyond double
    return Error(ErrorCode::kBadFile, name + " is not valid JSON (" + error.what() + ")", fix);
  }
  if (!json.is_object()) {
    return Error(ErrorCode::kBadFile, name + " holds no JSON object", fix);
  }
  return json;
}

Result<Json> read_json_object(const std::filesystem::path& path) {
  KARYO_TRY(const std::string text, read_file(path, kMostBytes));
  return parse_json_object(text, path.string());
}

std::string json_text(const Json& object) {
  constexpr auto kReplace = Json::error_handler_t::replace;
  std::string text = "{";
  for (const auto& [key, value] : object.items()) {
    if (text.size() > 1) text += ',';
    text += "\n  " + Json(key).dump(-1, ' ', false, kReplace) + ": " +
            value.dump(-1, ' ', false, kReplace);
  }
  return text + "\n}\n";
}

const Json* JsonKeys::find(const std::string& key) {
  known_.insert(key);
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

void JsonKeys::fail(const std::string& key, const std::string& allowed) {
  if (error_) return;
  const auto found = object_.find(key);
  std::string value = found == object_.end()
                          ? "absent"
                          : found->dump(-1, ' ', false, Json::error_handler_t::replace);
  if (value.size() > kMostQuoted) value = value.substr(0, kMostQuoted) + "...";
  error_ = Error(ErrorCode::kBadFile, name_ + ": \"" + key + "\" is " + value,
                 "Set \"" + key + "\" to " + allowed + ".");
}

template <typename T>
bool JsonKeys::number(const Json& json, T& value, double low, double high) const {
  if (!json.is_number()) return false;
  const double number = json.get<double>();
  if (!(number >= low && number <= high)) return false;
  if (std::is_integral_v<T> && number != std::floor(number)) return false;
  value = static_cast<T>(number);
  return true;
}

void JsonKeys::read(const std::string& key, bool& value) {
  const Json* json = find(key);
  if (json == nullptr || error_) return;
  if (!json->is_boolean()) return fail(key, "true or false");
  value = json->get<bool>();
}

void JsonKeys::read(const std::string& key, int& value, int low, int high) {
  const Json* json = find(key);
  if (json == nullptr || error_) return;
  if (!number(*json, value, low, high)) fail(key, "a whole number " + range_text(low, high));
}

void JsonKeys::read(const std::string& key, double& value, double low, double high) {
  const Json* json = find(key);
  if (json == nullptr || error_) return;
  if (!number(*json, value, low, high)) fail(key, "a number " + range_text(low, high));
}

void JsonKeys::read(const std::string& key, std::string& value,
                    const std::vector<std::string>& allowed) {
  const Json* json = find(key);
  if (json == nullptr || error_) return;
  std::string choices;
  for (const auto& choice : allowed) {
    if (json->is_string() && json->get_ref<const std::string&>() == choice) {
      value = choice;
      return;
    }
    choices += (choices.empty() ? "\"" : ", \"") + choice + '"';
  }
  fail(key, (allowed.size() > 1 ? "one of " : "") + choices);
}

void JsonKeys::read_text(const std::string& key, std::string& value, std::size_t most) {
  const Json* json = find(key);
  if (json == nullptr || error_) return;
  if (!json->is_string() || json->get_ref<const std::string&>().size() > most) {
    return fail(key, "text of at most " + std::to_string(most) + " bytes");
  }
  value = json->get<std::string>();
}

void JsonKeys::read(const std::string& key, std::optional<int>& value, int low, int high) {
  const Json* json = find(key);
  if (json == nullptr || error_) return;
  if (json->is_null()) {
    value.reset();
    return;
  }
  int whole = 0;
  if (!number(*json, whole, low, high)) {
    return fail(key, "null or a whole number " + range_text(low, high));
  }
  value = whole;
}

template <typename T>
void JsonKeys::read_list(const std::string& key, std::vector<T>& value, std::size_t count,
                         double low, double high) {
  const Json* json = find(key);
  if (json == nullptr || error_) return;
  const std::string allowed = "a list of " + (count > 0 ? std::to_string(count) + " " : "") +
                              (std::is_integral_v<T> ? "whole numbers " : "numbers ") +
                              range_text(low, high);
  if (!json->is_array() || json->empty() || json->size() > kMostListLength ||
      (count > 0 && json->size() != count)) {
    return fail(key, allowed);
  }
  std::vector<T> numbers(json->size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!number((*json)[i], numbers[i], low, high)) return fail(key, allowed);
  }
  value = std::move(numbers);
}

void JsonKeys::read(const std::string& key, std::vector<int>& value, std::size_t count, int low,
                    int high) {
  read_list(key, value, count, low, high);
}

void JsonKeys::read(const std::string& key, std::vector<double>& value, std::size_t count,
                    double low, double high) {
  read_list(key, value, count, low, high);
}

std::vector<std::string> JsonKeys::unknown() const {
  std::vector<std::string> keys;
  for (const auto& item : object_.items()) {
    if (!known_.contains(item.key())) keys.push_back(item.key());
  }
  return keys;
}

}  // namespace karyo
