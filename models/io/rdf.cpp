#include "models/io/rdf.h"

#include <cstdio>

#include "models/io/yaml.h"

namespace karyo {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostQuoted = 200;
constexpr int kLatestMinor = 5;  // of version 0

/// The value under a row of keys; null when one is missing.
const Json& below(const Json& value, std::initializer_list<const char*> keys) {
  static const Json kNull;
  const Json* found = &value;
  for (const char* key : keys) {
    if (!found->is_object()) return kNull;
    const auto entry = found->find(key);
    if (entry == found->end()) return kNull;
    found = &*entry;
  }
  return *found;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>().substr(0, kMostQuoted);
  if (!value.is_number()) return {};
  char text[32];  // a version that YAML takes for a number: 0.4
  std::snprintf(text, sizeof text, "%g", value.get<double>());
  return text;
}

/// A file is named by itself, or by an entry with its source.
std::string source_of(const Json& value) {
  return value.is_string() ? text_of(value) : text_of(below(value, {"source"}));
}

void read_normalization(const Json& inputs, Rdf& rdf) {
  if (!inputs.is_array() || inputs.empty()) return;
  const Json& steps = below(inputs[0], {"preprocessing"});
  if (!steps.is_array()) return;
  for (const Json& step : steps) {
    if (text_of(below(step, {"id"})) != "scale_range" &&
        text_of(below(step, {"name"})) != "scale_range") {
      continue;
    }
    const Json& low = below(step, {"kwargs", "min_percentile"});
    const Json& high = below(step, {"kwargs", "max_percentile"});
    const double pmin = low.is_number() ? low.get<double>() : 0;  // the defaults of the format
    const double pmax = high.is_number() ? high.get<double>() : 100;
    if (pmin >= 0 && pmin < pmax && pmax <= 100) {
      rdf.pmin = pmin;
      rdf.pmax = pmax;
    }
    return;
  }
}

Result<void> check_version(const std::string& version, const std::string& name) {
  int major = 0, minor = 0;
  if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) != 2) {
    return Error(ErrorCode::kUnsupported, name + " states no format_version of bioimage.io",
                 "Give a package of a model, whose rdf.yaml begins with its format_version.");
  }
  if (major != 0 || minor > kLatestMinor) {
    return Error(ErrorCode::kUnsupported,
                 name + " is of the format version " + version + "; up to 0.5 is known",
                 "Update this program, or get the model in the format 0.5.");
  }
  return {};
}

}  // namespace

Result<Rdf> parse_rdf(std::string_view text, const std::string& name) {
  KARYO_TRY(const Json json, parse_yaml(text, name));
  Rdf rdf;
  rdf.format_version = text_of(below(json, {"format_version"}));
  KARYO_CHECK_OK(check_version(rdf.format_version, name));
  const std::string type = text_of(below(json, {"type"}));
  if (!type.empty() && type != "model") {
    return Error(ErrorCode::kUnsupported, name + " describes a " + type + ", not a model",
                 "Give the package of a model.");
  }
  rdf.name = text_of(below(json, {"name"}));
  const Json& stardist = below(json, {"config", "stardist"});
  rdf.stardist_config = below(stardist, {"config"});
  rdf.thresholds = below(stardist, {"thresholds"});
  rdf.stardist_weights = source_of(below(stardist, {"weights"}));
  if (const Json& weights = below(json, {"weights"}); weights.is_object()) {
    for (const auto& item : weights.items()) {
      const std::string source = source_of(item.value());
      if (!source.empty()) rdf.weights.push_back({item.key().substr(0, kMostQuoted), source});
    }
  }
  if (const std::string source = source_of(below(json, {"prediction", "weights"}));
      !source.empty()) {
    rdf.weights.push_back({"tensorflow_saved_model_bundle", source});
  }
  read_normalization(below(json, {"inputs"}), rdf);
  return rdf;
}

}  // namespace karyo
