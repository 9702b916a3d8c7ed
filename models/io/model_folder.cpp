#include "models/io/model_folder.h"

#include <algorithm>

#include "core/base/atomic_file.h"
#include "models/io/json_keys.h"
#include "models/io/model_before.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kConfig = "config.json";
constexpr const char* kThresholds = "thresholds.json";
constexpr const char* kRecord = "karyoscope.json";
constexpr const char* kSettings = "settings.json";
constexpr int kMostListed = 5;
constexpr int kMostEntries = 100000;

bool is_file(const fs::path& path) {
  std::error_code ec;
  return fs::is_regular_file(path, ec);
}

/// People often choose the folder that holds their models; then the models in it are named.
Error no_config(const fs::path& folder) {
  std::vector<std::string> below;
  std::error_code ec;
  int seen = 0;
  for (fs::directory_iterator entry(folder, ec), end; !ec && entry != end; entry.increment(ec)) {
    if (++seen > kMostEntries) break;
    if (is_file(entry->path() / kConfig)) below.push_back(entry->path().filename().string());
  }
  std::ranges::sort(below);
  std::string fix = "Choose the folder that holds config.json and weights_best.h5.";
  if (!below.empty()) {
    fix = "Choose one of the models in it: ";
    for (std::size_t i = 0; i < below.size() && i < kMostListed; ++i) {
      fix += (i > 0 ? ", " : "") + below[i];
    }
    fix += below.size() > kMostListed ? ", ..." : ".";
  }
  return {ErrorCode::kNotFound, folder.string() + " is not a model folder: no config.json", fix};
}

/// What kind of model a config.json describes, and its settings.
Result<void> read_config(ModelFolder& folder, const std::string& name) {
  const Json& json = folder.config_json;
  if (json.contains("n_rays")) {
    KARYO_TRY(auto loaded, stardist_config_from_json(json, name));
    folder.kind = ModelKind::kStarDist;
    folder.stardist = std::move(loaded.config);
    folder.warnings = std::move(loaded.warnings);
    return {};
  }
  if (!json.contains("unet_n_depth")) {
    return Error(ErrorCode::kUnsupported, name + " describes no StarDist, CARE or Noise2Void model",
                 "Choose a folder that one of these programs has made.");
  }
  KARYO_TRY(auto loaded, csbdeep_config_from_json(json, name));
  folder.kind = loaded.config.n2v ? ModelKind::kN2v : ModelKind::kCare;
  folder.csbdeep = std::move(loaded.config);
  folder.warnings = std::move(loaded.warnings);
  return {};
}

Result<void> refuse_replacing(const fs::path& path, bool replace) {
  if (replace || !is_file(path / kConfig)) return {};
  return Error(ErrorCode::kInvalidArgument, path.string() + " holds a model already",
               "Choose another name for the new model, or say that it replaces the old one.");
}

template <typename Config>
Result<ModelFolder> create_folder(const fs::path& path, const Config& config, bool replace) {
  KARYO_CHECK_OK(refuse_replacing(path, replace));
  ModelFolder folder;
  folder.path = path;
  KARYO_CHECK_OK(folder.save_config(config));
  return ModelFolder::open(path);
}

bool inside(double value) {
  return value > 0 && value < 1;
}

/// As Python StarDist: what is absent or out of range falls back, with a word about it.
void read_thresholds(ModelFolder& folder) {
  const fs::path path = folder.path / kThresholds;
  if (!is_file(path)) return;
  const auto json = read_json_object(path);
  if (!json) {
    folder.warnings.push_back(json.error().what + "; the default thresholds are used.");
    return;
  }
  Thresholds values;
  folder.tuned_thresholds = true;
  for (auto [key, value] : {std::pair{"prob", &values.prob}, {"nms", &values.nms}}) {
    const auto found = json->find(key);
    if (found != json->end() && found->is_number() && inside(found->get<double>())) {
      *value = found->get<double>();
    } else {
      folder.tuned_thresholds = false;
      folder.warnings.push_back(std::string("thresholds.json has no usable \"") + key +
                                "\"; the default is used.");
    }
  }
  folder.thresholds = values;
}

