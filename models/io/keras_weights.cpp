#include "models/io/keras_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "core/base/atomic_file.h"
#include "models/io/hdf5_session.h"

namespace karyo {
namespace {

// The largest StarDist and CARE networks in use hold about 100 MB of weights.
constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{2} << 30;
constexpr std::int64_t kMostValues = std::int64_t{512} << 20;
constexpr hsize_t kMostNames = 16384;
constexpr std::size_t kMostNameBytes = 4096;
constexpr std::uint64_t kMostNameListBytes = std::uint64_t{64} << 20;
constexpr int kMostPathParts = 32;
constexpr int kMostNameChunks = 1024;
constexpr int kMostAxes = 8;
constexpr hsize_t kMostChunkBytes = hsize_t{64} << 20;
constexpr std::int64_t kMostInflation = 1100;  // deflate packs at most 1 : 1032
constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
const char* const kGetAgain =
    "Copy or export the weights again from where they were made; in Python, "
    "model.keras_model.save_weights(\"weights_best.h5\") writes them anew.";

class Reader {
 public:
  Reader(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}
  Result<std::vector<KerasLayer>> read();

 private:
  Error bad(const std::string& what) const {
    return {ErrorCode::kBadFile, name_ + ": " + what, kGetAgain};
  }
  Result<Hdf5Handle> open_object(hid_t start, const std::string& path) const;
  Result<bool> has_attribute(hid_t object, const std::string& attribute) const;
  Result<std::vector<std::string>> read_names(hid_t group, const std::string& attribute,
                                              const std::string& where) const;
  Result<void> append_names(hid_t group, const std::string& attribute, const std::string& where,
                            std::vector<std::string>& names) const;
  Result<void> append_variable(hid_t attribute, hid_t space, hsize_t count,
                               const std::string& what, std::vector<std::string>& names) const;
  Result<NamedArray> read_weight(hid_t group, const std::string& layer, const std::string& weight);
  Result<void> check_storage(hid_t dataset, std::int64_t count, std::size_t value_bytes,
                             const std::string& what);
  std::uint64_t largest_heap_object() const;

  std::string_view bytes_;
  std::string name_;
  std::int64_t values_read_ = 0;
  std::uint64_t bytes_read_ = 0;
};

/// Opens part by part: only hard links are followed, so a name can neither leave the file (external
/// links) nor run in circles (soft links). Keras writes hard links alone.
Result<Hdf5Handle> Reader::open_object(hid_t start, const std::string& path) const {
  Hdf5Handle object(H5Oopen(start, ".", H5P_DEFAULT), H5Oclose);
  if (!object) return bad("its group cannot be opened");
  int parts = 0;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty()) continue;
    if (++parts > kMostPathParts) return bad("the name \"" + path + "\" is nested too deeply");
    H5L_info_t link;
    if (H5Lget_info(object, part.c_str(), &link, H5P_DEFAULT) < 0) {
      return bad("there is no \"" + path + "\", which its lists of names promise");
    }
    if (link.type != H5L_TYPE_HARD) {
      return bad("\"" + path + "\" is a link to another place, which Keras never writes");
    }
    const hid_t next = H5Oopen(object, part.c_str(), H5P_DEFAULT);
    if (next < 0) return bad("\"" + path + "\" cannot be opened (" + hdf5_complaint() + ")");
    Hdf5Handle below(next, H5Oclose);
    object.swap(below);
  }
  return object;
}

Result<bool> Reader::has_attribute(hid_t object, const std::string& attribute) const {
  const htri_t exists = H5Aexists(object, attribute.c_str());
  if (exists < 0) return bad("its attributes cannot be read (" + hdf5_complaint() + ")");
  return exists > 0;
}

