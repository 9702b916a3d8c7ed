#include "core/layers/layer_look.h"

#include <algorithm>
#include <memory>

namespace karyo {

LayerLook look_of(const Layer& layer) {
  LayerLook look{
      layer.name(), layer.visible(), layer.locked(), layer.opacity(), layer.blending(), {}, {}, {}};
  if (!(layer.place() == layer.grid())) look.place = layer.place();
  if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
    look.image.emplace();
    for (std::int64_t c = 0; c < image->channel_count(); ++c) {
      look.image->channels.push_back(image->channel(c));
    }
    look.image->interpolation = image->interpolation();
    look.image->percentiles = image->percentiles();
  } else if (const auto* labels = dynamic_cast<const LabelsLayer*>(&layer)) {
    look.labels = LayerLook::Labels{labels->contour_width(), labels->selected(),
                                    labels->selected_only(), labels->colors()};
  }
  return look;
}

void apply_look(Layer& layer, const LayerLook& look) {
  layer.set_locked(false);  // a locked layer takes no other changes
  layer.set_name(look.name);
  layer.set_visible(look.visible);
  layer.set_opacity(look.opacity);
  layer.set_blending(look.blending);
  layer.set_place(look.place);
  auto* image = dynamic_cast<ImageLayer*>(&layer);
  if (image != nullptr && look.image) {
    const auto known =
        std::min(image->channel_count(), static_cast<std::int64_t>(look.image->channels.size()));
    for (std::int64_t c = 0; c < known; ++c) {
      image->set_channel(c, look.image->channels[static_cast<std::size_t>(c)]);
    }
    image->set_interpolation(look.image->interpolation);
    image->set_percentiles(look.image->percentiles);
  }
  auto* labels = dynamic_cast<LabelsLayer*>(&layer);
  if (labels != nullptr && look.labels) {
    labels->set_contour_width(look.labels->contour_width);
    labels->set_selected_only(look.labels->selected_only);
    labels->set_colors(look.labels->colors);
    labels->set_selected(look.labels->selected);
  }
  layer.set_locked(look.locked);
}

std::shared_ptr<Layer> duplicate(const Layer& layer) {
  std::shared_ptr<Layer> copy;
  if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
    copy = image->pages() ? std::make_shared<ImageLayer>(layer.name(), image->pages())
                          : std::make_shared<ImageLayer>(layer.name(), image->shared_volume());
  } else {
    const auto& labels = dynamic_cast<const LabelsLayer&>(layer);
    std::vector<LabelVolume> frames;
    for (std::int64_t t = 0; t < labels.shape().t; ++t) frames.push_back(labels.labels(t));
    copy = std::make_shared<LabelsLayer>(layer.name(), std::move(frames), labels.grid());
  }
  LayerLook look = look_of(layer);
  look.locked = false;
  apply_look(*copy, look);
  copy->set_source(layer.source());
  return copy;
}

}  // namespace karyo
