#include "models/io/model_export.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/atomic_file.h"
#include "core/base/sha256.h"
#include "core/io/zip_file.h"
#include "models/io/csbdeep_layout.h"
#include "models/io/json_keys.h"
#include "models/io/keras_model.h"
#include "models/io/model_before.h"
#include "models/io/rdf_texts.h"
#include "models/io/stardist_layout.h"
#include "models/io/yaml.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostWeightBytes = std::uint64_t{2} << 30;
constexpr const char* kSpecVersion = "0.5.4";
constexpr double kCareLowPercent = 2, kCareHighPercent = 99.8;  // csbdeep's, in prediction
/// With which the files were loaded and gave what the network here gives (docs/validation.md).
constexpr const char* kTensorFlowVersion = "2.21.0";

Error no_weights(const ModelFolder& model) {
  return {ErrorCode::kNotFound, "there are no weights in " + model.path.string(),
          "Train the model first, or copy its weights_best.h5 there."};
}

/// config.json for Python, which refuses keys it does not know.
Json python_config(const ModelFolder& model) {
  if (!model.stardist) return model.config_json;
  StarDistConfig config = *model.stardist;
  config.unknown = Json::object();
  return to_json(config);
}

Json thresholds_json(const ModelFolder& model) {
  return {{"prob", model.thresholds.prob}, {"nms", model.thresholds.nms}};
}

/// karyoscope.json of a network that is on its own.
Result<std::string> record_alone(const ModelFolder& model) {
  const auto file = model.path / "karyoscope.json";
  if (model.record->before.empty()) return read_file(file);
  KARYO_TRY(Json record, read_json_object(file));
  record.erase("before");
  record["schema"] = 1;
  return json_text(record);
}

/// The files beside the weights.
Result<std::vector<ZipEntry>> setting_files(const ModelFolder& model, bool alone) {
  std::vector<ZipEntry> files{{"config.json", json_text(python_config(model))}};
  if (model.stardist) files.push_back({"thresholds.json", thresholds_json(model).dump() + "\n"});
  if (model.record) {
    KARYO_TRY(auto record, alone ? record_alone(model) : read_file(model.path / "karyoscope.json"));
    files.push_back({"karyoscope.json", std::move(record)});
  }
  return files;
}

/// Numpy's format 1.0.
std::string npy_bytes(const NamedArray& array) {
  static_assert(std::endian::native == std::endian::little);
  std::string shape;
  for (const auto extent : array.shape) shape += std::to_string(extent) + ", ";
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr std::size_t kStart = 10, kAlignment = 64;
  header.append(kAlignment - (kStart + header.size() + 1) % kAlignment, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(array.values.data()),
               array.values.size() * sizeof(float));
  return bytes;
}

Result<void> check_details(const ExportDetails& details) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" _+-()").find(c) != std::string_view::npos;
  };
  if (details.name.size() < 5 || details.name.size() > 128 ||
      !std::ranges::all_of(details.name, letter)) {
    return Error(ErrorCode::kInvalidArgument,
                 "\"" + details.name + "\" cannot be the name of a bioimage.io model",
                 "Give 5 to 128 letters, digits, spaces, or _ + - ( ) with --name.");
  }
  if (details.description.empty() || details.description.size() > 1024) {
    return Error(ErrorCode::kInvalidArgument, "the description has no or too many letters",
                 "Give a sentence of at most 1024 letters with --description.");
  }
  if (details.authors.empty() || details.license.empty()) {
    return Error(ErrorCode::kInvalidArgument, "a bioimage.io package names authors and a license",
                 "Give --author \"NAME\" (several times for several) and --license, an SPDX name "
                 "such as CC-BY-4.0, MIT or BSD-3-Clause.");
  }
  return {};
}

/// "z", "y", "x" of the spatial axes.
std::vector<std::string> space_axes(const NetworkSample& sample) {
  return sample.divisor.size() == 3 ? std::vector<std::string>{"z", "y", "x"}
                                    : std::vector<std::string>{"y", "x"};
}

Json channel_axis(const std::string& name, std::int64_t count, bool numbered) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i) {
    names.push_back(numbered ? name + std::to_string(i) : name);
  }
  return {{"type", "channel"}, {"channel_names", names}};
}

/// Writes rdf.yaml and what it names.
class Package {
 public:
  Package(const ModelFolder& model, const NetworkSample& sample, const ExportDetails& details)
      : model_(model), sample_(sample), details_(details) {}
  Result<std::vector<ZipEntry>> files();

