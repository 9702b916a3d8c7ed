#pragma once

/// Keras weight files (HDF5): what Python StarDist, CARE and N2V write as weights_best.h5.
///
/// Read are the files of Keras 3 (legacy layout), of tf.keras and Keras 2.x, and whole-model files
/// (group model_weights). Order follows the attributes layer_names and weight_names, never the
/// paths. Written is the layout of Keras 3's legacy writer, which Keras 2 reads as well.
///
/// A file is taken as hostile: every size is checked against the file's own size and a limit before
/// memory is asked for, links out of the file are refused, nothing in it is executed.
/// Threads  any; writers take turns, since the state of libhdf5 belongs to the process.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "models/io/named_array.h"

namespace karyo {

struct KerasLayer {
  std::string name;  ///< "down_level_0_no_0", "conv2d_1", "max_0"
  /// In weight_names order; empty for layers without weights. The name of a weight is its role:
  /// "conv2d_1/kernel:0" is read as "kernel". Kernels are (spatial..., in, out).
  std::vector<NamedArray> weights;

  friend bool operator==(const KerasLayer&, const KerasLayer&) = default;
};

/// All layers in layer_names order (the order of the model's layers).
/// Errors  kNotFound; kBadFile (not HDF5, truncated, inconsistent); kUnsupported (Keras 3's own
///         *.weights.h5 layout, other number types); kTooLarge; kNumeric (NaN or infinity).
Result<std::vector<KerasLayer>> read_keras_weights(const std::filesystem::path& path);

/// The same from bytes in memory; `name` stands for the file in messages.
Result<std::vector<KerasLayer>> parse_keras_weights(std::string_view bytes,
                                                    const std::string& name);

/// Writes atomically. Layers without weights are written too, as Keras does. Python loads the file
/// by position: layers with weights have to be in the order of the Python model's layers.
/// Errors  kInvalidArgument (empty or repeated names, values that do not fill the shape);
///         kNumeric (NaN or infinity: the old file stays); kIo.
Result<void> write_keras_weights(const std::filesystem::path& path,
                                 const std::vector<KerasLayer>& layers);

}  // namespace karyo
