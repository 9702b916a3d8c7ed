#include "app/gui/shown_channel.h"

#include <algorithm>
#include <cmath>

namespace karyo::gui {
namespace {

std::optional<std::int64_t> first_visible(const ImageLayer& image) {
  if (!image.visible()) return {};
  for (std::int64_t c = 0; c < image.channel_count(); ++c) {
    if (image.channel(c).visible) return c;
  }
  return {};
}

}  // namespace

double ShownChannel::strength_of(double value) const {
  const auto& limits = display().limits;
  const double part = std::clamp((value - limits.low) / (limits.high - limits.low), 0.0, 1.0);
  return std::pow(part, display().gamma);
}

double ShownChannel::value_of(double strength) const {
  const auto& limits = display().limits;
  return limits.low + std::pow(strength, 1 / display().gamma) * (limits.high - limits.low);
}

std::optional<ShownChannel> shown_channel(const Workspace& workspace) {
  const auto& layers = workspace.layers();
  std::optional<ShownChannel> found;
  for (int i = 0; i < layers.count(); ++i) {
    const auto* image = dynamic_cast<const ImageLayer*>(&layers.at(i));
    const auto channel = image != nullptr ? first_visible(*image) : std::nullopt;
    if (!channel) continue;
    const bool selected = image == layers.selected();
    if (!found || selected) found = ShownChannel{layers.shared_at(i), image, *channel};
    if (selected) break;
  }
  return found;
}

}  // namespace karyo::gui
