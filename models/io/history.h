#pragma once

/// history.csv of a model folder: one row an epoch.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// A table of numbers. Columns usually are epoch, loss, val_loss, learning_rate, seconds,
/// memory_mib and the parts of the losses; epoch counts from 1.
struct History {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;  ///< each as long as `columns`; NaN where a cell is empty

  /// Index of a column; -1 when absent.
  int column(const std::string& name) const;
  /// Of a column, without empty cells; none where it is absent.
  std::vector<double> values(const std::string& name) const;
  /// A row by the names of its columns. New columns are empty in the rows before, as columns that
  /// it does not name are in it: a training goes on that began in another version.
  void add_row(const std::vector<std::pair<std::string, double>>& cells);
};

/// An absent file is an empty history. Errors  kBadFile, with the line.
Result<History> read_history(const std::filesystem::path& path);

/// Rewrites the whole file, atomically: a few hundred kilobytes at most, once an epoch.
/// Errors  kInvalidArgument (a row of another length, a name that needs quoting), kIo.
Result<void> write_history(const std::filesystem::path& path, const History& history);

}  // namespace karyo
