#include "models/restoration/restoration_predict.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "models/nn/conv.h"
#include "models/nn/memory_probe.h"

namespace karyo {
namespace {

/// numpy's "reflect": the edge pixel is not repeated; long pads go back and forth.
std::int64_t reflected(std::int64_t i, std::int64_t extent) {
  if (extent == 1) return 0;
  const std::int64_t period = 2 * (extent - 1);
  const std::int64_t inside = ((i % period) + period) % period;
  return inside < extent ? inside : period - inside;
}

/// Which places of the image the places [begin, end) of the padded one stand for.
struct Line {
  std::vector<std::int64_t> places;
  std::int64_t low = 0, high = 0;  ///< of the places, half open

  Line(std::int64_t begin, std::int64_t end, std::int64_t before, std::int64_t extent) {
    for (std::int64_t i = begin; i < end; ++i) places.push_back(reflected(i - before, extent));
    low = *std::min_element(places.begin(), places.end());
    high = *std::max_element(places.begin(), places.end()) + 1;
    for (auto& place : places) place -= low;
  }
  std::int64_t count() const { return static_cast<std::int64_t>(places.size()); }
};

Error not_finite_at(float value, const Index3& place, bool stack) {
  return {ErrorCode::kNumeric,
          "the image holds " + std::string(std::isnan(value) ? "NaN" : "infinity") + " at " +
              (stack ? "z " + std::to_string(place.z) + ", " : "") + "y " +
              std::to_string(place.y) + ", x " + std::to_string(place.x),
          "Export the image again without a mask that turns pixels into NaN, or crop that part "
          "away."};
}

Error not_finite() {
  return {ErrorCode::kNumeric, "the network's output is not a number",
          "Check that the image's intensities are like those the model was trained with; with "
          "--precision bfloat16, try float32."};
}

/// Bytes that a voxel of a tile takes at most, before it was measured: the first level's features,
/// kept, up-sampled, concatenated and convolved.
constexpr std::int64_t kFeaturesAVoxel = 8;

/// The tile that memory is measured with; small, and each axis a few blocks.
std::int64_t probe_extent(std::int64_t block) {
  return block * std::max<std::int64_t>(2, 32 / block);
}

}  // namespace

RestorationSettings restoration_settings(const RestorationModel& model,
                                         std::vector<ChannelScale> percentiles) {
  const CsbdeepConfig& config = model.config();
  RestorationSettings settings;
  settings.in = std::move(percentiles);
  if (config.n2v) {
    settings.in.clear();
    for (std::size_t c = 0; c < config.n2v->means.size(); ++c) {
      settings.in.push_back(
          {static_cast<float>(config.n2v->means[c]), static_cast<float>(config.n2v->stds[c])});
    }
  }
  const bool back = config.n_channel_in == config.n_channel_out;
  for (int c = 0; c < config.n_channel_out; ++c) {
    settings.out.push_back(back ? settings.in[static_cast<std::size_t>(c)] : ChannelScale{});
  }
  if (!config.probabilistic) return settings;
  for (int c = 0; c < config.n_channel_out; ++c) {
    settings.out.push_back({0, settings.out[static_cast<std::size_t>(c)].span});
  }
  return settings;
}

Restoration::Restoration(const RestorationModel& model, const Index3& shape,
                         RestorationSettings settings, Device device, Precision precision)
    : model_(model),
      shape_(shape),
      settings_(std::move(settings)),
      device_(std::move(device)),
      precision_(precision) {
  const Index3 block = model.net().divisor();
  const auto pad = [](std::int64_t extent, std::int64_t by) { return (by - extent % by) % by; };
  const Index3 all{pad(shape.z, block.z), pad(shape.y, block.y), pad(shape.x, block.x)};
  before_ = {all.z / 2, all.y / 2, all.x / 2};
  padded_ = shape + all;
  for (const TileBox& tile : tiles()) {
    if (slabs_.empty() || slabs_.back().front().write.begin.z != tile.write.begin.z) {
      slabs_.emplace_back();
    }
    slabs_.back().push_back(tile);
  }
}

std::vector<TileBox> Restoration::tiles() const {
  const auto& net = model_.net();
  const bool planes = model_.config().n_dim == 2;
  const Index3 extent{planes ? 1 : padded_.z, padded_.y, padded_.x};
  const Index3 block = net.divisor(), overlap = net.receptive_radius();
  std::vector<TileBox> boxes;
  if (settings_.tiles == Index3{}) {
    const std::int64_t features = model_.config().unet_n_first * kFeaturesAVoxel;
    auto a_voxel = static_cast<std::int64_t>(sizeof(float)) * features;
    if (extent.count() > settings_.memory_bytes / a_voxel) {
      const Index3 probe{planes ? 1 : probe_extent(block.z), probe_extent(block.y),
                         probe_extent(block.x)};
      const auto bytes = peak_tensor_bytes([&] {
        const torch::InferenceMode inference;
        std::vector<std::int64_t> size{1, model_.config().n_channel_in, probe.y, probe.x};
        if (!planes) size.insert(size.begin() + 2, probe.z);
        (void)net.forward(torch::zeros(size).to(torch_device(device_)), precision_,
                          Pass::kPrediction);
      });
      a_voxel = std::max<std::int64_t>(1, bytes / probe.count());
    }
    boxes = tile_layout_within(extent, block, overlap, settings_.memory_bytes / a_voxel);
  } else {
    boxes = tile_layout(extent, block, overlap, settings_.tiles);
  }
  if (!planes) return boxes;
  std::vector<TileBox> each;
  for (std::int64_t z = 0; z < padded_.z; ++z) {
    for (TileBox box : boxes) {
      box.read.begin.z = box.write.begin.z = z;
      box.read.end.z = box.write.end.z = z + 1;
      each.push_back(box);
    }
  }
  return each;
}

Box3 Restoration::within(const Box3& padded) const {
  return Box3{padded.begin - before_, padded.end - before_}.clipped_to(Box3::of_shape(shape_));
}

std::int64_t Restoration::slab_begin(std::size_t slab) const {
  return within(slabs_[slab].front().write).begin.z;
}

std::int64_t Restoration::slab_end(std::size_t slab) const {
  return std::max(slab_begin(slab), within(slabs_[slab].front().write).end.z);
}

Result<torch::Tensor> Restoration::input_of(const Box3& box, const ReadBox& read) const {
  const Line z(box.begin.z, box.end.z, before_.z, shape_.z);
  const Line y(box.begin.y, box.end.y, before_.y, shape_.y);
  const Line x(box.begin.x, box.end.x, before_.x, shape_.x);
  const Box3 source{{z.low, y.low, x.low}, {z.high, y.high, x.high}};
  Array3<float> raw(source.shape());
  const std::int64_t channels = model_.config().n_channel_in;
  auto input = torch::empty({1, channels, z.count(), y.count(), x.count()});
  float* to = input.data_ptr<float>();
  for (std::int64_t c = 0; c < channels; ++c) {
    KARYO_CHECK_OK(read(c, source, raw.data()));
    // The network does not tell: ReLU may make a number of NaN.
    const auto bad =
        std::find_if(raw.begin(), raw.end(), [](float v) { return !std::isfinite(v); });
    if (bad != raw.end()) {
      const std::int64_t at = bad - raw.begin(), row = source.shape().x, plane = source.shape().y;
      return not_finite_at(
          *bad, source.begin + Index3{at / row / plane, at / row % plane, at % row}, shape_.z > 1);
    }
    const ChannelScale scale = settings_.in[static_cast<std::size_t>(c)];
    for (const std::int64_t from_z : z.places) {
      for (const std::int64_t from_y : y.places) {
        const float* row = &raw(from_z, from_y, 0);
        for (const std::int64_t from_x : x.places) *to++ = scale(row[from_x]);
      }
    }
  }
  return model_.config().n_dim == 2 ? input.squeeze(2) : input;
}

void Restoration::give(const torch::Tensor& output, const TileBox& tile,
                       const TakeBox& take) const {
  const Box3 kept = within(tile.write);
  if (kept.empty()) return;
  const Index3 size = kept.shape(), from = kept.begin + before_ - tile.read.begin;
  for (std::int64_t c = 0; c < output.size(0); ++c) {
    const ChannelScale scale = settings_.out[static_cast<std::size_t>(c)];
    const auto part =
        output[c].narrow(0, from.z, size.z).narrow(1, from.y, size.y).narrow(2, from.x, size.x);
    const auto values = (part * scale.span + scale.low).contiguous();
    take(c, kept, values.const_data_ptr<float>());
  }
}

Result<void> Restoration::run(std::size_t slab, const ReadBox& read, const TakeBox& take,
                              TaskControl& control) const {
  const auto& tiles = slabs_[slab];
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (control.cancelled()) return cancelled_error("prediction");
    KARYO_TRY(const auto input, input_of(tiles[i].read, read));
    const torch::InferenceMode inference;
    auto output = model_.net()
                      .forward(input.to(torch_device(device_)), precision_, Pass::kPrediction)
                      .to(torch::kCPU)[0];
    if (output.dim() == 3) output = output.unsqueeze(1);
    if (!std::isfinite(output.sum().item<float>())) return not_finite();
    give(output, tiles[i], take);
    const double done =
        static_cast<double>(slab) + static_cast<double>(i + 1) / static_cast<double>(tiles.size());
    control.report(done / static_cast<double>(slabs_.size()), "network");
  }
  return {};
}

Result<void> Restoration::run(const ReadBox& read, const TakeBox& take,
                              TaskControl& control) const {
  for (std::size_t slab = 0; slab < slabs_.size(); ++slab) {
    KARYO_CHECK_OK(run(slab, read, take, control));
  }
  return {};
}

}  // namespace karyo
