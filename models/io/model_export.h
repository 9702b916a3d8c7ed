#pragma once

/// Our model folders for others: a folder or zip for the Python packages, and bioimage.io packages.

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "models/io/model_folder.h"
#include "models/io/named_array.h"

namespace karyo {

/// One image through the bare network. Arrays are (batch 1, spatial..., channel), float32.
struct NetworkSample {
  NamedArray input;                   ///< as it comes from a file: before normalization
  std::vector<NamedArray> outputs;    ///< "prob", "dist", or "restored"; as a package gives them
  std::vector<std::int64_t> divisor;  ///< of the input's spatial extents
  /// Input pixels from the border that miss their surroundings, along the same axes.
  std::vector<std::int64_t> halo;
};

/// What a catalogue wants to know of a model that its folder does not tell.
struct ExportDetails {
  std::string name;         ///< 5 to 128 letters, digits, spaces, "_+-()"
  std::string description;  ///< one sentence
  std::string license;      ///< SPDX: "CC-BY-4.0"
  std::vector<std::string> authors;
  std::string program_version;
  std::string timestamp;  ///< "2026-01-31T09:30:00Z"
};

/// What Python StarDist, CSBDeep and N2V load: config.json without keys they would refuse,
/// thresholds.json, weights_best.h5, and karyoscope.json, which they ignore; so they do before/,
/// with the model that restores images first, where there is one. `to` is a zip archive
/// where its name ends in .zip, else a folder, which must not exist or be empty.
/// Errors  kNotFound (no weights), kInvalidArgument (`to` is there), kBadFile, kIo.
Result<void> export_keras(const ModelFolder& model, const std::filesystem::path& to);

/// A bioimage.io package of format 0.5: rdf.yaml, README.md, test tensors, and the Keras model with
/// its architecture; the same settings, thresholds and weights as files, so that stardist's and our
/// own import read it. `to` ends in .zip.
/// Of a model that restores images first it holds the network alone, which its README.md says.
/// What becomes of the network's answer beyond what such a package can say (objects; CARE's
/// percentiles turned back) is told in its README.md.
/// Errors  kUnsupported (see keras_model.h); kInvalidArgument (name, authors, license, `to`); those
///         of reading and writing.
Result<void> export_bioimageio(const ModelFolder& model, const NetworkSample& sample,
                               const ExportDetails& details, const std::filesystem::path& to);

}  // namespace karyo
