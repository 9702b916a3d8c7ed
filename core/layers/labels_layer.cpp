#include "core/layers/labels_layer.h"

#include <algorithm>
#include <utility>

namespace karyo {
namespace {

std::vector<LabelVolume> single(LabelVolume labels) {
  std::vector<LabelVolume> frames;
  frames.push_back(std::move(labels));
  return frames;
}

/// One for all layers of which nothing is said, so that their looks are alike.
const std::shared_ptr<const ObjectNotes>& empty_notes() {
  static const auto empty = std::make_shared<const ObjectNotes>();
  return empty;
}

}  // namespace

LabelsLayer::LabelsLayer(std::string name, LabelVolume labels, VoxelGrid grid)
    : LabelsLayer(std::move(name), single(std::move(labels)), std::move(grid)) {}

LabelsLayer::LabelsLayer(std::string name, std::vector<LabelVolume> frames, VoxelGrid grid)
    : Layer(std::move(name), 0.5, Blending::kTranslucent),
      frames_(std::move(frames)),
      grid_(std::move(grid)),
      notes_(empty_notes()) {}

VolumeShape LabelsLayer::shape() const {
  const Index3 shape = frames_.front().shape();
  return {static_cast<std::int64_t>(frames_.size()), 1, shape.z, shape.y, shape.x};
}

void LabelsLayer::set_labels(LabelVolume labels, std::int64_t time) {
  const Index3 shape = labels.shape();
  editable_labels(time) = std::move(labels);
  voxels_changed(Box3::of_shape(shape));
}

void LabelsLayer::set_selected(std::uint32_t id) {
  if (id == selected_) return;
  selected_ = id;
  look_changed();
  selection_changed.emit(id);
}

std::uint32_t LabelsLayer::id_at(const Index3& voxel, std::int64_t time) const {
  const LabelVolume& volume = labels(time);
  return Box3::of_shape(volume.shape()).contains(voxel) ? volume.at(voxel) : 0;
}

void LabelsLayer::set_contour_width(int pixels) {
  pixels = std::clamp(pixels, 0, kGreatestContourWidth);
  if (pixels == contour_width_) return;
  contour_width_ = pixels;
  look_changed();
}

void LabelsLayer::set_colors(LabelColors colors) {
  colors.shuffle = std::max(0, colors.shuffle);
  if (colors == colors_) return;
  colors_ = std::move(colors);
  look_changed();
}

void LabelsLayer::set_colored_by_class(bool by_class) {
  if (by_class == by_class_) return;
  by_class_ = by_class;
  look_changed();
}

LabelColors LabelsLayer::drawn_colors() const {
  LabelColors colors = colors_;
  if (by_class_) colors.classes = notes_;
  return colors;
}

void LabelsLayer::set_notes(std::shared_ptr<const ObjectNotes> notes) {
  if (notes == nullptr || *notes == *empty_notes()) notes = empty_notes();
  if (notes == notes_ || *notes == *notes_) return;
  notes_ = std::move(notes);
  look_changed();
}

void LabelsLayer::set_selected_only(bool only) {
  if (only == selected_only_) return;
  selected_only_ = only;
  look_changed();
}

}  // namespace karyo
