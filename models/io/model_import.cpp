#include "models/io/model_import.h"

#include <unistd.h>
#include <algorithm>
#include <array>

#include "core/base/atomic_file.h"
#include "models/io/json_keys.h"
#include "models/io/model_before.h"
#include "models/io/package_files.h"
#include "models/io/rdf.h"
#include "models/io/stardist_layout.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostTextBytes = std::uint64_t{16} << 20;
constexpr std::uint64_t kMostWeightBytes = std::uint64_t{2} << 30;
constexpr std::array<const char*, 5> kDescriptions{"rdf.yaml", "bioimageio.yaml", "rdf.yml",
                                                   "model.yaml", "model.yml"};
/// Ours and Python's, taken as they are where a package has them.
constexpr std::array<const char*, 3> kBeside{"karyoscope.json", "settings.json", "history.csv"};

std::string folder_of(const std::string& name) {
  const auto slash = name.rfind('/');
  return slash == std::string::npos ? "" : name.substr(0, slash + 1);
}

std::string last_of(const std::string& name) {
  return name.substr(folder_of(name).size());
}

/// The file of one of these names that lies least deep; empty: none.
std::string shallowest(const PackageFiles& files, std::span<const char* const> wanted) {
  std::string best;
  for (const auto& name : files.names()) {
    const bool fits =
        std::ranges::any_of(wanted, [&](const char* w) { return last_of(name) == w; });
    const auto depth = [](const std::string& n) { return std::ranges::count(n, '/'); };
    if (fits && (best.empty() || depth(name) < depth(best))) best = name;
  }
  return best;
}

bool is_address(const std::string& source) {
  return source.find("://") != std::string::npos;
}

/// A package on its way to a folder of ours.
struct Package {
  fs::path from;
  const PackageFiles* files = nullptr;
  std::string root;  ///< the folder within it that counts: "" or "model/"
  std::optional<Rdf> rdf;
  std::vector<std::string> taken, left;

  /// A source of the description among the files; empty when it is not there.
  std::string find(std::string source) const {
    if (source.starts_with("./")) source.erase(0, 2);
    return !source.empty() && files->has(root + source) ? root + source : "";
  }
};

/// "weights.pt (torchscript)": what is there in place of Keras weights.
std::string other_weights(const Package& package) {
  std::vector<std::string> found;
  if (package.rdf) {
    for (const auto& entry : package.rdf->weights) {
      found.push_back(entry.source + " (" + entry.format + ")");
    }
  }
  constexpr std::array<std::pair<const char*, const char*>, 7> kEndings{
      {{".pt", "PyTorch"},
       {".pth", "PyTorch"},
       {".onnx", "ONNX"},
       {"saved_model.pb", "TensorFlow SavedModel"},
       {".keras", "Keras 3 archive"},
       {".pb", "TensorFlow"},
       {"TF_SavedModel.zip", "TensorFlow SavedModel"}}};
  for (const auto& name : package.files->names()) {
    const auto ending = std::ranges::find_if(
        kEndings, [&](const auto& entry) { return name.ends_with(entry.first); });
    const bool listed = std::ranges::any_of(
        found, [&](const auto& text) { return text.starts_with(last_of(name)); });
    if (ending != kEndings.end() && !listed) found.push_back(name + " (" + ending->second + ")");
  }
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i) {
    text += (i > 0 ? ", " : "") + found[i];
  }
  return text;
}

Error no_keras_weights(const Package& package) {
  const std::string others = other_weights(package);
  if (others.empty()) {
    return {ErrorCode::kNotFound, package.from.string() + " holds no weights",
            "Give a folder with config.json and weights_best.h5, or a bioimage.io package."};
  }
  return {ErrorCode::kUnsupported,
          package.from.string() + " has weights, but none that Keras wrote as HDF5: " + others,
          "Those formats are programs, and are not run here. Ask for the StarDist, CARE or N2V "
          "folder (config.json, weights_best.h5) the model was exported from, or export it in "
          "Python with stardist.bioimageio_utils.export_bioimageio, which adds such weights."};
}

