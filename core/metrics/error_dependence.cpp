#include "core/metrics/error_dependence.h"

#include <algorithm>
#include <cmath>

namespace karyo {
namespace {

constexpr std::size_t kFewestInPart = 5, kMostParts = 10;

struct Traced {
  double trait;
  const JudgedTruth* object;
};

DependencePart part_of(std::span<const Traced> objects) {
  DependencePart part{objects.front().trait, objects[objects.size() / 2].trait,
                      objects.back().trait};
  double sum = 0;
  for (const Traced& one : objects) {
    ++part.objects;
    part.found += one.object->found();
    sum += static_cast<double>(one.object->iou);
  }
  part.mean_iou = sum / static_cast<double>(part.objects);
  return part;
}

}  // namespace

std::vector<JudgedTruth> judged_truths(const Overlaps& overlaps, const JudgedObjects& judged,
                                       std::span<const double> intensities) {
  std::vector<JudgedTruth> truths;
  truths.reserve(judged.truths.size());
  for (std::size_t t = 0; t < judged.truths.size(); ++t) {
    JudgedTruth truth{overlaps.truth_sizes[t], judged.truths[t], judged.truth_scores[t]};
    if (t < intensities.size()) truth.intensity = intensities[t];
    truth.id = overlaps.truth_ids[t];
    truths.push_back(truth);
  }
  return truths;
}

std::vector<double> object_intensities(const Overlaps& overlaps, LabelView truth,
                                       const Volume& image, std::int64_t first) {
  const std::size_t count = overlaps.truth_ids.size();
  const VolumeShape& shape = image.shape();
  const Index3 labels = truth.shape();
  const std::int64_t frames = shape.z > 0 ? labels.z / shape.z : 0;
  if (frames == 0 || labels.z % shape.z != 0 || first + frames > shape.t || labels.y != shape.y ||
      labels.x != shape.x) {
    return std::vector<double>(count, std::numeric_limits<double>::quiet_NaN());
  }
  std::vector<double> sums(count);
  std::vector<std::int64_t> voxels(count);
  // Neighbours mostly are of one object, so it is looked up where it changes.
  std::uint32_t last = 0;
  std::ptrdiff_t at = -1;
  const auto place_of = [&](std::uint32_t id) {
    if (id == last) return at;
    last = id;
    const auto found = std::lower_bound(overlaps.truth_ids.begin(), overlaps.truth_ids.end(), id);
    const bool known = id != 0 && found != overlaps.truth_ids.end() && *found == id;
    at = known ? found - overlaps.truth_ids.begin() : -1;
    return at;
  };
  visit_voxels(image.type(), [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t t = 0; t < frames; ++t) {
      for (std::int64_t c = 0; c < shape.c; ++c) {
        const auto values = image.view<T>(first + t, c);
        for (std::int64_t z = 0; z < shape.z; ++z) {
          for (std::int64_t y = 0; y < shape.y; ++y) {
            for (std::int64_t x = 0; x < shape.x; ++x) {
              const std::ptrdiff_t object = place_of(truth(t * shape.z + z, y, x));
              if (object < 0) continue;
              sums[static_cast<std::size_t>(object)] += static_cast<double>(values(z, y, x));
              ++voxels[static_cast<std::size_t>(object)];
            }
          }
        }
      }
    }
  });
  for (std::size_t i = 0; i < count; ++i) sums[i] /= static_cast<double>(voxels[i]);
  return sums;
}

std::vector<DependencePart> error_dependence(std::span<const JudgedTruth> truths,
                                             ObjectTrait trait) {
  std::vector<Traced> objects;
  for (const JudgedTruth& truth : truths) {
    const double value =
        trait == ObjectTrait::kSize ? static_cast<double>(truth.voxels) : truth.intensity;
    if (std::isfinite(value)) objects.push_back({value, &truth});
  }
  const std::size_t wanted = std::min(kMostParts, objects.size() / kFewestInPart);
  if (wanted < 2) return {};
  std::stable_sort(objects.begin(), objects.end(),
                   [](const Traced& a, const Traced& b) { return a.trait < b.trait; });
  std::vector<DependencePart> parts;
  std::size_t begin = 0;
  for (std::size_t k = 1; k <= wanted; ++k) {
    std::size_t end = objects.size() * k / wanted;
    while (end < objects.size() && end > 0 && objects[end].trait == objects[end - 1].trait) ++end;
    if (end <= begin) continue;
    parts.push_back(part_of(std::span(objects).subspan(begin, end - begin)));
    begin = end;
  }
  if (parts.size() < 2) return {};
  return parts;
}

}  // namespace karyo
