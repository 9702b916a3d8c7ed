#include "tests/app/gui/message_sources.h"

#include <fstream>
#include <iterator>
#include <regex>
#include <vector>

namespace karyo::test {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

constexpr char kHole = '\1';

/// After a string or character that begins at `i`.
std::size_t after_quoted(const std::string& code, std::size_t i) {
  const char quote = code[i];
  for (++i; i < code.size() && code[i] != quote; ++i) {
    if (code[i] == '\\') ++i;
  }
  return i + 1;
}

/// Parts of `code` from `i` on between `separator`s that stand in no brackets, up to the closing
/// bracket or the end.
Texts split(const std::string& code, char separator, std::size_t i = 0) {
  Texts parts(1);
  int depth = 0;
  while (i < code.size()) {
    const char c = code[i];
    if (c == '"' ||
        (c == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(code[i - 1]))))) {
      const std::size_t end = after_quoted(code, i);
      parts.back() += code.substr(i, end - i);
      i = end;
      continue;
    }
    if (c == '(' || c == '{' || c == '[') ++depth;
    if ((c == ')' || c == '}' || c == ']') && depth-- == 0) return parts;
    const bool scope = c == ':' && (code.substr(i, 2) == "::" || (i > 0 && code[i - 1] == ':'));
    if (depth == 0 && c == separator && !scope) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
    ++i;
  }
  return parts;
}

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \n\t");
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(" \n\t") + 1 - from);
}

/// The literals of an expression of nothing else, joined; false for other expressions.
bool literal(const std::string& code, std::string& text) {
  static const std::regex whole(R"re((\s*"([^"\\]|\\.)*")+\s*)re");
  if (!std::regex_match(code, whole)) return false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] != '"') continue;
    const std::size_t end = after_quoted(code, i);
    for (++i; i + 1 < end; ++i) {
      if (code[i] != '\\') {
        text += code[i];
        continue;
      }
      ++i;
      text += code[i] == 'n' ? '\n' : code[i];
    }
  }
  return true;
}

/// All sentences that an expression of strings can become, with holes.
Texts sentences(std::string code) {
  code = trimmed(code);
  if (const Texts choice = split(code, '?'); choice.size() > 1) {
    const std::string rest = code.substr(choice[0].size() + 1);
    const Texts ends = split(rest, ':');
    Texts all = sentences(ends[0]);
    if (ends.size() > 1) {
      const Texts other = sentences(rest.substr(ends[0].size() + 1));
      all.insert(all.end(), other.begin(), other.end());
    }
    return all;
  }
  if (const Texts sum = split(code, '+'); sum.size() > 1) {
    Texts all{""};
    for (const std::string& part : sum) {
      Texts longer;
      for (const std::string& head : all) {
        for (const std::string& tail : sentences(part)) longer.push_back(head + tail);
      }
      all = std::move(longer);
    }
    return all;
  }
  if (std::string text; literal(code, text)) return {text};
  if (code.starts_with("std::string(") && code.ends_with(")")) {
    return sentences(code.substr(12, code.size() - 13));
  }
  if (code.starts_with("(") && code.ends_with(")")) {
    return sentences(code.substr(1, code.size() - 2));
  }
  return {std::string(1, kHole)};
}

/// Holes numbered, several in a row being one; empty where there are no words.
std::string pattern_of(const std::string& sentence) {
  std::string pattern;
  int holes = 0;
  bool words = false;
  for (std::size_t i = 0; i < sentence.size(); ++i) {
    if (sentence[i] != kHole) {
      words = words || (i > 0 && std::isalpha(static_cast<unsigned char>(sentence[i])) &&
                        std::isalpha(static_cast<unsigned char>(sentence[i - 1])));
      pattern += sentence[i];
    } else if (i == 0 || sentence[i - 1] != kHole) {
      pattern += "%" + std::to_string(++holes);
    }
  }
  return words ? pattern : std::string();
}

bool speaks_to_people(const std::string& file) {
  // The command line is English.
  return !file.starts_with("app/cli/") && !file.starts_with("app/annotator/") &&
         !file.starts_with("app/report/") && file != "app/main.cpp" &&
         !std::regex_search(file, std::regex("^app/worker/(.*_command|.*_main|restore_image)\\."));
}

}  // namespace

std::map<std::string, std::string> messages_of_code(const fs::path& root) {
  static const std::regex comment(R"(\n\s*//[^\n]*)"), code(R"(\bErrorCode::k\w+\s*,)"),
      call(R"((\.report|\bdone\.emit|Finding::error|Finding::warning)\()"),
      note(R"(\b(on_note|notes\.push_back|told\.push_back)\()");
  std::map<std::string, std::string> found;
  for (const char* folder : {"core", "annotation", "viewer", "models", "app"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string name = fs::relative(entry.path(), root).generic_string();
      if (!(name.ends_with(".cpp") || name.ends_with(".h")) || !speaks_to_people(name)) continue;
      std::ifstream file(entry.path());
      std::string text{std::istreambuf_iterator<char>(file), {}};
      text = std::regex_replace(text, comment, "\n");
      const auto add = [&](const std::string& expression) {
        for (const std::string& sentence : sentences(expression)) {
          if (const auto pattern = pattern_of(sentence); !pattern.empty()) found[pattern] = name;
        }
      };
      for (std::sregex_iterator it(text.begin(), text.end(), code), end; it != end; ++it) {
        for (const auto& part :
             split(text, ',', static_cast<std::size_t>(it->position() + it->length()))) {
          add(part);
        }
      }
      for (std::sregex_iterator it(text.begin(), text.end(), call), end; it != end; ++it) {
        const auto parts =
            split(text, ',', static_cast<std::size_t>(it->position() + it->length()));
        const std::string name_of_call = (*it)[1];
        const std::size_t first = name_of_call == ".report"     ? 1
                                  : name_of_call == "done.emit" ? 0
                                                                : 2;
        for (std::size_t i = first; i < parts.size(); ++i) add(parts[i]);
      }
      if (!name.starts_with("models/") && name != "app/worker/train_far.cpp") {
        continue;  // what a training notes
      }
      for (std::sregex_iterator it(text.begin(), text.end(), note), end; it != end; ++it) {
        add(split(text, ',', static_cast<std::size_t>(it->position() + it->length()))[0]);
      }
    }
  }
  return found;
}

}  // namespace karyo::test
