#pragma once

/// A functional Keras model as JSON, layer after layer. Part of keras_model.cpp.
///
/// Source  Keras 2 and 3, functional models in the legacy HDF5 format.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/io/keras_layout.h"

namespace karyo {

class KerasGraph {
 public:
  explicit KerasGraph(int n_dim) : n_dim_(n_dim), suffix_(std::to_string(n_dim) + "D") {}

  /// The layer whose output goes on.
  const std::string& at() const { return at_; }

  /// A layer of any class, fed by others; `settings` are those besides name and type.
  void add(const std::string& type, const std::string& name, nlohmann::ordered_json settings,
           const std::vector<std::string>& from);

  void input(const std::string& name, std::int64_t channels);  ///< any batch, any extents
  /// Kernel and number of filters from the layout; "same" padding.
  void conv(const LayoutLayer& layer, const std::string& from, const std::string& activation);
  void activation(const std::string& name, const std::string& kind, const std::string& from);
  void batch_norm(const std::string& name);
  void max_pool(const std::string& name, const std::vector<int>& size);
  void up_sampling(const std::string& name, const std::vector<int>& size);  ///< by repetition

  /// The whole model.
  nlohmann::ordered_json model(const std::string& name, const std::string& input,
                               const std::vector<std::string>& outputs) const;

 private:
  int n_dim_;
  std::string suffix_, at_;
  nlohmann::ordered_json layers_ = nlohmann::ordered_json::array();
};

}  // namespace karyo
