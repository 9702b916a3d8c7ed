#include "models/io/keras_model.h"

#include <nlohmann/json.hpp>

#include "models/io/csbdeep_layout.h"
#include "models/io/keras_graph.h"
#include "models/io/stardist_layout.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kSmallestLaplaceScale = 1e-3;  // added to the scale in csbdeep

Error unsupported(const std::string& what) {
  return {ErrorCode::kUnsupported, "a network with " + what + " cannot be described to Keras yet",
          "Export with --format keras: the folder for the Python package needs no description."};
}

/// StarDist's network, layer by layer along the layout.
class StarDistGraph {
 public:
  explicit StarDistGraph(const StarDistConfig& config) : config_(config), graph_(config.n_dim) {}

  Json describe(const std::vector<LayoutLayer>& layout);

 private:
  void pool(const LayoutLayer& layer);
  std::vector<int> grid_pool();

  const StarDistConfig& config_;
  KerasGraph graph_;
  std::vector<std::string> skips_;
  std::vector<int> pooled_ = std::vector<int>(config_.grid.size(), 1);
};

/// By 2 along the axes whose grid is coarser yet.
std::vector<int> StarDistGraph::grid_pool() {
  std::vector<int> pool(pooled_.size(), 1);
  for (std::size_t axis = 0; axis < pool.size(); ++axis) {
    if (config_.grid[axis] > pooled_[axis]) pooled_[axis] *= pool[axis] = 2;
  }
  return pool;
}

void StarDistGraph::pool(const LayoutLayer& layer) {
  const bool to_grid = layer.auto_index >= 0;
  if (!to_grid) skips_.push_back(graph_.at());
  graph_.max_pool(layer.name, to_grid ? grid_pool() : config_.unet_pool);
}

Json StarDistGraph::describe(const std::vector<LayoutLayer>& layout) {
  std::string features;
  for (const auto& layer : layout) {
    if (layer.type == "input") {
      graph_.input(layer.name, config_.n_channel_in);
    } else if (layer.name == "prob" || layer.name == "dist") {
      if (features.empty()) features = graph_.at();
      graph_.conv(layer, features, layer.name == "prob" ? "sigmoid" : "linear");
    } else if (layer.type.starts_with("conv")) {
      // The last of the U-Net has an activation of its own.
      const bool last = layer.name == config_.unet_prefix + "up_level_0_no_" +
                                          std::to_string(config_.unet_n_conv_per_depth);
      graph_.conv(layer, graph_.at(),
                  last ? config_.unet_last_activation : config_.unet_activation);
    } else if (layer.type.starts_with("max_pooling")) {
      pool(layer);
    } else if (layer.type.starts_with("up_sampling")) {
      graph_.up_sampling(layer.name, config_.unet_pool);
    } else {  // concatenate
      graph_.add("Concatenate", layer.name, {{"axis", -1}}, {graph_.at(), skips_.back()});
      skips_.pop_back();
    }
  }
  return graph_.model("stardist", "input", {"prob", "dist"});
}

/// The network of CARE or Noise2Void: a U-Net, its heads, what is added to them.
class CsbdeepGraph {
 public:
  explicit CsbdeepGraph(const CsbdeepConfig& config)
      : config_(config), plan_(config.unet()), graph_(config.n_dim) {}

  Json describe(const std::vector<LayoutLayer>& layout);

 private:
  void conv(const LayoutLayer& layer);
  void lambda(const LayoutLayer& layer);

  const CsbdeepConfig& config_;
  const UnetPlan plan_;
  KerasGraph graph_;
  std::vector<std::string> skips_;
  std::string begin_, features_;  ///< what the U-Net sees, and what it gives
  std::string mean_, scale_;      ///< the heads
};

void CsbdeepGraph::conv(const LayoutLayer& layer) {
  if (layer.auto_index < 0) {
    graph_.conv(layer, graph_.at(), plan_.batch_norm ? "linear" : "relu");
    return;
  }
  // Named by Keras: the heads, the mean's first.
  std::string& head = mean_.empty() ? mean_ : scale_;
  if (features_.empty()) features_ = graph_.at();
  graph_.conv(layer, features_, "linear");
  head = graph_.at();
}

/// Python's functions by layers that Keras has itself: a functional model with code of its own is
/// not loaded by anyone careful.
void CsbdeepGraph::lambda(const LayoutLayer& layer) {
  if (features_.empty()) {  // the one channel that there is
    graph_.activation(layer.name, "linear", graph_.at());
    begin_ = graph_.at();
    return;
  }
  graph_.activation(layer.name + "_softplus", "softplus", scale_);
  graph_.add("Rescaling", layer.name, {{"scale", 1.0}, {"offset", kSmallestLaplaceScale}},
             {graph_.at()});
  scale_ = graph_.at();
}

Json CsbdeepGraph::describe(const std::vector<LayoutLayer>& layout) {
  for (const auto& layer : layout) {
    const bool in_unet = features_.empty();
    if (layer.type == "input") {
      graph_.input(layer.name, config_.n_channel_in);
      begin_ = graph_.at();
    } else if (layer.type.starts_with("conv")) {
      conv(layer);
    } else if (layer.type == "batch_normalization") {
      graph_.batch_norm(layer.name);
    } else if (layer.type == "activation") {
      graph_.activation(layer.name, in_unet ? "relu" : config_.unet_last_activation,
                        in_unet ? graph_.at() : mean_);
      if (!in_unet) mean_ = graph_.at();
    } else if (layer.type.starts_with("max_pooling")) {
      skips_.push_back(graph_.at());
      graph_.max_pool(layer.name, plan_.pool);
    } else if (layer.type.starts_with("up_sampling")) {
      graph_.up_sampling(layer.name, plan_.pool);
    } else if (layer.type == "add") {
      graph_.add("Add", layer.name, Json::object(), {mean_, begin_});
      mean_ = graph_.at();
    } else if (layer.type == "lambda") {
      lambda(layer);
    } else if (in_unet) {  // concatenate
      graph_.add("Concatenate", layer.name, {{"axis", -1}}, {graph_.at(), skips_.back()});
      skips_.pop_back();
    } else {
      graph_.add("Concatenate", layer.name, {{"axis", -1}}, {mean_, scale_});
    }
  }
  return graph_.model(config_.n2v ? "n2v" : "care", "input", {graph_.at()});
}

}  // namespace

Result<std::string> stardist_keras_architecture(const StarDistConfig& config) {
  KARYO_TRY(const auto layout, stardist_layout(config));
  if (config.backbone != "unet") return unsupported("the backbone " + config.backbone);
  if (config.n_classes) return unsupported("several classes");
  if (config.unet_batch_norm) return unsupported("batch normalisation");
  if (config.unet_dropout > 0) return unsupported("dropout");
  return StarDistGraph(config).describe(layout).dump();
}

Result<std::string> csbdeep_keras_architecture(const CsbdeepConfig& config) {
  KARYO_TRY(const auto layout, csbdeep_layout(config));
  if (config.subnets() > 1) return unsupported("a U-Net for each channel");
  if (config.n2v && config.n2v->blurpool) return unsupported("N2V2's blurred pooling");
  return CsbdeepGraph(config).describe(layout).dump();
}

}  // namespace karyo
