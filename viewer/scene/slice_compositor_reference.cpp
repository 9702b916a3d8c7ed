#include "viewer/scene/slice_compositor_reference.h"

#include <array>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "viewer/scene/blend.h"

namespace karyo {
namespace {

/// A layer's colour at a pixel.
struct Sample {
  bool covered = false;
  Rgb color;
  bool over_all = false;  ///< drawn as it is, without opacity and blending
};

double value_at(const Volume& volume, std::int64_t t, std::int64_t c, const Index3& voxel) {
  return visit_voxels(volume.type(), [&](auto zero) {
    return static_cast<double>(volume.view<decltype(zero)>(t, c)(voxel));
  });
}

void put_along(Index3& voxel, Axis axis, std::int64_t value) {
  (axis == Axis::kZ ? voxel.z : axis == Axis::kY ? voxel.y : voxel.x) = value;
}

double linear_value_at(const Volume& volume, std::int64_t t, std::int64_t c, Index3 voxel,
                       const WorldPoint& place, const VoxelGrid& grid, Plane plane) {
  const Axis across = horizontal_axis(plane), down = vertical_axis(plane);
  const Index3 shape = volume.shape().zyx();
  const auto h = linear_step(place[across], spacing_along(grid, across), along(shape, across));
  const auto v = linear_step(place[down], spacing_along(grid, down), along(shape, down));
  const auto at = [&](std::int64_t i, std::int64_t j) {
    put_along(voxel, across, i);
    put_along(voxel, down, j);
    return static_cast<float>(value_at(volume, t, c, voxel));
  };
  return linear_value(at(h.first, v.first), at(h.second, v.first), at(h.first, v.second),
                      at(h.second, v.second), h.part, v.part);
}

Sample sample_image(const ImageLayer& layer, const ViewTransform& view, const VoxelGrid& grid,
                    std::int64_t time, const WorldPoint& place) {
  const Volume& volume = layer.volume();
  const Index3 voxel = voxel_at(place, grid);
  if (!Box3::of_shape(volume.shape().zyx()).contains(voxel)) return {};
  const bool linear =
      drawn_linear(layer, view.zoom, spacing_along(grid, horizontal_axis(view.plane)),
                   spacing_along(grid, vertical_axis(view.plane)));
  const std::int64_t t = layer.time_shown(time);
  std::array<int, 3> sum{};
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    const ChannelDisplay& display = layer.channel(c);
    if (!display.visible) continue;
    const double value = linear ? linear_value_at(volume, t, c, voxel, place, grid, view.plane)
                                : value_at(volume, t, c, voxel);
    const std::uint8_t entry = table_entry(value, display);
    if (layer.rgb()) {
      sum[static_cast<std::size_t>(c)] += entry;
    } else {
      const Rgb color = (*display.colormap.table)[entry];
      sum[0] += color.r;
      sum[1] += color.g;
      sum[2] += color.b;
    }
  }
  const auto part = [&](std::size_t i) { return static_cast<std::uint8_t>(std::min(255, sum[i])); };
  return {true, {part(0), part(1), part(2)}, false};
}

Sample sample_labels(const LabelsLayer& layer, const ViewTransform& view, const VoxelGrid& grid,
                     std::int64_t time, int i, int j) {
  const auto id_at = [&](int column, int row) {
    const ScreenPoint middle{column + 0.5, row + 0.5};
    return layer.id_at(view.to_voxel(middle, grid), time);
  };
  const std::uint32_t id = id_at(i, j);
  if (id == 0 || (layer.selected_only() && id != layer.selected())) return {};
  const auto on_contour = [&](int width) {
    for (int down = -width; down <= width; ++down) {
      for (int across = -width; across <= width; ++across) {
        if (id_at(i + across, j + down) != id) return true;
      }
    }
    return false;
  };
  if (id == layer.selected() && on_contour(kSelectionWidth)) return {true, kAccent, true};
  if (layer.contour_width() > 0 && !on_contour(layer.contour_width())) return {};
  return {true, label_color(id), false};
}

}  // namespace

RgbaImage compose_slice_reference(const LayerList& layers, const ViewTransform& view,
                                  std::int64_t time) {
  RgbaImage picture(view.width, view.height);
  for (int j = 0; j < view.height; ++j) {
    for (int i = 0; i < view.width; ++i) {
      const WorldPoint place = view.to_world({i + 0.5, j + 0.5});
      Rgb below;
      bool lowest = true;
      for (int number = 0; number < layers.count(); ++number) {
        const Layer& layer = layers.at(number);
        const int alpha = alpha_of(layer.opacity());
        if (!layer.visible() || alpha == 0) continue;
        const VoxelGrid grid = layers.grid_of(layer);
        const Sample sample =
            layer.kind() == LayerKind::kImage
                ? sample_image(static_cast<const ImageLayer&>(layer), view, grid, time, place)
                : sample_labels(static_cast<const LabelsLayer&>(layer), view, grid, time, i, j);
        const Blending blending = lowest && layer.blending() == Blending::kMinimum
                                      ? Blending::kTranslucent
                                      : layer.blending();
        lowest = false;
        if (!sample.covered) continue;
        const auto meet = [&](std::uint8_t under, std::uint8_t over) {
          return sample.over_all ? over : blend_part(under, over, blending, alpha);
        };
        below = {meet(below.r, sample.color.r), meet(below.g, sample.color.g),
                 meet(below.b, sample.color.b)};
      }
      picture.row(j)[i] = pack_rgba(below);
    }
  }
  return picture;
}

}  // namespace karyo
