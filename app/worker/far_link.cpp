#include "app/worker/far_link.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace karyo::worker {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kPart = std::size_t{1} << 18, kLongestLine = std::size_t{1} << 20;
constexpr milliseconds kLook{200};  // for a wish to give up

}  // namespace

Error FarLink::lost(const std::string& why) {
  lost_ = true;
  return {ErrorCode::kIo, "the line to the other computer was lost: " + why,
          "See that it can be reached."};
}

namespace {

Error given_up() {
  return {ErrorCode::kCancelled, "given up", "Begin again when you like."};
}

Error no_message(const std::string& line) {
  return {ErrorCode::kBadFile,
          "the other computer says what is not understood: " + line.substr(0, 200),
          "Install the same version of Karyoscope there."};
}

}  // namespace

FarLink::FarLink(int in, int out) : in_(in), out_(out) {
  for (const int end : {in_, out_}) fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK);
}

FarLink::~FarLink() {
  close(in_);
  if (out_ != in_) close(out_);
}

Result<void> FarLink::write_all(const char* bytes, std::size_t count) {
  auto moved = steady_clock::now();
  while (count > 0) {
    ssize_t n = send(out_, bytes, count, MSG_NOSIGNAL);
    if (n < 0 && errno == ENOTSOCK) n = write(out_, bytes, count);
    if (n > 0) {
      bytes += n;
      count -= static_cast<std::size_t>(n);
      moved = said_ = steady_clock::now();
      continue;
    }
    if (n < 0 && errno != EAGAIN && errno != EINTR) return lost(std::strerror(errno));
    if (give_up && give_up()) return given_up();
    if (steady_clock::now() - moved > kFarSilence) return lost("it takes nothing");
    pollfd waiting{out_, POLLOUT, 0};
    poll(&waiting, 1, static_cast<int>(kLook.count()));
  }
  return {};
}

Result<void> FarLink::say(const json& message) {
  const std::string line = message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  return write_all(line.data(), line.size());
}

Result<void> FarLink::say_alive() {
  if (steady_clock::now() - said_ < kFarAlive) return {};
  return say({{"alive", true}});
}

Result<void> FarLink::say_file(json message, const std::filesystem::path& file) {
  const int from = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about {};
  if (from < 0 || fstat(from, &about) != 0) {
    const Error error(ErrorCode::kNotFound,
                      "cannot read " + file.string() + ": " + std::strerror(errno),
                      "Check that the file is there and that you may read it.");
    if (from >= 0) close(from);
    return error;
  }
  message["bytes"] = about.st_size;
  auto sent = say(message);
  std::vector<char> part(kPart);
  for (std::int64_t left = about.st_size; sent && left > 0;) {
    const auto most = std::min<std::int64_t>(left, static_cast<std::int64_t>(part.size()));
    const ssize_t n = read(from, part.data(), static_cast<std::size_t>(most));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {  // as many bytes as were promised, or nothing more is understood
      sent = Error(ErrorCode::kBadFile, file.string() + " became shorter while it was sent",
                   "Try again when nothing writes to it.");
    } else {
      sent = write_all(part.data(), static_cast<std::size_t>(n));
      left -= n;
    }
  }
  close(from);
  return sent;
}

Result<bool> FarLink::read_some(milliseconds patience) {
  // Who did other things for long has not waited in vain.
  const auto now = steady_clock::now();
  if (now - std::exchange(looked_, now) > kFarAlive) heard_ = now;
  pollfd waiting{in_, POLLIN, 0};
  if (poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) {
    if (steady_clock::now() - heard_ > kFarSilence) return lost("it is silent");
    return false;
  }
  std::array<char, 1 << 16> bytes{};
  const ssize_t n = read(in_, bytes.data(), bytes.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return false;
  if (n < 0) return lost(std::strerror(errno));
  if (n == 0) return lost("it ended");
  heard_ = steady_clock::now();
  buffer_.append(bytes.data(), static_cast<std::size_t>(n));
  return true;
}

bool FarLink::take_line(std::string& line) {
  const auto end = buffer_.find('\n');
  if (end == std::string::npos) return false;
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return true;
}

Result<std::optional<json>> FarLink::hear(milliseconds patience) {
  std::string line;
  const auto until = steady_clock::now() + patience;
  while (!take_line(line)) {
    if (give_up && give_up()) return given_up();
    if (buffer_.size() > kLongestLine) return no_message(buffer_);
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
    KARYO_TRY(const bool more, read_some(std::clamp(left, milliseconds(0), kLook)));
    if (!more && steady_clock::now() >= until) return std::optional<json>();
  }
  json message = json::parse(line, nullptr, false);
  if (!message.is_object()) return no_message(line);
  return std::optional(std::move(message));
}

Result<json> FarLink::hear_greeting(milliseconds patience) {
  const std::string_view greeting = kFarGreeting;
  const auto until = steady_clock::now() + patience;
  std::string line;
  for (std::size_t passed = 0; passed < kLongestLine && steady_clock::now() < until;) {
    if (!take_line(line)) {
      if (give_up && give_up()) return given_up();
      if (buffer_.size() > kLongestLine) break;
      KARYO_TRY(const bool more, read_some(kLook));
      static_cast<void>(more);
      continue;
    }
    passed += line.size();
    if (!line.starts_with(greeting)) continue;
    json message = json::parse(line.substr(greeting.size()), nullptr, false);
    if (message.is_object()) return message;
  }
  return lost("no worker of Karyoscope answers");
}

Result<void> FarLink::hear_bytes(std::int64_t count, const TakeBytes& take) {
  while (count > 0) {
    if (buffer_.empty()) {
      if (give_up && give_up()) return given_up();
      KARYO_TRY(const bool more, read_some(kLook));
      if (!more) continue;
    }
    const auto some = std::min<std::int64_t>(count, static_cast<std::int64_t>(buffer_.size()));
    KARYO_CHECK_OK(take(std::as_bytes(std::span(buffer_.data(), static_cast<std::size_t>(some)))));
    buffer_.erase(0, static_cast<std::size_t>(some));
    count -= some;
  }
  return {};
}

}  // namespace karyo::worker
