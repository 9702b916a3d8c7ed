// Frames of the plane views at 1600 x 1000: scrolling a 1024^3 stack, panning a 16384^2 image,
// layers on top of one another, and what a brush dab redraws.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/base/parallel.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "tests/benchmarks/frame_times.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo::bench {
namespace {

constexpr int kWidth = 1600, kHeight = 1000;
constexpr std::int64_t kStackSide = 1024, kImageSide = 16384;

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

/// 1 GiB, made when first asked for and shared by all benchmarks; so is the 256 MiB image.
std::shared_ptr<const Volume> stack() {
  static const auto volume = make_volume({1, 1, kStackSide, kStackSide, kStackSide});
  return volume;
}
std::shared_ptr<const Volume> large_image() {
  static const auto volume = make_volume({1, 1, 1, kImageSide, kImageSide});
  return volume;
}

/// A tile with objects about 16 voxels wide.
TilePointer object_tile(TileSlabs& slabs, std::uint32_t first_id) {
  auto tile = slabs.next();
  for (std::int64_t y = 0; y < kTileSide; ++y) {
    for (std::int64_t x = 0; x < kTileSide; ++x) {
      const std::int64_t dy = y % 20 - 10, dx = x % 20 - 10;
      const auto id = first_id + static_cast<std::uint32_t>(y / 20 * 4 + x / 20);
      tile->ids[static_cast<std::size_t>(y * kTileSide + x)] = dy * dy + dx * dx < 64 ? id : 0;
    }
  }
  return tile;
}

/// Objects in every tile. 4 bytes a voxel would be 4 GiB for the stack, so the tiles of one row
/// along X are one tile; in YZ, the hard direction, all tiles are different memory (256 MiB).
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

const LabelVolume& stack_labels() {
  static const LabelVolume labels = make_labels({kStackSide, kStackSide, kStackSide});
  return labels;
}
const LabelVolume& image_labels() {
  static const LabelVolume labels = make_labels({1, kImageSide, kImageSide});
  return labels;
}

std::shared_ptr<ImageLayer> layer_of(const std::shared_ptr<const Volume>& volume) {
  auto layer = std::make_shared<ImageLayer>("image", volume);
  layer->set_limits(0, {10, 220});
  return layer;
}

/// Runs `frame(number)` once an iteration, each timed, after a first one that is not counted.
template <typename F>
void run_frames(benchmark::State& state, F&& frame) {
  FrameTimes times;
  frame(0);
  std::int64_t number = 1;
  for (auto _ : state) {
    times.time([&] { frame(number); });
    ++number;
  }
  times.report(state);
}

/// Plane after plane through the middle of the stack, the whole plane in view.
void scroll(benchmark::State& state, LayerList& layers, Plane plane, double zoom) {
  SliceCompositor compositor;
  RgbaImage picture;
  const double middle = kStackSide / 2.0;
  ViewTransform view{plane, {middle, middle, middle}, zoom, kWidth, kHeight};
  run_frames(state, [&](std::int64_t number) {
    view.centre[normal_axis(plane)] = static_cast<double>((100 + number) % kStackSide) + 0.5;
    compositor.compose(layers, view, 0, picture);
    benchmark::DoNotOptimize(picture.row(0));
  });
}

void scroll_stack(benchmark::State& state, Plane plane, double zoom) {
  LayerList layers;
  layers.add(layer_of(stack()));
  scroll(state, layers, plane, zoom);
}

void scroll_with_labels(benchmark::State& state, Plane plane) {
  LayerList layers;
  layers.add(layer_of(stack()));
  auto& labels = layers.add(std::make_shared<LabelsLayer>("labels", stack_labels()));
  labels.set_selected(1616 * 3 + 5);
  scroll(state, layers, plane, 1);
}

/// A steady drag, 13 pixels right and 7 down a frame.
void pan(benchmark::State& state, LayerList& layers, double side, double zoom) {
  SliceCompositor compositor;
  RgbaImage picture;
  ViewTransform view{Plane::kXY, {0.5, 0, 0}, zoom, kWidth, kHeight};
  run_frames(state, [&](std::int64_t number) {
    const auto step = static_cast<double>(number) / zoom;
    view.centre.x = std::fmod(side / 3 + 13 * step, side);
    view.centre.y = std::fmod(side / 2 + 7 * step, side);
    compositor.compose(layers, view, 0, picture);
    benchmark::DoNotOptimize(picture.row(0));
  });
}

void pan_image(benchmark::State& state, double zoom) {
  LayerList layers;
  layers.add(layer_of(large_image()));
  pan(state, layers, kImageSide, zoom);
}

void pan_with_labels(benchmark::State& state, int contour_width) {
  LayerList layers;
  layers.add(layer_of(large_image()));
  auto& labels = layers.add(std::make_shared<LabelsLayer>("labels", image_labels()));
  labels.set_contour_width(contour_width);
  labels.set_selected(2000);
  pan(state, layers, kImageSide, 1);
}

/// One image, two images added, and labels: what the window shows while annotating.
void compose_layers(benchmark::State& state, Interpolation interpolation, double zoom) {
  LayerList layers;
  auto& bottom = layers.add(layer_of(stack()));
  bottom.set_interpolation(interpolation);
  auto& middle = layers.add(layer_of(stack()));
  middle.set_colormap(0, *colormap("magma"));
  middle.set_blending(Blending::kAdditive);
  middle.set_opacity(0.7);
  auto& labels = layers.add(std::make_shared<LabelsLayer>("labels", stack_labels()));
  labels.set_contour_width(2);
  scroll(state, layers, Plane::kXY, zoom);
}

/// A four-channel 16-bit picture, the channels' colours added.
void compose_channels(benchmark::State& state) {
  auto volume = std::make_shared<Volume>(VoxelType::kUInt16, VolumeShape{1, 4, 1, 2048, 2048});
  auto* voxel = volume->view<std::uint16_t>().data();
  for (std::int64_t i = 0; i < volume->shape().count(); ++i) {
    voxel[i] = static_cast<std::uint16_t>(i * 2654435761u >> 20);
  }
  LayerList layers;
  layers.add(std::make_shared<ImageLayer>("channels", volume));
  pan(state, layers, 2048, 1.7);
}

/// What a brush dab of 32 pixels redraws on a 16384^2 image: its dirty rectangle.
void dab(benchmark::State& state) {
  LayerList layers;
  layers.add(layer_of(large_image()));
  auto& labels = layers.add(std::make_shared<LabelsLayer>("labels", image_labels()));
  labels.set_selected(7);
  SliceCompositor compositor;
  RgbaImage picture;
  const ViewTransform view{Plane::kXY, {0.5, 8000, 8000}, 1, kWidth, kHeight};
  compositor.compose(layers, view, 0, picture);
  run_frames(state, [&](std::int64_t number) {
    const std::int64_t y = 7600 + number * 7 % 800, x = 7300 + number * 13 % 1300;
    const Box3 box{{0, y, x}, {1, y + 32, x + 32}};
    compositor.compose(layers, view, 0, dirty_rect(layers, labels, box, view), picture);
    benchmark::DoNotOptimize(picture.row(0));
  });
}

template <typename F>
void add(const char* name, F&& run) {
  benchmark::RegisterBenchmark(name, std::forward<F>(run))
      ->Iterations(kFrames)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

using State = benchmark::State;

const bool kAdded = [] {
  // Whole planes, voxel by pixel; "fit" as a window opens them, "close" four pixels a voxel.
  add("scroll/xy", [](State& s) { scroll_stack(s, Plane::kXY, 1); });
  add("scroll/xz", [](State& s) { scroll_stack(s, Plane::kXZ, 1); });
  add("scroll/yz", [](State& s) { scroll_stack(s, Plane::kYZ, 1); });
  add("scroll/fit/xy", [](State& s) { scroll_stack(s, Plane::kXY, 1000.0 / 1024); });
  add("scroll/fit/xz", [](State& s) { scroll_stack(s, Plane::kXZ, 1000.0 / 1024); });
  add("scroll/fit/yz", [](State& s) { scroll_stack(s, Plane::kYZ, 1000.0 / 1024); });
  add("scroll/close/xy", [](State& s) { scroll_stack(s, Plane::kXY, 4); });
  add("scroll/close/yz", [](State& s) { scroll_stack(s, Plane::kYZ, 4); });
  add("scroll/labels/xy", [](State& s) { scroll_with_labels(s, Plane::kXY); });
  add("scroll/labels/xz", [](State& s) { scroll_with_labels(s, Plane::kXZ); });
  add("scroll/labels/yz", [](State& s) { scroll_with_labels(s, Plane::kYZ); });
  add("pan/16384", [](State& s) { pan_image(s, 1); });
  add("pan/16384/fit", [](State& s) { pan_image(s, 1000.0 / 16384); });
  add("pan/16384/close", [](State& s) { pan_image(s, 3.3); });
  add("pan/16384/labels", [](State& s) { pan_with_labels(s, 0); });
  add("pan/16384/contours", [](State& s) { pan_with_labels(s, 2); });
  add("compose/layers", [](State& s) { compose_layers(s, Interpolation::kNearest, 1.5); });
  add("compose/linear", [](State& s) { compose_layers(s, Interpolation::kLinear, 1.5); });
  add("compose/channels", [](State& s) { compose_channels(s); });
  add("compose/dab", [](State& s) { dab(s); });
  return true;
}();

}  // namespace
}  // namespace karyo::bench
