#include "core/dataset/class_table.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/image_names.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{64} << 20;

Error bad(const fs::path& file, const std::string& what) {
  return {ErrorCode::kBadFile, file.string() + ": " + what,
          "Write a line \"label,class\", then a line an object, for example \"7,mitotic\"."};
}

/// The fields of one line; a field in quotes may hold commas, and quotes twice.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

fs::path class_table_of(const fs::path& mask) {
  const std::string stem = image_stem(mask);
  std::error_code absent;
  for (const auto& file : {mask.parent_path() / (stem + "_classes.csv"),
                           mask.parent_path().parent_path() / "classes" / (stem + ".csv")}) {
    if (fs::is_regular_file(file, absent)) return file;
  }
  return {};
}

Result<ClassTable> read_class_table(const fs::path& file) {
  KARYO_TRY(const std::string text, read_file(file, kMostBytes));
  ClassTable classes;
  std::size_t label_at = 0, class_at = 0;
  bool header = true;
  for (const std::string& line : lines_of(text)) {
    const auto fields = fields_of(line);
    if (header) {
      header = false;
      const auto place = [&](const char* name) {
        return static_cast<std::size_t>(std::find(fields.begin(), fields.end(), name) -
                                        fields.begin());
      };
      label_at = place("label");
      class_at = place("class");
      if (std::max(label_at, class_at) >= fields.size()) {
        return bad(file, "the first line does not name the columns label and class");
      }
      continue;
    }
    if (fields.size() == 1 && fields[0].empty()) continue;
    std::uint32_t label = 0;
    const std::string number = label_at < fields.size() ? fields[label_at] : "";
    const auto read = std::from_chars(number.data(), number.data() + number.size(), label);
    if (read.ec != std::errc() || read.ptr != number.data() + number.size() || label == 0) {
      return bad(file, "\"" + number + "\" is not the number of an object");
    }
    const std::string name = class_at < fields.size() ? fields[class_at] : "";
    if (!name.empty() && !classes.emplace(label, name).second) {
      return bad(file, "object " + number + " is there twice");
    }
  }
  if (header) return bad(file, "it is empty");
  return classes;
}

Result<void> write_class_table(const fs::path& file, const ClassTable& classes) {
  std::string text = "label,class\n";
  for (const auto& [label, name] : classes) {
    text += std::to_string(label) + "," + csv_field(name) + "\n";
  }
  return write_file_atomically(file, text);
}

Result<DatasetClasses> read_classes(const std::vector<DatasetPair>& pairs,
                                    std::vector<std::string> names) {
  std::vector<ClassTable> tables;
  std::set<std::string> found;
  for (const auto& pair : pairs) {
    const fs::path file = class_table_of(pair.mask);
    ClassTable table;
    if (!file.empty()) {
      KARYO_TRY(table, read_class_table(file));
    }
    for (const auto& [label, name] : table) found.insert(name);
    tables.push_back(std::move(table));
  }
  if (names.empty()) names.assign(found.begin(), found.end());
  DatasetClasses classes{names, {}, std::vector<std::int64_t>(names.size(), 0)};
  for (const auto& table : tables) {
    ClassNumbers numbers;
    for (const auto& [label, name] : table) {
      const auto at = std::find(names.begin(), names.end(), name) - names.begin();
      if (at == static_cast<std::ptrdiff_t>(names.size())) continue;
      numbers.emplace(label, static_cast<int>(at) + 1);
      ++classes.counts[static_cast<std::size_t>(at)];
    }
    classes.numbers.push_back(std::move(numbers));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (classes.counts[i] > 0) continue;
    return Error(ErrorCode::kInvalidArgument, "no object of the class \"" + names[i] + "\"",
                 "Check the spelling in classes/*.csv, or leave that class out of --classes.");
  }
  if (names.empty()) {
    return Error(ErrorCode::kInvalidArgument, "no object of these images has a class",
                 "Write classes/NAME.csv beside masks/ with the columns label and class "
                 "(`karyoscope dataset classes DIR` does, where they were given in the window), or "
                 "leave --classes out.");
  }
  return classes;
}

}  // namespace karyo
