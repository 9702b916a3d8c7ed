#pragma once

/// A CARE or Noise2Void model: config, network, weights from and to Keras files.

#include <filesystem>

#include "models/device.h"
#include "models/io/model_folder.h"
#include "models/nn/restoration_net.h"

namespace karyo {

class RestorationModel {
 public:
  /// A new network with random weights. Errors: as RestorationNet::create.
  static Result<RestorationModel> create(const CsbdeepConfig& config, Random& random);

  /// The trained network of a folder (kind kCare or kN2v), on `device`. What the networks of
  /// several channels see is what they were trained with: see subnet_input_of.
  /// Errors: kNotFound (no weights), kBadFile.
  static Result<RestorationModel> open(const ModelFolder& folder, const Device& device);

  const CsbdeepConfig& config() const { return net_.config(); }
  RestorationNet& net() { return net_; }
  const RestorationNet& net() const { return net_; }

  /// Errors: of reading; kBadFile naming the layer whose shape differs from the config's.
  Result<void> load_weights(const std::filesystem::path& file);
  /// Begins with the weights of another model, whose body is of the same layers. Returns the last
  /// layers that stay random, as they are of another shape there or missing.
  /// Errors: kNotFound (no weights), of reading, kBadFile.
  Result<std::vector<std::string>> take_weights(const ModelFolder& base);
  /// Keras layout, atomically. Errors: kNumeric (NaN: the old file stays), kIo.
  Result<void> save_weights(const std::filesystem::path& file) const;

 private:
  explicit RestorationModel(RestorationNet net) : net_(std::move(net)) {}

  RestorationNet net_;
};

/// What the networks of several channels see: in a folder with karyoscope.json what its key
/// "subnet_input" says ("own" or "last"), and their own channel without the key; in a folder of
/// Python's the last channel, as n2v 0.3 trains them.
SubnetInput subnet_input_of(const ModelFolder& folder);

}  // namespace karyo
