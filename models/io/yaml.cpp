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

#include "models/io/yaml_scalar.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostTextBytes = std::size_t{4} << 20;
constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostKeys = 10'000;  // of one mapping: keys are looked up one by one
constexpr std::uint64_t kNodeCost = 64;    // bytes of memory a value takes, about
constexpr std::uint64_t kMostCost = std::uint64_t{64} << 20;

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
  Json value =
      scalar.style == YAML_PLAIN_SCALAR_STYLE && !is_key ? yaml_plain_value(text) : Json(text);
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

}  // namespace karyo
