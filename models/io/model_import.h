#pragma once

/// Models of others: StarDist, CARE and Noise2Void folders and bioimage.io packages become model
/// folders of ours.
///
/// A package is taken as hostile: sizes are limited, its names are looked up among its own files,
/// its text is bounded (yaml.h), weights are read by keras_weights.h; nothing of it is executed and
/// nothing is downloaded.
/// Source  bioimage.io model description 0.3, 0.4, 0.5; stardist 0.9.2, export_bioimageio;
///         n2v 0.3.3 and csbdeep 0.8.2, export_TF.

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "models/io/model_folder.h"

namespace karyo {

struct ImportedModel {
  ModelFolder folder;
  std::string name;                ///< as the package calls itself; empty: it does not
  std::vector<std::string> taken;  ///< sentences: what of the package is used
  std::vector<std::string> left;   ///< sentences: what was left out, and why
};

/// Reads `from`, a folder or a zip archive, and makes the folder `to`, which must not exist or be
/// empty; it appears whole or not at all. Keras weights (HDF5) are taken as they are, once they
/// were read and, for StarDist, fitted to the settings. Errors  kNotFound; kInvalidArgument (`to`
/// is there); kBadFile, kTooLarge (of the package);
///         kUnsupported (weights in other formats alone, models of other kinds: says what was found
///         and what to do); kIo.
Result<ImportedModel> import_model(const std::filesystem::path& from,
                                   const std::filesystem::path& to);

}  // namespace karyo