/// Largest piece of text that any variable-length string of the file can point at. HDF5 reads such
/// lists in one go and cannot be told a limit, so the heaps that hold the text are measured first:
/// many names could all point at one huge text.
std::uint64_t Reader::largest_heap_object() const {
  constexpr std::size_t kHeapHeader = 16, kObjectHeader = 16;
  std::uint64_t largest = 0;
  const auto number_at = [&](std::size_t offset) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  };
  for (std::size_t at = bytes_.find("GCOL"); at != std::string_view::npos;
       at = bytes_.find("GCOL", at + 4)) {
    if (at + kHeapHeader > bytes_.size()) break;
    const std::uint64_t claimed = number_at(at + 8);
    const std::size_t end = at + std::min<std::uint64_t>(claimed, bytes_.size() - at);
    for (std::size_t object = at + kHeapHeader; object + kObjectHeader <= end;) {
      std::uint16_t index = 0;
      std::memcpy(&index, bytes_.data() + object, sizeof index);
      const std::uint64_t size = std::min<std::uint64_t>(number_at(object + 8), end - object);
      if (index == 0) break;  // the rest is free space
      largest = std::max(largest, size);
      object += kObjectHeader + (size + 7) / 8 * 8;
    }
  }
  return largest;
}

Result<void> Reader::append_variable(hid_t attribute, hid_t space, hsize_t count,
                                     const std::string& what,
                                     std::vector<std::string>& names) const {
  if (count * largest_heap_object() > kMostNameListBytes) {
    return bad(what + " could hold more text than names of layers need");
  }
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const Hdf5Handle stored(H5Aget_type(attribute), H5Tclose);
  if (!type || !stored || H5Tset_size(type, H5T_VARIABLE) < 0 ||
      H5Tset_cset(type, H5Tget_cset(stored)) < 0) {
    return bad(what + " cannot be read (" + hdf5_complaint() + ")");
  }
  std::vector<char*> texts(count, nullptr);
  if (H5Aread(attribute, type, texts.data()) < 0) {
    return bad(what + " cannot be read (" + hdf5_complaint() + ")");
  }
  for (const char* text : texts) names.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
  return {};
}

Result<void> Reader::append_names(hid_t group, const std::string& attribute,
                                  const std::string& where,
                                  std::vector<std::string>& names) const {
  const std::string what = "the list " + attribute + " of " + where;
  const Hdf5Handle list(H5Aopen(group, attribute.c_str(), H5P_DEFAULT), H5Aclose);
  if (!list) return bad(what + " cannot be opened (" + hdf5_complaint() + ")");
  const Hdf5Handle space(H5Aget_space(list), H5Sclose);
  const Hdf5Handle type(H5Aget_type(list), H5Tclose);
  if (!space || !type) return bad(what + " cannot be read (" + hdf5_complaint() + ")");
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  // A layer without weights has an empty list, which Python stores as numbers of no length.
  if (count <= 0) return {};
  if (static_cast<hsize_t>(count) > kMostNames) {
    return bad(what + " has " + std::to_string(count) + " entries; at most " +
               std::to_string(kMostNames) + " are expected");
  }
  if (H5Tget_class(type) != H5T_STRING) return bad(what + " does not hold text");
  if (H5Tis_variable_str(type) > 0) {
    return append_variable(list, space, static_cast<hsize_t>(count), what, names);
  }
  const std::size_t width = H5Tget_size(type);
  if (width == 0 || width > kMostNameBytes) {
    return bad(what + " has names of " + std::to_string(width) + " bytes");
  }
  std::string text(width * static_cast<std::size_t>(count), '\0');
  if (H5Aread(list, type, text.data()) < 0) {
    return bad(what + " cannot be read (" + hdf5_complaint() + ")");
  }
  for (hssize_t i = 0; i < count; ++i) {
    std::string name = text.substr(static_cast<std::size_t>(i) * width, width);
    name.resize(std::strlen(name.c_str()));
    names.push_back(std::move(name));
  }
  return {};
}

Result<std::vector<std::string>> Reader::read_names(hid_t group, const std::string& attribute,
                                                    const std::string& where) const {
  std::vector<std::string> names;
  KARYO_TRY(const bool whole, has_attribute(group, attribute));
  if (whole) {
    KARYO_CHECK_OK(append_names(group, attribute, where, names));
  } else {
    // Keras splits lists of more than 64 kB: layer_names0, layer_names1, ...
    int chunk = 0;
    for (; chunk < kMostNameChunks; ++chunk) {
      const std::string part = attribute + std::to_string(chunk);
      KARYO_TRY(const bool exists, has_attribute(group, part));
      if (!exists) break;
      KARYO_CHECK_OK(append_names(group, part, where, names));
      if (names.size() > kMostNames) return bad("too many names in " + where);
    }
    if (chunk == 0) return bad("the list " + attribute + " of " + where + " is missing");
  }
  for (const auto& name : names) {
    if (name.empty() || name.size() > kMostNameBytes) {
      return bad("the list " + attribute + " of " + where + " holds an empty or overlong name");
    }
  }
  return names;
}

