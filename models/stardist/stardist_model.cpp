#include "models/stardist/stardist_model.h"

#include <map>

#include "models/io/stardist_layout.h"
#include "models/nn/channels_last.h"
#include "models/nn/conv.h"

namespace karyo {
namespace {

/// Keras kernels are ([kz,] ky, kx, in, out), LibTorch's (out, in, [kz,] ky, kx).
torch::Tensor from_keras(const NamedArray& kernel) {
  const auto axes = static_cast<std::int64_t>(kernel.shape.size());
  std::vector<std::int64_t> order{axes - 1, axes - 2};
  for (std::int64_t axis = 0; axis < axes - 2; ++axis) order.push_back(axis);
  return torch::tensor(kernel.values)
      .reshape(kernel.shape)
      .permute(order)
      .contiguous(channels_last_of(axes));
}

NamedArray to_keras(const torch::Tensor& weight) {
  std::vector<std::int64_t> order;
  for (std::int64_t axis = 2; axis < weight.dim(); ++axis) order.push_back(axis);
  order.insert(order.end(), {1, 0});
  const auto kernel = weight.detach().to(torch::kCPU).permute(order).contiguous();
  return {"kernel", kernel.sizes().vec(),
          {kernel.data_ptr<float>(), kernel.data_ptr<float>() + kernel.numel()}};
}

NamedArray to_keras_bias(const torch::Tensor& bias) {
  const auto values = bias.detach().to(torch::kCPU).contiguous();
  return {"bias", {values.numel()},
          {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}};
}

}  // namespace

Result<StarDistModel> StarDistModel::create(const StarDistConfig& config, Random& random) {
  KARYO_TRY(auto net, StarDistNet::create(config, random));
  return StarDistModel(config, std::move(net));
}

Result<StarDistModel> StarDistModel::open(const ModelFolder& folder, const Device& device) {
  if (folder.weights.empty()) {
    return Error(ErrorCode::kNotFound, "there are no weights in " + folder.path.string(),
                 "Train the model first, or copy its weights_best.h5 there.");
  }
  Random random(0);
  KARYO_TRY(auto model, create(*folder.stardist, random));
  KARYO_CHECK_OK(model.load_weights(folder.weights));
  model.net().to(torch_device(device));
  return model;
}

Result<void> StarDistModel::load_weights(const std::filesystem::path& file) {
  KARYO_TRY(auto read, read_stardist_weights(file, config_));
  std::erase_if(read, [](const KerasLayer& layer) { return layer.weights.empty(); });
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < read.size(); ++i) {
    auto weight = net_.layers()[i].weight;
    weight.copy_(from_keras(read[i].weights[0]));
    auto bias = net_.layers()[i].bias;
    bias.copy_(torch::tensor(read[i].weights[1].values));
  }
  return {};
}

Result<std::vector<std::string>> StarDistModel::take_weights(const ModelFolder& base) {
  if (base.weights.empty()) {
    return Error(ErrorCode::kNotFound, "there are no weights in " + base.path.string(),
                 "Give the folder of a model that was trained.");
  }
  KARYO_TRY(const auto read, read_stardist_weights(base.weights, *base.stardist));
  std::map<std::string, const KerasLayer*> known;
  for (const auto& layer : read) {
    if (!layer.weights.empty()) known[layer.name] = &layer;
  }
  const bool same_rays = base.stardist->n_rays == config_.n_rays &&
                         (config_.n_dim == 2 || base.stardist->rays_json == config_.rays_json);
  const torch::NoGradGuard no_grad;
  std::vector<std::string> fresh;
  for (const auto& layer : net_.layers()) {
    const auto found = known.find(layer.name);
    const bool usable = found != known.end() && (layer.name != "dist" || same_rays);
    auto weight = layer.weight, bias = layer.bias;
    const auto kernel = usable ? from_keras(found->second->weights[0]) : torch::Tensor();
    if (usable && kernel.sizes() == weight.sizes()) {
      weight.copy_(kernel);
      bias.copy_(torch::tensor(found->second->weights[1].values));
    } else if (is_head(layer.name)) {
      fresh.push_back(layer.name);
    } else {
      return Error(ErrorCode::kBadFile,
                   base.weights.string() + " has no layer " + layer.name + " of this shape",
                   "Train with the settings of that model (its settings.json or config.json).");
    }
  }
  return fresh;
}

Result<void> StarDistModel::save_weights(const std::filesystem::path& file) const {
  KARYO_TRY(const auto layout, stardist_layout(config_));
  std::vector<KerasLayer> layers;
  std::size_t next = 0;
  for (const auto& entry : layout) {
    KerasLayer layer{entry.name, {}};
    if (!entry.weights.empty()) {
      layer.weights = {to_keras(net_.layers()[next].weight), to_keras_bias(net_.layers()[next].bias)};
      ++next;
    }
    layers.push_back(std::move(layer));
  }
  return write_keras_weights(file, layers);
}

}  // namespace karyo
