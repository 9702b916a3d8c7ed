#pragma once

/// The line between a computer and another that works for it: JSON objects, one a line, some of
/// them followed by the bytes of a file. Both sides use it (app/worker/far_command.cpp answers).
///
///   to the other             {"run":ID,"data":FOLDER}           begins: what it is for
///                            {"file":PATH,"sha256":…,"bytes":n}  …, {"offered":true}
///                            {"put":SHA256,"bytes":n} and n bytes …, {"place":true}
///                            {"start":[ARGUMENTS]}   {"stop":true}   {"alive":true}
///                            {"finished":true}: all has arrived
///   from the other           karyoscope-far {"version":…,"host":…,"device":…,…}  first of all
///                            {"need":SHA256} …, {"needs":n}      {"placed":true}
///                            {"said":LINE}   {"got":NAME,"bytes":n} and n bytes
///                            {"ended":STATUS}   {"failed":{"code","what","fix"}}   {"alive":true}
///
/// Either side that hears nothing for a minute takes the line for lost; who has nothing to say says
/// that it is alive. Threads: one may hear while another speaks.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

#include "core/base/result.h"

namespace karyo::worker {

constexpr std::chrono::seconds kFarSilence{60};  ///< after it the line is lost
constexpr std::chrono::seconds kFarAlive{10};    ///< between two words at least
inline constexpr const char* kFarGreeting = "karyoscope-far ";

class FarLink {
 public:
  /// Takes both descriptors, which may be the same socket, and closes them.
  FarLink(int in, int out);
  ~FarLink();
  FarLink(const FarLink&) = delete;
  FarLink& operator=(const FarLink&) = delete;

  /// Looked at while one waits; what it is true of ends with kCancelled.
  std::function<bool()> give_up;

  /// Errors: kIo where the other side is gone or takes nothing for a minute.
  Result<void> say(const nlohmann::json& message);
  /// The message with "bytes", then the file's. Errors: kNotFound, kBadFile (it changed meanwhile).
  Result<void> say_file(nlohmann::json message, const std::filesystem::path& file);
  /// Says that one is alive where nothing was said for some seconds.
  Result<void> say_alive();

  /// The next message, within so much time. Errors: kIo (the line ended, or was silent for too
  /// long), kBadFile (no message of ours).
  Result<std::optional<nlohmann::json>> hear(std::chrono::milliseconds patience);
  /// Passes over what a shell says when it begins, up to the greeting.
  Result<nlohmann::json> hear_greeting(std::chrono::milliseconds patience);
  /// The bytes that follow the message heard last. Errors: kIo, those of `take`.
  using TakeBytes = std::function<Result<void>(std::span<const std::byte>)>;
  Result<void> hear_bytes(std::int64_t count, const TakeBytes& take);

  int input() const { return in_; }
  /// One of its errors was that the line is lost.
  bool is_lost() const { return lost_; }
  /// Something was read already that is not heard yet.
  bool holds_more() const { return !buffer_.empty(); }

 private:
  Error lost(const std::string& why);
  Result<void> write_all(const char* bytes, std::size_t count);
  /// More bytes into the buffer; false where none came within `patience`.
  Result<bool> read_some(std::chrono::milliseconds patience);
  bool take_line(std::string& line);

  int in_, out_;
  std::atomic<bool> lost_{false};
  std::string buffer_;
  std::chrono::steady_clock::time_point heard_ = std::chrono::steady_clock::now(), said_ = heard_,
                                        looked_ = heard_;
};

}  // namespace karyo::worker