/// Keras weights by the description, else by the rule of csbdeep among what lies there.
Result<std::string> find_weights(Package& package) {
  std::vector<std::string> named;
  if (package.rdf) {
    named.push_back(package.rdf->stardist_weights);
    for (const auto& entry : package.rdf->weights) {
      if (entry.format == "keras_hdf5") named.push_back(entry.source);
    }
  }
  for (const auto& source : named) {
    if (const auto name = package.find(source); !name.empty()) return name;
    if (is_address(source)) {
      return Error(ErrorCode::kUnsupported,
                   package.from.string() + " only names its weights, at " + source,
                   "Nothing is downloaded here: download the whole package (zip) from bioimage.io "
                   "and give that.");
    }
  }
  std::string best;
  const auto rank = [](const std::string& name) {
    const std::string last = last_of(name);
    return std::pair(last.find("best") != std::string::npos, last);
  };
  for (const auto& name : package.files->names()) {
    if (folder_of(name) != package.root) continue;
    if (!name.ends_with(".h5") && !name.ends_with(".hdf5")) continue;
    if (best.empty() || rank(best) < rank(name)) best = name;
  }
  if (best.empty()) return no_keras_weights(package);
  return best;
}

/// Settings of the network: the file beside the weights, else what the description embeds.
Result<Json> find_config(Package& package) {
  if (const auto name = package.find("config.json"); !name.empty()) {
    KARYO_TRY(const auto text, package.files->read(name, kMostTextBytes));
    package.taken.push_back("The settings of " + name + ".");
    return parse_json_object(text, name);
  }
  if (package.rdf && package.rdf->stardist_config.is_object()) {
    package.taken.push_back("The settings of StarDist that the description embeds.");
    return package.rdf->stardist_config;
  }
  const std::string others = other_weights(package);
  return Error(ErrorCode::kUnsupported,
               package.from.string() + " does not say what network its weights are of" +
                   (others.empty() ? "" : " (it has " + others + ")"),
               "Only StarDist, CARE and Noise2Void models are read, with their config.json or, in "
               "a bioimage.io package, config.stardist.");
}

Result<void> take_thresholds(Package& package, const fs::path& folder) {
  if (const auto name = package.find("thresholds.json"); !name.empty()) {
    KARYO_TRY(const auto text, package.files->read(name, kMostTextBytes));
    package.taken.push_back("The thresholds of " + name + ".");
    return write_file_atomically(folder / "thresholds.json", text);
  }
  if (package.rdf && package.rdf->thresholds.is_object()) {
    package.taken.push_back("The thresholds that the description embeds.");
    return write_file_atomically(folder / "thresholds.json", package.rdf->thresholds.dump() + "\n");
  }
  return {};
}

/// What happened to the model before, where the package tells; else how its input is normalised.
Result<void> take_record(Package& package, ModelFolder& folder) {
  if (folder.record || !package.rdf || !package.rdf->pmin || !package.rdf->pmax) return {};
  ModelRecord record;
  record.pmin = *package.rdf->pmin;
  record.pmax = *package.rdf->pmax;
  package.taken.push_back("The normalization: percentiles " + Json(record.pmin).dump() + " and " +
                          Json(record.pmax).dump() + ".");
  return folder.save_record(record);
}

void tell_what_is_left(Package& package, const std::string& weights) {
  if (!package.rdf) return;
  for (const auto& entry : package.rdf->weights) {
    if (package.find(entry.source) == weights) continue;
    package.left.push_back("The weights " + entry.source + " (" + entry.format +
                           "): the Keras weights stand for the model.");
  }
}

Result<ModelFolder> build(Package& package, const fs::path& folder);

