#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "models/io/yaml.h"
#include "models/io/yaml_scalar.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
std::optional<T> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

bool plain_list(const Json& value) {
  return value.is_array() &&
         std::ranges::none_of(value, [](const Json& item) { return item.is_structured(); });
}

/// A scalar as JSON, which is YAML but for the letters that YAML wants escaped.
std::string scalar_text(const Json& value) {
  static constexpr std::pair<std::string_view, std::string_view> kEscaped[] = {
      {"\x7f", "\\x7F"},           {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"},
      {"\xEF\xBB\xBF", "\\uFEFF"}, {"\xEF\xBF\xBE", "\\uFFFE"}, {"\xEF\xBF\xBF", "\\uFFFF"}};
  const std::string json = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (!value.is_string()) return json;
  std::string text;
  for (std::size_t i = 0; i < json.size();) {
    const std::string_view rest = std::string_view(json).substr(i);
    const auto* const escaped = std::ranges::find_if(
        kEscaped, [&](const auto& entry) { return rest.starts_with(entry.first); });
    if (escaped != std::end(kEscaped)) {
      text += escaped->second;
      i += escaped->first.size();
    } else if (rest.size() > 1 && rest[0] == '\xC2' && static_cast<unsigned char>(rest[1]) < 0xA0) {
      text += static_cast<unsigned char>(rest[1]) < 0x90 ? "\\x8" : "\\x9";  // C1 controls
      text += "0123456789ABCDEF"[static_cast<unsigned char>(rest[1]) % 16];
      i += 2;
    } else {
      text += json[i++];
    }
  }
  return text;
}

std::string flow_text(const Json& value) {
  if (value.is_object()) return "{}";  // empty: others are blocks
  if (!value.is_array()) return scalar_text(value);
  std::string text = "[";
  for (const auto& item : value) text += (text.size() > 1 ? ", " : "") + scalar_text(item);
  return text + "]";
}

bool plain_key(const std::string& key) {
  const bool letters = std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
  });
  return letters && yaml_plain_value(key).is_string();
}

void write_block(const Json& value, std::size_t indent, std::string& text) {
  const std::string margin(indent, ' ');
  const auto write_value = [&](const Json& item, bool in_list) {
    if (!item.is_structured() || item.empty() || plain_list(item)) {
      text += (in_list ? "" : " ") + flow_text(item) + "\n";
    } else if (in_list && item.is_object()) {
      // The first key stands beside the dash.
      std::string block;
      write_block(item, indent + 2, block);
      text += block.substr(indent + 2);
    } else {
      text += "\n";
      write_block(item, indent + 2, text);
    }
  };
  if (value.is_array()) {
    for (const auto& item : value) {
      text += margin + "- ";
      write_value(item, true);
    }
    return;
  }
  for (const auto& item : value.items()) {
    text += margin + (plain_key(item.key()) ? item.key() : scalar_text(item.key())) + ":";
    write_value(item.value(), false);
  }
}

}  // namespace

Json yaml_plain_value(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return text;
  if (const auto whole = number_in<std::int64_t>(text)) return *whole;
  if (const auto real = number_in<double>(text); real && std::isfinite(*real)) return *real;
  return text;
}

std::string yaml_text(const Json& object) {
  std::string text;
  write_block(object, 0, text);
  return text;
}

}  // namespace karyo