/// Believes a dataset's size only where the bytes are there: stored as plain bytes they have to be
/// in the file, packed they may not claim more than the packing can reach.
Result<void> Reader::check_storage(hid_t dataset, std::int64_t count, std::size_t value_bytes,
                                   const std::string& what) {
  const Hdf5Handle plan(H5Dget_create_plist(dataset), H5Pclose);
  if (!plan) return bad(what + " cannot be read (" + hdf5_complaint() + ")");
  const H5D_layout_t layout = H5Pget_layout(plan);
  if (layout == H5D_VIRTUAL || (layout == H5D_CONTIGUOUS && H5Pget_external_count(plan) != 0)) {
    return bad(what + " keeps its numbers in another file, which Keras never writes");
  }
  const hsize_t stored = H5Dget_storage_size(dataset);
  const auto needed = static_cast<hsize_t>(count) * value_bytes;
  if (layout == H5D_CHUNKED) {
    hsize_t chunk[kMostAxes] = {};
    const int axes = H5Pget_chunk(plan, kMostAxes, chunk);
    if (axes < 1 || axes > kMostAxes) return bad(what + " has a broken chunk layout");
    hsize_t chunk_bytes = value_bytes;
    for (int axis = 0; axis < axes; ++axis) {
      if (chunk[axis] == 0 || chunk[axis] > kMostChunkBytes / chunk_bytes) {
        return bad(what + " is cut in chunks larger than any layer");
      }
      chunk_bytes *= chunk[axis];
    }
    if (stored > bytes_.size() || needed / kMostInflation > stored) {
      return bad(what + " claims " + std::to_string(needed) + " bytes from " +
                 std::to_string(stored) + " stored ones");
    }
  } else if (stored != needed) {
    return bad(what + " needs " + std::to_string(needed) + " bytes and has " +
               std::to_string(stored));
  }
  // Many names for one stored block would multiply it in memory.
  bytes_read_ += stored;
  if (bytes_read_ > bytes_.size()) return bad("its layers claim more bytes than the file has");
  return {};
}

Result<NamedArray> Reader::read_weight(hid_t group, const std::string& layer,
                                       const std::string& weight) {
  const std::string what = "weight \"" + weight + "\" of layer \"" + layer + "\"";
  KARYO_TRY(const Hdf5Handle dataset, open_object(group, weight));
  if (H5Iget_type(dataset) != H5I_DATASET) return bad(what + " is not an array");
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose);
  if (!space || !type) return bad(what + " cannot be read (" + hdf5_complaint() + ")");

  const H5T_class_t number = H5Tget_class(type);
  const std::size_t value_bytes = H5Tget_size(type);
  if ((number != H5T_FLOAT && number != H5T_INTEGER) || value_bytes == 0 || value_bytes > 8) {
    return Error(ErrorCode::kUnsupported, name_ + ": " + what + " does not hold plain numbers",
                 "Save the weights as float32.");
  }
  const int axes = H5Sget_simple_extent_ndims(space);
  if (axes < 0 || axes > kMostAxes) return bad(what + " has " + std::to_string(axes) + " axes");
  hsize_t extents[kMostAxes] = {};
  if (axes > 0 && H5Sget_simple_extent_dims(space, extents, nullptr) != axes) {
    return bad(what + " has no readable shape");
  }
  NamedArray array;
  for (int axis = 0; axis < axes; ++axis) {
    array.shape.push_back(extents[axis] > static_cast<hsize_t>(kMostValues)
                              ? -1
                              : static_cast<std::int64_t>(extents[axis]));
  }
  const std::int64_t count = element_count(array.shape);
  if (count <= 0 || H5Sget_simple_extent_type(space) == H5S_NULL) {
    return bad(what + " has the shape " + shape_text(array.shape) + ", which holds no numbers");
  }
  if (count > kMostValues - values_read_) {
    return Error(ErrorCode::kTooLarge,
                 name_ + ": " + what + " of shape " + shape_text(array.shape) +
                     " takes the file past " + std::to_string(kMostValues) + " weights",
                 "Check that this is the weight file of a StarDist, CARE or N2V model.");
  }
  values_read_ += count;
  KARYO_CHECK_OK(check_storage(dataset, count, value_bytes, what));

  array.values.resize(static_cast<std::size_t>(count));
  if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0) {
    return bad(what + " cannot be read (" + hdf5_complaint() + ")");
  }
  for (const float value : array.values) {
    if (!std::isfinite(value)) {
      return Error(ErrorCode::kNumeric, name_ + ": " + what + " holds NaN or infinity",
                   "The training that wrote it has diverged: use weights of an earlier epoch, or "
                   "train again with a lower learning rate.");
    }
  }
  array.name = weight.substr(weight.find('/') == std::string::npos ? 0 : weight.find('/') + 1);
  array.name.resize(std::min(array.name.rfind(':'), array.name.size()));
  return array;
}