Result<ModelRecord> record_from(const Json& json, const std::string& name) {
  int schema = 0;
  ModelRecord record;
  JsonKeys keys(json, name);
  keys.read("schema", schema, 1, 1 << 30);
  if (!keys.error() && schema > ModelRecord::kSchema) {
    return Error(ErrorCode::kUnsupported,
                 name + " was written by a later version (schema " + std::to_string(schema) + ")",
                 "Update this program, or delete karyoscope.json to use the model without it.");
  }
  if (const Json* normalization = keys.find("normalization")) {
    if (!normalization->is_object()) {
      keys.fail("normalization", "{\"pmin\": 1, \"pmax\": 99.8}");
    } else {
      JsonKeys inner(*normalization, name);
      inner.read("pmin", record.pmin, 0, 100);
      inner.read("pmax", record.pmax, 0, 100);
      if (inner.error()) return *inner.error();
      if (record.pmin >= record.pmax) keys.fail("normalization", "pmin below pmax");
    }
  }
  keys.read_text("data_fingerprint", record.data_fingerprint, 4096);
  keys.read_text("program_version", record.program_version, 4096);
  keys.read_text("torch_version", record.torch_version, 4096);
  keys.read_text("device", record.device, 4096);
  keys.read_text("started", record.started);
  keys.read_text("finished", record.finished);
  keys.read("training_seconds", record.training_seconds, 0, 1e12);
  keys.read_text("before", record.before, 4096);
  if (keys.error()) return *keys.error();
  for (const auto& key : keys.unknown()) record.more[key] = json[key];
  return record;
}

Json to_json(const ModelRecord& record) {
  Json json;
  json["schema"] = record.before.empty() ? 1 : ModelRecord::kSchema;
  json["normalization"] = {{"pmin", record.pmin}, {"pmax", record.pmax}};
  json["data_fingerprint"] = record.data_fingerprint;
  json["program_version"] = record.program_version;
  json["torch_version"] = record.torch_version;
  json["device"] = record.device;
  json["started"] = record.started;
  json["finished"] = record.finished;
  json["training_seconds"] = record.training_seconds;
  if (!record.before.empty()) json["before"] = record.before;
  for (const auto& [key, value] : record.more.items()) {
    if (!json.contains(key)) json[key] = value;
  }
  return json;
}

}  // namespace

std::string_view name_of(ModelKind kind) {
  switch (kind) {
    case ModelKind::kStarDist:
      return "stardist";
    case ModelKind::kCare:
      return "care";
    case ModelKind::kN2v:
      break;
  }
  return "n2v";
}

fs::path choose_weights(const fs::path& folder) {
  struct Candidate {
    bool best;
    fs::file_time_type time;
    fs::path path;
  };
  std::optional<Candidate> chosen;
  std::error_code ec;
  int seen = 0;
  for (fs::directory_iterator entry(folder, ec), end; !ec && entry != end; entry.increment(ec)) {
    if (++seen > kMostEntries) break;
    const std::string name = entry->path().filename().string();
    const auto ending = entry->path().extension();
    if (name.starts_with('.') || (ending != ".h5" && ending != ".hdf5")) continue;
    std::error_code unreadable;
    if (!entry->is_regular_file(unreadable)) continue;
    const auto time = fs::last_write_time(entry->path(), unreadable);
    if (unreadable) continue;
    // Files of one age (a copied folder) are told apart by name, so the choice is always the same.
    const Candidate candidate{name.find("best") != std::string::npos, time, entry->path()};
    const auto rank = [](const Candidate& c) { return std::tie(c.best, c.time, c.path); };
    if (!chosen || rank(*chosen) < rank(candidate)) chosen = candidate;
  }
  return chosen ? chosen->path : fs::path();
}

Result<ModelFolder> ModelFolder::open(const fs::path& path) {
  KARYO_TRY(auto folder, open_alone(path));
  KARYO_TRY(folder.before, open_before(folder));
  return folder;
}