 private:
  /// {source, sha256} of a file that joins the package.
  Json add(std::string name, std::string bytes) {
    Json entry{{"source", name}, {"sha256", sha256(bytes)}};
    files_.push_back({std::move(name), std::move(bytes)});
    return entry;
  }
  Json input();
  Json output(const NamedArray& array);
  std::int64_t grid(std::size_t axis) const {
    return model_.stardist ? model_.stardist->grid[axis] : 1;
  }
  /// The smallest extent that has a middle which saw all its surroundings.
  std::int64_t smallest(std::size_t axis) const {
    const std::int64_t step = sample_.divisor[axis];
    return (2 * sample_.halo[axis] / step + 1) * step;
  }
  Json preprocessing() const;
  Json postprocessing() const;
  Result<std::string> weights() const;

  const ModelFolder& model_;
  const NetworkSample& sample_;
  const ExportDetails& details_;
  std::vector<ZipEntry> files_;
};

/// Numbers of channels: one, or a list along them.
Json of_channels(const char* one, const std::vector<double>& ones, const char* other,
                 const std::vector<double>& others) {
  if (ones.size() == 1) return {{one, ones[0]}, {other, others[0]}};
  return {{one, ones}, {other, others}, {"axis", "channel"}};
}

Json Package::preprocessing() const {
  const Json as_float{{"id", "ensure_dtype"}, {"kwargs", {{"dtype", "float32"}}}};
  if (model_.csbdeep && model_.csbdeep->n2v) {
    const N2vConfig& n2v = *model_.csbdeep->n2v;
    return Json::array({as_float,
                        {{"id", "fixed_zero_mean_unit_variance"},
                         {"kwargs", of_channels("mean", n2v.means, "std", n2v.stds)}},
                        as_float});
  }
  const auto record = model_.record.value_or(ModelRecord{});
  const Json scale{{"id", "scale_range"},
                   {"kwargs",
                    {{"axes", space_axes(sample_)},
                     {"min_percentile", model_.stardist ? record.pmin : kCareLowPercent},
                     {"max_percentile", model_.stardist ? record.pmax : kCareHighPercent},
                     {"eps", 1e-6}}}};
  return Json::array({as_float, scale, as_float});
}

/// Noise2Void's values go back to the image's; null where nothing is done.
Json Package::postprocessing() const {
  if (!model_.csbdeep || !model_.csbdeep->n2v) return {};
  const N2vConfig& n2v = *model_.csbdeep->n2v;
  return Json::array(
      {{{"id", "scale_linear"}, {"kwargs", of_channels("gain", n2v.stds, "offset", n2v.means)}},
       {{"id", "ensure_dtype"}, {"kwargs", {{"dtype", "float32"}}}}});
}

/// The Keras model, architecture and weights in one file.
Result<std::string> Package::weights() const {
  if (model_.stardist) {
    KARYO_TRY(const auto architecture, stardist_keras_architecture(*model_.stardist));
    KARYO_TRY(const auto layers, read_stardist_weights(model_.weights, *model_.stardist));
    return keras_model_bytes(layers, architecture);
  }
  KARYO_TRY(const auto architecture, csbdeep_keras_architecture(*model_.csbdeep));
  KARYO_TRY(const auto layers, read_csbdeep_weights(model_.weights, *model_.csbdeep));
  return keras_model_bytes(layers, architecture);
}

/// What an output is, for people.
std::string about_output(const ModelFolder& model, const std::string& name) {
  if (name == "prob") return "probability of an object, 0 to 1";
  if (name == "dist") return "distances to the border along rays, in pixels";
  if (model.csbdeep && model.csbdeep->n2v) return "the image without noise, in its own intensities";
  return std::string("the image restored, normalised: 0 and 1 are the percentiles of the input") +
         (model.csbdeep && model.csbdeep->probabilistic
              ? "; then the scales of Laplace's distribution about it"
              : "");
}

Json Package::input() {
  const auto names = space_axes(sample_);
  Json axes = Json::array();
  axes.push_back({{"type", "batch"}});
  for (std::size_t i = 0; i < names.size(); ++i) {
    axes.push_back({{"type", "space"},
                    {"id", names[i]},
                    {"size", {{"min", smallest(i)}, {"step", sample_.divisor[i]}}}});
  }
  axes.push_back(channel_axis("channel", sample_.input.shape.back(), true));
  return {{"id", "input"},
          {"description", "the image as it was recorded"},
          {"axes", std::move(axes)},
          {"data", {{"type", "float32"}}},
          {"test_tensor", add("test_input.npy", npy_bytes(sample_.input))},
          {"preprocessing", preprocessing()}};
}

