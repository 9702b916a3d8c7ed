#pragma once

/// Which files are judged against which.

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo {

struct PairOptions {
  std::filesystem::path truth, prediction;  ///< folders, or two files
  std::filesystem::path images;             ///< what was predicted from; may be empty
  bool allow_missing = false;               ///< leave images without prediction out
  /// A dataset's folders of truth and images: "masks" and "images", or "high" and "low".
  const char* truth_part = "masks";
  const char* images_part = "images";
};

/// Files that belong together, by name without ending.
struct EvaluationPair {
  std::string name;
  std::filesystem::path truth, prediction, image;  ///< image may be empty
};

struct EvaluationPairs {
  std::vector<EvaluationPair> pairs;  ///< sorted by name
  std::vector<std::string> warnings;  ///< files left out, and why
};

/// A folder that holds no images itself but `truth_part` stands for that (and its `images_part` for
/// `images`, where none are named).
/// Errors: kNotFound when a folder is missing or empty, when no name is on both sides, or when a
/// true image has no prediction (unless allow_missing); all such names are told.
Result<EvaluationPairs> pair_files(const PairOptions& options);

}  // namespace karyo
