#include "annotation/flood_fill.h"

#include <vector>

#include "annotation/index_axis.h"

namespace karyo {

Result<Box3> flood_fill(LabelWriter& writer, const LabelVolume& labels, const Index3& seed,
                        std::uint32_t label, bool whole_stack, Plane plane, const PaintRule& rule) {
  const Box3 all = Box3::of_shape(labels.shape());
  if (!all.contains(seed)) {
    return Error(ErrorCode::kInvalidArgument, "the place is outside the labels",
                 "Click on the layer.");
  }
  const std::uint32_t alike = labels.at(seed);
  Box3 changed;
  if (!rule.allows(alike, label)) return changed;
  // Runs along one axis of the plane, with a seed of each run beside it that is not filled yet.
  const Axis along = whole_stack ? Axis::kX : horizontal_axis(plane);
  std::vector<Axis> across;
  for (const Axis axis : {Axis::kZ, Axis::kY, Axis::kX}) {
    if (axis != along && (whole_stack || axis == vertical_axis(plane))) across.push_back(axis);
  }
  const auto fits = [&](const Index3& p) { return all.contains(p) && labels.at(p) == alike; };
  const auto beside = [](Index3 p, Axis axis, std::int64_t by) {
    coordinate(p, axis) += by;
    return p;
  };
  std::vector<Index3> seeds{seed};
  while (!seeds.empty()) {
    Index3 first = seeds.back();
    seeds.pop_back();
    if (!fits(first)) continue;
    while (fits(beside(first, along, -1))) first = beside(first, along, -1);
    std::vector<bool> before(2 * across.size(), false);
    Index3 p = first;
    for (; fits(p); p = beside(p, along, 1)) {
      writer.set(p, label);
      for (std::size_t i = 0; i < before.size(); ++i) {
        const Index3 next = beside(p, across[i / 2], i % 2 == 0 ? -1 : 1);
        const bool open = fits(next);
        if (open && !before[i]) seeds.push_back(next);
        before[i] = open;
      }
    }
    Index3 last = beside(p, along, -1);
    changed = changed.united_with({first, last + Index3{1, 1, 1}});
  }
  return changed;
}

}  // namespace karyo
