#pragma once

/// Changes to labels: opened, made, committed as one step that can be swapped back and forth.
///
/// Threads  one, the one that paints; copies of the labels are safe to read elsewhere meanwhile.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "annotation/replaced_voxels.h"
#include "core/layers/labels_layer.h"

namespace karyo {

/// One change of one layer at one time, done. Holds the tiles that the change replaced, or what it
/// replaced in them.
class LabelEdit {
 public:
  /// Changes of more tiles stay as they are: to look through 32 MiB takes 10 ms.
  static constexpr std::size_t kMostThinned = 2048;

  /// `highest`: no object has or had a higher number, before the change or after it; not known of
  /// what an earlier run did.
  LabelEdit(std::shared_ptr<LabelsLayer> layer, std::int64_t time, ReplacedTiles tiles, Box3 box,
            std::optional<std::uint32_t> highest)
      : layer_(std::move(layer)),
        time_(time),
        tiles_(std::move(tiles)),
        box_(box),
        highest_(highest) {}

  /// Takes it back; called again, does it again. Exact.
  void swap();
  /// Keeps of tiles of which less than half changed those voxels alone: at most twice the bytes of
  /// what changed, and 12 for a tile. `other` is the tile at the other end of the change: as it is
  /// now where the change is done.
  void thin(const std::function<const LabelTile*(std::int64_t number)>& other);
  const std::shared_ptr<LabelsLayer>& layer() const { return layer_; }
  std::int64_t time() const { return time_; }
  /// What swap() would put back, but for what was thinned.
  const ReplacedTiles& tiles() const { return tiles_; }
  /// Voxels outside did not change.
  const Box3& box() const { return box_; }
  /// What it holds that the labels do not.
  std::uint64_t bytes() const;

 private:
  std::shared_ptr<LabelsLayer> layer_;
  std::int64_t time_;
  ReplacedTiles tiles_;
  ReplacedVoxels voxels_;
  Box3 box_;
  std::optional<std::uint32_t> highest_;
};

/// Thins the edits of a step that was just made: those that no other of them changed again.
void thin_done(std::span<LabelEdit> edits);

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