Result<std::vector<KerasLayer>> Reader::read() {
  if (!bytes_.starts_with(kSignature)) {
    const bool pointer = bytes_.starts_with("version https://git-lfs");
    return Error(ErrorCode::kBadFile,
                 name_ + (pointer ? " is a Git LFS pointer, not the weights" : " is no HDF5 file"),
                 pointer ? "Run: git lfs pull, in the repository it comes from."
                         : "Choose the weights file (weights_best.h5) of a model folder.");
  }
  const Hdf5Session session;
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  // From memory: the file cannot change between a check and the read that relies on it.
  if (!access || H5Pset_fapl_core(access, 1 << 16, false) < 0 ||
      H5Pset_file_image(access, const_cast<char*>(bytes_.data()), bytes_.size()) < 0) {
    return Error(ErrorCode::kTooLarge, name_ + ": no memory to read it", "Close other programs.");
  }
  const Hdf5Handle file(H5Fopen("weights", H5F_ACC_RDONLY, access), H5Fclose);
  if (!file) return bad("it cannot be opened, it may be cut off (" + hdf5_complaint() + ")");

  std::string root_path;
  KARYO_TRY(Hdf5Handle root, open_object(file, ""));
  KARYO_TRY(bool named, has_attribute(root, "layer_names"));
  if (!named) {
    KARYO_TRY(named, has_attribute(root, "layer_names0"));
  }
  if (!named) {
    const char* const groups[] = {"model_weights", "layers"};
    if (H5Lexists(root, groups[0], H5P_DEFAULT) > 0) {
      root_path = groups[0];
    } else if (H5Lexists(root, groups[1], H5P_DEFAULT) > 0) {
      return Error(ErrorCode::kUnsupported,
                   name_ + " is in Keras 3's own layout (*.weights.h5), which drops layer names",
                   "In Python, save under a name without \".weights\": "
                   "model.keras_model.save_weights(\"weights_best.h5\").");
    }
  }
  KARYO_TRY(const Hdf5Handle group, open_object(root, root_path));
  KARYO_TRY(const auto layer_names, read_names(group, "layer_names", "the file"));
  std::vector<KerasLayer> layers;
  std::set<std::string> seen;
  for (const auto& layer_name : layer_names) {
    if (!seen.insert(layer_name).second) {
      return bad("the layer \"" + layer_name + "\" is listed twice");
    }
    KARYO_TRY(const Hdf5Handle layer, open_object(group, layer_name));
    KARYO_TRY(const auto weight_names,
              read_names(layer, "weight_names", "layer \"" + layer_name + "\""));
    layers.push_back({layer_name, {}});
    for (const auto& weight_name : weight_names) {
      KARYO_TRY(auto weight, read_weight(layer, layer_name, weight_name));
      layers.back().weights.push_back(std::move(weight));
    }
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
