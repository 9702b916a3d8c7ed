#include "models/io/keras_layout.h"

namespace karyo {
namespace {

constexpr std::int64_t kMostParameters = std::int64_t{512} << 20;

}  // namespace

std::string keras_name(const std::string& type, std::int64_t before) {
  return before > 0 ? type + "_" + std::to_string(before) : type;
}

void LayoutBuilder::add(const std::string& type, const std::string& name,
                        std::vector<WeightShape> weights) {
  LayoutLayer layer{name, type, -1, std::move(weights)};
  if (name.empty()) {
    layer.auto_index = named_by_keras_[type]++;
    layer.name = keras_name(type, layer.auto_index);
  }
  layers_.push_back(std::move(layer));
}

void LayoutBuilder::conv(const std::string& name, const std::vector<int>& kernel, std::int64_t in,
                         std::int64_t out, bool bias) {
  WeightShape shape{"kernel", {kernel.begin(), kernel.end()}};
  shape.shape.insert(shape.shape.end(), {in, out});
  std::vector<WeightShape> weights{std::move(shape)};
  if (bias) weights.push_back({"bias", {out}});
  add("conv" + suffix_, name, std::move(weights));
}

void LayoutBuilder::batch_norm(std::int64_t channels) {
  add("batch_normalization", "",
      {{"gamma", {channels}},
       {"beta", {channels}},
       {"moving_mean", {channels}},
       {"moving_variance", {channels}}});
}

void LayoutBuilder::block(const UnetPlan& plan, const UnetConv& layer) {
  conv(layer.name, plan.kernel, layer.in, layer.out);
  if (plan.batch_norm) {
    batch_norm(layer.out);
    add("activation", "");
  }
  if (plan.dropout > 0) add("dropout", "");
}

void LayoutBuilder::unet(const UnetPlan& plan) {
  for (int level = 0; level < plan.depth; ++level) {
    for (const auto& layer : plan.down(level)) block(plan, layer);
    const std::string name = plan.prefix + "max_" + std::to_string(level);
    if (plan.blur_pool) {
      add("max_blur_pool" + suffix_, name, {{"blur_kernel", {3, 3, plan.filters_at(level), 1}}});
    } else {
      add("max_pooling" + suffix_, name);
    }
  }
  for (const auto& layer : plan.middle()) block(plan, layer);
  for (int level = plan.depth - 1; level >= 0; --level) {
    add("up_sampling" + suffix_, "");
    if (plan.has_skip(level)) add("concatenate", "");
    for (const auto& layer : plan.up(level)) block(plan, layer);
  }
}

std::int64_t parameter_count(const std::vector<LayoutLayer>& layout) {
  std::int64_t count = 0;
  for (const auto& layer : layout) {
    for (const auto& weight : layer.weights) count += element_count(weight.shape);
  }
  return count;
}

Result<void> check_size(const std::vector<LayoutLayer>& layout) {
  // Kernels of at most 2^20 x 2^21 x 31^3 stay below 2^57, and the sum is taken layer by layer.
  std::int64_t count = 0;
  for (const auto& layer : layout) {
    count += parameter_count({layer});
    if (count > kMostParameters) return too_large_network();
  }
  return {};
}

}  // namespace karyo
