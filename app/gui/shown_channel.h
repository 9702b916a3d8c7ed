#pragma once

/// The channel whose values the 3D panel speaks of.

#include <cstdint>
#include <memory>
#include <optional>

#include "app/workspace.h"

namespace karyo::gui {

struct ShownChannel {
  std::shared_ptr<Layer> owner;  ///< keeps the image
  const ImageLayer* image = nullptr;
  std::int64_t channel = 0;

  const ChannelDisplay& display() const { return image->channel(channel); }
  /// Between a value and its strength (viewer/scene/volume_look.h), 0 .. 1.
  double strength_of(double value) const;
  double value_of(double strength) const;
};

/// The selected image's first visible channel, or of the lowest visible image; none without one.
std::optional<ShownChannel> shown_channel(const Workspace& workspace);

}  // namespace karyo::gui
