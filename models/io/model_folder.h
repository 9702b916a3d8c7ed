#pragma once

/// A trained model is a folder anyone can read: Python StarDist, CARE and N2V open ours, we open
/// theirs. docs/model_folder.md describes every file.

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "models/io/csbdeep_config.h"
#include "models/io/history.h"
#include "models/io/keras_weights.h"
#include "models/io/stardist_config.h"

namespace karyo {

enum class ModelKind { kStarDist, kCare, kN2v };
/// "stardist", "care", "n2v".
std::string_view name_of(ModelKind kind);

/// thresholds.json: objects below `prob` are not drawn; of two that overlap by more than `nms` the
/// less probable goes. Both inside (0, 1).
struct Thresholds {
  double prob = 0.5;
  double nms = 0.4;
  friend bool operator==(const Thresholds&, const Thresholds&) = default;
};

/// karyoscope.json: what happened, beside what Python needs.
struct ModelRecord {
  /// The latest that is read. It is written where `before` is, so that versions that know nothing
  /// of it refuse the folder rather than leave the restoration out; else 1 is.
  static constexpr int kSchema = 2;

  double pmin = 1, pmax = 99.8;  ///< percentiles of the normalization the network was trained with
  std::string data_fingerprint;  ///< of the training images and masks; empty: not known
  std::string program_version;
  std::string torch_version;
  std::string device;             ///< "cpu", "cuda:0 NVIDIA H100"
  std::string started, finished;  ///< UTC, "2026-01-31T09:30:00Z"; empty while running
  double training_seconds = 0;
  /// What the model in before/ is called (model_before.h), which has to be there then; empty: none.
  std::string before = {};
  /// Further keys, kept when a folder is opened and saved again.
  nlohmann::ordered_json more = nlohmann::ordered_json::object();
};

/// What opening a folder finds. A value: nothing stays open, nothing on disk is held.
/// Threads  saving from two threads or programs is safe for each file (the last one wins).
struct ModelFolder {
  std::filesystem::path path;
  ModelKind kind = ModelKind::kStarDist;
  nlohmann::ordered_json config_json;      ///< config.json as it stands
  std::optional<StarDistConfig> stardist;  ///< for kind kStarDist
  std::optional<CsbdeepConfig> csbdeep;    ///< for kinds kCare and kN2v
  Thresholds thresholds;
  bool tuned_thresholds = false;                   ///< false: the defaults, none were saved
  std::filesystem::path weights;                   ///< the file to predict with; empty: none yet
  std::optional<ModelRecord> record;               ///< absent in folders made by Python
  std::optional<nlohmann::ordered_json> settings;  ///< settings.json
  std::vector<std::string> warnings;               ///< sentences for people
  /// What restores an image before this model sees it: the model in before/ (model_before.h); null:
  /// nothing does.
  std::shared_ptr<const ModelFolder> before = {};

  /// Reads config.json, thresholds.json and our own files, picks the weights, and opens before/; it
  /// does not read weights. Errors  kNotFound (no folder, no config.json; names folders below that
  /// have one); kBadFile; kUnsupported (a karyoscope.json of a later version); those of
  /// open_before().
  static Result<ModelFolder> open(const std::filesystem::path& path);
  /// The same without a look at before/, whose loss is mended that way.
  static Result<ModelFolder> open_alone(const std::filesystem::path& path);

  /// Makes the folder with its config.json. A folder that has a config.json already is refused
  /// unless `replace`; other files in it are left alone. Errors  kInvalidArgument, kIo.
  static Result<ModelFolder> create(const std::filesystem::path& path, const StarDistConfig& config,
                                    bool replace = false);
  static Result<ModelFolder> create(const std::filesystem::path& path, const CsbdeepConfig& config,
                                    bool replace = false);

  // Each is atomic and also updates the value.
  Result<void> save_config(const StarDistConfig& config);
  Result<void> save_config(const CsbdeepConfig& config);
  Result<void> save_thresholds(const Thresholds& values);
  Result<void> save_record(const ModelRecord& values);
  Result<void> save_settings(const nlohmann::ordered_json& values);

  std::filesystem::path best_weights() const { return path / "weights_best.h5"; }
  std::filesystem::path last_weights() const { return path / "weights_last.h5"; }
  std::filesystem::path history() const { return path / "history.csv"; }
  /// Where training keeps what it needs to go on: see safetensors.h.
  std::filesystem::path checkpoint() const { return path / "checkpoint.safetensors"; }
};

/// "StarDist 3D", "CARE 2D", "Noise2Void 2D (N2V2)".
std::string method_of(const ModelFolder& folder);

/// The classes that a StarDist model tells apart: "classes" in karyoscope.json, else "class 1",
/// ...; empty where there is one kind of object.
std::vector<std::string> class_names_of(const ModelFolder& folder);

/// The rule of csbdeep: of *.h5 and *.hdf5 the newest whose name contains "best", else the newest;
/// hidden files are left out. Empty when there is none.
std::filesystem::path choose_weights(const std::filesystem::path& folder);

}  // namespace karyo