Result<ModelFolder> ModelFolder::open_alone(const fs::path& path) {
  std::error_code ec;
  if (!fs::is_directory(path, ec)) {
    return Error(ErrorCode::kNotFound, "there is no model folder " + path.string(),
                 "Check the path; a model is a folder with config.json and weights_best.h5.");
  }
  if (!is_file(path / kConfig)) return no_config(path);
  ModelFolder folder;
  folder.path = path;
  const std::string config_name = (path / kConfig).string();
  KARYO_TRY(folder.config_json, read_json_object(path / kConfig));
  KARYO_CHECK_OK(read_config(folder, config_name));
  if (folder.kind == ModelKind::kStarDist) read_thresholds(folder);
  folder.weights = choose_weights(path);
  if (is_file(path / kRecord)) {
    KARYO_TRY(const auto json, read_json_object(path / kRecord));
    KARYO_TRY(folder.record, record_from(json, (path / kRecord).string()));
  }
  if (is_file(path / kSettings)) {
    KARYO_TRY(folder.settings, read_json_object(path / kSettings));
  }
  return folder;
}

Result<ModelFolder> ModelFolder::create(const fs::path& path, const StarDistConfig& config,
                                        bool replace) {
  return create_folder(path, config, replace);
}

Result<ModelFolder> ModelFolder::create(const fs::path& path, const CsbdeepConfig& config,
                                        bool replace) {
  return create_folder(path, config, replace);
}

Result<void> ModelFolder::save_config(const StarDistConfig& config) {
  KARYO_CHECK_OK(write_stardist_config(path / kConfig, config));
  kind = ModelKind::kStarDist;
  stardist = config;
  csbdeep.reset();
  config_json = karyo::to_json(config);
  return {};
}

Result<void> ModelFolder::save_config(const CsbdeepConfig& config) {
  KARYO_CHECK_OK(write_csbdeep_config(path / kConfig, config));
  kind = config.n2v ? ModelKind::kN2v : ModelKind::kCare;
  csbdeep = config;
  stardist.reset();
  config_json = karyo::to_json(config);
  return {};
}

Result<void> ModelFolder::save_thresholds(const Thresholds& values) {
  if (!inside(values.prob) || !inside(values.nms)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the thresholds are " + std::to_string(values.prob) + " (probability) and " +
                     std::to_string(values.nms) + " (overlap)",
                 "Choose both between 0 and 1.");
  }
  KARYO_CHECK_OK(write_file_atomically(
      path / kThresholds, Json{{"prob", values.prob}, {"nms", values.nms}}.dump() + "\n"));
  thresholds = values;
  tuned_thresholds = true;
  return {};
}

Result<void> ModelFolder::save_record(const ModelRecord& values) {
  KARYO_CHECK_OK(write_file_atomically(path / kRecord, json_text(to_json(values))));
  record = values;
  return {};
}

Result<void> ModelFolder::save_settings(const Json& values) {
  KARYO_CHECK_OK(write_file_atomically(path / kSettings, json_text(values)));
  settings = values;
  return {};
}

std::string method_of(const ModelFolder& folder) {
  if (folder.stardist) return folder.stardist->n_dim == 3 ? "StarDist 3D" : "StarDist 2D";
  const std::string dims = folder.csbdeep->n_dim == 3 ? " 3D" : " 2D";
  const auto& n2v = folder.csbdeep->n2v;
  if (!n2v) return "CARE" + dims;
  return "Noise2Void" + dims +
         (n2v->blurpool || n2v->skip_skipone ? " (N2V2)"
          : n2v->struct_mask                 ? " (structN2V)"
                                             : "");
}

std::vector<std::string> class_names_of(const ModelFolder& folder) {
  if (!folder.stardist || !folder.stardist->n_classes) return {};
  const auto count = static_cast<std::size_t>(*folder.stardist->n_classes);
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= count; ++i) names.push_back("class " + std::to_string(i));
  if (!folder.record) return names;
  const auto known = folder.record->more.find("classes");
  if (known == folder.record->more.end() || !known->is_array() || known->size() != count) {
    return names;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if ((*known)[i].is_string()) names[i] = (*known)[i].get<std::string>();
  }
  return names;
}

}  // namespace karyo
