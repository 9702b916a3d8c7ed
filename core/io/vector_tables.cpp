#include "core/io/vector_tables.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/base/atomic_file.h"
#include "core/base/text.h"

namespace karyo {
namespace {

constexpr std::uintmax_t kMostBytes = std::uint64_t{1} << 30;

using Cells = std::vector<std::string>;

/// The cells of a line; quotes as in RFC 4180, though no line may break within them.
Cells cells_of(std::string_view line, char separator) {
  Cells cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back().push_back('"');
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == separator && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(c);
    }
  }
  return cells;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<double> number_of(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (read.ec != std::errc() || read.ptr != cell.data() + cell.size()) return {};
  return value;
}

/// Which column holds what; -1: none.
struct Columns {
  int id = -1, t = -1, z = -1, y = -1, x = -1, parent = -1, text = -1;
};

std::string plain_name(std::string_view cell) {
  std::string name = lower_ascii(trimmed(cell));
  std::erase_if(name, [](char c) { return c == '_' || c == ' '; });
  return name;
}

Columns columns_of(const Cells& header) {
  Columns columns;
  std::vector<int> axes;
  int plain_id = -1;
  for (int i = 0; i < static_cast<int>(header.size()); ++i) {
    const std::string name = plain_name(header[static_cast<std::size_t>(i)]);
    if (name.starts_with("axis-")) axes.push_back(i);
    if (name == "trackid" || name == "track") columns.id = i;
    if (name == "id") plain_id = i;
    if (name == "t" || name == "frame" || name == "time") columns.t = i;
    if (name == "z") columns.z = i;
    if (name == "y") columns.y = i;
    if (name == "x") columns.x = i;
    if (name == "parent" || name == "parentid") columns.parent = i;
    if (name == "text" || name == "class" || name == "label" || name == "name") columns.text = i;
  }
  if (axes.size() >= 2 && axes.size() <= 4) {
    const std::array<int*, 4> into{&columns.x, &columns.y, &columns.z, &columns.t};
    for (std::size_t i = 0; i < axes.size(); ++i) *into[i] = axes[axes.size() - 1 - i];
  }
  if (columns.id < 0 && columns.t >= 0) columns.id = plain_id;
  return columns;
}

std::optional<Columns> columns_without_header(std::size_t count) {
  switch (count) {
    case 3:
      return Columns{-1, -1, 0, 1, 2, -1, -1};
    case 4:
      return Columns{0, 1, -1, 2, 3, -1, -1};
    case 5:
      return Columns{0, 1, 2, 3, 4, -1, -1};
    default:
      return {};
  }
}

Error bad_line(const std::string& name, std::size_t line, const std::string& what,
               const std::string& fix) {
  return {ErrorCode::kBadFile, name + ", line " + std::to_string(line) + ": " + what, fix};
}

/// One line's numbers, by column, with what is wrong in words.
class Row {
 public:
  Row(const Cells& cells, const std::string& name, std::size_t line)
      : cells_(cells), name_(name), line_(line) {}

  Result<double> number(int column, double least, double most) const {
    if (column >= static_cast<int>(cells_.size())) {
      return bad_line(name_, line_, "it has " + std::to_string(cells_.size()) + " cells, too few",
                      "Give every line as many cells as the first.");
    }
    const std::string& cell = cells_[static_cast<std::size_t>(column)];
    const auto value = number_of(cell);
    if (!value || !(*value >= least && *value <= most)) {
      std::string range = "Write a number from ";
      range.append(std::to_string(std::llround(least))).append(" to ");
      range.append(std::to_string(std::llround(most))).append(", with a point for decimals.");
      return bad_line(name_, line_,
                      "\"" + cell.substr(0, 40) + "\"" +
                          (value ? " is too large or too small" : " is no number"),
                      range);
    }
    return *value;
  }

  Result<std::int64_t> whole(int column, double least, double most) const {
    KARYO_TRY(const double value, number(column, least, most));
    if (value != std::floor(value)) {
      return bad_line(name_, line_, "frames and tracks are whole numbers",
                      "Write frames counted from 0, not seconds.");
    }
    return static_cast<std::int64_t>(value);
  }

  Result<WorldPoint> place(const Columns& columns) const {
    WorldPoint at{0.5, 0, 0};
    if (columns.z >= 0) {
      KARYO_TRY(at.z, number(columns.z, -kMostCoordinate, kMostCoordinate));
      at.z += 0.5;
    }
    KARYO_TRY(at.y, number(columns.y, -kMostCoordinate, kMostCoordinate));
    KARYO_TRY(at.x, number(columns.x, -kMostCoordinate, kMostCoordinate));
    at.y += 0.5;
    at.x += 0.5;
    return at;
  }

