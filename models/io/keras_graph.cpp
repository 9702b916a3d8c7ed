#include "models/io/keras_graph.h"

#include <utility>

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

void KerasGraph::add(const std::string& type, const std::string& name, Json settings,
                     const std::vector<std::string>& from) {
  Json inputs = Json::array();
  for (const auto& source : from) inputs.push_back({source, 0, 0, Json::object()});
  settings["name"] = name;
  settings["dtype"] = "float32";
  Json nodes = Json::array();
  if (!from.empty()) nodes.push_back(std::move(inputs));
  layers_.push_back({{"class_name", type},
                     {"config", std::move(settings)},
                     {"name", name},
                     {"inbound_nodes", std::move(nodes)}});
  at_ = name;
}

void KerasGraph::input(const std::string& name, std::int64_t channels) {
  Json shape(std::vector<Json>(static_cast<std::size_t>(n_dim_) + 1));
  shape.push_back(channels);
  add("InputLayer", name, {{"batch_input_shape", std::move(shape)}}, {});
}

void KerasGraph::conv(const LayoutLayer& layer, const std::string& from,
                      const std::string& activation) {
  const auto& shape = layer.weights[0].shape;
  const std::vector<std::int64_t> kernel(shape.begin(), shape.end() - 2);
  add("Conv" + suffix_, layer.name,
      {{"filters", shape.back()},
       {"kernel_size", kernel},
       {"strides", std::vector<int>(kernel.size(), 1)},
       {"padding", "same"},
       {"data_format", "channels_last"},
       {"dilation_rate", std::vector<int>(kernel.size(), 1)},
       {"activation", activation},
       {"use_bias", layer.weights.size() > 1}},
      {from});
}

void KerasGraph::activation(const std::string& name, const std::string& kind,
                            const std::string& from) {
  add("Activation", name, {{"activation", kind}}, {from});
}

void KerasGraph::batch_norm(const std::string& name) {
  add("BatchNormalization", name,
      {{"axis", -1}, {"momentum", 0.99}, {"epsilon", 1e-3}, {"center", true}, {"scale", true}},
      {at_});
}

void KerasGraph::max_pool(const std::string& name, const std::vector<int>& size) {
  add("MaxPooling" + suffix_, name,
      {{"pool_size", size},
       {"strides", size},
       {"padding", "valid"},
       {"data_format", "channels_last"}},
      {at_});
}

void KerasGraph::up_sampling(const std::string& name, const std::vector<int>& size) {
  Json settings{{"size", size}, {"data_format", "channels_last"}};
  if (n_dim_ == 2) settings["interpolation"] = "nearest";
  add("UpSampling" + suffix_, name, std::move(settings), {at_});
}

Json KerasGraph::model(const std::string& name, const std::string& input,
                       const std::vector<std::string>& outputs) const {
  Json ends = Json::array();
  for (const auto& output : outputs) ends.push_back(Json::array({output, 0, 0}));
  return {{"class_name", "Functional"},
          {"config",
           {{"name", name},
            {"trainable", true},
            {"layers", layers_},
            {"input_layers", Json::array({Json::array({input, 0, 0})})},
            {"output_layers", std::move(ends)}}}};
}

}  // namespace karyo
