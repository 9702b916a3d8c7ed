#include "app/gui/volume_scene.h"

#include <utility>

#include "app/object_checks.h"

namespace karyo::gui {
namespace {

void add_image(const ImageLayer& layer, const Workspace::Rendition& rendition,
               SceneRequest& request) {
  if (!rendition.volume) return;
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    const auto& channel = layer.channel(c);
    if (!channel.visible) continue;
    VolumeItem item;
    item.volume = rendition.volume;
    item.grid = rendition.grid;
    item.t = rendition.t;
    item.c = c;
    item.low = channel.limits.low;
    item.high = channel.limits.high;
    item.gamma = channel.gamma;
    item.opacity = layer.opacity();
    item.colours = channel.inverted ? reversed(*channel.colormap.table) : *channel.colormap.table;
    if (layer.rgb()) {
      for (int i = 0; i < 256; ++i) {
        const auto v = static_cast<std::uint8_t>(i);
        item.colours[static_cast<std::size_t>(i)] = {c == 0 ? v : std::uint8_t{0},
                                                     c == 1 ? v : std::uint8_t{0},
                                                     c == 2 ? v : std::uint8_t{0}};
      }
    }
    request.volumes.push_back(std::move(item));
  }
}

/// Labels that are half transparent in the planes are solid in 3D: opacity there says how well the
/// image shows through, and a translucent surface hides its own shape. False: nothing to draw.
bool add_labels(const LabelsLayer& layer, Workspace& workspace, std::int64_t time,
                SceneRequest& request) {
  if (layer.opacity() <= 0 || (layer.selected_only() && layer.selected() == 0)) return false;
  SurfaceItem item;
  item.labels = layer.labels(time);
  item.grid = workspace.layers().grid_of(layer);
  item.only = layer.selected_only() ? layer.selected() : 0;
  item.selected = workspace.checks().selection().of(layer);
  item.colours = layer.drawn_colors();
  request.surfaces.push_back(std::move(item));
  return true;
}

void add_marks(const Layer& layer, const Workspace& workspace, SceneRequest& request) {
  MarksItem item;
  item.grid = workspace.layers().grid_of(layer);
  item.time = workspace.view().time();
  item.opacity = layer.opacity();
  if (const auto* points = dynamic_cast<const PointsLayer*>(&layer)) {
    item.marks = points->look();
  } else if (const auto* shapes = dynamic_cast<const ShapesLayer*>(&layer)) {
    const double z = voxels_along(workspace.view().cursor().z, item.grid, Axis::kZ);
    item.marks = ShapesInScene{shapes->look(), shapes->shared_outlines(), z};
  } else if (const auto* tracks = dynamic_cast<const TracksLayer*>(&layer)) {
    item.marks = tracks->look();
  } else if (const auto* surface = dynamic_cast<const SurfaceLayer*>(&layer)) {
    item.marks = surface->look();
  }
  request.marks.push_back(std::move(item));
}

}  // namespace

LayerScene scene_of_layers(Workspace& workspace) {
  LayerScene scene;
  const LayerList& layers = workspace.layers();
  const std::int64_t time = workspace.view().time();
  for (int i = 0; i < layers.count(); ++i) {
    const Layer& layer = layers.at(i);
    if (!layer.visible()) continue;
    if (const auto* image = dynamic_cast<const ImageLayer*>(&layer)) {
      add_image(*image, workspace.rendition(*image), scene.request);
    } else if (const auto labels = std::dynamic_pointer_cast<LabelsLayer>(layers.shared_at(i))) {
      if (add_labels(*labels, workspace, time, scene.request)) scene.labels.emplace_back(labels);
    } else {
      add_marks(layer, workspace, scene.request);
    }
  }
  return scene;
}

}  // namespace karyo::gui
