#pragma once

/// Changes to labels: opened, made, committed as one step that can be swapped back and forth.
///
/// Threads  one, the one that paints; copies of the labels are safe to read elsewhere meanwhile.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "annotation/edit_content.h"
#include "core/layers/labels_layer.h"

namespace karyo {

class EditThinner;

/// One change of one layer at one time, done. Holds the tiles that the change replaced, or what it
/// replaced in them.
class LabelEdit {
 public:
  /// Of more tiles a change is thinned by a thread of its own: to look through 32 MiB takes 10 ms.
  static constexpr std::size_t kMostThinnedAtOnce = 2048;

  /// `highest`: no object has or had a higher number, before the change or after it; not known of
  /// what an earlier run did.
  LabelEdit(std::shared_ptr<LabelsLayer> layer, std::int64_t time, ReplacedTiles tiles, Box3 box,
            std::optional<std::uint32_t> highest)
      : layer_(std::move(layer)),
        time_(time),
        content_(std::make_shared<EditContent>(std::move(tiles))),
        box_(box),
        highest_(highest) {}
  LabelEdit(LabelEdit&&) = default;
  LabelEdit& operator=(LabelEdit&&) = default;

  /// Takes it back; called again, does it again. Exact.
  void swap();
  /// Keeps of tiles of which less than half changed those voxels alone (EditContent), of many
  /// tiles as soon as `later` (null: nobody) gets to it. `other` are its tiles at the other end of
  /// the change: as they are now where the change is done.
  void thin(ReplacedTiles other, EditThinner* later);
  bool thin() const { return content_->thin(); }
  const std::shared_ptr<LabelsLayer>& layer() const { return layer_; }
  std::int64_t time() const { return time_; }
  /// What swap() would put back, but for what was thinned. Never null.
  EditContent::SharedTiles tiles() const { return content_->tiles(); }
  /// Voxels outside did not change.
  const Box3& box() const { return box_; }
  /// What it holds that the labels do not, now.
  std::uint64_t bytes() const { return content_->bytes(); }

 private:
  std::shared_ptr<LabelsLayer> layer_;
  std::int64_t time_;
  std::shared_ptr<EditContent> content_;
  Box3 box_;
  std::optional<std::uint32_t> highest_;
};

/// Thins the edits of a step that was just made, undone or done again: those that were not yet and
/// that no other of them changed again. `later` as above.
void thin_swapped(std::span<LabelEdit> edits, EditThinner* later = nullptr);

/// The one door to labels: a change that is going on. What is not committed is taken back when it
/// is destroyed, so nothing half done stays.
class LabelEditor {
 public:
  LabelEditor(std::shared_ptr<LabelsLayer> layer, std::int64_t time);
  ~LabelEditor();
  LabelEditor(const LabelEditor&) = delete;
  LabelEditor& operator=(const LabelEditor&) = delete;

  /// As they are now, with what was done so far.
  const LabelVolume& labels() const { return labels_; }
  LabelWriter& writer() { return writer_; }
  /// To be called after each part of the change: views draw this box again.
  void changed(const Box3& box);
  /// None when nothing changed in the end.
  std::optional<LabelEdit> commit();

 private:
  std::shared_ptr<LabelsLayer> layer_;
  std::int64_t time_;
  LabelVolume& labels_;
  LabelWriter writer_;
  Box3 box_;
  bool open_ = true;
};

}  // namespace karyo
