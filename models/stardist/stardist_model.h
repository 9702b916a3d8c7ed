#pragma once

/// A StarDist model, 2D or 3D: config, network, weights from and to Keras files.

#include <filesystem>

#include "models/io/model_folder.h"
#include "models/nn/stardist_net.h"

namespace karyo {

class StarDistModel {
 public:
  /// A new network with random weights. Errors: kUnsupported (see StarDistNet::create).
  static Result<StarDistModel> create(const StarDistConfig& config, Random& random);

  /// The trained network of a folder, on `device`. Errors: kNotFound (no weights), kBadFile.
  static Result<StarDistModel> open(const ModelFolder& folder, const Device& device);

  const StarDistConfig& config() const { return config_; }
  StarDistNet& net() { return net_; }
  const StarDistNet& net() const { return net_; }

  /// Errors: of reading; kBadFile naming the layer whose shape differs from the config's.
  Result<void> load_weights(const std::filesystem::path& file);
  /// Begins with the weights of another model, whose body is of the same layers. Returns the heads
  /// that stay random, as they are of another shape there, or of other rays, or missing.
  /// Errors: kNotFound (no weights), of reading, kBadFile.
  Result<std::vector<std::string>> take_weights(const ModelFolder& base);
  /// Keras layout, atomically. Errors: kNumeric (NaN: the old file stays), kIo.
  Result<void> save_weights(const std::filesystem::path& file) const;

 private:
  StarDistModel(StarDistConfig config, StarDistNet net)
      : config_(std::move(config)), net_(std::move(net)) {}

  StarDistConfig config_;
  StarDistNet net_;
};

}  // namespace karyo
