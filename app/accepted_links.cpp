#include "app/accepted_links.h"

#include <array>
#include <cmath>

#include "models/io/history.h"

namespace karyo {
namespace {

constexpr double kThousandths = 1000;
constexpr double kFarthest = 1e12;  // thousandths; what is no place is no row

std::filesystem::path file_of(const std::filesystem::path& tracks) {
  std::filesystem::path file = tracks;
  return file.replace_extension(".accepted.csv");
}

std::int64_t thousandths(double place) {
  return std::llround(place * kThousandths);
}

using Numbers = std::array<std::int64_t, 8>;

Numbers numbers_of(const AcceptedLink& link) {
  return std::apply([](auto... number) { return Numbers{number...}; }, link);
}

bool is_time(std::size_t column) {
  return column % 4 == 0;
}

}  // namespace

AcceptedLink accepted_link(const TrackPoint& from, const TrackPoint& to) {
  return {from.t, thousandths(from.at.z), thousandths(from.at.y), thousandths(from.at.x),
          to.t,   thousandths(to.at.z),   thousandths(to.at.y),   thousandths(to.at.x)};
}

Result<std::set<AcceptedLink>> read_accepted_links(const std::filesystem::path& tracks) {
  KARYO_TRY(const History table, read_history(file_of(tracks)));
  std::set<AcceptedLink> links;
  for (const auto& row : table.rows) {
    Numbers n{};
    if (row.size() != n.size()) break;  // another table
    bool known = true;
    for (std::size_t i = 0; i < n.size(); ++i) {
      const double value = is_time(i) ? row[i] : row[i] * kThousandths;
      known = known && std::abs(value) < kFarthest;
      if (known) n[i] = std::llround(value);
    }
    if (known) links.insert({n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]});
  }
  return links;
}

Result<void> write_accepted_links(const std::filesystem::path& tracks, const TrackList& list,
                                  const std::set<AcceptedLink>& links) {
  std::set<std::array<std::int64_t, 4>> cells;
  for (const TrackPoint& point : list.points) {
    const Numbers n = numbers_of(accepted_link({}, point));
    cells.insert({n[4], n[5], n[6], n[7]});
  }
  History table;
  table.columns = {"from_t", "from_z", "from_y", "from_x", "to_t", "to_z", "to_y", "to_x"};
  for (const AcceptedLink& link : links) {
    const Numbers n = numbers_of(link);
    if (!cells.contains({n[4], n[5], n[6], n[7]})) continue;
    std::vector<double> row;
    for (std::size_t i = 0; i < n.size(); ++i) {
      row.push_back(static_cast<double>(n[i]) / (is_time(i) ? 1 : kThousandths));
    }
    table.rows.push_back(std::move(row));
  }
  return write_history(file_of(tracks), table);
}

}  // namespace karyo
