#include "models/stardist/anisotropy.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace karyo::stardist {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

Extents medians(const std::vector<Extents>& all) {
  Extents result{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::vector<double> values;
    for (const Extents& one : all) values.push_back(one[axis]);
    result[axis] = median(std::move(values));
  }
  return result;
}

}  // namespace

std::optional<Extents> median_extents(LabelView labels) {
  std::map<std::uint32_t, Box3> boxes;
  const Index3 shape = labels.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      std::int64_t first = 0;
      for (std::int64_t x = 1; x <= shape.x; ++x) {  // one run of a label after the other
        const std::uint32_t id = labels(z, y, first);
        if (x < shape.x && labels(z, y, x) == id) continue;
        if (id != 0) {
          Box3& box = boxes[id];
          box = box.united_with({{z, y, first}, {z + 1, y + 1, x}});
        }
        first = x;
      }
    }
  }
  if (boxes.empty()) return std::nullopt;
  std::vector<Extents> all;
  for (const auto& [id, box] : boxes) {
    const Index3 size = box.shape();
    all.push_back(
        {static_cast<double>(size.z), static_cast<double>(size.y), static_cast<double>(size.x)});
  }
  return medians(all);
}

Extents anisotropy_of(const std::vector<Extents>& images) {
  if (images.empty()) return {1, 1, 1};
  const Extents extents = medians(images);
  const double longest = *std::max_element(extents.begin(), extents.end());
  return {longest / extents[0], longest / extents[1], longest / extents[2]};
}

Result<Extents> parse_anisotropy(const std::string& text) {
  Extents result{};
  char rest = 0;
  const int read =
      std::sscanf(text.c_str(), "%lf,%lf,%lf%c", &result[0], &result[1], &result[2], &rest);
  const bool fit = read == 3 && std::all_of(result.begin(), result.end(), [](double value) {
                     return value >= 0.01 && value <= 100;
                   });
  if (fit) return result;
  return Error(ErrorCode::kInvalidArgument, "the setting \"anisotropy\" cannot be " + text,
               "Choose auto, or how many times deeper than wide a voxel is, as z,y,x: --anisotropy "
               "2,1,1.");
}

std::string anisotropy_text(const Extents& anisotropy) {
  std::string text;
  for (const double value : anisotropy) {
    char number[32];
    std::snprintf(number, sizeof number, "%.4g", std::round(value * 100) / 100);
    text += (text.empty() ? "" : ",") + std::string(number);
  }
  return text;
}

}  // namespace karyo::stardist