 private:
  const Cells& cells_;
  const std::string& name_;
  std::size_t line_;
};

constexpr double kMostId = 9e15;  // exact as a double

Result<void> add_track_point(const Row& row, const Columns& columns, const Cells& cells,
                             TrackList& tracks) {
  TrackPoint point;
  KARYO_TRY(point.id, row.whole(columns.id, 0, kMostId));
  KARYO_TRY(point.t, row.whole(columns.t, 0, static_cast<double>(kMostFrame)));
  KARYO_TRY(point.at, row.place(columns));
  if (columns.parent >= 0 && columns.parent < static_cast<int>(cells.size()) &&
      !trimmed(cells[static_cast<std::size_t>(columns.parent)]).empty()) {
    KARYO_TRY(tracks.parents[point.id], row.whole(columns.parent, 0, kMostId));
  }
  tracks.points.push_back(point);
  return {};
}

Result<void> add_point(const Row& row, const Columns& columns, const Cells& cells,
                       PointList& points) {
  PointMark point;
  KARYO_TRY(point.at, row.place(columns));
  if (columns.t >= 0) {
    KARYO_TRY(point.t, row.whole(columns.t, -1, static_cast<double>(kMostFrame)));
  }
  if (columns.text >= 0 && columns.text < static_cast<int>(cells.size())) {
    point.text = trimmed(cells[static_cast<std::size_t>(columns.text)]);
  }
  points.push_back(std::move(point));
  return {};
}

void append_number(std::string& out, double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_place(std::string& out, const WorldPoint& at) {
  append_number(out, at.z - 0.5);
  out.push_back(',');
  append_number(out, at.y - 0.5);
  out.push_back(',');
  append_number(out, at.x - 0.5);
}

/// A line break cannot be kept: it becomes a space.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c == '\n' || c == '\r' ? ' ' : c);
  }
  out.push_back('"');
  return out;
}

}  // namespace

Result<std::variant<PointList, TrackList>> parse_vector_table(std::string_view text,
                                                              const std::string& name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::optional<Columns> columns;
  char separator = ',';
  PointList points;
  TrackList tracks;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    if (!columns) {
      for (const char candidate : {'\t', ';', ','}) {
        if (line.find(candidate) != std::string_view::npos) separator = candidate;
      }
    }
    const Cells cells = cells_of(line, separator);
    if (!columns) {
      const bool numbers = std::all_of(
          cells.begin(), cells.end(), [](const auto& cell) { return number_of(cell).has_value(); });
      columns = numbers ? columns_without_header(cells.size()) : columns_of(cells);
      if (!columns || columns->y < 0 || columns->x < 0 || (columns->id >= 0 && columns->t < 0)) {
        return bad_line(name, number, "it names no columns of places",
                        "Begin the table with a line such as z,y,x or track_id,t,z,y,x.");
      }
      if (!numbers) continue;
    }
    if (points.size() + tracks.points.size() == kMostMarks) {
      return Error(ErrorCode::kTooLarge,
                   name + " has more than " + std::to_string(kMostMarks) + " lines",
                   "Split the table into several files.");
    }
    const Row row(cells, name, number);
    KARYO_CHECK_OK(columns->id >= 0 ? add_track_point(row, *columns, cells, tracks)
                                    : add_point(row, *columns, cells, points));
  }
  if (!columns) {
    return bad_line(name, 1, "the table is empty", "Begin it with a line such as z,y,x.");
  }
  if (columns->id < 0) return std::variant<PointList, TrackList>(std::move(points));
  std::stable_sort(tracks.points.begin(), tracks.points.end(),
                   [](const TrackPoint& a, const TrackPoint& b) {
                     return a.id != b.id ? a.id < b.id : a.t < b.t;
                   });
  return std::variant<PointList, TrackList>(std::move(tracks));
}

Result<std::variant<PointList, TrackList>> read_vector_table(const std::filesystem::path& path) {
  KARYO_TRY(const std::string text, read_file(path, kMostBytes));
  return parse_vector_table(text, path.filename().string());
}

std::string format_points(const PointList& points) {
  const bool timed =
      std::any_of(points.begin(), points.end(), [](const auto& point) { return point.t >= 0; });
  const bool texts = std::any_of(points.begin(), points.end(),
                                 [](const auto& point) { return !point.text.empty(); });
  std::string out = timed ? "index,axis-0,axis-1,axis-2,axis-3" : "index,axis-0,axis-1,axis-2";
  out.append(texts ? ",text\n" : "\n");
  for (std::size_t i = 0; i < points.size(); ++i) {
    out.append(std::to_string(i)).push_back(',');
    if (timed) out.append(std::to_string(points[i].t)).push_back(',');
    append_place(out, points[i].at);
    if (texts) out.append(",").append(quoted(points[i].text));
    out.push_back('\n');
  }
  return out;
}

std::string format_tracks(const TrackList& tracks) {
  const bool parents = !tracks.parents.empty();
  std::string out = parents ? "track_id,t,z,y,x,parent\n" : "track_id,t,z,y,x\n";
  for (const TrackPoint& point : tracks.points) {
    out.append(std::to_string(point.id)).push_back(',');
    out.append(std::to_string(point.t)).push_back(',');
    append_place(out, point.at);
    if (parents) {
      out.push_back(',');
      const auto parent = tracks.parents.find(point.id);
      if (parent != tracks.parents.end()) out.append(std::to_string(parent->second));
    }
    out.push_back('\n');
  }
  return out;
}

}  // namespace karyo
