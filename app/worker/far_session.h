#pragma once

/// The near side of a training on another computer: reaches it, sends what it has not got yet, and
/// takes what it says and writes.
///
///   KARYO_TRY(const auto session, FarSession::connect(place, control));
///   KARYO_CHECK_OK(session->begin(id, data));
///   KARYO_CHECK_OK(session->send({{"data/images/a.tif", file}, …}));
///   KARYO_TRY(const int status, session->run({"train", …}, events));
///
/// Errors  kNotFound (no ssh here, no worker there), kUnsupported (another version there), kIo (the
/// line, a disk), kCancelled; what the other side says. All name the host.
/// Threads  one calls; another of its own hears, so that neither side waits for the other in vain.

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/worker/far_link.h"
#include "app/worker/far_place.h"
#include "core/base/task.h"

namespace karyo::worker {

/// What a computer says of itself.
struct FarGreeting {
  std::string host, version, folder;
  std::string device;       ///< that a training would use, and why
  std::uintmax_t room = 0;  ///< bytes free in the folder
};

/// A file here, and its name over there: relative to the training's folder.
struct FarFile {
  std::string path;
  std::filesystem::path file;
};

class FarSession {
 public:
  static Result<std::unique_ptr<FarSession>> connect(const FarPlace& place, TaskControl& control);
  ~FarSession();
  FarSession(const FarSession&) = delete;
  FarSession& operator=(const FarSession&) = delete;

  const FarGreeting& greeting() const { return greeting_; }

  /// `id`: 64 hexadecimal digits, the same for the same model folder. `data`: folder of the images
  /// here.
  Result<void> begin(const std::string& id, const std::filesystem::path& data);
  /// Sends those whose content is not over there, and gives all their names there. A file that was
  /// sent in this session and has not changed since is passed over.
  Result<void> send(const std::vector<FarFile>& files);

  struct Run {
    std::filesystem::path model;                   ///< folder here that what is written comes into
    std::function<void(const std::string&)> said;  ///< a line; called on the hearing thread
    std::function<void()> between;                 ///< some times a second, on the calling thread
  };
  /// Starts karyoscope-worker there with these arguments, whose paths are relative to the
  /// training's folder, and waits for its end; the model's files have arrived then. A wish to stop
  /// reaches it as Ctrl-C does. Returns its exit status.
  Result<int> run(const std::vector<std::string>& arguments, const Run& run);

  /// Bytes that send() has sent, and files that were there already.
  std::int64_t sent_bytes() const { return sent_bytes_; }
  std::int64_t known_files() const { return known_files_; }

 private:
  FarSession(const FarPlace& place, TaskControl& control) : place_(place), control_(control) {}
  Result<void> start_ssh();
  Result<void> greet();
  void listen();
  Result<void> take_file(const nlohmann::json& message, const Run& run);
  /// The next word of the other side that is an answer.
  Result<nlohmann::json> next();
  std::optional<nlohmann::json> wait_for(std::chrono::milliseconds patience);
  void put_into_box(nlohmann::json message);
  Result<std::string> hash_of(const std::filesystem::path& file);
  std::optional<Error> failure_said();
  Error explained(const Error& error);
  int end_ssh();

  FarPlace place_;
  TaskControl& control_;
  FarGreeting greeting_;
  std::unique_ptr<FarLink> link_;
  pid_t ssh_ = -1;
  std::FILE* words_ = nullptr;  // what ssh says
  std::thread listener_;
  std::atomic<bool> closing_{false}, gentle_{false};  // gentle: a wish to stop goes over there

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<nlohmann::json> box_;
  std::optional<Error> trouble_;  // of the listener
  bool trouble_here_ = false;     // not the line's
  Run kept_run_;
  std::atomic<const Run*> run_{nullptr};

  struct Known {
    std::uintmax_t size = 0;
    std::filesystem::file_time_type written;
    std::string sha256;
  };
  std::map<std::filesystem::path, Known> hashes_;
  std::map<std::string, std::string> placed_;  // over there: path, content
  std::int64_t sent_bytes_ = 0, known_files_ = 0;
};

/// Reaches a computer and asks what it is. Errors: those above.
Result<FarGreeting> test_far_place(const FarPlace& place, TaskControl& control);

}  // namespace karyo::worker
