#include "app/commands.h"

#include <algorithm>
#include <cassert>
#include <sstream>
#include <utility>

#include "core/base/text.h"

namespace karyo {
namespace {

bool fits(Argument::Kind kind, const nlohmann::json& value) {
  const auto list_of = [&](bool (*entry_fits)(const nlohmann::json&)) {
    return value.is_array() && std::all_of(value.begin(), value.end(), entry_fits);
  };
  switch (kind) {
    case Argument::Kind::kText:
      return value.is_string();
    case Argument::Kind::kNumber:
      return value.is_number();
    case Argument::Kind::kBool:
      return value.is_boolean();
    case Argument::Kind::kNumbers:
      return list_of([](const nlohmann::json& entry) { return entry.is_number(); });
    case Argument::Kind::kTexts:
      return list_of([](const nlohmann::json& entry) { return entry.is_string(); });
  }
  return false;
}

const char* name_of(Argument::Kind kind) {
  switch (kind) {
    case Argument::Kind::kText:
      return "text";
    case Argument::Kind::kNumber:
      return "number";
    case Argument::Kind::kBool:
      return "true or false";
    case Argument::Kind::kNumbers:
      return "list of numbers";
    case Argument::Kind::kTexts:
      return "list of texts";
  }
  return "";
}

}  // namespace

Command::Body does(std::function<void()> body) {
  return [body = std::move(body)](const nlohmann::json&) -> Result<void> {
    body();
    return {};
  };
}

void CommandTable::add(Command command) {
  assert(find(command.id) == nullptr);
  commands_.push_back(std::move(command));
}

void CommandTable::set_shortcut(const std::string& id, const std::string& keys) {
  for (Command& command : commands_) {
    if (command.id == id) command.shortcut = keys;
  }
}

void CommandTable::translate(const std::function<std::string(const std::string&)>& translate) {
  const auto turn = [&](std::string& text) {
    if (!text.empty()) text = translate(text);
  };
  for (Command& command : commands_) {
    command.also = command.title + " " + command.menu + " " + command.help;
    for (std::string* text : {&command.title, &command.menu, &command.help}) turn(*text);
    for (Argument& argument : command.arguments) turn(argument.help);
  }
}

const Command* CommandTable::find(const std::string& id) const {
  const auto found = std::find_if(commands_.begin(), commands_.end(),
                                  [&](const Command& command) { return command.id == id; });
  return found == commands_.end() ? nullptr : &*found;
}

Result<void> CommandTable::run(const std::string& id, const nlohmann::json& arguments) const {
  const Command* command = find(id);
  if (command == nullptr) {
    return Error(ErrorCode::kNotFound, "there is no command \"" + id + "\"",
                 "Look for it with Ctrl+Shift+P.");
  }
  const nlohmann::json given = arguments.is_null() ? nlohmann::json::object() : arguments;
  if (given.empty() && !command->enabled()) {
    return Error(ErrorCode::kInvalidArgument,
                 "\"" + (command->title.empty() ? id : command->title) + "\" cannot be done now",
                 command->help);
  }
  KARYO_CHECK_OK(check(*command, given));
  starts.emit(*command);
  KARYO_CHECK_OK(command->body(given));
  ran.emit(*command, given);
  return {};
}

void CommandTable::did(const std::string& id, const nlohmann::json& arguments) const {
  if (const Command* command = find(id)) ran.emit(*command, arguments);
}

Result<void> CommandTable::check(const Command& command, const nlohmann::json& arguments) const {
  const auto wrong = [&](const std::string& what) {
    std::string known;
    for (const Argument& argument : command.arguments) {
      known += (known.empty() ? "" : ", ") + argument.name + " (" + argument.help + ")";
    }
    return Error(ErrorCode::kInvalidArgument, command.id + ": " + what,
                 known.empty() ? "It takes no arguments." : "It takes " + known + ".");
  };
  if (!arguments.is_object()) return wrong("the arguments are no JSON object");
  for (const auto& [name, value] : arguments.items()) {
    const auto known = std::find_if(command.arguments.begin(), command.arguments.end(),
                                    [&](const Argument& a) { return a.name == name; });
    if (known == command.arguments.end()) {
      return wrong("there is no argument \"" + name + "\"");
    }
    if (!fits(known->kind, value)) {
      return wrong("\"" + name + "\" is " + value.dump().substr(0, 60) + ", which is no " +
                   name_of(known->kind));
    }
  }
  for (const Argument& argument : command.arguments) {
    if (!arguments.contains(argument.name)) continue;
    const nlohmann::json& value = arguments[argument.name];
    if (argument.kind == Argument::Kind::kNumber && argument.least < argument.most &&
        !(value.get<double>() >= argument.least && value.get<double>() <= argument.most)) {
      return wrong("\"" + argument.name + "\" is " + value.dump() + ", not " +
                   nlohmann::json(argument.least).dump() + " to " +
                   nlohmann::json(argument.most).dump());
    }
    const auto& choices = argument.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
      std::string known;
      for (const auto& choice : choices) known += (known.empty() ? "" : ", ") + choice;
      return wrong("\"" + argument.name + "\" is " + value.dump() + ", not one of " + known);
    }
  }
  for (const Argument& argument : command.arguments) {
    if (argument.required && !arguments.contains(argument.name)) {
      return wrong("the argument \"" + argument.name + "\" is missing");
    }
  }
  return {};
}

std::vector<const Command*> CommandTable::search(const std::string& text) const {
  std::vector<std::string> words;
  std::istringstream stream(lower_ascii(text));
  for (std::string word; stream >> word;) words.push_back(word);
  std::vector<std::pair<int, const Command*>> found;
  for (const auto& command : commands_) {
    if (command.title.empty()) continue;
    const std::string title = lower_ascii(command.title);
    const std::string everything =
        title + " " + lower_ascii(command.menu + " " + command.help + " " + command.also);
    const bool all_words = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
      return everything.find(word) != std::string::npos;
    });
    if (!all_words) continue;
    int rank = 2;
    if (!words.empty() && title.starts_with(words.front())) {
      rank = 0;
    } else if (!words.empty() && title.find(words.front()) != std::string::npos) {
      rank = 1;
    }
    found.emplace_back(rank, &command);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const Command*> commands;
  for (const auto& [rank, command] : found) commands.push_back(command);
  return commands;
}

}  // namespace karyo
