#pragma once

/// What a build without some package says when it is asked for what only that package can do.
/// Builds with the window have all of them (docs/architecture.md, "Without the window").

#include <string>

#include "core/base/result.h"

namespace karyo {

/// `what` follows "this build does not": "read PNG". `package` is Debian's name.
inline Error left_out(const std::string& what, const std::string& package) {
  return {ErrorCode::kUnsupported,
          "this build does not " + what + ": it was made without " + package,
          "Install " + package + " and build again, or do this where the program has its window."};
}

}  // namespace karyo
