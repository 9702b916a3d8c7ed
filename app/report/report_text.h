#pragma once

/// Numbers, dates and lists as a report says them.

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/volume.h"

namespace karyo {

/// "0.714"; "–" for NaN, "∞" for infinity.
std::string fixed(double value, int digits);
/// "1 image", "12 images", "1 234 objects".
std::string how_many(std::int64_t count, const std::string& thing);
/// With thin gaps in long numbers: "19 372".
std::string grouped(std::int64_t number);
/// "a, b and c"; of more than `most` the rest is counted.
std::string listed(const std::vector<std::string>& items, std::size_t most = 8);
/// "31 January 2026" of "2026-01-31T09:30:00Z"; other text as it is.
std::string date_text(const std::string& utc);
/// "42 s", "16 min 23 s", "3 h 05 min".
std::string duration_text(double seconds);
/// "2.4 GiB".
std::string bytes_text(double bytes);
/// "512 × 512", "51 × 120 × 140 (z, y, x)", with channels and time points where there are several.
std::string shape_text(const VolumeShape& shape);
/// "1.75 × 0.8 × 0.8 µm (z, y, x)", "0.65 µm"; empty where a file had none.
std::string spacing_text(const VoxelGrid& grid, bool deep);
/// "µm" for the unit that is "um" in files.
std::string unit_text(const std::string& unit);

double median(std::vector<double> values);  ///< NaN of none; NaN among them is left out

}  // namespace karyo
