#pragma once

/// What a bioimage.io description (rdf.yaml) says that concerns us.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// One entry of `weights`.
struct RdfWeights {
  std::string format;  ///< "keras_hdf5", "torchscript", ... as it stands
  std::string source;  ///< a name within the package, or an address
};

struct Rdf {
  std::string format_version;              ///< "0.5.4"
  std::string name;                        ///< empty: not given
  nlohmann::ordered_json stardist_config;  ///< config.stardist.config; null: none
  nlohmann::ordered_json thresholds;       ///< config.stardist.thresholds; null: none
  std::string stardist_weights;            ///< config.stardist.weights; empty: none
  std::vector<RdfWeights> weights;
  std::optional<double> pmin, pmax;  ///< of the first input's scale_range
};

/// Reads descriptions of the versions 0.2 to 0.5 (0.2 as csbdeep and n2v wrote it).
/// Errors  kBadFile, kTooLarge (of the text); kUnsupported (no model, a later version).
Result<Rdf> parse_rdf(std::string_view text, const std::string& name);

}  // namespace karyo
