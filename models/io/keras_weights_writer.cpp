#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/atomic_file.h"
#include "models/io/hdf5_session.h"
#include "models/io/keras_model.h"

namespace karyo {
namespace {

// An attribute has to fit HDF5's object header; Keras splits longer lists at this size.
constexpr std::size_t kMostAttributeBytes = 64512;

Error hdf5_error(const std::string& doing) {
  return {ErrorCode::kInternal, "HDF5 failed while " + doing + " (" + hdf5_complaint() + ")",
          "Please report this with the model's config.json."};
}

Error invalid(const std::string& what) {
  return {ErrorCode::kInvalidArgument, what,
          "Give every layer and weight a name and a full array."};
}

Result<void> write_strings(hid_t object, const std::string& attribute,
                           const std::vector<std::string>& names, std::size_t first,
                           std::size_t last, bool scalar) {
  std::size_t width = 1;
  for (std::size_t i = first; i < last; ++i) width = std::max(width, names[i].size());
  std::string text;
  for (std::size_t i = first; i < last; ++i) {
    text += names[i];
    text.append(width - names[i].size(), '\0');
  }
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const hsize_t count = last - first;
  const Hdf5Handle space(scalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr),
                         H5Sclose);
  if (!type || !space || H5Tset_size(type, width) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
    return hdf5_error("describing " + attribute);
  }
  const Hdf5Handle list(
      H5Acreate2(object, attribute.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!list || (count > 0 && H5Awrite(list, type, text.data()) < 0)) {
    return hdf5_error("writing " + attribute);
  }
  return {};
}

/// Fixed-length bytes, not variable-length text: old Keras versions decode bytes only.
Result<void> write_names(hid_t object, const std::string& attribute,
                         const std::vector<std::string>& names) {
  std::size_t width = 1;
  for (const auto& name : names) width = std::max(width, name.size());
  if (width * names.size() <= kMostAttributeBytes) {
    return write_strings(object, attribute, names, 0, names.size(), false);
  }
  const std::size_t a_chunk = std::max<std::size_t>(1, kMostAttributeBytes / width);
  int chunk = 0;
  for (std::size_t first = 0; first < names.size(); first += a_chunk) {
    KARYO_CHECK_OK(write_strings(object, attribute + std::to_string(chunk++), names, first,
                                 std::min(first + a_chunk, names.size()), false));
  }
  return {};
}

Result<void> write_array(hid_t group, const std::string& path, const NamedArray& array) {
  std::vector<hsize_t> extents(array.shape.begin(), array.shape.end());
  const Hdf5Handle space(
      extents.empty() ? H5Screate(H5S_SCALAR)
                      : H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr),
      H5Sclose);
  const Hdf5Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  if (!space || !links || H5Pset_create_intermediate_group(links, 1) < 0) {
    return hdf5_error("describing " + path);
  }
  const Hdf5Handle dataset(
      H5Dcreate2(group, path.c_str(), H5T_IEEE_F32LE, space, links, H5P_DEFAULT, H5P_DEFAULT),
      H5Dclose);
  if (!dataset ||
      H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0) {
    return hdf5_error("writing " + path);
  }
  return {};
}

Result<void> check_layers(const std::vector<KerasLayer>& layers) {
  std::set<std::string> layer_names;
  for (const auto& layer : layers) {
    if (layer.name.empty() || layer.name == "." || layer.name.find('/') != std::string::npos ||
        layer.name == "top_level_model_weights" || !layer_names.insert(layer.name).second) {
      return invalid("the layer name \"" + layer.name + "\" is empty, repeated or reserved");
    }
    std::set<std::string> weight_names;
    for (const auto& weight : layer.weights) {
      if (weight.name.empty() || !weight_names.insert(weight.name).second) {
        return invalid("layer \"" + layer.name + "\" has an unnamed or repeated weight");
      }
      const std::int64_t count = element_count(weight.shape);
      if (count < 1 || count != static_cast<std::int64_t>(weight.values.size())) {
        return invalid("weight \"" + weight.name + "\" of layer \"" + layer.name + "\" has " +
                       std::to_string(weight.values.size()) + " values for the shape " +
                       shape_text(weight.shape));
      }
      if (!std::ranges::all_of(weight.values, [](float v) { return std::isfinite(v); })) {
        return Error(ErrorCode::kNumeric,
                     "weight \"" + weight.name + "\" of layer \"" + layer.name +
                         "\" holds NaN or infinity, so it is not saved",
                     "Training has diverged: lower the learning rate and start from the last saved "
                     "weights.");
      }
    }
  }
  return {};
}

Result<void> write_layers(hid_t file, const std::vector<KerasLayer>& layers) {
  std::vector<std::string> layer_names;
  for (const auto& layer : layers) layer_names.push_back(layer.name);
  KARYO_CHECK_OK(write_names(file, "layer_names", layer_names));
  KARYO_CHECK_OK(write_strings(file, "backend", {"tensorflow"}, 0, 1, true));
  // Readers only tell Keras 1 from later versions by it; the layout is the one of Keras 3.
  KARYO_CHECK_OK(write_strings(file, "keras_version", {"3.0.0"}, 0, 1, true));
  for (const auto& layer : layers) {
    const Hdf5Handle group(
        H5Gcreate2(file, layer.name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    if (!group) return hdf5_error("making group " + layer.name);
    std::vector<std::string> weight_names;
    for (const auto& weight : layer.weights) {
      weight_names.push_back(layer.name + "/" + weight.name);
      KARYO_CHECK_OK(write_array(group, weight_names.back(), weight));
    }
    KARYO_CHECK_OK(write_names(group, "weight_names", weight_names));
  }
  const Hdf5Handle top(
      H5Gcreate2(file, "top_level_model_weights", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  if (!top) return hdf5_error("making the last group");
  return write_names(top, "weight_names", {});
}

/// Weights under their own group, the architecture beside it.
Result<void> write_model(hid_t file, const std::vector<KerasLayer>& layers,
                         const std::string& architecture) {
  KARYO_CHECK_OK(write_strings(file, "model_config", {architecture}, 0, 1, true));
  KARYO_CHECK_OK(write_strings(file, "backend", {"tensorflow"}, 0, 1, true));
  KARYO_CHECK_OK(write_strings(file, "keras_version", {"3.0.0"}, 0, 1, true));
  const Hdf5Handle group(H5Gcreate2(file, "model_weights", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                         H5Gclose);
  if (!group) return hdf5_error("making the group of weights");
  return write_layers(group, layers);
}

/// The file's bytes, made in memory: HDF5 cannot recover from a disk that fills up while it closes
/// a file, and our own writing can. No architecture: weights alone.
Result<std::string> hdf5_bytes(const std::vector<KerasLayer>& layers,
                               const std::string& architecture) {
  const Hdf5Session session;
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!access || H5Pset_fapl_core(access, 1 << 20, false) < 0) {
    return hdf5_error("preparing memory");
  }
  const Hdf5Handle file(H5Fcreate("weights", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  if (!file) return hdf5_error("making a file in memory");
  KARYO_CHECK_OK(architecture.empty() ? write_layers(file, layers)
                                      : write_model(file, layers, architecture));
  if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) return hdf5_error("finishing the file");
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  if (size <= 0) return hdf5_error("measuring the file");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file, bytes.data(), bytes.size()) != size) {
    return hdf5_error("copying the file");
  }
  return bytes;
}

}  // namespace

Result<void> write_keras_weights(const std::filesystem::path& path,
                                 const std::vector<KerasLayer>& layers) {
  KARYO_CHECK_OK(check_layers(layers));
  KARYO_TRY(const std::string bytes, hdf5_bytes(layers, ""));
  return write_file_atomically(path, bytes);
}

Result<std::string> keras_model_bytes(const std::vector<KerasLayer>& layers,
                                      const std::string& architecture) {
  KARYO_CHECK_OK(check_layers(layers));
  if (architecture.size() > kMostAttributeBytes) {
    return Error(ErrorCode::kTooLarge,
                 "the description of the network takes " + std::to_string(architecture.size()) +
                     " bytes; Keras files hold " + std::to_string(kMostAttributeBytes),
                 "Export with --format keras, which needs no description.");
  }
  return hdf5_bytes(layers, architecture);
}

}  // namespace karyo
