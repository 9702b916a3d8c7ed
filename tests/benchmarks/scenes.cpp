#include "tests/benchmarks/scenes.h"

#include <optional>

#include "core/base/parallel.h"

namespace karyo::bench {
namespace {

/// Cheap noise over blobs: neighbouring voxels differ, as they do in microscopy.
std::shared_ptr<const Volume> make_volume(VolumeShape shape) {
  auto volume = std::make_shared<Volume>(VoxelType::kUInt8, shape);
  auto* voxels = volume->view<std::uint8_t>().data();
  parallel_for(0, shape.c * shape.z * shape.y, 64, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      auto noise = static_cast<std::uint32_t>(row * 2654435761u + 1);
      const auto base = static_cast<std::uint32_t>((row / 37) * 29 % 100);
      std::uint8_t* out = voxels + row * shape.x;
      for (std::int64_t x = 0; x < shape.x; ++x) {
        noise = noise * 1664525u + 1013904223u;
        out[x] = static_cast<std::uint8_t>(base + static_cast<std::uint32_t>(x / 41 * 17 % 100) +
                                           (noise >> 27));
      }
    }
  });
  return volume;
}

/// A tile with objects about 16 voxels wide.
TilePointer object_tile(TileSlabs& slabs, std::uint32_t first_id) {
  auto tile = slabs.next();
  for (std::int64_t y = 0; y < kTileSide; ++y) {
    for (std::int64_t x = 0; x < kTileSide; ++x) {
      const std::int64_t dy = y % 20 - 10, dx = x % 20 - 10;
      const auto id = first_id + static_cast<std::uint32_t>(y / 20 * 4 + x / 20);
      tile->ids()[static_cast<std::size_t>(y * kTileSide + x)] = dy * dy + dx * dx < 64 ? id : 0;
    }
  }
  return tile;
}

LabelVolume make_labels(Index3 shape) {
  LabelVolume labels(shape);
  ReplacedTiles tiles;
  const std::int64_t columns = labels.tiles_per_row();
  const std::int64_t rows = shape.z * ((shape.y + kTileSide - 1) / kTileSide);
  TileSlabs slabs(static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) {
    const TilePointer tile = object_tile(slabs, static_cast<std::uint32_t>(row % 1000 * 16 + 1));
    for (std::int64_t column = 0; column < columns; ++column) {
      tiles.emplace(row * columns + column, tile);
    }
  }
  labels.swap_tiles(tiles);
  return labels;
}

}  // namespace

std::shared_ptr<const Volume> volume_of(VolumeShape shape) {
  static std::shared_ptr<const Volume> kept;
  if (kept == nullptr || !(kept->shape() == shape)) {
    kept.reset();
    kept = make_volume(shape);
  }
  return kept;
}

const LabelVolume& labels_of(Index3 shape) {
  static std::optional<LabelVolume> kept;
  if (!kept || !(kept->shape() == shape)) {
    kept.reset();
    kept = make_labels(shape);
  }
  return *kept;
}

std::shared_ptr<ImageLayer> image_layer(const std::shared_ptr<const Volume>& volume) {
  auto layer = std::make_shared<ImageLayer>("image", volume);
  for (std::int64_t c = 0; c < volume->shape().c; ++c) layer->set_limits(c, {10, 220});
  return layer;
}

std::shared_ptr<LabelsLayer> labels_layer(Index3 shape, int contour_width) {
  auto layer = std::make_shared<LabelsLayer>("labels", labels_of(shape));
  layer->set_contour_width(contour_width);
  layer->set_selected(2000);
  return layer;
}

}  // namespace karyo::bench
