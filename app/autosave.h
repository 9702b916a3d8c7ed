#pragma once

/// What is open, kept every half minute in case the program ends badly: a session file of this
/// process in a folder of the user's. A process that ends well takes its file away.
///
/// Whether the process that left a file still runs is told by a lock the system drops with it, so
/// several windows do not take each other's for left behind.

#include <filesystem>
#include <string>
#include <vector>

#include "app/workspace.h"

namespace karyo {

/// $XDG_STATE_HOME/karyoscope, or under ~/.local/state; empty where there is no home.
std::filesystem::path autosave_folder();

class Autosave {
 public:
  /// An empty folder keeps nothing. Sessions that others left behind are found now.
  explicit Autosave(std::filesystem::path folder);
  ~Autosave();
  Autosave(const Autosave&) = delete;
  Autosave& operator=(const Autosave&) = delete;

  /// Writes where something has changed since. Errors: kIo.
  Result<void> save(const Workspace& workspace);

  /// Sessions of processes that ended badly, the newest first; nobody else is offered them while
  /// this one lives.
  const std::vector<std::filesystem::path>& left_behind() const { return left_behind_; }
  /// Takes them away: they were opened, or are not wanted.
  void forget_left_behind();

 private:
  struct Lock {
    std::filesystem::path path;
    int file = -1;
  };
  void find_left_behind();

  std::filesystem::path folder_, session_;
  std::string last_;
  Lock own_;
  std::vector<Lock> others_;
  std::vector<std::filesystem::path> left_behind_;
};

}  // namespace karyo
