#pragma once

/// One image through a CARE or Noise2Void network, tile by tile, from anywhere to anywhere.
///
/// Source: csbdeep 0.8.2, CARE._predict_mean_and_scale; n2v 0.3.3, N2V.predict.

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/task.h"
#include "core/image/normalize.h"
#include "models/device.h"
#include "models/predict/tile_layout.h"
#include "models/restoration/restoration_model.h"

namespace karyo {

/// Fills `to` with the raw values of the network's input channel `channel` in `box`, which lies
/// within the image; rows without gaps.
using ReadBox = std::function<Result<void>(std::int64_t channel, const Box3& box, float* to)>;
/// Takes the restored values of the output channel `channel` in `box`; of a probabilistic model the
/// scales come as the channels after the means. Each voxel comes once.
using TakeBox = std::function<void(std::int64_t channel, const Box3& box, const float* values)>;

struct RestorationSettings {
  std::vector<ChannelScale> in;   ///< one an input channel: value to what the network sees
  std::vector<ChannelScale> out;  ///< one an output channel, back: value * span + low
  Index3 tiles;                   ///< how many along each axis; all 0: as memory asks for
  std::int64_t memory_bytes = 0;  ///< what a tile may take where `tiles` is 0
};

/// The scales of an image's channels: Noise2Void's are the model's own, CARE's percentiles are the
/// caller's. Values go back to the image's range where the network gives as many channels as it
/// takes, and stay normalised otherwise, as in Python.
RestorationSettings restoration_settings(const RestorationModel& model,
                                         std::vector<ChannelScale> percentiles);

/// Where the network runs on an image of one shape. The image is padded by reflection, on both
/// sides, to what the network's poolings divide; a 2D model goes plane by plane.
class Restoration {
 public:
  /// `model` has to live as long. Measures the memory a voxel takes, once, where the image may be
  /// too large to go through whole.
  Restoration(const RestorationModel& model, const Index3& shape, RestorationSettings settings,
              Device device, Precision precision);

  /// Slabs follow one another along z and cover it.
  std::size_t slab_count() const { return slabs_.size(); }
  /// The first plane of a slab and the one after its last.
  std::int64_t slab_begin(std::size_t slab) const;
  std::int64_t slab_end(std::size_t slab) const;

  /// All tiles of a slab. Results do not depend on the tiling beyond float rounding.
  /// Errors: of `read`; kCancelled; kNumeric when the image or the network's output is not finite.
  Result<void> run(std::size_t slab, const ReadBox& read, const TakeBox& take,
                   TaskControl& control) const;
  /// All slabs.
  Result<void> run(const ReadBox& read, const TakeBox& take, TaskControl& control) const;

 private:
  std::vector<TileBox> tiles() const;
  Result<torch::Tensor> input_of(const Box3& box, const ReadBox& read) const;
  void give(const torch::Tensor& output, const TileBox& tile, const TakeBox& take) const;
  /// The part of a box of the padded image that is the image's own, in its coordinates.
  Box3 within(const Box3& padded) const;

  const RestorationModel& model_;
  Index3 shape_, before_, padded_;
  RestorationSettings settings_;
  Device device_;
  Precision precision_;
  std::vector<std::vector<TileBox>> slabs_;
};

}  // namespace karyo
