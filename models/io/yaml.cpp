#include "models/io/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostTextBytes = std::size_t{4} << 20;
constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostKeys = 10'000;  // of one mapping: keys are looked up one by one
constexpr std::uint64_t kNodeCost = 64;    // bytes of memory a value takes, about
constexpr std::uint64_t kMostCost = std::uint64_t{64} << 20;

template <typename T>
std::optional<T> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A scalar without quotation marks, by the core schema.
Json plain_value(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return text;
  if (const auto whole = number_in<std::int64_t>(text)) return *whole;
  if (const auto real = number_in<double>(text); real && std::isfinite(*real)) return *real;
  return text;
}

/// Builds values from events, without recursion.
class Builder {
 public:
  explicit Builder(const std::string& name) : name_(name) {}

  /// True once the root is whole.
  Result<bool> take(const yaml_event_t& event);
  Json root() { return std::move(root_); }

 private:
  struct Open {
    Json value;
    std::string anchor;
    std::uint64_t cost_before = 0;
    std::optional<std::string> key;  ///< of a mapping: waits for its value
  };
  struct Anchored {
    Json value;
    std::uint64_t cost = 0;
  };

  Error bad(const std::string& what, const yaml_mark_t& mark) const {
    return {ErrorCode::kBadFile, name_ + ", line " + std::to_string(mark.line + 1) + ": " + what,
            "Get the package again from where it was published."};
  }
  Result<void> spend(std::uint64_t cost) {
    cost_ += cost;
    if (cost_ <= kMostCost) return {};
    return Error(ErrorCode::kTooLarge,
                 name_ + " describes more than " + std::to_string(kMostCost >> 20) +
                     " MiB of values, aliases counted as if written out",
                 "No model needs that; ask where the package is from.");
  }
  Result<bool> begin(Json container, const unsigned char* anchor, const yaml_mark_t& mark);
  Result<bool> end();
  Result<bool> place(Json value, const yaml_mark_t& mark, bool text = true);
  Result<bool> scalar(const yaml_event_t& event);
  Result<bool> alias(const yaml_event_t& event);
  Result<void> remember(std::string anchor, const Json& value, std::uint64_t cost) {
    KARYO_CHECK_OK(spend(cost));  // the copy
    anchors_[std::move(anchor)] = {value, cost};
    return {};
  }

  const std::string& name_;
  std::vector<Open> open_;
  std::map<std::string, Anchored> anchors_;
  std::uint64_t cost_ = 0;
  yaml_mark_t mark_{};
  Json root_;
};

Result<bool> Builder::begin(Json container, const unsigned char* anchor, const yaml_mark_t& mark) {
  if (open_.size() >= kMostLevels) return bad("nested too deeply for a description", mark);
  if (!open_.empty() && open_.back().value.is_object() && !open_.back().key) {
    return bad("a key that is no plain text", mark);
  }
  const std::uint64_t before = cost_;
  KARYO_CHECK_OK(spend(kNodeCost));
  open_.push_back({std::move(container),
                   anchor != nullptr ? reinterpret_cast<const char*>(anchor) : "",
                   before,
                   {}});
  return false;
}

Result<bool> Builder::end() {
  Open done = std::move(open_.back());
  open_.pop_back();
  if (!done.anchor.empty()) {
    KARYO_CHECK_OK(remember(done.anchor, done.value, cost_ - done.cost_before));
  }
  return place(std::move(done.value), mark_);
}

/// `text`: may stand as a key.
Result<bool> Builder::place(Json value, const yaml_mark_t& mark, bool text) {
  if (open_.empty()) {
    if (!value.is_object()) return bad("no mapping of keys and values", mark);
    root_ = std::move(value);
    return true;
  }
  Open& parent = open_.back();
  if (parent.value.is_array()) {
    parent.value.push_back(std::move(value));
  } else if (!parent.key) {
    if (!text || !value.is_string()) return bad("a key that is no plain text", mark);
    parent.key = value.get<std::string>();
    if (parent.value.contains(*parent.key)) {
      return bad("the key \"" + parent.key->substr(0, 80) + "\" stands twice", mark);
    }
    if (parent.value.size() >= kMostKeys) return bad("too many keys in one mapping", mark);
  } else {
    parent.value[*parent.key] = std::move(value);
    parent.key.reset();
  }
  return false;
}

Result<bool> Builder::scalar(const yaml_event_t& event) {
  const auto& scalar = event.data.scalar;
  const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
  const std::uint64_t cost = kNodeCost + text.size();
  KARYO_CHECK_OK(spend(cost));
  const bool is_key = !open_.empty() && open_.back().value.is_object() && !open_.back().key;
  Json value = scalar.style == YAML_PLAIN_SCALAR_STYLE && !is_key ? plain_value(text) : Json(text);
  if (scalar.anchor != nullptr) {
    KARYO_CHECK_OK(remember(reinterpret_cast<const char*>(scalar.anchor), value, cost));
  }
  return place(std::move(value), event.start_mark);
}

Result<bool> Builder::alias(const yaml_event_t& event) {
  const std::string anchor = reinterpret_cast<const char*>(event.data.alias.anchor);
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    return bad("the alias *" + anchor.substr(0, 80) + " stands for nothing before it",
               event.start_mark);
  }
  KARYO_CHECK_OK(spend(found->second.cost));
  return place(found->second.value, event.start_mark);
}

Result<bool> Builder::take(const yaml_event_t& event) {
  mark_ = event.start_mark;
  switch (event.type) {
    case YAML_MAPPING_START_EVENT:
      return begin(Json::object(), event.data.mapping_start.anchor, mark_);
    case YAML_SEQUENCE_START_EVENT:
      return begin(Json::array(), event.data.sequence_start.anchor, mark_);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
      return end();
    case YAML_SCALAR_EVENT:
      return scalar(event);
    case YAML_ALIAS_EVENT:
      return alias(event);
    case YAML_STREAM_END_EVENT:
      return bad("the text is empty", mark_);
    default:
      return false;
  }
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
  return letters && plain_value(key).is_string();
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

Result<Json> parse_yaml(std::string_view text, const std::string& name) {
  const std::string fix = "Get the package again from where it was published.";
  if (text.size() > kMostTextBytes) {
    return Error(ErrorCode::kTooLarge, name + " is longer than 4 MiB", fix);
  }
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) {
    return Error(ErrorCode::kInternal, "no memory to read " + name, "Close other programs.");
  }
  const std::unique_ptr<yaml_parser_t, decltype(&yaml_parser_delete)> parser_guard(
      &parser, &yaml_parser_delete);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
  Builder builder(name);
  for (;;) {
    yaml_event_t event;
    if (yaml_parser_parse(&parser, &event) == 0) {
      return Error(ErrorCode::kBadFile,
                   name + " is not valid YAML (line " +
                       std::to_string(parser.problem_mark.line + 1) + ": " +
                       (parser.problem != nullptr ? parser.problem : "unreadable") + ")",
                   fix);
    }
    const std::unique_ptr<yaml_event_t, decltype(&yaml_event_delete)> event_guard(
        &event, &yaml_event_delete);
    KARYO_TRY(const bool whole, builder.take(event));
    if (whole) return builder.root();
  }
}

std::string yaml_text(const Json& object) {
  std::string text;
  write_block(object, 0, text);
  return text;
}

}  // namespace karyo
