#include "viewer/scene/slice_compositor_reference.h"

#include <array>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "viewer/scene/blend.h"
#include "viewer/scene/labels_slice.h"

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

double value_between(const Volume& volume, std::int64_t t, std::int64_t c, Index3 voxel,
                     const WorldPoint& place, const VoxelGrid& grid, Plane plane,
                     Interpolation how) {
  const Axis across = horizontal_axis(plane), down = vertical_axis(plane);
  const Index3 shape = volume.shape().zyx();
  const Taps h = taps_at(place[across], grid, across, 0, along(shape, across), how);
  const Taps v = taps_at(place[down], grid, down, 0, along(shape, down), how);
  return weighted(v, tap_count(how), [&](int j) {
    put_along(voxel, down, v.voxel[static_cast<std::size_t>(j)]);
    return weighted(h, tap_count(how), [&](int i) {
      put_along(voxel, across, h.voxel[static_cast<std::size_t>(i)]);
      return static_cast<float>(value_at(volume, t, c, voxel));
    });
  });
}

double value_of_slab(const Volume& volume, std::int64_t t, std::int64_t c, Index3 voxel,
                     const ViewTransform& view, const VoxelGrid& grid) {
  const Axis normal = normal_axis(view.plane);
  const PlaneRange planes = slab_range(along(voxel, normal), slab_planes(view, grid), 0,
                                       along(volume.shape().zyx(), normal));
  put_along(voxel, normal, planes.first);
  double taken = value_at(volume, t, c, voxel);
  auto sum = static_cast<float>(taken);
  for (std::int64_t plane = planes.first + 1; plane < planes.last; ++plane) {
    put_along(voxel, normal, plane);
    const double value = value_at(volume, t, c, voxel);
    sum += static_cast<float>(value);
    taken = view.slab.projection == Projection::kMinimum ? std::min(taken, value)
                                                         : std::max(taken, value);
  }
  const std::int64_t count = planes.last - planes.first;
  if (view.slab.projection != Projection::kMean || count == 1) return taken;
  return visit_voxels(volume.type(), [&](auto zero) {
    return static_cast<double>(slab_mean<decltype(zero)>(sum, count));
  });
}

Sample sample_image(const ImageLayer& layer, const ViewTransform& view, const VoxelGrid& grid,
                    std::int64_t time, const WorldPoint& place) {
  const Volume& volume = *layer.shared_volume();
  const Index3 voxel = voxel_at(place, grid);
  if (!Box3::of_shape(volume.shape().zyx()).contains(voxel)) return {};
  const Interpolation how = interpolation_drawn(layer, view, grid);
  const std::int64_t t = layer.time_shown(time);
  std::array<int, 3> sum{};
  for (std::int64_t c = 0; c < layer.channel_count(); ++c) {
    const ChannelDisplay& display = layer.channel(c);
    if (!display.visible) continue;
    const double value = how == Interpolation::kNearest
                             ? value_of_slab(volume, t, c, voxel, view, grid)
                             : value_between(volume, t, c, voxel, place, grid, view.plane, how);
    const std::uint8_t from_dark = table_entry(value, display);
    const auto entry = static_cast<std::uint8_t>(display.inverted ? 255 - from_dark : from_dark);
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
  if (id == kIgnoredLabel && !on_hatch(i, j)) return {};
  return {true, layer.drawn_colors().of(id), false};
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
        if (!layer.visible() || alpha == 0 || is_vector(layer.kind())) continue;
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
