#pragma once

/// The filters of the Process menu as a table: what each is called, what it takes, what it does to
/// pixels. Commands, macros and the window's dialog with its preview are made from it.

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"
#include "core/base/task.h"
#include "core/image/volume.h"

namespace karyo {

struct Filter {
  std::string id;     ///< "filter.gaussian"
  std::string title;  ///< "Gaussian blur"
  std::string help;
  std::string suffix;  ///< of the new layer's name
  std::vector<Argument> arguments;  ///< all with a standard
  /// Keeps the shape and works plane by plane, or nearly: one plane shows what it will do.
  bool previews = false;
  /// Only moves voxels: labels can be filtered as well and stay labels.
  bool keeps_values = false;
  /// The arguments are complete and checked.
  std::function<Result<Volume>(const Volume&, const nlohmann::json&, TaskControl&)> run;
};

/// Those that work on one image alone.
const std::vector<Filter>& all_filters();
/// The arguments with the standards of those that are absent.
nlohmann::json with_standards(const std::vector<Argument>& arguments, nlohmann::json given);

}  // namespace karyo
