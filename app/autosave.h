#pragma once

/// What is open, kept every half minute in case the program ends badly: a session file of this
/// process in a folder of the user's, and beside it the layers that are in no file of their own. A
/// process that ends well takes them away.
///
/// Whether the process that left a file still runs is told by a lock the system drops with it, so
/// several windows do not take each other's for left behind.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/layer_data.h"
#include "app/workspace.h"
#include "core/base/task.h"

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

  /// Writes what has changed since. Layers are written in the background, one save() after the
  /// other, and are in the session once they are. Errors: kIo, also of what was written before.
  Result<void> save(const Workspace& workspace);
  /// Waits for what is being written.
  Result<void> finish();

  /// Sessions of processes that ended badly, the newest first; nobody else is offered them while
  /// this one lives.
  const std::vector<std::filesystem::path>& left_behind() const { return left_behind_; }
  /// Takes them away: they are not wanted.
  void forget_left_behind();
  /// They were opened: they go when this process ends well, for until then they may be the only
  /// place that has what was not saved.
  void take_left_behind() { takes_left_behind_ = true; }

 private:
  /// A layer of no file, and where its data are kept.
  struct Kept {
    std::weak_ptr<Layer> layer;
    LayerData data;  ///< as last written, or being written
    std::filesystem::path path;
    bool written = false;
  };
  struct Lock {
    std::filesystem::path path;
    int file = -1;
  };
  void find_left_behind();
  void keep_layers(const Workspace& workspace);

  std::filesystem::path folder_, session_;
  std::vector<Kept> kept_;
  int kept_count_ = 0;
  std::unique_ptr<Task> writing_;
  bool takes_left_behind_ = false;
  std::string last_;
  Lock own_;
  std::vector<Lock> others_;
  std::vector<std::filesystem::path> left_behind_;
};

}  // namespace karyo
