#pragma once

/// Which class the objects of a mask have: a table beside the mask that any program can read.
///
///   label,class
///   1,interphase
///   2,mitotic
///
/// Further columns are passed over. An object without a row, or with an empty class, is of no known
/// class: training looks for it, and learns nothing of its class.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/dataset/dataset_folder.h"

namespace karyo {

/// Class by label.
using ClassTable = std::map<std::uint32_t, std::string>;

/// Beside `mask`: its own folder's NAME_classes.csv, as `predict` writes it; else classes/NAME.csv
/// beside the folder of masks. Empty where there is neither.
std::filesystem::path class_table_of(const std::filesystem::path& mask);

/// Errors  kIo; kBadFile (no such columns, a label that is no whole number above 0 or comes twice).
Result<ClassTable> read_class_table(const std::filesystem::path& file);
/// Atomically. Errors  kIo.
Result<void> write_class_table(const std::filesystem::path& file, const ClassTable& classes);

/// Class 1, 2, ... by label. Objects of no known class are absent.
using ClassNumbers = std::map<std::uint32_t, int>;

/// The classes of a dataset, and each object's as a number.
struct DatasetClasses {
  std::vector<std::string> names;     ///< of class 1, 2, ...
  std::vector<ClassNumbers> numbers;  ///< of each pair
  std::vector<std::int64_t> counts;   ///< objects of each class, in all tables
};

/// `names` gives the classes and their order; empty: all that the tables have, by name. Objects of
/// classes that are not listed count as of no known class.
/// Errors  of reading; kInvalidArgument where no table has any of the classes.
Result<DatasetClasses> read_classes(const std::vector<DatasetPair>& pairs,
                                    std::vector<std::string> names);

}  // namespace karyo
