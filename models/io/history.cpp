#include "models/io/history.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{64} << 20;
constexpr std::size_t kMostColumns = 1000;

/// Cells of one line; the columns are ours and never need quotes.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  while (true) {
    const std::size_t comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

/// Shortest text that reads back as the same number, with a point whatever the locale.
std::string number_text(double value) {
  if (std::isnan(value)) return "";
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

Error invalid(const std::string& what) {
  return {ErrorCode::kInvalidArgument, what, "Give every row one number for each column."};
}

}  // namespace

int History::column(const std::string& name) const {
  const auto found = std::ranges::find(columns, name);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

std::vector<double> History::values(const std::string& name) const {
  std::vector<double> values;
  const int place = column(name);
  if (place < 0) return values;
  for (const auto& row : rows) {
    const double value = row[static_cast<std::size_t>(place)];
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

void History::add_row(const std::vector<std::pair<std::string, double>>& cells) {
  constexpr double kEmpty = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [name, value] : cells) {
    if (column(name) < 0) columns.push_back(name);
  }
  for (auto& row : rows) row.resize(columns.size(), kEmpty);
  auto& row = rows.emplace_back(columns.size(), kEmpty);
  for (const auto& [name, value] : cells) row[static_cast<std::size_t>(column(name))] = value;
}

Result<History> read_history(const std::filesystem::path& path) {
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) return History{};
  KARYO_TRY(const std::string text, read_file(path, kMostBytes));
  const auto bad = [&](std::size_t line, const std::string& what) {
    return Error(ErrorCode::kBadFile,
                 path.string() + ", line " + std::to_string(line) + ": " + what,
                 "Delete the file to start a new history, or mend the line in a text editor.");
  };
  History history;
  std::size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    ++number;
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto cells = cells_of(line);
    if (history.columns.empty()) {
      if (cells.size() > kMostColumns) return bad(number, "too many columns");
      history.columns.assign(cells.begin(), cells.end());
      continue;
    }
    if (cells.size() != history.columns.size()) {
      return bad(number, std::to_string(cells.size()) + " cells for " +
                             std::to_string(history.columns.size()) + " columns");
    }
    std::vector<double> row;
    for (const auto cell : cells) {
      double value = std::numeric_limits<double>::quiet_NaN();
      const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
      if (!cell.empty() && (error != std::errc{} || stop != cell.data() + cell.size())) {
        return bad(number, "\"" + std::string(cell.substr(0, 40)) + "\" is not a number");
      }
      row.push_back(value);
    }
    history.rows.push_back(std::move(row));
  }
  return history;
}

Result<void> write_history(const std::filesystem::path& path, const History& history) {
  std::string text;
  for (const auto& column : history.columns) {
    if (column.empty() || column.find_first_of(",\"\r\n") != std::string::npos) {
      return invalid("the column name \"" + column + "\" is empty or needs quotes");
    }
    text += (text.empty() ? "" : ",") + column;
  }
  text += '\n';
  for (const auto& row : history.rows) {
    if (row.size() != history.columns.size()) {
      return invalid("a row of the history has " + std::to_string(row.size()) + " values for " +
                     std::to_string(history.columns.size()) + " columns");
    }
    for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "," : "") + number_text(row[i]);
    text += '\n';
  }
  return write_file_atomically(path, text);
}

}  // namespace karyo
