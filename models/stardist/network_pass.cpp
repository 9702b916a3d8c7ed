#include "models/stardist/network_pass.h"

#include <algorithm>
#include <cmath>

#include "core/io/limits.h"
#include "models/nn/conv.h"
#include "models/predict/input_channels.h"
#include "models/predict/tile_layout.h"

namespace karyo {
namespace {

// A tile of this many pixels takes about 0.6 GiB; images up to 1448 x 1448 go through whole.
// Volumes keep 96 channels of a voxel where a plane keeps strips: half as many. Where overlaps then
// have the network see the volume more than so often, tiles grow as far as there is room.
constexpr std::int64_t kTilePixels = std::int64_t{1} << 21;
constexpr std::int64_t kTileVoxels = std::int64_t{1} << 20, kMostTileVoxels = 4 * kTileVoxels;
constexpr std::int64_t kBytesAVoxel = 96 * sizeof(float);
constexpr std::int64_t kSeenOften = 2;

std::int64_t padded_extent(std::int64_t extent, std::int64_t divisor) {
  return (extent + divisor - 1) / divisor * divisor;
}

/// numpy's "reflect": the edge pixel is not repeated; long pads go back and forth.
std::int64_t reflected(std::int64_t i, std::int64_t extent) {
  if (extent == 1) return 0;
  const std::int64_t period = 2 * (extent - 1);
  const std::int64_t inside = i % period;
  return inside < extent ? inside : period - inside;
}

/// A part of the padded image as (1, C, h, w), of a volume as (1, C, d, h, w).
torch::Tensor cut(const NetworkImage& image, const Box3& box, bool volume) {
  const Index3 size = box.shape(), shape = image.shape;
  auto x = volume ? torch::empty({1, image.channels, size.z, size.y, size.x})
                  : torch::empty({1, image.channels, size.y, size.x});
  float* out = x.data_ptr<float>();
  for (std::int64_t c = 0; c < image.channels; ++c) {
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      const std::int64_t plane = c * shape.z + reflected(z, shape.z);
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        const float* row =
            image.values.data() + (plane * shape.y + reflected(y, shape.y)) * shape.x;
        const std::int64_t inside = std::clamp<std::int64_t>(shape.x - box.begin.x, 0, size.x);
        std::copy_n(row + box.begin.x, inside, out);
        for (std::int64_t i = inside; i < size.x; ++i) {
          out[i] = row[reflected(box.begin.x + i, shape.x)];
        }
        out += size.x;
      }
    }
  }
  return x;
}

GridMaps run(const StarDistModel& model, const torch::Tensor& x, const Device& device,
             Precision precision) {
  const torch::InferenceMode inference;
  const auto output = model.net().forward(x.to(torch_device(device)), precision);
  GridMaps maps;
  maps.head = output.head[0].movedim(0, -1).to(torch::kCPU).contiguous();
  if (maps.head.dim() == 3) maps.head = maps.head.unsqueeze(0);
  maps.prob = maps.head.select(3, 0).sigmoid().contiguous();
  maps.rays = static_cast<int>(output.rays());
  return maps;
}

bool sees_often(const std::vector<TileBox>& tiles, const Index3& shape) {
  std::int64_t seen = 0;
  for (const TileBox& tile : tiles) seen += tile.read.shape().count();
  return seen > kSeenOften * shape.count();
}

std::vector<TileBox> tiles_of_volume(const StarDistNet& net, const Index3& shape) {
  const auto tiles_within = [&](std::int64_t voxels) {
    return tile_layout_within(shape, net.divisor(), net.receptive_radius(), voxels);
  };
  const auto room = static_cast<std::int64_t>(io::memory_budget_bytes() / 2);
  std::int64_t most = kTileVoxels;
  auto tiles = tiles_within(most);
  while (sees_often(tiles, shape) && most < kMostTileVoxels && 2 * most * kBytesAVoxel <= room) {
    most *= 2;
    tiles = tiles_within(most);
  }
  return tiles;
}

/// In 2D tiles along both axes as asked for, else as many as keep a tile within kTilePixels.
std::vector<TileBox> tiles_of(const StarDistModel& model, Index3 shape, Index3 wanted) {
  const auto& net = model.net();
  const bool automatic = wanted.z <= 0 && wanted.y <= 0 && wanted.x <= 0;
  if (automatic && model.config().n_dim == 3) {
    return tiles_of_volume(net, shape);
  }
  Index3 tiles{std::max<std::int64_t>(1, wanted.z), std::max<std::int64_t>(1, wanted.y),
               std::max<std::int64_t>(1, wanted.x)};
  while (automatic && shape.y / tiles.y * (shape.x / tiles.x) > kTilePixels) {
    ++(shape.y / tiles.y >= shape.x / tiles.x ? tiles.y : tiles.x);
  }
  return tile_layout(shape, net.divisor(), net.receptive_radius(), tiles);
}

}  // namespace

Result<std::vector<ChannelScale>> input_scales(const Volume& image, std::int64_t t,
                                               std::int64_t channel, std::int64_t channels,
                                               double pmin, double pmax) {
  KARYO_TRY(const auto taken, input_channels(image.shape().c, image.rgb, channel, channels));
  std::vector<ChannelScale> scales;
  for (const std::int64_t c : taken) scales.push_back(percentile_scale(image, t, c, pmin, pmax));
  return scales;
}

