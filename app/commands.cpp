#include "app/commands.h"

#include <algorithm>
#include <cassert>
#include <sstream>
#include <utility>

#include "core/base/text.h"

namespace karyo {

void CommandTable::add(Command command) {
  assert(find(command.id) == nullptr);
  commands_.push_back(std::move(command));
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
  if (!command->enabled()) {
    return Error(ErrorCode::kInvalidArgument, "\"" + command->title + "\" cannot be done now",
                 command->help);
  }
  return command->run(arguments);
}

std::vector<const Command*> CommandTable::search(const std::string& text) const {
  std::vector<std::string> words;
  std::istringstream stream(lower_ascii(text));
  for (std::string word; stream >> word;) words.push_back(word);
  std::vector<std::pair<int, const Command*>> found;
  for (const auto& command : commands_) {
    const std::string title = lower_ascii(command.title);
    const std::string everything =
        title + " " + lower_ascii(command.menu) + " " + lower_ascii(command.help);
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
