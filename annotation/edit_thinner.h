#pragma once

/// A thread that thins what edits of many tiles hold: to look through 512 MiB of them, and to free
/// these, takes longer than anybody is to wait for.
///
/// Until an edit's turn has come it holds whole tiles, and is undone with them.
///
/// Threads  any may call.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "annotation/edit_content.h"

namespace karyo {

class EditThinner {
 public:
  EditThinner() = default;
  /// What waits stays as it is.
  ~EditThinner();
  EditThinner(const EditThinner&) = delete;
  EditThinner& operator=(const EditThinner&) = delete;

  /// `other`: the tiles of `content` at the other end of the change, now. Never waits. What was
  /// swapped or is gone by its turn is passed over.
  void thin(const std::shared_ptr<EditContent>& content, ReplacedTiles other);
  /// Waits until nothing is left to do.
  void finish();

 private:
  struct Job {
    std::weak_ptr<EditContent> content;
    EditContent::SharedTiles whole;
    ReplacedTiles other;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::deque<Job> jobs_;
  bool working_ = false, ending_ = false;
  std::thread thread_;  // begins with the first job
};

}  // namespace karyo
