#include "annotation/label_edit.h"

#include <algorithm>
#include <utility>

namespace karyo {

void LabelEdit::swap() {
  LabelVolume& labels = layer_->editable_labels(time_);
  tiles_ = labels.swap_tiles(tiles_, highest_);
  voxels_.swap(labels, highest_);
  highest_ = labels.bound();
  layer_->notify_changed(box_);
}

void LabelEdit::thin(const std::function<const LabelTile*(std::int64_t number)>& other) {
  if (tiles_.size() > kMostThinned) return;
  std::erase_if(tiles_, [&](const auto& entry) {
    return voxels_.add(entry.first, entry.second.get(), other(entry.first));
  });
}

void thin_done(std::span<LabelEdit> edits) {
  for (LabelEdit& edit : edits) {
    const bool alone = std::count_if(edits.begin(), edits.end(), [&](const LabelEdit& one) {
                         return one.layer() == edit.layer() && one.time() == edit.time();
                       }) == 1;
    if (!alone) continue;
    const LabelVolume& now = edit.layer()->labels(edit.time());
    edit.thin([&](std::int64_t number) { return now.tile(number).get(); });
  }
}

std::uint64_t LabelEdit::bytes() const {
  // A node of the table: key, pointer, hash and links.
  constexpr std::uint64_t kEntry = 64;
  std::uint64_t bytes = tiles_.size() * kEntry + voxels_.bytes();
  for (const auto& [number, tile] : tiles_) bytes += tile ? sizeof(LabelTile) : 0;
  return bytes;
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
