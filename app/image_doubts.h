#pragma once

/// Of how many objects of an image the model that made them is not sure: which image to look at
/// first. Kept as models/doubts.json of an annotated folder.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/base/result.h"

namespace karyo {

struct ImageDoubt {
  std::int64_t objects = 0;
  std::int64_t unsure = 0;  ///< of these, by kDoubtMargin
  friend bool operator==(const ImageDoubt&, const ImageDoubt&) = default;
};

/// An object is doubtful as long as its probability is less than this above the threshold.
inline constexpr double kDoubtMargin = 0.1;

/// By the images' names; a file that is not there or cannot be read is empty: it can be made anew.
std::map<std::string, ImageDoubt> image_doubts(const std::filesystem::path& models);
/// Adds those of `found` to what is known. Errors: kIo.
Result<void> keep_image_doubts(const std::filesystem::path& models,
                               const std::map<std::string, ImageDoubt>& found);

}  // namespace karyo
