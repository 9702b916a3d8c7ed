#include "models/restoration/restoration_model.h"

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

Result<void> RestorationModel::save_weights(const std::filesystem::path& file) const {
  KARYO_TRY(const auto layers, net_.keras_layers());
  return write_keras_weights(file, layers);
}

}  // namespace karyo
