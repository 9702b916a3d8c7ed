#include "models/io/keras_weights.h"

#include <algorithm>
#include <set>

#include "core/base/atomic_file.h"
#include "models/io/hdf5_reader.h"

namespace karyo {
namespace {

constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{2} << 30;
constexpr std::size_t kMostNames = 16384;
constexpr std::size_t kMostNameBytes = 4096;
constexpr int kMostPathParts = 32;
constexpr int kMostNameChunks = 1024;

/// The conventions of Keras on top of HDF5.
class Reader {
 public:
  Reader(std::string_view bytes, const std::string& name) : file_(bytes, name), name_(name) {}
  Result<std::vector<KerasLayer>> read();

 private:
  Error bad(const std::string& what) const {
    return {ErrorCode::kBadFile, name_ + ": " + what,
            "Copy or export the weights again from where they were made."};
  }
  Result<Hdf5Object> open(const Hdf5Group& group, const std::string& name);
  Result<Hdf5Object> open_path(Hdf5Object object, const std::string& path);
  Result<std::vector<std::string>> names(const Hdf5Object& object, const std::string& attribute,
                                         const std::string& where);
  Result<Hdf5Object> layers_root();
  Result<KerasLayer> layer(const Hdf5Group& group, const std::string& name);

  Hdf5Reader file_;
  std::string name_;
};

Result<Hdf5Object> Reader::open(const Hdf5Group& group, const std::string& name) {
  const auto entry = group.find(name);
  if (entry == group.end()) {
    return bad("there is no \"" + name + "\", which its lists of names promise");
  }
  if (!entry->second) {
    return bad("\"" + name + "\" is a link to another place, which Keras never writes");
  }
  return file_.object(*entry->second);
}

Result<Hdf5Object> Reader::open_path(Hdf5Object object, const std::string& path) {
  int parts = 0;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty()) continue;
    if (++parts > kMostPathParts) return bad("a name is nested too deeply");
    KARYO_TRY(const auto group, file_.group(object));
    KARYO_TRY(object, open(group, part));
  }
  return object;
}

/// Lists of more than 64 kB are split: layer_names0, layer_names1, ...
Result<std::vector<std::string>> Reader::names(const Hdf5Object& object,
                                               const std::string& attribute,
                                               const std::string& where) {
  KARYO_TRY(auto whole, file_.text_attribute(object, attribute));
  std::vector<std::string> names;
  if (whole) {
    names = std::move(*whole);
  } else {
    int chunk = 0;
    for (; chunk < kMostNameChunks && names.size() <= kMostNames; ++chunk) {
      KARYO_TRY(auto part, file_.text_attribute(object, attribute + std::to_string(chunk)));
      if (!part) break;
      names.insert(names.end(), part->begin(), part->end());
    }
    if (chunk == 0) return bad("the list " + attribute + " of " + where + " is missing");
  }
  if (names.size() > kMostNames) return bad("there are too many names in " + where);
  for (const auto& name : names) {
    if (name.empty() || name.size() > kMostNameBytes) {
      return bad("the list " + attribute + " of " + where + " holds an empty or overlong name");
    }
  }
  return names;
}

/// The group with the layers: the root, or model_weights in files of whole models.
Result<Hdf5Object> Reader::layers_root() {
  KARYO_TRY(const auto address, file_.root());
  KARYO_TRY(auto root, file_.object(address));
  for (const char* list : {"layer_names", "layer_names0"}) {
    KARYO_TRY(const auto found, file_.text_attribute(root, list));
    if (found) return root;
  }
  KARYO_TRY(const auto group, file_.group(root));
  if (group.contains("model_weights")) return open(group, "model_weights");
  if (group.contains("layers")) {
    return Error(ErrorCode::kUnsupported,
                 name_ + " is in Keras 3's own layout (*.weights.h5), which drops layer names",
                 "In Python, save under a name without \".weights\": "
                 "model.keras_model.save_weights(\"weights_best.h5\").");
  }
  return Error(ErrorCode::kBadFile, name_ + " is an HDF5 file without Keras weights",
               "Choose the weights file (weights_best.h5) of a model folder.");
}

Result<KerasLayer> Reader::layer(const Hdf5Group& group, const std::string& name) {
  KARYO_TRY(const auto object, open(group, name));
  KARYO_TRY(const auto weight_names, names(object, "weight_names", "layer \"" + name + "\""));
  KerasLayer layer{name, {}};
  for (const auto& weight_name : weight_names) {
    KARYO_TRY(const auto dataset, open_path(object, weight_name));
    KARYO_TRY(auto weight,
              file_.array(dataset, "weight \"" + weight_name + "\" of layer \"" + name + '"'));
    const std::size_t scope = weight_name.find('/');
    weight.name = scope == std::string::npos ? weight_name : weight_name.substr(scope + 1);
    weight.name.resize(std::min(weight.name.rfind(':'), weight.name.size()));
    layer.weights.push_back(std::move(weight));
  }
  return layer;
}

Result<std::vector<KerasLayer>> Reader::read() {
  KARYO_TRY(const auto root, layers_root());
  KARYO_TRY(const auto layer_names, names(root, "layer_names", "the file"));
  KARYO_TRY(const auto group, file_.group(root));
  std::vector<KerasLayer> layers;
  std::set<std::string> seen;
  for (const auto& layer_name : layer_names) {
    if (!seen.insert(layer_name).second) {
      return bad("the layer \"" + layer_name + "\" is listed twice");
    }
    KARYO_TRY(auto next, layer(group, layer_name));
    layers.push_back(std::move(next));
  }
  return layers;
}

}  // namespace

Result<std::vector<KerasLayer>> parse_keras_weights(std::string_view bytes,
                                                    const std::string& name) {
  return Reader(bytes, name).read();
}

Result<std::vector<KerasLayer>> read_keras_weights(const std::filesystem::path& path) {
  KARYO_TRY(const std::string bytes, read_file(path, kMostFileBytes));
  return parse_keras_weights(bytes, path.string());
}

}  // namespace karyo
