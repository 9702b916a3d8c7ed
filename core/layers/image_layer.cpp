#include "core/layers/image_layer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace karyo {
namespace {

ValueRange sensible(ValueRange limits) {
  if (!std::isfinite(limits.low) || !std::isfinite(limits.high)) return {0, 1};
  if (limits.low > limits.high) std::swap(limits.low, limits.high);
  if (limits.high == limits.low) {
    limits.high = std::max(limits.low + 1, std::nextafter(limits.low, INFINITY));
  }
  return limits;
}

std::string first_name(const Volume& volume, std::int64_t c) {
  const auto number = static_cast<std::size_t>(c);
  if (number < volume.channels.size() && !volume.channels[number].name.empty()) {
    return volume.channels[number].name;
  }
  return "channel " + std::to_string(c + 1);
}

}  // namespace

std::string_view name_of(Interpolation how) {
  return how == Interpolation::kNearest  ? "blocks"
         : how == Interpolation::kLinear ? "linear"
                                         : "cubic";
}

Result<Interpolation> interpolation_from(std::string_view name) {
  for (const Interpolation how :
       {Interpolation::kNearest, Interpolation::kLinear, Interpolation::kCubic}) {
    if (name == name_of(how)) return how;
  }
  return Error(ErrorCode::kInvalidArgument, "unknown interpolation \"" + std::string(name) + "\"",
               "Use blocks, linear or cubic.");
}

ImageLayer::ImageLayer(std::string name, std::shared_ptr<const Volume> volume)
    : Layer(std::move(name), 1.0, Blending::kTranslucent), volume_(std::move(volume)) {
  reset_channels();
}

ImageLayer::ImageLayer(std::string name, std::shared_ptr<const PagedImage> pages)
    : Layer(std::move(name), 1.0, Blending::kTranslucent), pages_(std::move(pages)) {
  reset_channels();
}

void ImageLayer::reset_channels() {
  channels_.clear();
  const Volume& seen = sample();
  const std::int64_t count = rgb() ? 3 : seen.shape().c;
  for (std::int64_t c = 0; c < count; ++c) {
    channels_.push_back({first_name(seen, c), true, first_limits(seen, c), 1.0,
                         rgb() ? gray_colormap() : default_colormap(seen, c), false});
  }
}

std::optional<double> ImageLayer::value_at(std::int64_t t, std::int64_t c,
                                           const Index3& voxel) const {
  if (pages_) return pages_->value_in_memory(t, c, voxel);
  return visit_voxels(volume_->type(), [&](auto zero) {
    return static_cast<double>(volume_->view<decltype(zero)>(t, c)(voxel));
  });
}

void ImageLayer::set_volume(std::shared_ptr<const Volume> volume) {
  const bool same_channels = volume->shape().c == sample().shape().c &&
                             volume->rgb == sample().rgb && volume->type() == type();
  const Index3 old_shape = shape().zyx();
  volume_ = std::move(volume);
  pages_.reset();
  if (!same_channels) reset_channels();
  if (same_channels && volume_->shape().zyx() == old_shape) {
    voxels_changed(Box3::of_shape(old_shape));
  } else {
    look_changed();
  }
}

void ImageLayer::set_channel(std::int64_t c, ChannelDisplay display) {
  display.limits = sensible(display.limits);
  display.gamma = display.gamma >= 0.1 ? std::min(display.gamma, 10.0) : 0.1;
  auto& channel = channels_[static_cast<std::size_t>(c)];
  if (display == channel) return;
  channel = std::move(display);
  look_changed();
}

void ImageLayer::set_limits(std::int64_t c, ValueRange limits) {
  ChannelDisplay display = channel(c);
  display.limits = limits;
  set_channel(c, std::move(display));
}

void ImageLayer::set_gamma(std::int64_t c, double gamma) {
  ChannelDisplay display = channel(c);
  display.gamma = gamma;
  set_channel(c, std::move(display));
}

void ImageLayer::set_colormap(std::int64_t c, Colormap colormap) {
  ChannelDisplay display = channel(c);
  display.colormap = std::move(colormap);
  set_channel(c, std::move(display));
}

void ImageLayer::set_channel_visible(std::int64_t c, bool visible) {
  ChannelDisplay display = channel(c);
  display.visible = visible;
  set_channel(c, std::move(display));
}

void ImageLayer::set_inverted(std::int64_t c, bool inverted) {
  ChannelDisplay display = channel(c);
  display.inverted = inverted;
  set_channel(c, std::move(display));
}

void ImageLayer::set_interpolation(Interpolation interpolation) {
  if (interpolation == interpolation_) return;
  interpolation_ = interpolation;
  look_changed();
}

ValueRange ImageLayer::limits_of(std::int64_t c, std::int64_t time,
                                 const std::optional<Box3>& box) const {
  if (!pages_) return auto_limits(*volume_, {time, c, box}, percentiles_);
  if (!box || box->empty()) return auto_limits(*pages_->sample(), {0, c, {}}, percentiles_);
  const Volume seen = pages_->glance(time, c, *box, kContrastSamples);
  return auto_limits(seen, {0, 0, {}}, percentiles_);
}

void ImageLayer::set_percentiles(Percentiles percentiles) {
  const auto sensible_share = [](double share, double standard) {
    return share >= 0 && share <= 100 ? share : standard;
  };
  percentiles.low = sensible_share(percentiles.low, Percentiles{}.low);
  percentiles.high = sensible_share(percentiles.high, Percentiles{}.high);
  if (percentiles.low > percentiles.high) std::swap(percentiles.low, percentiles.high);
  if (percentiles == percentiles_) return;
  percentiles_ = percentiles;
  look_changed();
}

void ImageLayer::auto_contrast(std::int64_t time, const std::optional<Box3>& box) {
  std::vector<ValueRange> limits;
  for (std::int64_t c = 0; c < channel_count(); ++c) {
    limits.push_back(limits_of(c, time_shown(time), box));
  }
  if (rgb()) {
    ValueRange shared = limits[0];
    for (const auto& range : limits) {
      shared = {std::min(shared.low, range.low), std::max(shared.high, range.high)};
    }
    std::fill(limits.begin(), limits.end(), shared);
  }
  for (std::int64_t c = 0; c < channel_count(); ++c) {
    if (channel(c).visible) set_limits(c, limits[static_cast<std::size_t>(c)]);
  }
}

}  // namespace karyo
