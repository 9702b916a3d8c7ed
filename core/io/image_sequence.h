#pragma once

/// A folder of images that together are one: times, planes or channels, one file each, told apart
/// by the numbers in their names ("cells_t012_z03.tif").

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/image/pixel_source.h"

namespace karyo::io {

enum class SequenceAxis { kTime, kPlane, kChannel };
/// "t", "z", "c".
std::string name_of(SequenceAxis axis);
Result<SequenceAxis> sequence_axis_from(const std::string& name);

/// A number that is not the same in all names.
struct NameNumber {
  std::string before;                        ///< the letters in front of it: "t"; may be empty
  std::vector<std::int64_t> values;          ///< each once, in order
  SequenceAxis guess = SequenceAxis::kTime;  ///< by those letters; no two numbers have the same
};

struct SequencePlan {
  std::filesystem::path folder;
  std::string pattern;  ///< the names with # for digits: "cells_t###_z##.tif"
  std::vector<NameNumber> numbers;
  std::size_t other_files = 0;  ///< images whose names do not fit
  /// One a file: its path, and its place among each number's values.
  struct File {
    std::filesystem::path path;
    std::vector<std::size_t> places;
  };
  std::vector<File> files;  ///< in the order of the numbers, the last running fastest
};

/// What most names of the folder's images have in common. Digits may be padded or not.
/// Errors: kNotFound without at least two images that are alike; kInvalidArgument for names with
/// more than three varying numbers; kTooLarge for more than a million files.
Result<SequencePlan> plan_sequence(const std::filesystem::path& folder);

/// The image they make: one axis for each of the plan's numbers, none twice. Files are read when
/// their part is asked for; each may have the other axes itself. All have the first one's shape and
/// type: another is an error of that chunk.
/// Errors: kInvalidArgument for an axis given twice, or that the files have themselves, and for the
/// files of an OME-TIFF set, each of which opens the whole; kNotFound naming a file that is
/// missing; those of read_image of the first.
Result<std::shared_ptr<const PixelSource>> open_sequence(const SequencePlan& plan,
                                                         const std::vector<SequenceAxis>& axes);

}  // namespace karyo::io
