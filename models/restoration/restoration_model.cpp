#include "models/restoration/restoration_model.h"

#include <algorithm>
#include <map>

#include "models/io/csbdeep_layout.h"
#include "models/nn/conv.h"

namespace karyo {

SubnetInput subnet_input_of(const ModelFolder& folder) {
  if (!folder.record) return SubnetInput::kLast;
  const auto said = folder.record->more.find("subnet_input");
  const bool last = said != folder.record->more.end() && *said == "last";
  return last ? SubnetInput::kLast : SubnetInput::kOwn;
}

Result<RestorationModel> RestorationModel::create(const CsbdeepConfig& config, Random& random) {
  KARYO_TRY(auto net, RestorationNet::create(config, random));
  return RestorationModel(std::move(net));
}

Result<RestorationModel> RestorationModel::open(const ModelFolder& folder, const Device& device) {
  if (folder.weights.empty()) {
    return Error(ErrorCode::kNotFound, "there are no weights in " + folder.path.string(),
                 "Train the model first, or copy its weights_best.h5 there.");
  }
  CsbdeepConfig config = *folder.csbdeep;
  KARYO_TRY(auto file, read_keras_weights(folder.weights));
  KARYO_TRY(const auto layout, csbdeep_layout(config));
  auto layers = match_layers(layout, file, folder.weights.string());
  if (!layers && config.n2v) {
    // A config that was mended by hand may not tell which of n2v's U-Nets the weights are of.
    CsbdeepConfig other = config;
    other.n2v->narrow_up = !other.n2v->narrow_up;
    KARYO_TRY(const auto other_layout, csbdeep_layout(other));
    if (auto found = match_layers(other_layout, file, folder.weights.string())) {
      layers = std::move(found);
      config = std::move(other);
    }
  }
  if (!layers) return layers.error();
  Random random(0);
  KARYO_TRY(auto model, create(config, random));
  model.net_.load(*layers);
  model.net_.set_subnet_input(subnet_input_of(folder));
  model.net_.to(torch_device(device));
  return model;
}

Result<void> RestorationModel::load_weights(const std::filesystem::path& file) {
  KARYO_TRY(const auto layers, read_csbdeep_weights(file, config()));
  net_.load(layers);
  return {};
}

Result<std::vector<std::string>> RestorationModel::take_weights(const ModelFolder& base) {
  KARYO_TRY(const auto other, open(base, Device{}));
  KARYO_TRY(const auto read, other.net_.keras_layers());
  std::map<std::string, const KerasLayer*> known;
  for (const auto& layer : read) known[layer.name] = &layer;
  KARYO_TRY(auto layers, net_.keras_layers());
  std::size_t last = 0;  // where the heads begin: the last convolutions, of values and of scales
  std::size_t heads = config().probabilistic ? 2 : 1;
  for (std::size_t i = layers.size(); i-- > 0 && heads > 0;) {
    if (layers[i].weights.empty()) continue;
    last = i;
    --heads;
  }
  const auto alike = [](const KerasLayer& a, const KerasLayer& b) {
    return std::equal(a.weights.begin(), a.weights.end(), b.weights.begin(), b.weights.end(),
                      [](const auto& x, const auto& y) { return x.shape == y.shape; });
  };
  std::vector<std::string> fresh;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].weights.empty()) continue;
    const auto found = known.find(layers[i].name);
    if (found != known.end() && alike(layers[i], *found->second)) {
      layers[i].weights = found->second->weights;
    } else if (i >= last) {
      fresh.push_back(layers[i].name);
    } else {
      return Error(ErrorCode::kBadFile,
                   base.weights.string() + " has no layer " + layers[i].name + " of this shape",
                   "Train with the settings of that model (its settings.json or config.json).");
    }
  }
  net_.load(layers);
  return fresh;
}

Result<void> RestorationModel::save_weights(const std::filesystem::path& file) const {
  KARYO_TRY(const auto layers, net_.keras_layers());
  return write_keras_weights(file, layers);
}

}  // namespace karyo
