#include "models/train/checkpoint.h"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "models/io/safetensors.h"

namespace karyo {
namespace {

constexpr const char* kFile = "checkpoint.safetensors";
constexpr int kSchema = 1;

Error unusable(const std::filesystem::path& path, const std::string& why) {
  return {ErrorCode::kBadFile, path.string() + " cannot be resumed from: " + why,
          "Start without --resume (with --pretrained to keep the weights), or use the settings the "
          "checkpoint was made with."};
}

/// Contiguous float32 values in the order of the logical shape, whatever the memory format.
SafeTensor to_safe(const std::string& name, const torch::Tensor& tensor) {
  const auto plain = tensor.detach().to(torch::kCPU).contiguous();
  const auto* first = reinterpret_cast<const std::byte*>(plain.data_ptr<float>());
  return {name, TensorType::kF32, plain.sizes().vec(), {first, first + plain.nbytes()}};
}

nlohmann::json to_json(const TrainState& state, std::int64_t adam_steps) {
  nlohmann::json json{
      {"schema", kSchema},
      {"epoch", state.epoch},
      {"step", state.step},
      {"adam_steps", adam_steps},
      {"learning_rate", state.learning_rate},
      {"reduce_factor", state.reduce.factor},
      {"reduce_patience", state.reduce.patience},
      {"reduce_min_delta", state.reduce.min_delta},
      {"reduce_wait", state.reduce.wait},
      {"best_epoch", state.best_epoch},
      {"sums",
       {{"weight", state.sums.weight}, {"total", state.sums.total}, {"parts", state.sums.parts}}},
      {"history_columns", state.history.columns},
      {"history_rows", state.history.rows}};
  // JSON has no infinity: absent means that nothing was measured yet.
  if (state.best_epoch > 0) {
    json["best_val_loss"] = state.best_val_loss;
  }
  if (std::isfinite(state.reduce.best)) json["reduce_best"] = state.reduce.best;
  return json;
}

/// Throws nlohmann::json::exception when a key is absent or of another type.
TrainState from_json(const nlohmann::json& json) {
  TrainState state;
  state.epoch = json.at("epoch").get<std::int64_t>();
  state.step = json.at("step").get<std::int64_t>();
  state.learning_rate = json.at("learning_rate").get<double>();
  state.reduce.factor = json.at("reduce_factor").get<double>();
  state.reduce.patience = json.at("reduce_patience").get<std::int64_t>();
  state.reduce.min_delta = json.value("reduce_min_delta", 0.0);
  state.reduce.wait = json.at("reduce_wait").get<std::int64_t>();
  state.best_epoch = json.at("best_epoch").get<std::int64_t>();
  if (state.best_epoch > 0) {
    state.best_val_loss = json.at("best_val_loss").get<double>();
  }
  state.reduce.best = json.value("reduce_best", state.reduce.best);
  const auto& sums = json.at("sums");
  state.sums = {sums.at("weight").get<double>(), sums.at("total").get<double>(),
                sums.at("parts").get<std::vector<double>>()};
  state.history.columns = json.at("history_columns").get<std::vector<std::string>>();
  state.history.rows = json.at("history_rows").get<std::vector<std::vector<double>>>();
  return state;
}

}  // namespace

bool has_checkpoint(const std::filesystem::path& folder) {
  std::error_code ec;
  return std::filesystem::exists(folder / kFile, ec);
}

Result<void> save_checkpoint(const std::filesystem::path& folder, const NetworkState& network,
                             const Adam& optimizer, const WeightAverage& average,
                             const TrainState& state) {
  const auto& parameters = network.parameters;
  SafeTensors file;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto number = std::to_string(i);
    file.tensors.push_back(to_safe("weight." + number, parameters[i]));
    file.tensors.push_back(to_safe("adam_first." + number, optimizer.first_moments()[i]));
    file.tensors.push_back(to_safe("adam_second." + number, optimizer.second_moments()[i]));
  }
  for (std::size_t i = 0; i < average.averages().size(); ++i) {
    file.tensors.push_back(to_safe("average." + std::to_string(i), average.averages()[i]));
  }
  for (std::size_t i = 0; i < network.buffers.size(); ++i) {
    file.tensors.push_back(to_safe("buffer." + std::to_string(i), network.buffers[i]));
  }
  file.metadata["karyoscope"] = to_json(state, optimizer.steps()).dump();
  return write_safetensors(folder / kFile, file);
}

Result<TrainState> load_checkpoint(const std::filesystem::path& folder, const NetworkState& network,
                                   Adam& optimizer, WeightAverage& average) {
  const auto& parameters = network.parameters;
  const auto path = folder / kFile;
  if (!has_checkpoint(folder)) {
    return Error(ErrorCode::kNotFound, "there is no checkpoint in " + folder.string(),
                 "Leave --resume out to start a new training.");
  }
  KARYO_TRY(const auto file, read_safetensors(path));
  const torch::NoGradGuard no_grad;
  const auto find = [&](const std::string& name, const torch::Tensor& like,
                        torch::Tensor& found) -> Result<void> {
    const auto* tensor = file.find(name);
    if (tensor == nullptr) return unusable(path, name + " is missing");
    if (tensor->type != TensorType::kF32 || tensor->shape != like.sizes().vec()) {
      return unusable(path, "it holds the weights of another network (" + name + ")");
    }
    found = torch::empty(like.sizes());
    std::memcpy(found.data_ptr<float>(), tensor->bytes.data(), tensor->bytes.size());
    return {};
  };
  std::vector<torch::Tensor> first(parameters.size()), second(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto number = std::to_string(i);
    torch::Tensor weight;
    KARYO_CHECK_OK(find("weight." + number, parameters[i], weight));
    KARYO_CHECK_OK(find("adam_first." + number, parameters[i], first[i]));
    KARYO_CHECK_OK(find("adam_second." + number, parameters[i], second[i]));
    auto target = parameters[i];
    target.copy_(weight);
  }
  for (std::size_t i = 0; i < network.buffers.size(); ++i) {
    torch::Tensor values;
    KARYO_CHECK_OK(find("buffer." + std::to_string(i), network.buffers[i], values));
    auto target = network.buffers[i];
    target.copy_(values);
  }
  if (average.on()) {
    const bool kept = file.find("average.0") != nullptr;
    std::vector<torch::Tensor> averages(parameters.begin(), parameters.end());
    for (std::size_t i = 0; kept && i < averages.size(); ++i) {
      KARYO_CHECK_OK(find("average." + std::to_string(i), parameters[i], averages[i]));
    }
    average.restore(averages);
  }
  const auto metadata = file.metadata.find("karyoscope");
  if (metadata == file.metadata.end()) return unusable(path, "its state is missing");
  try {
    const auto json = nlohmann::json::parse(metadata->second);
    const int schema = json.at("schema").get<int>();
    if (schema != kSchema) return unusable(path, "schema " + std::to_string(schema) + " is unknown");
    optimizer.restore(json.at("adam_steps").get<std::int64_t>(), first, second);
    return from_json(json);
  } catch (const nlohmann::json::exception& broken) {
    return unusable(path, broken.what());
  }
}

}  // namespace karyo
