#include "models/io/csbdeep_config.h"

#include <charconv>
#include <cmath>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMostIntensity = 1e30;  // squares stay within float32's range
constexpr std::size_t kMostMaskExtent = 1023;
const std::vector<std::string> kManipulators{"uniform_withCP",
                                             "uniform_withoutCP",
                                             "normal_withoutCP",
                                             "normal_additive",
                                             "normal_fitted",
                                             "identity",
                                             "mean",
                                             "median"};

ReduceLearningRate standard_reduce_lr(bool n2v) {
  // Noise2Void leaves min_delta to Keras, csbdeep sets it.
  return {.factor = 0.5, .patience = 10, .min_delta = n2v ? 1e-4 : 0};
}

bool is_n2v(const Json& json) {
  for (const auto& item : json.items()) {
    if (item.key().starts_with("n2v_")) return true;
  }
  return json.contains("means");
}

/// A number, or a text that is nothing but one.
std::optional<double> number_from(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (!json.is_string()) return std::nullopt;
  const auto& text = json.get_ref<const std::string&>();
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// "means" with a number a channel, or "mean" with one, as Noise2Void 0.1 had it.
void read_statistics(JsonKeys& keys, const std::string& list, const std::string& single,
                     int channels, double low, std::vector<double>& values) {
  const Json* json = keys.find(list);
  const std::string key = json != nullptr ? list : single;
  if (json == nullptr) json = keys.find(single);
  const std::string allowed = "a list of " + std::to_string(channels) +
                              (channels == 1 ? " number" : " numbers") +
                              (low == 0 ? " above 0" : "") + ", one a channel";
  if (json == nullptr) return keys.fail(list, allowed);
  const Json entries = json->is_array() ? *json : Json::array({*json});
  if (static_cast<int>(entries.size()) != channels) return keys.fail(key, allowed);
  std::vector<double> found;
  for (const auto& entry : entries) {
    const auto value = number_from(entry);
    // Stored as float32 in memory of the network: what vanishes there is 0.
    if (!value || !(std::abs(*value) <= kMostIntensity) || static_cast<float>(*value) <= low) {
      return keys.fail(key, allowed);
    }
    found.push_back(*value);
  }
  values = std::move(found);
}

/// Appends the values of a nested list; false where it is ragged, too large or holds anything else.
bool flatten(const Json& json, const std::vector<int>& shape, std::size_t axis,
             std::vector<std::uint8_t>& values) {
  if (axis == shape.size()) {
    if (!json.is_number() || (json != 0 && json != 1)) return false;
    values.push_back(json == 1 ? 1 : 0);
    return true;
  }
  if (!json.is_array() || static_cast<int>(json.size()) != shape[axis]) return false;
  for (const auto& entry : json) {
    if (!flatten(entry, shape, axis + 1, values)) return false;
  }
  return true;
}

void read_struct_mask(JsonKeys& keys, int n_dim, std::optional<StructMask>& mask) {
  const Json* json = keys.find("structN2Vmask");
  if (json == nullptr || json->is_null() || keys.error()) return;
  const std::string allowed = "null or a list nested " + std::to_string(n_dim) +
                              " deep of 0 and 1, its extents odd, for example " +
                              (n_dim == 2 ? "[[0, 1, 0]]" : "[[[0, 1, 0]]]");
  StructMask found;
  const Json* level = json;
  for (int axis = 0; axis < n_dim; ++axis) {
    if (!level->is_array() || level->size() % 2 == 0 || level->size() > kMostMaskExtent) {
      return keys.fail("structN2Vmask", allowed);
    }
    found.shape.push_back(static_cast<int>(level->size()));
    level = &level->front();
  }
  if (!flatten(*json, found.shape, 0, found.values)) return keys.fail("structN2Vmask", allowed);
  mask = std::move(found);
}

void read_n2v(JsonKeys& keys, const Json& json, CsbdeepConfig& config) {
  N2vConfig& n2v = *config.n2v;
  n2v.narrow_up = json.contains("blurpool") || json.contains("skip_skipone");
  read_statistics(keys, "means", "mean", config.n_channel_in, -kInfinity, n2v.means);
  read_statistics(keys, "stds", "std", config.n_channel_in, 0, n2v.stds);
  keys.read("batch_norm", n2v.batch_norm);
  keys.read("n2v_perc_pix", n2v.perc_pix, 1e-6, 100);
  keys.read("n2v_patch_shape", n2v.patch_shape, static_cast<std::size_t>(config.n_dim), 1,
            kMostPatch);
  keys.read("n2v_manipulator", n2v.manipulator, kManipulators);
  keys.read("n2v_neighborhood_radius", n2v.neighborhood_radius, 0, kMostPatch);
  keys.read("single_net_per_channel", n2v.single_net_per_channel);
  keys.read("blurpool", n2v.blurpool);
  if (n2v.blurpool && config.n_dim == 3) keys.fail("blurpool", "false, since it is 2D only");
  keys.read("skip_skipone", n2v.skip_skipone);
  read_struct_mask(keys, config.n_dim, n2v.struct_mask);
}

void read_network(JsonKeys& keys, CsbdeepConfig& config) {
  keys.read("n_channel_in", config.n_channel_in, 1, kMostChannels);
  config.n_channel_out = config.n2v ? config.n_channel_in : config.n_channel_out;
  keys.read("n_channel_out", config.n_channel_out, 1, kMostChannels);
  if (config.n2v && config.n_channel_out != config.n_channel_in) {
    keys.fail("n_channel_out", "n_channel_in: Noise2Void gives each channel back");
  }
  if (!config.n2v) config.unet_residual = config.n_channel_in == config.n_channel_out;
  keys.read("unet_residual", config.unet_residual);
  if (config.unet_residual && config.n_channel_in != config.n_channel_out) {
    keys.fail("unet_residual", "false, since inputs and outputs differ in number");
  }
  if (config.unet_residual && config.n2v && config.n_channel_in > 1) {
    keys.fail("unet_residual", "false; Noise2Void has it with one channel only");
  }
  keys.read("unet_n_depth", config.unet_n_depth, 1, kMostDepth);
  keys.read("unet_kern_size", config.unet_kern_size, 1, kMostKernel);
  if (config.unet_kern_size % 2 == 0) keys.fail("unet_kern_size", "an odd number, for example 3");
  keys.read("unet_n_first", config.unet_n_first, 1, kMostFilters);
  keys.read("unet_last_activation", config.unet_last_activation, {"linear", "relu"});
}

void read_training(JsonKeys& keys, const std::string& name, CsbdeepConfig& config) {
  const bool n2v = config.n2v.has_value();
  if (config.probabilistic) {
    config.train_loss = "laplace";
    keys.read("train_loss", config.train_loss, {"laplace"});
  } else {
    keys.read("train_loss", config.train_loss, {"mae", "mse"});
  }
  keys.read("train_epochs", config.train_epochs, 0, kMostInt);
  keys.read("train_steps_per_epoch", config.train_steps_per_epoch, 1, kMostInt);
  keys.read("train_learning_rate", config.train_learning_rate, 0, kInfinity);
  keys.read("train_batch_size", config.train_batch_size, 1, 1 << 16);
  keys.read("train_tensorboard", config.train_tensorboard);
  read_reduce_lr(keys, name, standard_reduce_lr(n2v), config.train_reduce_lr);
  read_file_name(keys, "train_checkpoint", config.train_checkpoint);
  if (n2v) return;
  read_file_name(keys, "train_checkpoint_last", config.train_checkpoint_last);
  read_file_name(keys, "train_checkpoint_epoch", config.train_checkpoint_epoch);
}

/// Numpy prints a float32 in the fewest digits that read back as it.
std::string float_text(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, static_cast<float>(value)).ptr;
  return {text, end};
}

