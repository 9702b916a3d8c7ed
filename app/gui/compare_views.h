#pragma once

/// Puts a comparison's layers into the views: columns, wipe, blink, overlay, difference, maps.

#include <functional>
#include <string>
#include <vector>

#include "app/comparison.h"
#include "app/gui/layer_choice.h"
#include "app/workspace.h"

namespace karyo::gui {

class ViewGrid;

/// A cell for each layer: images as they are, labels over the lowest image. At most 4.
std::vector<LayerChoice> one_layer_each(const LayerList& layers);

class CompareViews {
 public:
  /// `wiped` is told where the line of the wipe was left.
  CompareViews(Workspace& workspace, Comparison& comparison, ViewGrid& views,
               std::function<void(double at)> wiped);

 private:
  void arrange();
  void follow_look();
  void prepare_cells();
  /// The layers of these names that are there.
  LayerChoice choice_of(const std::vector<std::string>& names) const;
  LayerChoice prediction() const;
  LayerChoice truth() const;
  bool images() const { return of_images(comparison_.kind()); }
  bool alone() const { return comparison_.kind() == ComparedKind::kAlone; }
  std::vector<LayerChoice> cells(int* columns) const;
  int columns_for(int cells) const;
  void dress();

  Workspace& workspace_;
  Comparison& comparison_;
  ViewGrid& views_;
  std::function<void(double)> wiped_;
  CompareLook shown_ = CompareLook::kSideBySide;
  int image_ = -1;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
