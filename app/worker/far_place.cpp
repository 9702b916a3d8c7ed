#include "app/worker/far_place.h"

namespace karyo::worker {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  char quote = 0;
  bool in_word = false;
  for (const char c : text) {
    if (quote == 0 && is_space(c)) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      words.back() += c;
    }
  }
  if (quote == 0) return words;
  return Error(ErrorCode::kInvalidArgument, "a quote does not end: " + std::string(text),
               "Close it, or leave it out.");
}

std::string quoted_for_shell(const std::string& word) {
  const bool home = word.starts_with("~/");
  std::string text = home ? "~/'" : "'";
  for (const char c : word.substr(home ? 2 : 0)) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

Result<std::vector<std::string>> far_command_line(const FarPlace& place) {
  const bool one_word = place.host.find_first_of(" \t\n'\"") == std::string::npos;
  if (place.host.empty() || place.host.front() == '-' || !one_word) {
    return Error(ErrorCode::kInvalidArgument, "\"" + place.host + "\" is no name of a computer",
                 "Write it as for ssh: gpu1, ada@gpu1.example.org or ssh://ada@gpu1:2222.");
  }
  KARYO_TRY(auto line, split_words(place.ssh));
  KARYO_TRY(const auto there, split_words(place.command));
  if (line.empty() || there.empty()) {
    return Error(ErrorCode::kInvalidArgument, "no command is given for the other computer",
                 "See Edit › Preferences.");
  }
  // What the person gave comes before, and of two settings ssh takes the first.
  for (const char* option :
       {"BatchMode=yes", "ConnectTimeout=20", "ServerAliveInterval=15", "ServerAliveCountMax=4"}) {
    line.insert(line.end(), {"-o", option});
  }
  line.insert(line.end(), {"-T", "--", place.host});
  std::string command;
  for (const std::string& word : there) command += quoted_for_shell(word) + " ";
  line.push_back(command + "far");
  return line;
}

}  // namespace karyo::worker
