// Frames of the plane views at 1600 x 1000: scrolling stacks, panning and zooming images, layers on
// top of one another.

#include <cmath>
#include <string>

#include "tests/benchmarks/scenes.h"
#include "viewer/scene/slice_compositor.h"

namespace karyo::bench {
namespace {

using State = benchmark::State;

VolumeShape cube(std::int64_t side) {
  return {1, 1, side, side, side};
}
VolumeShape square(std::int64_t side, std::int64_t channels = 1) {
  return {1, channels, 1, side, side};
}

/// Fits a square of that side into the view.
double fitting(std::int64_t side) {
  return static_cast<double>(kHeight) / static_cast<double>(side);
}

/// Plane after plane through the middle of the stack.
void scroll(State& state, LayerList& layers, Plane plane, double zoom) {
  SliceCompositor compositor;
  RgbaImage picture;
  const std::int64_t side = layers.extent().z;
  const double middle = static_cast<double>(side) / 2;
  ViewTransform view{plane, {middle, middle, middle}, zoom, kWidth, kHeight};
  run_frames(state, [&](std::int64_t number) {
    view.centre[normal_axis(plane)] = static_cast<double>((side / 10 + number) % side) + 0.5;
    compositor.compose(layers, view, 0, picture);
    benchmark::DoNotOptimize(picture.row(0));
  });
}

void scroll_stack(State& state, std::int64_t side, Plane plane, double zoom) {
  LayerList layers;
  layers.add(image_layer(volume_of(cube(side))));
  scroll(state, layers, plane, zoom);
}

void scroll_with_labels(State& state, std::int64_t side, Plane plane, int contour_width = 0) {
  LayerList layers;
  layers.add(image_layer(volume_of(cube(side))));
  layers.add(labels_layer(cube(side).zyx(), contour_width));
  scroll(state, layers, plane, 1);
}

/// A steady drag, 13 pixels right and 7 down a frame.
void pan(State& state, LayerList& layers, double zoom) {
  SliceCompositor compositor;
  RgbaImage picture;
  const auto side = static_cast<double>(layers.extent().x);
  ViewTransform view{Plane::kXY, {0.5, 0, 0}, zoom, kWidth, kHeight};
  run_frames(state, [&](std::int64_t number) {
    const auto step = static_cast<double>(number) / zoom;
    view.centre.x = std::fmod(side / 3 + 13 * step, side);
    view.centre.y = std::fmod(side / 2 + 7 * step, side);
    compositor.compose(layers, view, 0, picture);
    benchmark::DoNotOptimize(picture.row(0));
  });
}

void pan_image(State& state, std::int64_t side, double zoom) {
  LayerList layers;
  layers.add(image_layer(volume_of(square(side))));
  pan(state, layers, zoom);
}

void pan_with_labels(State& state, std::int64_t side, int contour_width) {
  LayerList layers;
  layers.add(image_layer(volume_of(square(side))));
  layers.add(labels_layer({1, side, side}, contour_width));
  pan(state, layers, 1);
}

/// In from the whole picture to 16 pixels a voxel, about a point beside the middle, and out again.
void zoom_in_and_out(State& state, LayerList& layers, Plane plane) {
  SliceCompositor compositor;
  RgbaImage picture;
  const Index3 extent = layers.extent();
  const double out = fitting(extent.x), in = 16;
  const auto at = [](std::int64_t count) { return static_cast<double>(count) * 0.53; };
  ViewTransform view{plane, {at(extent.z), at(extent.y), at(extent.x)}, out, kWidth, kHeight};
  run_frames(state, [&](std::int64_t number) {
    const double there = 1 - std::abs(static_cast<double>(number % 100) / 50 - 1);
    view.zoom = out * std::pow(in / out, there);
    compositor.compose(layers, view, 0, picture);
    benchmark::DoNotOptimize(picture.row(0));
  });
}

void zoom_image(State& state, std::int64_t side) {
  LayerList layers;
  layers.add(image_layer(volume_of(square(side))));
  layers.add(labels_layer({1, side, side}));
  zoom_in_and_out(state, layers, Plane::kXY);
}

void zoom_stack(State& state, std::int64_t side, Plane plane) {
  LayerList layers;
  layers.add(image_layer(volume_of(cube(side))));
  layers.add(labels_layer(cube(side).zyx()));
  zoom_in_and_out(state, layers, plane);
}

/// One image, two images added, and labels: what the window shows while annotating.
void compose_layers(State& state, Interpolation interpolation) {
  LayerList layers;
  const auto stack = volume_of(cube(1024));
  layers.add(image_layer(stack)).set_interpolation(interpolation);
  auto& middle = layers.add(image_layer(stack));
  middle.set_colormap(0, *colormap("magma"));
  middle.set_blending(Blending::kAdditive);
  middle.set_opacity(0.7);
  layers.add(labels_layer(cube(1024).zyx(), 2));
  scroll(state, layers, Plane::kXY, 1.5);
}

/// A four-channel 16-bit picture, the channels' colours added.
void compose_channels(State& state) {
  auto volume = std::make_shared<Volume>(VoxelType::kUInt16, square(2048, 4));
  auto* voxel = volume->view<std::uint16_t>().data();
  for (std::int64_t i = 0; i < volume->shape().count(); ++i) {
    voxel[i] = static_cast<std::uint16_t>(i * 2654435761u >> 20);
  }
  LayerList layers;
  layers.add(std::make_shared<ImageLayer>("channels", volume));
  pan(state, layers, 1.7);
}

/// Three channels, labels and their outlines: a frame of it has 33 ms.
void compose_three_channels(State& state, std::int64_t side) {
  LayerList layers;
  layers.add(image_layer(volume_of(square(side, 3))));
  layers.add(labels_layer({1, side, side}));
  layers.add(labels_layer({1, side, side}, 2));
  pan(state, layers, side < 2048 ? 2 : 1);
}

void compose_three_channels_3d(State& state, std::int64_t side, Plane plane) {
  LayerList layers;
  layers.add(image_layer(volume_of({1, 3, side, side, side})));
  layers.add(labels_layer(cube(side).zyx()));
  layers.add(labels_layer(cube(side).zyx(), 2));
  scroll(state, layers, plane, fitting(side));
}

const bool kAdded = [] {
  for (const std::int64_t side : {128, 256, 512, 1024}) {
    // The largest has the plain names. Whole planes, voxel by pixel; "fit" as a window opens them,
    // "close" four pixels a voxel.
    const std::string size = side == 1024 ? "" : std::to_string(side) + "/";
    for (const Plane plane : kPlanes) {
      const std::string axes = name_of(plane);
      add("scroll/" + size + axes, [=](State& s) { scroll_stack(s, side, plane, 1); });
      add("scroll/" + size + "fit/" + axes,
          [=](State& s) { scroll_stack(s, side, plane, fitting(side)); });
      add("scroll/" + size + "close/" + axes, [=](State& s) { scroll_stack(s, side, plane, 4); });
      add("scroll/" + size + "labels/" + axes,
          [=](State& s) { scroll_with_labels(s, side, plane); });
      add("zoom/stack_" + std::to_string(side) + "/" + axes,
          [=](State& s) { zoom_stack(s, side, plane); });
    }
  }
  for (const std::int64_t side : {512, 2048, 8192, 16384}) {
    const std::string size = std::to_string(side);
    add("pan/" + size, [=](State& s) { pan_image(s, side, 1); });
    add("pan/" + size + "/fit", [=](State& s) { pan_image(s, side, fitting(side)); });
    add("pan/" + size + "/close", [=](State& s) { pan_image(s, side, 3.3); });
    add("pan/" + size + "/labels", [=](State& s) { pan_with_labels(s, side, 0); });
    add("pan/" + size + "/contours", [=](State& s) { pan_with_labels(s, side, 2); });
    add("zoom/" + size, [=](State& s) { zoom_image(s, side); });
    add("compose/three_channels_labels_contours/" + size,
        [=](State& s) { compose_three_channels(s, side); });
  }
  for (const std::int64_t side : {128, 512}) {
    for (const Plane plane : kPlanes) {
      add("compose/three_channels_labels_contours/stack_" + std::to_string(side) + "/" +
              name_of(plane),
          [=](State& s) { compose_three_channels_3d(s, side, plane); });
    }
  }
  add("compose/layers", [](State& s) { compose_layers(s, Interpolation::kNearest); });
  add("compose/linear", [](State& s) { compose_layers(s, Interpolation::kLinear); });
  add("compose/channels", [](State& s) { compose_channels(s); });
  return true;
}();

}  // namespace
}  // namespace karyo::bench