Json Package::output(const NamedArray& array) {
  const auto names = space_axes(sample_);
  Json axes = Json::array();
  axes.push_back({{"type", "batch"}});
  for (std::size_t i = 0; i < names.size(); ++i) {
    axes.push_back({{"type", "space"},
                    {"id", names[i]},
                    {"size", {{"tensor_id", "input"}, {"axis_id", names[i]}}},
                    {"scale", static_cast<double>(grid(i))},
                    {"halo", (sample_.halo[i] + grid(i) - 1) / grid(i)}});
  }
  axes.push_back(channel_axis(array.name, array.shape.back(), array.shape.back() > 1));
  Json output{{"id", array.name},
              {"description", about_output(model_, array.name)},
              {"axes", std::move(axes)},
              {"data", {{"type", "float32"}}},
              {"test_tensor", add("test_" + array.name + ".npy", npy_bytes(array))}};
  if (Json steps = postprocessing(); !steps.is_null()) output["postprocessing"] = std::move(steps);
  return output;
}

Result<std::vector<ZipEntry>> Package::files() {
  KARYO_TRY(auto keras, weights());
  Json authors = Json::array();
  for (const auto& author : details_.authors) authors.push_back({{"name", author}});
  Json rdf{
      {"format_version", kSpecVersion},
      {"type", "model"},
      {"name", details_.name},
      {"description", details_.description},
      {"authors", std::move(authors)},
      {"cite", rdf_citations(model_)},
      {"license", details_.license},
      {"timestamp", details_.timestamp},
      {"tags",
       {std::string(name_of(model_.kind)), sample_.divisor.size() == 3 ? "3d" : "2d",
        model_.stardist ? "segmentation" : "restoration", model_.stardist ? "nuclei" : "denoising",
        "fluorescence-light-microscopy", "karyoscope"}}};
  rdf["documentation"] = "README.md";
  files_.push_back({"README.md", package_readme(model_, details_)});
  rdf["inputs"] = Json::array();
  rdf["inputs"].push_back(input());
  rdf["outputs"] = Json::array();
  for (const auto& array : sample_.outputs) rdf["outputs"].push_back(output(array));
  const Json weight_entry = add("weights_best.h5", std::move(keras));
  rdf["weights"]["keras_hdf5"] = weight_entry;
  rdf["weights"]["keras_hdf5"]["tensorflow_version"] = kTensorFlowVersion;
  Json attachments = Json::array();
  attachments.push_back(weight_entry);  // where stardist's import looks for them
  KARYO_TRY(auto settings, setting_files(model_, true));
  for (auto& file : settings) attachments.push_back(add(file.name, std::move(file.bytes)));
  rdf["attachments"] = std::move(attachments);
  if (model_.stardist) {
    rdf["config"]["stardist"] = {{"thresholds", thresholds_json(model_)},
                                 {"weights", "weights_best.h5"},
                                 {"config", python_config(model_)}};
  }
  files_.insert(files_.begin(), {"rdf.yaml", yaml_text(rdf)});
  return std::move(files_);
}

Result<void> write_folder(const fs::path& folder, const std::vector<ZipEntry>& files) {
  std::error_code ec;
  if (fs::exists(folder, ec) && !(fs::is_directory(folder, ec) && fs::is_empty(folder, ec))) {
    return Error(ErrorCode::kInvalidArgument, folder.string() + " is there already",
                 "Name a folder that does not exist yet, or a file that ends in .zip.");
  }
  for (const auto& file : files) {
    KARYO_CHECK_OK(write_file_atomically(folder / file.name, file.bytes));
  }
  return {};
}

Result<std::vector<ZipEntry>> keras_files(const ModelFolder& model) {
  if (model.weights.empty()) return no_weights(model);
  KARYO_TRY(auto files, setting_files(model, false));
  KARYO_TRY(auto weights, read_file(model.weights, kMostWeightBytes));
  const auto layers = parse_keras_weights(weights, model.weights.string());
  if (!layers) return layers.error();
  files.push_back({"weights_best.h5", std::move(weights)});
  if (!model.before) return files;
  const std::string below = before_folder({}).string() + "/";
  KARYO_TRY(auto before, keras_files(*model.before));
  for (ZipEntry& file : before) files.push_back({below + file.name, std::move(file.bytes)});
  return files;
}

}  // namespace

Result<void> export_keras(const ModelFolder& model, const fs::path& to) {
  KARYO_TRY(const auto files, keras_files(model));
  return to.extension() == ".zip" ? write_zip(to, files) : write_folder(to, files);
}

Result<void> export_bioimageio(const ModelFolder& model, const NetworkSample& sample,
                               const ExportDetails& details, const fs::path& to) {
  if (model.weights.empty()) return no_weights(model);
  if (to.extension() != ".zip") {
    return Error(ErrorCode::kInvalidArgument, to.string() + " does not end in .zip",
                 "A bioimage.io package is one zip archive: give a name that ends in .zip.");
  }
  KARYO_CHECK_OK(check_details(details));
  KARYO_TRY(const auto files, Package(model, sample, details).files());
  return write_zip(to, files);
}

}  // namespace karyo
