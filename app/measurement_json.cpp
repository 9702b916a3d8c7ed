#include "app/measurement_json.h"

#include <stdexcept>
#include <string>

namespace karyo {

using nlohmann::json;

json measurements_json(const std::vector<MeasuredRow>& rows) {
  json out = json::array();
  for (const MeasuredRow& row : rows) {
    json points = json::array();
    for (const WorldPoint& point : row.shape.points) {
      points.push_back(json::array({point.z, point.y, point.x}));
    }
    json entry{{"layer", row.layer},
               {"channel", row.channel},
               {"kind", name_of(row.shape.kind)},
               {"plane", name_of(row.shape.plane)},
               {"points", points},
               {"slice", row.slice},
               {"time", row.time},
               {"unit", row.unit},
               {"length", row.size.length},
               {"angle", row.size.degrees},
               {"area", row.size.area},
               {"perimeter", row.size.perimeter},
               {"width", row.size.width},
               {"height", row.size.height},
               {"count", row.values.count}};
    if (row.values.count > 0) {
      entry["channel_number"] = row.values.channel;
      entry["mean"] = row.values.mean;
      entry["sd"] = row.values.deviation;
      entry["min"] = row.values.least;
      entry["max"] = row.values.most;
      entry["step"] = row.step;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

std::vector<MeasuredRow> measurements_from(const json& in) {
  std::vector<MeasuredRow> rows;
  for (const json& entry : in) {
    if (rows.size() == MeasureTable::kMostRows) {
      throw std::invalid_argument("it has too many measurements");
    }
    MeasuredRow row;
    row.layer = entry.value("layer", "");
    row.channel = entry.value("channel", "");
    const auto kind = measure_kind_from(entry.at("kind").get<std::string>());
    if (!kind) throw std::invalid_argument(kind.error().what);
    row.shape.kind = *kind;
    row.shape.plane = plane_from(entry.value("plane", "xy")).value_or(Plane::kXY);
    for (const json& point : entry.at("points")) {
      row.shape.points.push_back(
          {point.at(0).get<double>(), point.at(1).get<double>(), point.at(2).get<double>()});
    }
    row.slice = entry.value("slice", std::int64_t{0});
    row.time = entry.value("time", std::int64_t{0});
    row.unit = entry.value("unit", "");
    // Numbers that are none (the deviation of one voxel) are null in JSON.
    const auto number = [&](const char* name) {
      const auto found = entry.find(name);
      if (found == entry.end()) return 0.0;
      return found->is_null() ? std::numeric_limits<double>::quiet_NaN() : found->get<double>();
    };
    row.size = {number("length"),    number("angle"), number("area"),
                number("perimeter"), number("width"), number("height")};
    row.values = {entry.value("channel_number", std::int64_t{0}),
                  entry.value("count", std::int64_t{0}),
                  number("mean"),
                  number("sd"),
                  number("min"),
                  number("max")};
    row.step = entry.value("step", std::int64_t{1});
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace karyo
