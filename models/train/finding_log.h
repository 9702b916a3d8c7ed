#pragma once

/// What reading files brings up while threads prepare batches, told once each.

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/dataset/dataset_folder.h"

namespace karyo {

/// Thread-safe.
class FindingLog {
 public:
  /// Keeps the warnings. Errors  the first finding that stops training.
  Result<void> add(std::vector<Finding> findings) {
    for (const auto& finding : findings) {
      if (finding.severity == Severity::kError) return finding.as_error();
    }
    const std::lock_guard lock(mutex_);
    for (auto& finding : findings) {
      if (told_.insert(finding.kind + finding.file.string()).second) {
        findings_.push_back(std::move(finding));
      }
    }
    return {};
  }

  /// The warnings since the last call.
  std::vector<Finding> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(findings_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Finding> findings_;
  std::set<std::string> told_;
};

}  // namespace karyo
