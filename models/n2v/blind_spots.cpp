#include "models/n2v/blind_spots.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/image/volume_view.h"

namespace karyo {
namespace {

constexpr std::int64_t kArm = 5;          ///< of the lines "horizontal" and "vertical"
constexpr std::int64_t kWidestMask = 63;  ///< wider than any patch would be useful with

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else if (c != ' ') {
      parts.back() += c;
    }
  }
  return parts;
}

Error no_mask(const std::string& text, const std::string& why) {
  return {ErrorCode::kInvalidArgument,
          "the setting \"struct_mask\" cannot be \"" + text + "\": " + why,
          "Choose none, horizontal, vertical, or rows of 0 and 1 of the same odd length, such as "
          "111,000,111, for --struct-mask."};
}

/// The window around `centre` within the patch.
Box3 window(Index3 shape, Index3 centre, std::int64_t radius) {
  const Index3 reach{radius, radius, radius};
  return Box3{centre - reach, centre + reach + Index3{1, 1, 1}}.clipped_to(Box3::of_shape(shape));
}

/// The n-th position of a box in C order.
Index3 nth(const Box3& box, std::int64_t n) {
  const Index3 size = box.shape();
  return {box.begin.z + n / (size.y * size.x), box.begin.y + n / size.x % size.y,
          box.begin.x + n % size.x};
}

float drawn(VolumeView<const float> patch, const Box3& box, Index3 centre, bool with_centre,
            Random& random) {
  const std::int64_t count = box.shape().count();
  if (with_centre) return patch(nth(box, random.below(count)));
  if (count == 1) return patch(centre);
  const Index3 size = box.shape(), at = centre - box.begin;
  const std::int64_t own = (at.z * size.y + at.y) * size.x + at.x;
  const std::int64_t n = random.below(count - 1);
  return patch(nth(box, n < own ? n : n + 1));
}

std::vector<float> neighbours(VolumeView<const float> patch, const Box3& box, Index3 centre) {
  std::vector<float> values;
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
        if (Index3{z, y, x} != centre) values.push_back(patch(z, y, x));
      }
    }
  }
  return values;
}

float mean_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += value;
  return static_cast<float>(sum / static_cast<double>(values.size()));
}