Json texts(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(float_text(value));
  return list;
}

Json nested(const StructMask& mask, std::size_t axis, std::size_t& next) {
  if (axis == mask.shape.size()) return mask.values[next++];
  Json list = Json::array();
  for (int i = 0; i < mask.shape[axis]; ++i) list.push_back(nested(mask, axis + 1, next));
  return list;
}

void add_n2v(const N2vConfig& n2v, Json& json) {
  json["batch_norm"] = n2v.batch_norm;
  json["n2v_perc_pix"] = plain_number(n2v.perc_pix);
  json["n2v_patch_shape"] = n2v.patch_shape;
  json["n2v_manipulator"] = n2v.manipulator;
  json["n2v_neighborhood_radius"] = n2v.neighborhood_radius;
  json["single_net_per_channel"] = n2v.single_net_per_channel;
  if (n2v.narrow_up || n2v.blurpool || n2v.skip_skipone) {
    json["blurpool"] = n2v.blurpool;
    json["skip_skipone"] = n2v.skip_skipone;
  }
  std::size_t next = 0;
  json["structN2Vmask"] = n2v.struct_mask ? nested(*n2v.struct_mask, 0, next) : Json(nullptr);
}

}  // namespace

CsbdeepConfig CsbdeepConfig::care(int n_dim, int n_channel_in, int n_channel_out) {
  CsbdeepConfig config;
  config.n_dim = n_dim;
  config.n_channel_in = n_channel_in;
  config.n_channel_out = n_channel_out;
  config.unet_residual = n_channel_in == n_channel_out;
  config.unet_kern_size = n_dim == 2 ? 5 : 3;
  return config;
}

CsbdeepConfig CsbdeepConfig::noise2void(int n_dim, std::vector<double> means,
                                        std::vector<double> stds) {
  const int channels = static_cast<int>(means.size());
  CsbdeepConfig config = care(n_dim, channels, channels);
  config.unet_residual = false;
  config.train_reduce_lr = standard_reduce_lr(true);
  config.n2v.emplace();
  config.n2v->means = std::move(means);
  config.n2v->stds = std::move(stds);
  config.n2v->patch_shape.assign(static_cast<std::size_t>(n_dim), 64);
  return config;
}

