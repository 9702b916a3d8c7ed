#include "models/network_sample.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "models/nn/conv.h"
#include "models/restoration/restoration_predict.h"
#include "models/restoration/restore_volume.h"
#include "models/stardist/network_pass.h"
#include "models/stardist/stardist_predict.h"

namespace karyo {
namespace {

constexpr std::int64_t kUsualExtent = 256, kUsualDepthExtent = 64;  // in 2D; in 3D, along each axis

std::int64_t at_least(std::int64_t extent, std::int64_t step) {
  return (extent + step - 1) / step * step;
}

/// What a network asks of its input.
struct Input {
  bool deep = false;
  std::int64_t channels = 1;
  Index3 divisor, radius;

  /// The least that has a middle which saw all its surroundings.
  Index3 smallest() const {
    return {at_least(2 * radius.z + 1, divisor.z), at_least(2 * radius.y + 1, divisor.y),
            at_least(2 * radius.x + 1, divisor.x)};
  }
  std::int64_t usual() const { return deep ? kUsualDepthExtent : kUsualExtent; }
};

/// Bright blobs on a dim noisy background, the same each time.
Volume made_image(const Input& input) {
  const Index3 least = input.smallest();
  const auto extent = [&](std::int64_t smallest, std::int64_t divisor) {
    return std::max(smallest, at_least(input.usual(), divisor));
  };
  const Index3 size{input.deep ? extent(least.z, input.divisor.z) : 1,
                    extent(least.y, input.divisor.y), extent(least.x, input.divisor.x)};
  Volume image(VoxelType::kFloat32, {1, input.channels, size.z, size.y, size.x});
  Random random(0);
  constexpr int kBlobs = 24;
  constexpr double kRadius = 9, kBackground = 100, kNoise = 4, kPeak = 400;
  for (std::int64_t c = 0; c < input.channels; ++c) {
    auto view = image.view<float>(0, c);
    for (std::int64_t z = 0; z < size.z; ++z) {
      for (std::int64_t y = 0; y < size.y; ++y) {
        float* const row = view.row(z, y);
        for (std::int64_t x = 0; x < size.x; ++x) {
          row[x] = static_cast<float>(kBackground + random.uniform(0, kNoise));
        }
      }
    }
    for (int i = 0; i < kBlobs; ++i) {
      const double cz = input.deep ? random.uniform(0, static_cast<double>(size.z)) : 0;
      const double cy = random.uniform(0, static_cast<double>(size.y));
      const double cx = random.uniform(0, static_cast<double>(size.x));
      const double peak = kPeak * random.uniform(0.5, 1.0);
      for (std::int64_t z = 0; z < size.z; ++z) {
        for (std::int64_t y = 0; y < size.y; ++y) {
          float* const row = view.row(z, y);
          for (std::int64_t x = 0; x < size.x; ++x) {
            const double r = std::hypot(static_cast<double>(z) - cz, static_cast<double>(y) - cy,
                                        static_cast<double>(x) - cx);
            if (r < kRadius) row[x] += static_cast<float>(peak * (1 - r * r / (kRadius * kRadius)));
          }
        }
      }
    }
  }
  return image;
}

std::string extents_text(bool deep, const Index3& size) {
  return (deep ? std::to_string(size.z) + " x " : "") + std::to_string(size.y) + " x " +
         std::to_string(size.x);
}

Result<Volume> middle_of(const Volume& image, const Input& input) {
  const auto& shape = image.shape();
  const Index3 least = input.smallest();
  const std::int64_t has = image.rgb ? std::min<std::int64_t>(3, shape.c) : shape.c;
  if (has != input.channels || (input.deep && shape.z < least.z) || shape.y < least.y ||
      shape.x < least.x) {
    return Error(ErrorCode::kInvalidArgument,
                 "the test image has " + std::to_string(has) + " channels and " +
                     extents_text(input.deep, shape.zyx()) + " pixels",
                 "Give one with " + std::to_string(input.channels) + " channels and at least " +
                     extents_text(input.deep, least) + " pixels, or none.");
  }
  const auto fit = [&](std::int64_t extent, std::int64_t smallest, std::int64_t step) {
    return std::max(smallest, std::min(extent, input.usual()) / step * step);
  };
  const Index3 size{input.deep ? fit(shape.z, least.z, input.divisor.z) : 1,
                    fit(shape.y, least.y, input.divisor.y), fit(shape.x, least.x, input.divisor.x)};
  const Index3 from{(shape.z - size.z) / 2, (shape.y - size.y) / 2, (shape.x - size.x) / 2};
  Volume part(VoxelType::kFloat32, {1, input.channels, size.z, size.y, size.x});
  for (std::int64_t c = 0; c < input.channels; ++c) {
    auto view = part.view<float>(0, c);
    for (std::int64_t z = 0; z < size.z; ++z) {
      const auto plane = plane_to_float(image, 0, c, from.z + z);
      for (std::int64_t y = 0; y < size.y; ++y) {
        std::copy_n(plane.data() + (from.y + y) * shape.x + from.x, size.x, view.row(z, y));
      }
    }
  }
  return part;
}

/// (1, C, [D,] H, W) as (1, [D,] H, W, C).
NamedArray array_of(const std::string& name, const torch::Tensor& tensor) {
  const auto last = tensor.to(torch::kCPU).movedim(1, -1).contiguous();
  return {
      name, last.sizes().vec(), {last.data_ptr<float>(), last.data_ptr<float>() + last.numel()}};
}

torch::Tensor tensor_of(const Volume& image, const std::vector<ChannelScale>& scales, bool deep) {
  const auto [values, channels, shape] = network_image(image, 0, 0, image.shape().z, -1, scales);
  const auto flat = torch::tensor(values);
  return deep ? flat.reshape({1, channels, shape.z, shape.y, shape.x})
              : flat.reshape({1, channels, shape.y, shape.x});
}

/// The image to show, and what of the sample does not depend on the network's answer.
Result<Volume> begin_sample(const Input& input, const std::optional<Volume>& wanted,
                            NetworkSample& sample) {
  const auto of_axes = [&](const Index3& all) {
    return input.deep ? std::vector<std::int64_t>{all.z, all.y, all.x}
                      : std::vector<std::int64_t>{all.y, all.x};
  };
  sample.divisor = of_axes(input.divisor);
  sample.halo = of_axes(input.radius);
  Volume image;
  if (wanted) {
    KARYO_TRY(image, middle_of(*wanted, input));
  } else {
    image = made_image(input);
  }
  const std::vector<ChannelScale> as_it_is(static_cast<std::size_t>(input.channels));
  sample.input = array_of("input", tensor_of(image, as_it_is, input.deep));
  return image;
}

Result<NetworkSample> sample_stardist(const ModelFolder& folder,
                                      const std::optional<Volume>& wanted, const Device& device) {
  KARYO_TRY(const auto model, StarDistModel::open(folder, device));
  const Input input{model.config().n_dim == 3, model.config().n_channel_in, model.net().divisor(),
                    model.net().receptive_radius()};
  NetworkSample sample;
  KARYO_TRY(const auto image, begin_sample(input, wanted, sample));
  const auto record = folder.record.value_or(ModelRecord{});
  KARYO_TRY(const auto scales,
            input_scales(image, 0, -1, input.channels, record.pmin, record.pmax));
  const torch::InferenceMode inference;
  const auto x = tensor_of(image, scales, input.deep);
  const auto output = model.net().forward(x.to(torch_device(device)), Precision::kFloat32);
  sample.outputs = {array_of("prob", output.prob()), array_of("dist", output.dist())};
  return sample;
}

/// CARE's values stay normalised, since no step of a package turns percentiles back; Noise2Void's
/// are those of the image.
Result<NetworkSample> sample_restoration(const ModelFolder& folder,
                                         const std::optional<Volume>& wanted,
                                         const Device& device) {
  KARYO_TRY(auto model, RestorationModel::open(folder, device));
  const CsbdeepConfig& config = model.config();
  const Input input{config.n_dim == 3, config.n_channel_in, model.net().divisor(),
                    model.net().receptive_radius()};
  NetworkSample sample;
  KARYO_TRY(const auto image, begin_sample(input, wanted, sample));
  std::vector<ChannelScale> percentiles;
  if (!config.n2v) {
    KARYO_TRY(percentiles, input_scales(image, 0, -1, input.channels, kRestorationLowPercent,
                                        kRestorationHighPercent));
  }
  const auto settings = restoration_settings(model, std::move(percentiles));
  const torch::InferenceMode inference;
  const auto x = tensor_of(image, settings.in, input.deep);
  auto output =
      model.net().forward(x.to(torch_device(device)), Precision::kFloat32, Pass::kPrediction);
  if (config.n2v) {
    for (std::int64_t c = 0; c < output.size(1); ++c) {
      const ChannelScale& scale = settings.out[static_cast<std::size_t>(c)];
      output.select(1, c).mul_(scale.span).add_(scale.low);
    }
  }
  sample.outputs = {array_of("restored", output)};
  return sample;
}

}  // namespace

Result<NetworkSample> sample_network(const ModelFolder& model, const std::optional<Volume>& image,
                                     const std::string& device_name) {
  KARYO_TRY(const auto device, choose_device(device_name));
  return model.stardist ? sample_stardist(model, image, device)
                        : sample_restoration(model, image, device);
}

}  // namespace karyo
