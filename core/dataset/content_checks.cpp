// What only the pixels of a pair can tell.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unordered_set>

#include "core/dataset/dataset_folder.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"

namespace karyo {
namespace {

bool is_object(std::uint32_t id) {
  return id != 0 && id != kIgnoredLabel;
}

/// Separate pieces of the objects' voxels, joined by faces; counting stops at 2.
int pieces_up_to_two(LabelView labels) {
  const Index3 shape = labels.shape();
  std::vector<std::uint8_t> seen(static_cast<std::size_t>(shape.count()), 0);
  const auto offset = [&](Index3 p) {
    return static_cast<std::size_t>((p.z * shape.y + p.y) * shape.x + p.x);
  };
  const Box3 all = Box3::of_shape(shape);
  constexpr Index3 kSteps[] = {{0, 0, 1}, {0, 0, -1}, {0, 1, 0}, {0, -1, 0}, {1, 0, 0}, {-1, 0, 0}};
  int pieces = 0;
  std::vector<Index3> open;
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        if (!is_object(labels(z, y, x)) || seen[offset({z, y, x})] != 0) continue;
        if (++pieces == 2) return pieces;
        seen[offset({z, y, x})] = 1;
        open.push_back({z, y, x});
        while (!open.empty()) {
          const Index3 at = open.back();
          open.pop_back();
          for (const Index3 step : kSteps) {
            const Index3 to = at + step;
            if (!all.contains(to) || !is_object(labels(to)) || seen[offset(to)] != 0) continue;
            seen[offset(to)] = 1;
            open.push_back(to);
          }
        }
      }
    }
  }
  return pieces;
}

/// Where a channel holds NaN or infinity; empty for none.
std::string non_finite_place(const Volume& image) {
  return visit_voxels(image.type(), [&](auto zero) -> std::string {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>) {
      const T* values = image.view<T>().data();
      for (std::int64_t i = 0; i < image.shape().count(); ++i) {
        if (std::isfinite(values[i])) continue;
        const VolumeShape& s = image.shape();
        return std::string(std::isnan(values[i]) ? "NaN" : "infinity") + " at y " +
               std::to_string(i / s.x % s.y) + ", x " + std::to_string(i % s.x);
      }
    }
    return "";
  });
}

/// What a mask holds.
struct MaskFacts {
  std::unordered_set<std::uint32_t> ids;  ///< of objects
  std::int64_t voxels = 0, ignored = 0;
};

MaskFacts facts_of(LabelView labels) {
  MaskFacts facts;
  facts.voxels = labels.shape().count();
  std::uint32_t last = 0;
  for (std::int64_t z = 0; z < labels.shape().z; ++z) {
    for (std::int64_t y = 0; y < labels.shape().y; ++y) {
      for (std::int64_t x = 0; x < labels.shape().x; ++x) {
        const std::uint32_t id = labels(z, y, x);
        facts.ignored += id == kIgnoredLabel;
        if (id != last && is_object(id)) facts.ids.insert(id);
        last = id;
      }
    }
  }
  return facts;
}

std::vector<Finding> read_and_check(const DatasetPair& pair, MaskCounts& counts) {
  const auto image = read_image(pair.image);
  if (!image) return {Finding::unreadable(pair.image, image.error())};
  const auto labels = read_labels(pair.mask);
  if (!labels) return {Finding::unreadable(pair.mask, labels.error())};
  const MaskFacts facts = facts_of(labels->view());
  counts.objects += static_cast<std::int64_t>(facts.ids.size());
  counts.voxels += facts.voxels;
  counts.ignored += facts.ignored;
  counts.masks_with_ignored += facts.ignored > 0;
  return check_contents(pair, *image, labels->view());
}

}  // namespace

std::vector<Finding> check_image(const std::filesystem::path& file, const Volume& image) {
  std::vector<Finding> found;
  const std::string bad = non_finite_place(image);
  if (!bad.empty()) {
    found.push_back(
        Finding::error("not_finite", file, "holds " + bad,
                       "Export the image again without a mask that turns pixels into NaN, or crop "
                       "that part away."));
  }
  const ValueRange range = value_range(image);
  if (bad.empty() && range.low == range.high) {
    char value[32];
    std::snprintf(value, sizeof value, "%g", range.low);
    found.push_back(Finding::warning(
        "constant_image", file, std::string("is constant: every pixel is ") + value,
        "Nothing can be learned from it: export the image again, or take the "
        "pair out."));
  }
  return found;
}

std::vector<Finding> check_contents(const DatasetPair& pair, const Volume& image,
                                    LabelView labels) {
  std::vector<Finding> found = check_image(pair.image, image);
  const MaskFacts facts = facts_of(labels);
  if (facts.ignored == facts.voxels) {
    found.push_back(Finding::error(
        "all_ignored", pair.mask, "is ignored all over: nothing can be learned from it or judged",
        "Annotate a part of it (objects, or background where there are none), or take the pair "
        "out."));
  } else if (facts.ids.empty()) {
    found.push_back(Finding::warning(
        "empty_mask", pair.mask,
        std::string("has no object: every pixel is 0") + (facts.ignored > 0 ? " or ignored" : ""),
        "Fine where the image shows no nucleus; otherwise annotate it, or take "
        "the pair out."));
  } else if (facts.ids.size() == 1 && pieces_up_to_two(labels) > 1) {
    found.push_back(Finding::warning(
        "binary_mask", pair.mask,
        "has a single number, " + std::to_string(*facts.ids.begin()) +
            ", for several separate objects; they are learned as one, and touching nuclei are "
            "merged",
        "Give each object a number of its own: `karyoscope threshold " + pair.mask.string() +
            " OUT --watershed` numbers separate pieces and cuts touching ones; check the result."));
  }
  return found;
}

void check_all_contents(DatasetFolder& dataset,
                        const std::function<void(std::int64_t done)>& progress) {
  std::int64_t done = 0;
  dataset.counts = {};
  for (const auto& pair : dataset.pairs) {
    for (auto& finding : read_and_check(pair, dataset.counts))
      dataset.findings.push_back(std::move(finding));
    if (progress) progress(++done);
  }
  std::stable_sort(dataset.findings.begin(), dataset.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.file < b.file; });
}

}  // namespace karyo