float median_of(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

Result<NeighbourMask> parse_neighbour_mask(const std::string& text, std::int64_t dims) {
  NeighbourMask mask;
  if (text == "none") return mask;
  if (text == "horizontal" || text == "vertical") {
    const std::int64_t length = 2 * kArm + 1;
    mask.shape = text == "horizontal" ? Index3{1, 1, length} : Index3{1, length, 1};
    mask.values.assign(static_cast<std::size_t>(length), 1);
  } else {
    const auto planes = split(text, ':');
    if (planes.size() > 1 && dims == 2) return no_mask(text, "the images are planes (dims 2)");
    mask.shape.z = static_cast<std::int64_t>(planes.size());
    for (const auto& plane : planes) {
      const auto rows = split(plane, ',');
      if (mask.shape.y == 0) mask.shape.y = static_cast<std::int64_t>(rows.size());
      if (mask.shape.x == 0) mask.shape.x = static_cast<std::int64_t>(rows.front().size());
      if (static_cast<std::int64_t>(rows.size()) != mask.shape.y) {
        return no_mask(text, "the planes have unlike numbers of rows");
      }
      for (const auto& row : rows) {
        if (static_cast<std::int64_t>(row.size()) != mask.shape.x) {
          return no_mask(text, "the rows have unlike lengths");
        }
        for (const char c : row) {
          if (c != '0' && c != '1') return no_mask(text, "there is neither 0 nor 1 in it");
          mask.values.push_back(c == '1' ? 1 : 0);
        }
      }
    }
    for (const std::int64_t extent : {mask.shape.z, mask.shape.y, mask.shape.x}) {
      if (extent % 2 == 0) return no_mask(text, "an even number has no middle");
      if (extent > kWidestMask) return no_mask(text, "it is wider than 63");
    }
  }
  mask.values[mask.values.size() / 2] = 0;
  if (std::count(mask.values.begin(), mask.values.end(), 1) == 0) {
    return no_mask(text, "nothing but the middle is hidden");
  }
  return mask;
}

std::string resolved_manipulator(const std::string& setting, bool n2v2) {
  if (setting != "auto") return setting;
  return n2v2 ? "median" : "uniform_withCP";
}

Result<Manipulator> manipulator_from(const std::string& name) {
  if (name == "uniform_withCP") return Manipulator::kUniformWithCentre;
  if (name == "uniform_withoutCP") return Manipulator::kUniformWithoutCentre;
  if (name == "mean") return Manipulator::kMean;
  if (name == "median") return Manipulator::kMedian;
  return Error(ErrorCode::kInvalidArgument, "there is no manipulator \"" + name + "\"",
               "Choose uniform_withCP, uniform_withoutCP, mean or median for --manipulator.");
}

std::int64_t blind_spot_box(double percent) {
  return std::max<std::int64_t>(1, std::llrint(std::sqrt(100 / percent)));
}

std::vector<Index3> blind_spots(Index3 patch, std::int64_t dims, double percent, Random& random) {
  const std::int64_t edge = blind_spot_box(percent);
  const Index3 box{dims == 2 ? 1 : edge, edge, edge};
  const auto boxes = [](std::int64_t extent, std::int64_t size) {
    return (extent + size - 1) / size;
  };
  std::vector<Index3> positions;
  for (std::int64_t z = 0; z < boxes(patch.z, box.z); ++z) {
    for (std::int64_t y = 0; y < boxes(patch.y, box.y); ++y) {
      for (std::int64_t x = 0; x < boxes(patch.x, box.x); ++x) {
        const Index3 at{z * box.z + random.below(box.z), y * box.y + random.below(box.y),
                        x * box.x + random.below(box.x)};
        if (Box3::of_shape(patch).contains(at)) positions.push_back(at);
      }
    }
  }
  return positions;
}

std::vector<float> hide(std::span<float> patch, Index3 shape, std::span<const Index3> positions,
                        Manipulator manipulator, std::int64_t radius, Random& random) {
  const VolumeView<float> view(patch.data(), shape);
  std::vector<float> were, instead;
  for (const Index3& centre : positions) {
    const Box3 box = window(shape, centre, radius);
    were.push_back(view(centre));
    switch (manipulator) {
      case Manipulator::kUniformWithCentre:
      case Manipulator::kUniformWithoutCentre:
        instead.push_back(
            drawn(view, box, centre, manipulator == Manipulator::kUniformWithCentre, random));
        break;
      case Manipulator::kMean:
        instead.push_back(mean_of(neighbours(view, box, centre)));
        break;
      case Manipulator::kMedian:
        instead.push_back(median_of(neighbours(view, box, centre)));
        break;
    }
  }
  for (std::size_t i = 0; i < instead.size(); ++i) view(positions[i]) = instead[i];
  return were;
}

void hide_neighbours(std::span<float> patch, Index3 shape, std::span<const Index3> positions,
                     const NeighbourMask& mask, Random& random) {
  const VolumeView<float> view(patch.data(), shape);
  const Index3 middle{mask.shape.z / 2, mask.shape.y / 2, mask.shape.x / 2};
  const auto inside = [](std::int64_t at, std::int64_t extent) {
    return std::clamp<std::int64_t>(at, 0, extent - 1);
  };
  for (const Index3& centre : positions) {
    for (std::size_t i = 0; i < mask.values.size(); ++i) {
      if (mask.values[i] == 0) continue;
      const Index3 at =
          centre - middle + nth(Box3::of_shape(mask.shape), static_cast<std::int64_t>(i));
      view(inside(at.z, shape.z), inside(at.y, shape.y), inside(at.x, shape.x)) =
          static_cast<float>(random.uniform(-2, 2));
    }
  }
}

}  // namespace karyo