UnetPlan CsbdeepConfig::unet(int subnet) const {
  const auto axes_count = static_cast<std::size_t>(n_dim);
  UnetPlan plan;
  plan.n_dim = n_dim;
  plan.channels_in = n_channel_in / subnets();
  plan.depth = unet_n_depth;
  plan.kernel.assign(axes_count, unet_kern_size);
  plan.pool.assign(axes_count, 2);
  plan.filters = unet_n_first;
  if (!n2v) return plan;
  plan.prefix = "channel_" + std::to_string(subnet);
  plan.batch_norm = n2v->batch_norm;
  plan.narrow_up = n2v->narrow_up && !n2v->skip_skipone;
  plan.blur_pool = n2v->blurpool;
  plan.skip_top = !n2v->skip_skipone;
  return plan;
}

Result<LoadedCsbdeepConfig> csbdeep_config_from_json(const Json& json, const std::string& name) {
  if (!json.is_object()) {
    return Error(ErrorCode::kBadFile, name + " holds no JSON object",
                 "Choose the config.json of a CARE or Noise2Void model folder.");
  }
  const bool n2v = is_n2v(json);
  JsonKeys keys(json, name);
  int n_dim = 2;
  read_n_dim(keys, json, n2v ? "Noise2Void" : "CARE", n_dim);
  LoadedCsbdeepConfig loaded;
  CsbdeepConfig& config = loaded.config;
  config = n2v ? CsbdeepConfig::noise2void(n_dim, {0}, {1}) : CsbdeepConfig::care(n_dim);
  read_network(keys, config);
  keys.read("probabilistic", config.probabilistic);
  if (n2v && config.probabilistic) keys.fail("probabilistic", "false; Noise2Void has no such form");
  if (n2v) read_n2v(keys, json, config);
  read_training(keys, name, config);
  if (const Json* shape = keys.find("unet_input_shape");
      shape != nullptr && shape->is_array() && !shape->empty() && !shape->front().is_null()) {
    return Error(ErrorCode::kUnsupported,
                 name +
                     ": the network takes images of one size or with channels first "
                     "(unet_input_shape)",
                 "Train the model again with unet_input_shape [null, ..., channels], the default.");
  }
  if (keys.error()) return *keys.error();
  for (const auto& key : keys.unknown()) {
    config.unknown[key] = json[key];
    loaded.warnings.push_back("The setting \"" + key +
                              "\" is not known here; it is kept and has no effect.");
  }
  return loaded;
}

Json to_json(const CsbdeepConfig& config) {
  Json json;
  if (config.n2v) {
    json["means"] = texts(config.n2v->means);
    json["stds"] = texts(config.n2v->stds);
  }
  json["n_dim"] = config.n_dim;
  json["axes"] = config.axes();
  json["n_channel_in"] = config.n_channel_in;
  json["n_channel_out"] = config.n_channel_out;
  if (!config.n2v) {
    json["train_checkpoint"] = config.train_checkpoint;
    json["train_checkpoint_last"] = config.train_checkpoint_last;
    json["train_checkpoint_epoch"] = config.train_checkpoint_epoch;
    json["probabilistic"] = config.probabilistic;
  }
  json["unet_residual"] = config.unet_residual;
  json["unet_n_depth"] = config.unet_n_depth;
  json["unet_kern_size"] = config.unet_kern_size;
  json["unet_n_first"] = config.unet_n_first;
  json["unet_last_activation"] = config.unet_last_activation;
  json["unet_input_shape"] = Json::array();
  for (int axis = 0; axis < config.n_dim; ++axis) json["unet_input_shape"].push_back(nullptr);
  json["unet_input_shape"].push_back(config.n_channel_in);
  json["train_loss"] = config.train_loss;
  json["train_epochs"] = config.train_epochs;
  json["train_steps_per_epoch"] = config.train_steps_per_epoch;
  json["train_learning_rate"] = config.train_learning_rate;
  json["train_batch_size"] = config.train_batch_size;
  json["train_tensorboard"] = config.train_tensorboard;
  if (config.n2v) json["train_checkpoint"] = config.train_checkpoint;
  json["train_reduce_lr"] = to_json(config.train_reduce_lr);
  if (config.n2v) {
    add_n2v(*config.n2v, json);
    json["probabilistic"] = false;
  }
  for (const auto& [key, value] : config.unknown.items()) {
    if (!json.contains(key)) json[key] = value;
  }
  return json;
}

Result<void> validate(const CsbdeepConfig& config) {
  const auto checked = csbdeep_config_from_json(to_json(config), "settings");
  if (checked) return {};
  return Error(ErrorCode::kInvalidArgument, checked.error().what, checked.error().fix);
}

Result<void> write_csbdeep_config(const std::filesystem::path& path, const CsbdeepConfig& config) {
  KARYO_CHECK_OK(validate(config));
  return write_file_atomically(path, json_text(to_json(config)));
}

}  // namespace karyo
