#include "core/layers/layer_look.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace karyo {
namespace {

template <typename LayerType, typename Look>
void apply_vector_look(Layer& layer, const std::optional<Look>& look) {
  auto* vector = dynamic_cast<LayerType*>(&layer);
  if (vector == nullptr || !look) return;
  Look wanted = *look;
  if (wanted.data == nullptr) wanted.data = vector->look().data;
  vector->set_look(std::move(wanted));
}

/// A vector layer that shares its marks with another; null for other kinds.
std::shared_ptr<Layer> vector_copy(const Layer& layer) {
  switch (layer.kind()) {
    case LayerKind::kPoints:
      return std::make_shared<PointsLayer>(layer.name(), PointList{}, layer.grid());
    case LayerKind::kShapes:
      return std::make_shared<ShapesLayer>(layer.name(), static_cast<const ShapesLayer&>(layer));
    case LayerKind::kTracks:
      return std::make_shared<TracksLayer>(layer.name(), TrackList{}, layer.grid());
    case LayerKind::kSurface:
      return std::make_shared<SurfaceLayer>(layer.name(), SurfaceMesh{}, layer.grid());
    default:
      return nullptr;
  }
}

}  // namespace

LayerLook look_of(const Layer& layer) {
  LayerLook look;
  look.name = layer.name();
  look.group = layer.group();
  look.visible = layer.visible();
  look.locked = layer.locked();
  look.opacity = layer.opacity();
  look.blending = layer.blending();
  if (!(layer.place() == layer.grid())) look.place = layer.place();
  if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
    look.image = LayerLook::Image();  // clang 14 cannot emplace it
    for (std::int64_t c = 0; c < image->channel_count(); ++c) {
      look.image->channels.push_back(image->channel(c));
    }
    look.image->interpolation = image->interpolation();
    look.image->percentiles = image->percentiles();
  } else if (const auto* labels = dynamic_cast<const LabelsLayer*>(&layer)) {
    look.labels = LayerLook::Labels{labels->contour_width(),    labels->selected(),
                                    labels->selected_only(),    labels->colors(),
                                    labels->colored_by_class(), labels->notes()};
  } else if (const auto* points = dynamic_cast<const PointsLayer*>(&layer)) {
    look.points = points->look();
  } else if (const auto* shapes = dynamic_cast<const ShapesLayer*>(&layer)) {
    look.shapes = shapes->look();
  } else if (const auto* tracks = dynamic_cast<const TracksLayer*>(&layer)) {
    look.tracks = tracks->look();
  } else if (const auto* surface = dynamic_cast<const SurfaceLayer*>(&layer)) {
    look.surface = surface->look();
  }
  return look;
}

void apply_look(Layer& layer, const LayerLook& look) {
  layer.set_locked(false);  // a locked layer takes no other changes
  layer.set_name(look.name);
  layer.set_group(look.group);
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
    labels->set_colored_by_class(look.labels->by_class);
    if (look.labels->notes != nullptr) labels->set_notes(look.labels->notes);
    labels->set_selected(look.labels->selected);
  }
  apply_vector_look<PointsLayer>(layer, look.points);
  apply_vector_look<ShapesLayer>(layer, look.shapes);
  apply_vector_look<TracksLayer>(layer, look.tracks);
  apply_vector_look<SurfaceLayer>(layer, look.surface);
  layer.set_locked(look.locked);
}

std::shared_ptr<Layer> duplicate(const Layer& layer) {
  std::shared_ptr<Layer> copy = vector_copy(layer);
  if (copy != nullptr) {
    // its marks come with the look
  } else if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
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
