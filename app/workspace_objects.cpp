// What lies at a place, and the objects of labels.

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "app/dataset_session.h"
#include "app/workspace.h"

namespace karyo {
namespace {

bool covers(const Layer& layer, const Index3& voxel) {
  return Box3::of_shape(layer.shape().zyx()).contains(voxel);
}

}  // namespace

void Workspace::select_object_at(const WorldPoint& place) {
  for (int i = layers_.count() - 1; i >= 0; --i) {
    auto* labels = dynamic_cast<LabelsLayer*>(&layers_.at(i));
    if (labels == nullptr || !labels->visible()) continue;
    labels->set_selected(labels->id_at(voxel_at(place, layers_.grid_of(*labels)), view_.time()));
    return;
  }
}

void Workspace::edited(LabelEdit edit) {
  if (!dataset_->owns(*edit.layer())) edit.layer()->set_source({});
  dataset_->edited(edit);
  count_again(edit.layer());
  history_.add_edit(std::move(edit));
}

/// One count at a time: strokes may follow each other faster than a large image is counted.
void Workspace::count_again(const std::shared_ptr<Layer>& layer) {
  if (jobs_.empty()) {
    count_objects(layer);
    return;
  }
  const bool waits = std::any_of(to_count_.begin(), to_count_.end(),
                                 [&](const auto& other) { return other.lock() == layer; });
  if (!waits) to_count_.push_back(layer);
}

void Workspace::travel_to(const LabelEdit& edit) {
  count_again(edit.layer());
  if (layers_.find(edit.layer().get()) < 0) return;
  if (edit.layer()->shape().t > 1) view_.set_time(edit.time());
  const VoxelGrid grid = layers_.grid_of(*edit.layer());
  const Index3 at = voxel_at(view_.cursor(), grid);
  const Box3& box = edit.box();
  // A place in the box already shows some of it.
  if (box.contains(at)) return;
  const Index3 last = box.end - Index3{1, 1, 1};
  view_.set_cursor(centre_of(
      {(box.begin.z + last.z) / 2, (box.begin.y + last.y) / 2, (box.begin.x + last.x) / 2}, grid));
}

const ObjectTable* Workspace::objects_of(const Layer& layer) const {
  const auto counted = std::find_if(objects_.begin(), objects_.end(), [&](const Counted& c) {
    return c.layer.lock().get() == &layer;
  });
  return counted != objects_.end() && layer.shape().t == 1 ? &counted->objects : nullptr;
}

const ObjectTable* Workspace::up_to_date_objects_of(const LabelsLayer& layer) const {
  const auto counted = std::find_if(objects_.begin(), objects_.end(), [&](const Counted& c) {
    return c.layer.lock().get() == &layer;
  });
  const bool still = counted != objects_.end() && layer.shape().t == 1 &&
                     same_tiles(counted->labels, layer.labels(0));
  return still ? &counted->objects : nullptr;
}

Result<void> Workspace::go_to_object(LabelsLayer& layer, std::uint32_t id) {
  const ObjectTable* objects = objects_of(layer);
  if (objects == nullptr) {
    return Error(ErrorCode::kNotFound, "the objects of " + layer.name() + " are not counted yet",
                 "Try again in a moment; movies of labels are not counted.");
  }
  const auto found = objects->find(id);
  if (found == objects->end()) {
    return Error(ErrorCode::kNotFound, layer.name() + " has no object " + std::to_string(id),
                 "It holds " + std::to_string(objects->size()) +
                     (objects->size() == 1 ? " object." : " objects; choose one of them."));
  }
  const ObjectStats& object = found->second;
  layer.set_selected(id);
  const Index3 middle{std::llround(object.z), std::llround(object.y), std::llround(object.x)};
  view_.set_cursor(centre_of(middle, layers_.grid_of(layer)));
  return {};
}

Probe Workspace::probe(const WorldPoint& place) const {
  Probe probe;
  probe.voxel = voxel_at(place, layers_.grid());
  for (int i = layers_.count() - 1; i >= 0; --i) {
    const Layer& layer = layers_.at(i);
    if (!layer.visible() || is_vector(layer.kind())) continue;
    const Index3 voxel = voxel_at(place, layers_.grid_of(layer));
    if (!covers(layer, voxel)) continue;
    Reading reading{layer.name(), {}, 0, {}};
    if (const auto* labels = dynamic_cast<const LabelsLayer*>(&layer)) {
      reading.label = labels->id_at(voxel, view_.time());
      const ObjectTable* objects = objects_of(layer);
      if (reading.label != 0 && objects != nullptr) {
        const auto object = objects->find(reading.label);
        if (object != objects->end()) reading.label_voxels = object->second.voxels;
      }
    } else if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
      const std::int64_t time = image->time_shown(view_.time());
      for (std::int64_t c = 0; c < image->channel_count(); ++c) {
        if (!image->channel(c).visible) continue;
        if (const auto value = image->value_at(time, c, voxel)) reading.values.push_back(*value);
      }
    }
    probe.readings.push_back(std::move(reading));
  }
  return probe;
}

}  // namespace karyo
