#pragma once

/// Label images that lie in files as one table of their objects, with the values of the images they
/// were made of: a file each, or folders of one experiment.
///
/// Threads  pure; a file at a time is in memory.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/task.h"
#include "core/measure/object_measures.h"

namespace karyo {

struct FilesToMeasure {
  std::filesystem::path labels;  ///< a label image, or a folder of them
  /// Whose values are measured; a folder pairs by name. Empty: size and shape alone.
  std::filesystem::path images;
};

/// A row an object; Image, Ch and Frame stand there where there are several.
struct FilesMeasured {
  struct Row {
    std::size_t file = 0;
    std::int64_t channel = 0, frame = 0;  ///< from 0
    ObjectMeasures object;
  };
  std::vector<std::string> files;    ///< names of the label images
  std::vector<std::string> columns;  ///< of the objects
  std::vector<Row> rows;
  std::string unit;
  bool with_files = false, with_channels = false, with_frames = false;

  std::string csv() const;
};

/// Errors: kNotFound where there is no label image, or no image of one's name; kInvalidArgument
/// where planes and stacks, or lengths of different units, would share columns; kBadFile for an
/// image of another shape; kCancelled.
Result<FilesMeasured> measure_files(const FilesToMeasure& files, TaskControl& control);

}  // namespace karyo
