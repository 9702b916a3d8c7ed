#pragma once

/// The objects that are selected together: what merging, deleting and classes are about.
///
/// The object that the layer itself has selected (LabelsLayer::selected()) is one of them, the last
/// that was chosen. Whoever selects another one there, a click, a table, a command, ends what was
/// selected together; nobody has to tell.
///
/// Threads  one, the UI thread.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/signal.h"
#include "core/layers/labels_layer.h"

namespace karyo {

class ObjectSelection {
 public:
  /// In the order they were chosen; empty: none. What is ignored is no object.
  std::vector<std::uint32_t> of(const LabelsLayer& layer) const;
  bool holds(const LabelsLayer& layer, std::uint32_t id) const;
  /// These and no others.
  void choose(const std::shared_ptr<LabelsLayer>& layer, std::vector<std::uint32_t> ids);
  /// Adds them to those that are selected.
  void add(const std::shared_ptr<LabelsLayer>& layer, const std::vector<std::uint32_t>& ids);
  /// Adds one, or takes it out.
  void toggle(const std::shared_ptr<LabelsLayer>& layer, std::uint32_t id);

  Signal<> changed;

 private:
  std::weak_ptr<LabelsLayer> layer_;
  std::vector<std::uint32_t> ids_;
};

/// The ids of objects that have voxels in `box` (within the shape), sorted; without what is ignored.
std::vector<std::uint32_t> objects_in(const LabelVolume& labels, const Box3& box);

}  // namespace karyo
