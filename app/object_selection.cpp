#include "app/object_selection.h"

#include <algorithm>
#include <set>
#include <utility>

#include "annotation/label_runs.h"

namespace karyo {

std::vector<std::uint32_t> ObjectSelection::of(const LabelsLayer& layer) const {
  const std::uint32_t one = layer.selected();
  if (one == 0 || one == kIgnoredLabel) return {};
  const bool together = layer_.lock().get() == &layer && !ids_.empty() && ids_.back() == one;
  return together ? ids_ : std::vector<std::uint32_t>{one};
}

bool ObjectSelection::holds(const LabelsLayer& layer, std::uint32_t id) const {
  const auto ids = of(layer);
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

void ObjectSelection::choose(const std::shared_ptr<LabelsLayer>& layer,
                             std::vector<std::uint32_t> ids) {
  std::erase_if(ids, [](std::uint32_t id) { return id == 0 || id == kIgnoredLabel; });
  const std::uint32_t last = ids.empty() ? 0 : ids.back();
  layer_ = layer;
  ids_ = std::move(ids);
  layer->set_selected(last);
  changed.emit();
}

void ObjectSelection::add(const std::shared_ptr<LabelsLayer>& layer,
                          const std::vector<std::uint32_t>& ids) {
  std::vector<std::uint32_t> all = of(*layer);
  for (const std::uint32_t id : ids) {
    if (std::find(all.begin(), all.end(), id) == all.end()) all.push_back(id);
  }
  choose(layer, std::move(all));
}

void ObjectSelection::toggle(const std::shared_ptr<LabelsLayer>& layer, std::uint32_t id) {
  std::vector<std::uint32_t> all = of(*layer);
  if (std::erase(all, id) == 0) all.push_back(id);
  choose(layer, std::move(all));
}

std::vector<std::uint32_t> objects_in(const LabelVolume& labels, const Box3& box) {
  std::set<std::uint32_t> ids;
  std::uint32_t last = 0;  // runs of one object follow each other
  for_each_run(labels, box.clipped_to(Box3::of_shape(labels.shape())),
               [&](const Index3&, std::int64_t, std::uint32_t id) {
                 if (std::exchange(last, id) != id && id != kIgnoredLabel) ids.insert(id);
               });
  return {ids.begin(), ids.end()};
}

}  // namespace karyo
