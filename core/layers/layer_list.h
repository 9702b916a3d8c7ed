#pragma once

/// The layers of a window, from bottom to top, and the world they share.
///
/// The world has the grid of the lowest calibrated layer. Layers without calibration (masks whose
/// file has no spacing) lie on it voxel by voxel; calibrated ones keep their own spacing, turned
/// into the world's unit. The unit kWorldUnit is the world's, whatever that is.
///
/// Layers of one group lie next to each other. A layer that is put or moved between two of a group
/// joins it; one that is moved away from the others of its group leaves it.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/image/world.h"
#include "core/layers/layer.h"

namespace karyo {

class LayerList {
 public:
  int count() const { return static_cast<int>(layers_.size()); }
  bool empty() const { return layers_.empty(); }
  /// 0 is the bottom.
  Layer& at(int position) const { return *layers_[static_cast<std::size_t>(position)]; }
  const std::shared_ptr<Layer>& shared_at(int position) const {
    return layers_[static_cast<std::size_t>(position)];
  }
  /// Its position, or -1.
  int find(const Layer* layer) const;

  /// On top, and selected; returns the layer for further use.
  template <typename T>
  T& add(std::shared_ptr<T> layer) {
    T& added = *layer;
    insert(count(), std::move(layer));
    return added;
  }
  /// A name that another layer has already gets a number behind it: commands find layers by name.
  void insert(int position, std::shared_ptr<Layer> layer);
  /// The name, or the name with the first number behind it that no layer has.
  std::string unique_name(const std::string& name, const Layer* but = nullptr) const;
  /// The layer below, or else above, becomes the selected one.
  std::shared_ptr<Layer> remove(int position);
  /// `to` is the position afterwards.
  void move(int from, int to);
  /// Into the group of this name, or out of its own (empty); a locked layer too. It is moved as
  /// little as makes the group's layers neighbours. Returns its position afterwards.
  int put_in_group(int position, const std::string& group);
  /// Moves the layers of a group, in their order, so that the lowest has position `to` afterwards
  /// (clipped; not into another group: then beneath that).
  void move_group(const std::string& group, int to);
  /// The group's layers, from the bottom.
  std::vector<Layer*> in_group(const std::string& group) const;
  void clear();

  /// The one layer whose controls are shown and which tools work on; null when there is none.
  Layer* selected() const { return selected_; }
  void select(Layer* layer);

  /// The world's grid; spacing 1 and "pixel" when empty.
  const VoxelGrid& grid() const { return grid_; }
  /// How a layer of this list lies in the world.
  VoxelGrid grid_of(const Layer& layer) const;
  /// Far corner of the box, from 0, that holds all layers.
  WorldPoint world_extent() const;
  /// Extent in voxels of grid(), at least 1 each; z, y, x of the box above.
  Index3 extent() const;
  /// Time points of the longest layer, at least 1.
  std::int64_t time_count() const;

  Signal<> list_changed;                                  ///< added, removed or moved
  Signal<Layer*> selection_changed;                       ///< may be null
  Signal<Layer&> layer_changed;                           ///< some layer's `changed`
  Signal<Layer&, const Box3&> layer_data_changed;         ///< some layer's `data_changed`

 private:
  struct Watch {
    Connection look, data;
  };
  void update_world();
  void shift(int from, int to);
  /// Whether the layers around a position, which is not theirs, are of one group; that group.
  std::string group_around(int below, int above) const;
  void settle_group(int position);

  std::vector<std::shared_ptr<Layer>> layers_;
  std::vector<Watch> watches_;  // one a layer
  Layer* selected_ = nullptr;
  VoxelGrid grid_;
};

/// Metres in a unit of length ("um", "µm", "micron", "nm", "mm", "cm", "m", ...); 0 when unknown.
double metres_in(const std::string& unit);

}  // namespace karyo
