#pragma once

/// What the config.json of all models of csbdeep's family share.

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/io/json_keys.h"

namespace karyo {

/// Keras' ReduceLROnPlateau.
struct ReduceLearningRate {
  double factor = 0.5;
  int patience = 40;  ///< epochs without a better validation loss
  double min_delta = 0;
};

// Far beyond any network in use; they keep a hostile file from asking for terabytes.
inline constexpr int kMostChannels = 1024;
inline constexpr int kMostFilters = 8192;
inline constexpr int kMostDepth = 10;
inline constexpr int kMostKernel = 31;
inline constexpr int kMostPatch = 1 << 20;
inline constexpr int kMostInt = std::numeric_limits<int>::max();

/// "train_reduce_lr": null or an object, whose absent keys take their values from `standard`.
/// `epsilon` is min_delta's name before Keras 2.1.6.
void read_reduce_lr(JsonKeys& keys, const std::string& name, const ReduceLearningRate& standard,
                    std::optional<ReduceLearningRate>& value);
nlohmann::ordered_json to_json(const std::optional<ReduceLearningRate>& value);

/// A plain file name; null, for which Python keeps no such file, leaves the value as it was.
void read_file_name(JsonKeys& keys, const std::string& key, std::string& value);

/// The number of spatial axes, from "n_dim", "axes" or both where both are there.
void read_n_dim(JsonKeys& keys, const nlohmann::ordered_json& json, const std::string& kind,
                int& n_dim);

/// Numbers without a fraction are written as Python holds them: 1, not 1.0.
nlohmann::ordered_json plain_number(double value);
nlohmann::ordered_json plain_numbers(const std::vector<double>& values);

}  // namespace karyo
