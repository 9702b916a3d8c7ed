#include "models/io/keras_model.h"

#include <nlohmann/json.hpp>

#include "models/io/stardist_layout.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

Error unsupported(const std::string& what) {
  return {ErrorCode::kUnsupported, "a network with " + what + " cannot be described to Keras yet",
          "Export with --format keras: the folder for Python StarDist needs no description."};
}

/// Lays the graph layer by layer along the layout.
class Graph {
 public:
  explicit Graph(const StarDistConfig& config)
      : config_(config), suffix_(std::to_string(config.n_dim) + "D") {}

  Json describe(const std::vector<LayoutLayer>& layout);

 private:
  void add(const std::string& type, const std::string& name, Json settings,
           const std::vector<std::string>& from);
  void conv(const LayoutLayer& layer, const std::string& from, const std::string& activation);
  void pool(const LayoutLayer& layer);
  std::vector<int> grid_pool();

  const StarDistConfig& config_;
  std::string suffix_, at_;  ///< at_: the layer whose output goes on
  std::vector<std::string> skips_;
  std::vector<int> pooled_ = std::vector<int>(config_.grid.size(), 1);
  Json layers_ = Json::array();
};

void Graph::add(const std::string& type, const std::string& name, Json settings,
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

void Graph::conv(const LayoutLayer& layer, const std::string& from, const std::string& activation) {
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

/// By 2 along the axes whose grid is coarser yet.
std::vector<int> Graph::grid_pool() {
  std::vector<int> pool(pooled_.size(), 1);
  for (std::size_t axis = 0; axis < pool.size(); ++axis) {
    if (config_.grid[axis] > pooled_[axis]) pooled_[axis] *= pool[axis] = 2;
  }
  return pool;
}

void Graph::pool(const LayoutLayer& layer) {
  const bool to_grid = layer.auto_index >= 0;
  if (!to_grid) skips_.push_back(at_);
  const auto size = to_grid ? grid_pool() : config_.unet_pool;
  add("MaxPooling" + suffix_, layer.name,
      {{"pool_size", size},
       {"strides", size},
       {"padding", "valid"},
       {"data_format", "channels_last"}},
      {at_});
}

Json Graph::describe(const std::vector<LayoutLayer>& layout) {
  std::string features;
  for (const auto& layer : layout) {
    if (layer.type == "input") {
      Json shape(std::vector<Json>(config_.grid.size() + 1));  // any batch, any extent
      shape.push_back(config_.n_channel_in);
      add("InputLayer", layer.name, {{"batch_input_shape", std::move(shape)}}, {});
    } else if (layer.name == "prob" || layer.name == "dist") {
      if (features.empty()) features = at_;
      conv(layer, features, layer.name == "prob" ? "sigmoid" : "linear");
    } else if (layer.type.starts_with("conv")) {
      // The last of the U-Net has an activation of its own.
      const bool last = layer.name == config_.unet_prefix + "up_level_0_no_" +
                                          std::to_string(config_.unet_n_conv_per_depth);
      conv(layer, at_, last ? config_.unet_last_activation : config_.unet_activation);
    } else if (layer.type.starts_with("max_pooling")) {
      pool(layer);
    } else if (layer.type.starts_with("up_sampling")) {
      Json settings{{"size", config_.unet_pool}, {"data_format", "channels_last"}};
      if (config_.n_dim == 2) settings["interpolation"] = "nearest";
      add("UpSampling" + suffix_, layer.name, std::move(settings), {at_});
    } else {  // concatenate
      add("Concatenate", layer.name, {{"axis", -1}}, {at_, skips_.back()});
      skips_.pop_back();
    }
  }
  return {{"class_name", "Functional"},
          {"config",
           {{"name", "stardist"},
            {"trainable", true},
            {"layers", std::move(layers_)},
            {"input_layers", Json::array({Json::array({"input", 0, 0})})},
            {"output_layers",
             Json::array({Json::array({"prob", 0, 0}), Json::array({"dist", 0, 0})})}}}};
}

}  // namespace

Result<std::string> stardist_keras_architecture(const StarDistConfig& config) {
  KARYO_TRY(const auto layout, stardist_layout(config));
  if (config.backbone != "unet") return unsupported("the backbone " + config.backbone);
  if (config.n_classes) return unsupported("several classes");
  if (config.unet_batch_norm) return unsupported("batch normalisation");
  if (config.unet_dropout > 0) return unsupported("dropout");
  return Graph(config).describe(layout).dump();
}

}  // namespace karyo
