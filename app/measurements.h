#pragma once

/// The table of measurements, as Fiji's Results: one row a shape and channel.

#include <filesystem>
#include <string>
#include <vector>

#include "core/measure/measurement.h"

namespace karyo {

struct MeasuredRow {
  std::string layer, channel;
  MeasureShape shape;
  std::int64_t slice = 0;  ///< along the plane's normal, from 0, in the layer's voxels
  std::int64_t time = 0;   ///< from 0
  std::string unit;
  MeasureSize size;
  ValueStats values;
  std::int64_t step = 1;  ///< of the statistics
};

class MeasureTable {
 public:
  static constexpr std::size_t kMostRows = 100000;

  const std::vector<MeasuredRow>& rows() const { return rows_; }
  /// One row for each visible channel; one without values for angles.
  /// Errors: kInvalidArgument for a shape that is not complete, or when the table is full.
  Result<void> add(const MeasureShape& shape, const ImageLayer& layer, const VoxelGrid& grid,
                   std::int64_t time);
  void clear() { set_rows({}); }
  /// At most kMostRows.
  void set_rows(std::vector<MeasuredRow> rows);
  /// Comma separated, numbers with a point; slices and times count from 1. Errors: kIo.
  Result<void> write_csv(const std::filesystem::path& path) const;

  Signal<> changed;

 private:
  std::vector<MeasuredRow> rows_;
};

/// distance, then a column a channel. Errors: kInvalidArgument without a profile; kIo.
Result<void> write_profile_csv(const Profile& profile, const ImageLayer& layer,
                               const std::string& unit, const std::filesystem::path& path);

}  // namespace karyo
