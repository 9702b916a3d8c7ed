#pragma once

/// Labels as they are looked at: filled or as contours, one of them selected.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/labels/label_volume.h"
#include "core/labels/object_notes.h"
#include "core/layers/label_colors.h"
#include "core/layers/layer.h"

namespace karyo {

inline constexpr int kGreatestContourWidth = 8;  ///< screen pixels

class LabelsLayer : public Layer {
 public:
  /// Starts half transparent.
  LabelsLayer(std::string name, LabelVolume labels, VoxelGrid grid = {});
  /// One volume a time point, all of one shape, at least one.
  LabelsLayer(std::string name, std::vector<LabelVolume> frames, VoxelGrid grid = {});

  LayerKind kind() const override { return LayerKind::kLabels; }
  VolumeShape shape() const override;
  const VoxelGrid& grid() const override { return grid_; }

  /// The labels shown at `time`.
  const LabelVolume& labels(std::int64_t time = 0) const {
    return frames_[static_cast<std::size_t>(time_shown(time))];
  }
  /// For the editor, which changes them through a LabelWriter and then calls notify_changed.
  LabelVolume& editable_labels(std::int64_t time = 0) {
    return frames_[static_cast<std::size_t>(time_shown(time))];
  }
  /// Says that ids in `box` may have changed.
  void notify_changed(const Box3& box) { voxels_changed(box); }
  /// Replaces a time point's labels by others of the same shape.
  void set_labels(LabelVolume labels, std::int64_t time = 0);

  /// The selected object gets a 2 px contour in the accent; 0: none.
  std::uint32_t selected() const { return selected_; }
  void set_selected(std::uint32_t id);
  /// The background click, the picker: the id at a voxel, 0 outside.
  std::uint32_t id_at(const Index3& voxel, std::int64_t time = 0) const;

  /// 0: objects are filled; else only their outline, this many screen pixels wide.
  int contour_width() const { return contour_width_; }
  void set_contour_width(int pixels);
  /// Shows the selected object alone.
  bool selected_only() const { return selected_only_; }
  void set_selected_only(bool only);

  const LabelColors& colors() const { return colors_; }
  void set_colors(LabelColors colors);
  /// Colours say the class of an object (grey: none); else which object it is.
  bool colored_by_class() const { return by_class_; }
  void set_colored_by_class(bool by_class);
  /// What it is drawn in: colors(), by class where that is asked for.
  LabelColors drawn_colors() const;

  /// Classes, locks, reviews. Never null.
  const std::shared_ptr<const ObjectNotes>& notes() const { return notes_; }
  /// Null is an empty one.
  void set_notes(std::shared_ptr<const ObjectNotes> notes);

  Signal<std::uint32_t> selection_changed;

 private:
  std::vector<LabelVolume> frames_;
  VoxelGrid grid_;
  std::uint32_t selected_ = 0;
  int contour_width_ = 0;
  bool selected_only_ = false;
  LabelColors colors_;
  bool by_class_ = false;
  std::shared_ptr<const ObjectNotes> notes_ = std::make_shared<ObjectNotes>();
};

}  // namespace karyo
