#include "app/report/report_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "app/report/number_text.h"

namespace karyo {

std::string fixed(double value, int digits) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  std::string number = fixed_text(value, digits);
  if (number.starts_with('-')) number.replace(0, 1, "−");
  return number;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t begin = number < 0 ? 1 : 0;
  if (digits.size() - begin < 5) return digits;
  // U+00A0 does not break between lines.
  for (std::size_t at = digits.size(); at > begin + 3;) {
    at -= 3;
    digits.insert(at, "\xC2\xA0");
  }
  return digits;
}

std::string how_many(std::int64_t count, const std::string& thing) {
  return grouped(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& items, std::size_t most) {
  std::string text;
  const std::size_t shown = std::min(items.size(), most);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == items.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + items[i];
  }
  if (items.size() > shown) text += " and " + std::to_string(items.size() - shown) + " more";
  return text;
}

std::string date_text(const std::string& utc) {
  static const std::array<const char*, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
  int year = 0, month = 0, day = 0;
  if (std::sscanf(utc.c_str(), "%4d-%2d-%2d", &year, &month, &day) != 3 || month < 1 ||
      month > 12) {
    return utc;
  }
  return std::to_string(day) + " " + kMonths[static_cast<std::size_t>(month - 1)] + " " +
         std::to_string(year);
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e12) return "–";
  if (seconds < 10) return fixed(seconds, 1) + " s";
  const auto whole = static_cast<long long>(std::llround(seconds));
  char text[64];
  if (whole < 60) {
    std::snprintf(text, sizeof text, "%lld s", whole);
  } else if (whole < 3600) {
    std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole / 60 % 60);
  }
  return text;
}

std::string bytes_text(double bytes) {
  const double gib = bytes / (1 << 30);
  return gib >= 1 ? fixed(gib, 1) + " GiB" : fixed(bytes / (1 << 20), 0) + " MiB";
}

std::string shape_text(const VolumeShape& shape) {
  std::string text = shape.z > 1 ? std::to_string(shape.z) + " × " : "";
  text += std::to_string(shape.y) + " × " + std::to_string(shape.x);
  if (shape.z > 1) text += " (z, y, x)";
  if (shape.c > 1) text += ", " + std::to_string(shape.c) + " channels";
  if (shape.t > 1) text += ", " + std::to_string(shape.t) + " time points";
  return text;
}

std::string unit_text(const std::string& unit) {
  return unit == "um" ? "µm" : unit;
}

std::string spacing_text(const VoxelGrid& grid, bool deep) {
  if (!grid.calibrated()) return {};
  const auto number = [](double value) { return general_text(value, 4); };
  const std::string unit = " " + unit_text(grid.unit);
  if (deep) {
    return number(grid.spacing_z) + " × " + number(grid.spacing_y) + " × " +
           number(grid.spacing_x) + unit + " (z, y, x)";
  }
  if (grid.spacing_y == grid.spacing_x) return number(grid.spacing_x) + unit;
  return number(grid.spacing_y) + " × " + number(grid.spacing_x) + unit + " (y, x)";
}

double median(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

}  // namespace karyo
