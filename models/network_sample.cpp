#include "models/network_sample.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "models/nn/conv.h"
#include "models/stardist/stardist_predict.h"

namespace karyo {
namespace {

constexpr std::int64_t kUsualExtent = 256;

struct Extent {
  std::int64_t y = 0, x = 0;
};

std::int64_t at_least(std::int64_t extent, std::int64_t step) {
  return (extent + step - 1) / step * step;
}

/// Bright blobs on a dim noisy background, the same each time.
Volume made_image(std::int64_t channels, Extent extent) {
  Volume image(VoxelType::kFloat32, {1, channels, 1, extent.y, extent.x});
  Random random(0);
  constexpr int kBlobs = 24;
  constexpr double kRadius = 9, kBackground = 100, kNoise = 4, kPeak = 400;
  for (std::int64_t c = 0; c < channels; ++c) {
    auto view = image.view<float>(0, c);
    for (std::int64_t y = 0; y < extent.y; ++y) {
      float* const row = view.row(0, y);
      for (std::int64_t x = 0; x < extent.x; ++x) {
        row[x] = static_cast<float>(kBackground + random.uniform(0, kNoise));
      }
    }
    for (int i = 0; i < kBlobs; ++i) {
      const double cy = random.uniform(0, static_cast<double>(extent.y));
      const double cx = random.uniform(0, static_cast<double>(extent.x));
      const double peak = kPeak * random.uniform(0.5, 1.0);
      for (std::int64_t y = 0; y < extent.y; ++y) {
        float* const row = view.row(0, y);
        for (std::int64_t x = 0; x < extent.x; ++x) {
          const double r = std::hypot(static_cast<double>(y) - cy, static_cast<double>(x) - cx);
          if (r < kRadius) row[x] += static_cast<float>(peak * (1 - r * r / (kRadius * kRadius)));
        }
      }
    }
  }
  return image;
}

Result<Volume> middle_of(const Volume& image, std::int64_t channels, Extent smallest,
                         std::int64_t step_y, std::int64_t step_x) {
  const auto& shape = image.shape();
  const std::int64_t has = image.rgb ? std::min<std::int64_t>(3, shape.c) : shape.c;
  if (has != channels || shape.y < smallest.y || shape.x < smallest.x) {
    return Error(ErrorCode::kInvalidArgument,
                 "the test image has " + std::to_string(has) + " channels and " +
                     std::to_string(shape.y) + " x " + std::to_string(shape.x) + " pixels",
                 "Give one with " + std::to_string(channels) + " channels and at least " +
                     std::to_string(smallest.y) + " x " + std::to_string(smallest.x) +
                     " pixels, or none.");
  }
  const auto fit = [](std::int64_t extent, std::int64_t least, std::int64_t step) {
    return std::max(least, std::min(extent, kUsualExtent) / step * step);
  };
  const Extent size{fit(shape.y, smallest.y, step_y), fit(shape.x, smallest.x, step_x)};
  Volume part(VoxelType::kFloat32, {1, channels, 1, size.y, size.x});
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto plane = plane_to_float(image, 0, c, shape.z / 2);
    auto view = part.view<float>(0, c);
    for (std::int64_t y = 0; y < size.y; ++y) {
      const std::int64_t from = ((shape.y - size.y) / 2 + y) * shape.x + (shape.x - size.x) / 2;
      std::copy_n(plane.data() + from, size.x, view.row(0, y));
    }
  }
  return part;
}

/// (1, C, H, W) as (1, H, W, C).
NamedArray array_of(const std::string& name, const torch::Tensor& tensor) {
  const auto last = tensor.to(torch::kCPU).permute({0, 2, 3, 1}).contiguous();
  return {
      name, last.sizes().vec(), {last.data_ptr<float>(), last.data_ptr<float>() + last.numel()}};
}

Result<NetworkSample> sample_stardist(const ModelFolder& folder,
                                      const std::optional<Volume>& wanted, const Device& device) {
  KARYO_TRY(const auto model, StarDistModel::open(folder, device));
  const auto& net = model.net();
  const std::int64_t channels = model.config().n_channel_in;
  NetworkSample sample;
  sample.divisor = {net.divisor_y(), net.divisor_x()};
  sample.halo = net.receptive_radius();
  const Extent smallest{at_least(2 * sample.halo + 1, net.divisor_y()),
                        at_least(2 * sample.halo + 1, net.divisor_x())};
  std::optional<Volume> image;
  if (wanted) {
    KARYO_TRY(image, middle_of(*wanted, channels, smallest, net.divisor_y(), net.divisor_x()));
  } else {
    image = made_image(channels, {std::max(smallest.y, at_least(kUsualExtent, net.divisor_y())),
                                  std::max(smallest.x, at_least(kUsualExtent, net.divisor_x()))});
  }
  const auto record = folder.record.value_or(ModelRecord{});
  KARYO_TRY(const auto scales, input_scales(*image, 0, -1, channels, record.pmin, record.pmax));
  const auto as_tensor = [](const NetworkImage& plane) {
    return torch::tensor(plane.values).reshape({1, plane.channels, plane.height, plane.width});
  };
  const std::vector<ChannelScale> as_it_is(static_cast<std::size_t>(channels));
  const torch::InferenceMode inference;
  sample.input = array_of("input", as_tensor(network_image(*image, 0, 0, -1, as_it_is)));
  const auto x = as_tensor(network_image(*image, 0, 0, -1, scales));
  const auto output = net.forward(x.to(torch_device(device)), Precision::kFloat32);
  sample.outputs = {array_of("prob", output.prob()), array_of("dist", output.dist())};
  return sample;
}

}  // namespace

Result<NetworkSample> sample_network(const ModelFolder& model, const std::optional<Volume>& image,
                                     const std::string& device_name) {
  KARYO_TRY(const auto device, choose_device(device_name));
  if (model.stardist) return sample_stardist(model, image, device);
  return Error(ErrorCode::kUnsupported,
               "the network of a model of the kind " + std::string(name_of(model.kind)) +
                   " cannot be shown at work yet",
               "Export with --format keras for the Python package.");
}

}  // namespace karyo
