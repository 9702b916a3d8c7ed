#pragma once

/// A karyoscope-worker that stays: started with the first question, asked by jobs of the window.
///
/// Its end, whatever the reason, costs the question that it was at; the next one starts another.
/// Threads  any; questions are answered one after the other.

#include <sys/types.h>

#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "app/worker/protocol.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace karyo::worker {

class Client {
 public:
  /// `device` as the command line takes it.
  explicit Client(std::string device = "auto");
  /// Ends the worker.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Waits for the answer; progress goes to `control`, and a wish to stop to the worker.
  /// Errors: what the worker says; kNotFound (no worker); kIo when it ended, with its last words.
  Result<nlohmann::json> ask(const std::string& question, nlohmann::json arguments,
                             TaskControl& control);

  /// Ends the worker, once it has answered; the next question starts another.
  void end();

  /// A name for a file that goes between the two; what is left of them goes with the client. Any
  /// thread. Errors: kIo.
  Result<std::filesystem::path> new_file(const std::string& ending);

 private:
  Result<std::filesystem::path> folder();
  Result<void> start();
  void stop();
  /// `heard`: it said something.
  Result<nlohmann::json> wait_for(std::uint64_t id, TaskControl& control, bool& heard);
  bool send(const Question& question) const;
  Error ended();

  std::string device_;
  std::mutex turn_;    // whose question it is
  std::mutex making_;  // of the folder and names in it
  std::filesystem::path folder_;
  std::uint64_t files_ = 0;
  pid_t process_ = -1;
  int socket_ = -1;
  LineBuffer lines_;
  std::uint64_t last_id_ = 0;
};

}  // namespace karyo::worker
