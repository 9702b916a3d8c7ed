#pragma once

/// What the benchmarks of views look at: images and labels of any size, made when first asked for.

#include <memory>
#include <utility>

#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "core/layers/layer_list.h"
#include "tests/benchmarks/frame_times.h"

namespace karyo::bench {

inline constexpr int kWidth = 1600, kHeight = 1000;

/// Bytes of noise over blobs. The one made last is kept and shared: benchmarks are in order of
/// size.
std::shared_ptr<const Volume> volume_of(VolumeShape shape);
/// Objects about 16 voxels wide in every tile. 4 bytes a voxel would be 4 GiB for 1024^3, so the
/// tiles of one row along X are one tile; in YZ, the hard direction, all tiles are different memory
/// (256 MiB). The one made last is kept.
const LabelVolume& labels_of(Index3 shape);

/// A layer of that volume, its contrast set.
std::shared_ptr<ImageLayer> image_layer(const std::shared_ptr<const Volume>& volume);
/// A layer of those labels with one object selected.
std::shared_ptr<LabelsLayer> labels_layer(Index3 shape, int contour_width = 0);

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

/// Registers a benchmark of `frames` frames.
template <typename F>
void add(const std::string& name, F&& run, int frames = kFrames) {
  benchmark::RegisterBenchmark(name.c_str(), std::forward<F>(run))
      ->Iterations(frames)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

}  // namespace karyo::bench