/// What restores images first, in the folder before/ of the package.
Result<void> take_before(Package& package, const fs::path& folder) {
  const std::string below = before_folder({}).string() + "/";
  if (const auto found = package.find(below + "config.json"); !found.empty()) {
    Package inner{package.from, package.files, package.root + below, {}, {}, {}};
    KARYO_CHECK_OK(build(inner, before_folder(folder)));
    package.taken.push_back("The model in " + below + ", which restores images first.");
    return {};
  }
  const auto record = package.find("karyoscope.json");
  if (record.empty()) return {};
  KARYO_TRY(const auto json, read_json_object(folder / "karyoscope.json"));
  if (!json.contains("before")) return {};
  return Error(ErrorCode::kNotFound,
               package.from.string() + " restores images first, with " + json["before"].dump() +
                   ", and its folder before/ is missing",
               "Get the whole package again from where it was made, with before/ in it.");
}

Result<ModelFolder> build(Package& package, const fs::path& folder) {
  KARYO_TRY(const std::string weights, find_weights(package));
  KARYO_TRY(const Json config, find_config(package));
  KARYO_CHECK_OK(write_file_atomically(folder / "config.json", json_text(config)));
  KARYO_CHECK_OK(take_thresholds(package, folder));
  for (const char* const name : kBeside) {
    const auto found = package.find(name);
    if (found.empty()) continue;
    KARYO_TRY(const auto text, package.files->read(found, kMostTextBytes));
    KARYO_CHECK_OK(write_file_atomically(folder / name, text));
    package.taken.push_back("The file " + found + ".");
  }
  KARYO_CHECK_OK(take_before(package, folder));
  KARYO_TRY(auto model, ModelFolder::open(folder));

  KARYO_TRY(const auto bytes, package.files->read(weights, kMostWeightBytes));
  KARYO_TRY(auto layers, parse_keras_weights(bytes, weights));
  if (model.stardist) {
    KARYO_TRY(const auto layout, stardist_layout(*model.stardist));
    const auto fitted = match_layers(layout, std::move(layers), weights);
    if (!fitted) return fitted.error();
  }
  KARYO_CHECK_OK(write_file_atomically(model.best_weights(), bytes));
  package.taken.insert(package.taken.begin(), "The Keras weights " + weights + ", unchanged.");
  tell_what_is_left(package, weights);
  KARYO_CHECK_OK(take_record(package, model));
  return model;
}

/// The folder that is filled before it gets its name; removed when it did not come to that.
class Staging {
 public:
  explicit Staging(const fs::path& target)
      : path_(target.parent_path() /
              ("." + target.filename().string() + ".import-" + std::to_string(::getpid()))) {}
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

Result<ImportedModel> import_model(const fs::path& from, const fs::path& to) {
  const fs::path target = to.filename().empty() ? to.parent_path() : to;
  std::error_code ec;
  if (fs::exists(target, ec) && !(fs::is_directory(target, ec) && fs::is_empty(target, ec))) {
    return Error(ErrorCode::kInvalidArgument, target.string() + " is there already",
                 "Name a folder that does not exist yet.");
  }
  KARYO_TRY(const auto files, PackageFiles::open(from));
  Package package;
  package.from = from;
  package.files = &files;
  ImportedModel imported;
  if (const auto description = shallowest(files, kDescriptions); !description.empty()) {
    package.root = folder_of(description);
    KARYO_TRY(const auto text, files.read(description, kMostTextBytes));
    KARYO_TRY(package.rdf, parse_rdf(text, description));
    imported.name = package.rdf->name;
  } else {
    constexpr std::array<const char*, 1> kConfig{"config.json"};
    package.root = folder_of(shallowest(files, kConfig));
  }
  const Staging staging(target);
  KARYO_TRY(imported.folder, build(package, staging.path()));
  fs::rename(staging.path(), target, ec);  // takes the place of an empty folder too
  if (ec) {
    return Error(ErrorCode::kIo, "cannot make " + target.string() + ": " + ec.message(),
                 "Check the free space and the rights of the folder.");
  }
  KARYO_TRY(imported.folder, ModelFolder::open(target));
  imported.taken = std::move(package.taken);
  imported.left = std::move(package.left);
  return imported;
}

}  // namespace karyo
