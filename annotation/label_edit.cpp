#include "annotation/label_edit.h"

#include <algorithm>
#include <utility>

#include "annotation/edit_thinner.h"

namespace karyo {

void LabelEdit::swap() {
  LabelVolume& labels = layer_->editable_labels(time_);
  content_->swap(labels, highest_);
  highest_ = labels.bound();
  layer_->notify_changed(box_);
}

void LabelEdit::thin(ReplacedTiles other, EditThinner* later) {
  if (later != nullptr && other.size() > kMostThinnedAtOnce) {
    later->thin(content_, std::move(other));
  } else {
    content_->thin(content_->tiles(), other);
  }
}

void thin_swapped(std::span<LabelEdit> edits, EditThinner* later) {
  for (LabelEdit& edit : edits) {
    const bool alone = std::count_if(edits.begin(), edits.end(), [&](const LabelEdit& one) {
                         return one.layer() == edit.layer() && one.time() == edit.time();
                       }) == 1;
    if (!alone || edit.thin()) continue;
    const LabelVolume& now = edit.layer()->labels(edit.time());
    const EditContent::SharedTiles tiles = edit.tiles();
    ReplacedTiles other;
    other.reserve(tiles->size());
    for (const auto& [number, tile] : *tiles) other.emplace(number, now.tile(number));
    edit.thin(std::move(other), later);
  }
}

LabelEditor::LabelEditor(std::shared_ptr<LabelsLayer> layer, std::int64_t time)
    : layer_(std::move(layer)),
      time_(layer_->time_shown(time)),  // of a mask that is shown at all times of a movie
      labels_(layer_->editable_labels(time)),
      writer_(labels_) {}

LabelEditor::~LabelEditor() {
  if (!open_) return;
  writer_.drop();
  if (!box_.empty()) layer_->notify_changed(box_);
}

void LabelEditor::changed(const Box3& box) {
  if (box.empty()) return;
  box_ = box_.united_with(box);
  layer_->notify_changed(box);
}

std::optional<LabelEdit> LabelEditor::commit() {
  open_ = false;
  ReplacedTiles tiles = writer_.finish();
  if (tiles.empty()) return std::nullopt;
  return LabelEdit(layer_, time_, std::move(tiles), box_, labels_.bound());
}

}  // namespace karyo
