#pragma once

/// What a command of karyoscope-worker says beside its events: of its own failure two lines,
/// "error: …" and "fix: …". Other lines are its libraries'.

#include <optional>
#include <string>

#include "core/base/result.h"

namespace karyo::worker {

struct Said {
  std::optional<Error> failure;
  std::string last_words;  ///< of others, 400 characters at most

  /// A line that is no event.
  void take(const std::string& line) {
    if (line.starts_with("error: ")) {
      failure.emplace(ErrorCode::kInternal, line.substr(7), "");
    } else if (line.starts_with("fix: ") && failure) {
      failure->fix = line.substr(5);
    } else if (!line.empty()) {
      last_words = line.substr(0, 400);
    }
  }
};

}  // namespace karyo::worker
