#include "models/io/config_keys.h"

#include <cmath>

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void read_reduce_lr(JsonKeys& keys, const std::string& name, const ReduceLearningRate& standard,
                    std::optional<ReduceLearningRate>& value) {
  const Json* json = keys.find("train_reduce_lr");
  if (json == nullptr || keys.error()) return;
  const std::string allowed =
      "null or {\"factor\": 0.5, \"patience\": " + std::to_string(standard.patience) +
      ", \"min_delta\": 0} with a factor below 1";
  if (json->is_null()) {
    value.reset();
    return;
  }
  if (!json->is_object()) return keys.fail("train_reduce_lr", allowed);
  ReduceLearningRate reduce = standard;
  JsonKeys inner(*json, name);
  inner.read("factor", reduce.factor, 0, 1);
  inner.read("patience", reduce.patience, 0, kMostInt);
  inner.read("epsilon", reduce.min_delta, 0, kInfinity);
  inner.read("min_delta", reduce.min_delta, 0, kInfinity);
  if (inner.error() || reduce.factor <= 0 || reduce.factor >= 1) {
    return keys.fail("train_reduce_lr", allowed);
  }
  value = reduce;
}

Json to_json(const std::optional<ReduceLearningRate>& value) {
  if (!value) return nullptr;
  return {{"factor", value->factor},
          {"patience", value->patience},
          {"min_delta", plain_number(value->min_delta)}};
}

void read_file_name(JsonKeys& keys, const std::string& key, std::string& value) {
  const Json* json = keys.find(key);
  if (json == nullptr || json->is_null()) return;
  keys.read_text(key, value);
  if (value.empty() || value.find_first_of("/\\") != std::string::npos || value == "..") {
    keys.fail(key, "a plain file name");
  }
}

void read_n_dim(JsonKeys& keys, const Json& json, const std::string& kind, int& n_dim) {
  std::string axes;
  keys.read_text("axes", axes, 16);
  if (!json.contains("n_dim") && axes.empty()) {
    return keys.fail("n_dim", "2 or 3 (is this a " + kind + " model?)");
  }
  int found = static_cast<int>(axes.size()) - (axes.ends_with('C') ? 1 : 0);
  keys.read("n_dim", found, 2, 3);
  if (keys.error()) return;
  if (found != 2 && found != 3) return keys.fail("axes", "\"YXC\" or \"ZYXC\"");
  const std::string spatial = found == 2 ? "YX" : "ZYX";
  if (!axes.empty() && axes != spatial && axes != spatial + 'C') {
    return keys.fail(
        "axes", "\"" + spatial + "C\" for a model of " + std::to_string(found) + " dimensions");
  }
  n_dim = found;
}

Json plain_number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e9) return static_cast<int>(value);
  return value;
}

Json plain_numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(plain_number(value));
  return list;
}

}  // namespace karyo
