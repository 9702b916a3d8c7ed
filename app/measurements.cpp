#include "app/measurements.h"

#include <cmath>
#include <locale>
#include <sstream>

#include "core/base/atomic_file.h"
#include "core/base/text.h"

namespace karyo {
namespace {

std::ostringstream plain_stream() {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(9);
  return out;
}

}  // namespace

Result<void> MeasureTable::add(const MeasureShape& shape, const ImageLayer& layer,
                               const VoxelGrid& grid, std::int64_t time) {
  if (!shape.complete()) {
    return Error(ErrorCode::kInvalidArgument, "the shape is not complete",
                 "Give a line or rectangle 2 points, an angle 3, an area at least 3.");
  }
  if (rows_.size() >= kMostRows) {
    return Error(ErrorCode::kInvalidArgument, "the table is full", "Save it and clear it.");
  }
  const Axis normal = normal_axis(shape.plane);
  MeasuredRow row;
  row.layer = layer.name();
  row.shape = shape;
  row.slice = voxel_along(shape.points.front()[normal], grid, normal);
  row.time = layer.time_shown(time);
  row.unit = grid.unit;
  row.size = size_of(shape);
  const Statistics statistics = statistics_of(shape, layer, grid, time);
  row.step = statistics.step;
  if (statistics.channels.empty()) rows_.push_back(row);
  for (const ValueStats& values : statistics.channels) {
    row.values = values;
    row.channel = layer.channel(values.channel).name;
    rows_.push_back(row);
  }
  changed.emit();
  return {};
}

void MeasureTable::set_rows(std::vector<MeasuredRow> rows) {
  if (rows.empty() && rows_.empty()) return;
  rows_ = std::move(rows);
  changed.emit();
}

Result<void> MeasureTable::write_csv(const std::filesystem::path& path) const {
  std::ostringstream out = plain_stream();
  out << "layer,channel,kind,plane,slice,time,unit,length,angle,area,perimeter,width,height,count,"
         "mean,sd,min,max,every_nth_voxel,points_zyx\n";
  for (const MeasuredRow& row : rows_) {
    out << csv_field(row.layer) << ',' << csv_field(row.channel) << ',' << name_of(row.shape.kind)
        << ',' << name_of(row.shape.plane) << ',' << row.slice + 1 << ',' << row.time + 1 << ','
        << csv_field(row.unit) << ',' << row.size.length << ',' << row.size.degrees << ','
        << row.size.area << ',' << row.size.perimeter << ',' << row.size.width << ','
        << row.size.height << ',' << row.values.count << ',';
    if (row.values.count > 0) {
      out << row.values.mean << ',' << row.values.deviation << ',' << row.values.least << ','
          << row.values.most;
    } else {
      out << ",,,";
    }
    out << ',' << row.step << ',';
    for (std::size_t i = 0; i < row.shape.points.size(); ++i) {
      const WorldPoint& p = row.shape.points[i];
      out << (i > 0 ? ";" : "") << p.z << ' ' << p.y << ' ' << p.x;
    }
    out << '\n';
  }
  return write_file_atomically(path, out.str());
}

Result<void> write_profile_csv(const Profile& profile, const ImageLayer& layer,
                               const std::string& unit, const std::filesystem::path& path) {
  if (profile.distance.empty()) {
    return Error(ErrorCode::kInvalidArgument, "there is no profile",
                 "Draw a line or a rectangle over an image.");
  }
  std::ostringstream out = plain_stream();
  out << csv_field("distance (" + unit + ")");
  for (const std::int64_t channel : profile.channels) {
    out << ',' << csv_field(layer.channel(channel).name);
  }
  out << '\n';
  for (std::size_t i = 0; i < profile.distance.size(); ++i) {
    out << profile.distance[i];
    for (const auto& values : profile.values) {
      out << ',';
      if (!std::isnan(values[i])) out << values[i];
    }
    out << '\n';
  }
  return write_file_atomically(path, out.str());
}

}  // namespace karyo