NetworkImage network_image(const Volume& image, std::int64_t t, std::int64_t first,
                           std::int64_t last, std::int64_t channel,
                           const std::vector<ChannelScale>& scales) {
  NetworkImage result;
  result.channels = static_cast<std::int64_t>(scales.size());
  result.shape = {last - first, image.shape().y, image.shape().x};
  result.values.reserve(static_cast<std::size_t>(result.channels * result.shape.count()));
  for (std::size_t c = 0; c < scales.size(); ++c) {
    for (std::int64_t z = first; z < last; ++z) {
      const auto plane =
          plane_to_float(image, t, channel >= 0 ? channel : static_cast<std::int64_t>(c), z);
      for (const float value : plane) result.values.push_back(scales[c](value));
    }
  }
  return result;
}

Result<void> check_finite(const NetworkImage& image, const Index3& origin) {
  const auto found = std::find_if(image.values.begin(), image.values.end(),
                                  [](float value) { return !std::isfinite(value); });
  if (found == image.values.end()) return {};
  const std::int64_t i = found - image.values.begin();
  const Index3 shape = image.shape;
  const std::string depth =
      shape.z > 1 ? "z " + std::to_string(origin.z + i / (shape.y * shape.x) % shape.z) + ", " : "";
  return Error(ErrorCode::kNumeric,
               std::string("the image holds ") + (std::isnan(*found) ? "NaN" : "infinity") +
                   " at " + depth + "y " + std::to_string(origin.y + i / shape.x % shape.y) +
                   ", x " + std::to_string(origin.x + i % shape.x),
               "Export the image again without a mask that turns pixels into NaN, or crop that "
               "part away.");
}

Index3 padded_shape(const StarDistModel& model, Index3 image) {
  const Index3 by = model.net().divisor();
  return {padded_extent(image.z, by.z), padded_extent(image.y, by.y), padded_extent(image.x, by.x)};
}

Box3 with_context(const StarDistModel& model, const Box3& part, const Box3& planes) {
  const Index3 by = model.net().divisor();
  const Box3 seen = part.padded(model.net().receptive_radius());
  // From where the network divides the whole image as well.
  const auto down = [](std::int64_t at, std::int64_t step) {
    return std::max<std::int64_t>(at, 0) / step * step;
  };
  const auto up = [](std::int64_t at, std::int64_t step) { return padded_extent(at, step); };
  const Box3 whole{{down(seen.begin.z - planes.begin.z, by.z) + planes.begin.z,
                    down(seen.begin.y, by.y), down(seen.begin.x, by.x)},
                   {up(seen.end.z - planes.begin.z, by.z) + planes.begin.z, up(seen.end.y, by.y),
                    up(seen.end.x, by.x)}};
  return whole.clipped_to(planes);
}

Index3 grid_of(const StarDistModel& model) {
  const auto& grid = model.config().grid;
  if (grid.size() == 2) return {1, grid[0], grid[1]};
  return {grid[0], grid[1], grid[2]};
}

Index3 divided(Index3 a, Index3 b) {
  return {a.z / b.z, a.y / b.y, a.x / b.x};
}

stardist::VolumeMaps GridMaps::part(Index3 corner, Index3 size) const {
  const Index3 whole = shape();
  const Index3 strides{whole.y * whole.x, whole.x, 1};
  const std::int64_t first = corner.z * strides.z + corner.y * strides.y + corner.x;
  const std::int64_t pixel = head.size(3);
  stardist::VolumeMaps maps;
  maps.prob = VolumeView<const float>(prob.data_ptr<float>() + first, size, strides);
  maps.dist = head.data_ptr<float>() + first * pixel + 1;
  maps.dist_strides = {strides.z * pixel, strides.y * pixel, pixel};
  maps.ray_stride = 1;
  maps.rays = rays;
  return maps;
}

GridMaps run_network(const StarDistModel& model, const NetworkImage& image, const Device& device,
                     Precision precision) {
  const auto box = Box3::of_shape(padded_shape(model, image.shape));
  return run(model, cut(image, box, model.config().n_dim == 3), device, precision);
}

Result<void> each_tile(const StarDistModel& model, const NetworkImage& image, Index3 tiles,
                       const Device& device, Precision precision, TaskControl& control,
                       const std::function<void(const TileMaps&)>& visit) {
  const Index3 grid = grid_of(model);
  const auto boxes = tiles_of(model, padded_shape(model, image.shape), tiles);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (control.cancelled()) return cancelled_error("prediction");
    const auto& [read, write] = boxes[i];
    const GridMaps maps =
        run(model, cut(image, read, model.config().n_dim == 3), device, precision);
    if (!std::isfinite(maps.head.sum().item<float>())) {
      return Error(ErrorCode::kNumeric, "the network's output is not a number",
                   "Check the image for NaN or infinite values; with --precision bfloat16, try "
                   "float32.");
    }
    const Box3 where{divided(write.begin, grid), divided(write.end, grid)};
    TileMaps tile{where, maps.part(divided(write.begin - read.begin, grid), where.shape())};
    tile.classes = maps.head.size(3) - 1 - maps.rays;
    if (tile.classes > 0) tile.class_logits = tile.maps.dist + maps.rays;
    visit(tile);
    control.report(static_cast<double>(i + 1) / static_cast<double>(boxes.size()), "network");
  }
  return {};
}

}  // namespace karyo
