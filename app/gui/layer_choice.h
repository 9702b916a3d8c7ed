#pragma once

/// Which of the open layers a view shows.

#include <algorithm>
#include <memory>
#include <vector>

#include "core/layers/layer_list.h"

namespace karyo::gui {

/// A dragged layer: its position in the list, as text.
inline constexpr char kLayerMime[] = "application/x-karyoscope-layer";

/// Hidden layers (their own `visible`) stay hidden in every view.
class LayerChoice {
 public:
  /// All layers, also those opened later.
  LayerChoice() = default;
  explicit LayerChoice(const std::shared_ptr<Layer>& only) : all_(false), chosen_{only} {}

  bool all() const { return all_; }
  bool shows(const Layer& layer) const {
    return all_ || std::any_of(chosen_.begin(), chosen_.end(), [&](const auto& chosen) {
             return chosen.lock().get() == &layer;
           });
  }
  /// From all layers this chooses all others first.
  void set_shown(const LayerList& layers, const Layer& layer, bool shown) {
    if (all_) {
      for (int i = 0; i < layers.count(); ++i) chosen_.push_back(layers.shared_at(i));
      all_ = false;
    }
    std::erase_if(chosen_, [&](const auto& chosen) {
      const auto kept = chosen.lock();
      return !kept || kept.get() == &layer;
    });
    const int position = layers.find(&layer);
    if (shown && position >= 0) chosen_.push_back(layers.shared_at(position));
  }
  void show_all() { *this = {}; }

 private:
  bool all_ = true;
  std::vector<std::weak_ptr<Layer>> chosen_;
};

}  // namespace karyo::gui
