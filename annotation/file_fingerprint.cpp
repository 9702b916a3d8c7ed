#include "annotation/file_fingerprint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <vector>

namespace karyo {
namespace {

Error cannot_read(const std::filesystem::path& path, int number) {
  return {ErrorCode::kIo, "cannot read " + path.string() + ": " + std::strerror(number),
          "Check that the disk is connected and that you may read the file."};
}

/// Closes the file with its scope.
struct OpenFile {
  explicit OpenFile(const std::filesystem::path& path)
      : number(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (number >= 0) ::close(number);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int number;
};

}  // namespace

void ContentHash::fold(std::uint64_t word) {
  state_ = (std::rotl(state_, 27) ^ word) * 0x9e3779b97f4a7c15u;
}

void ContentHash::add(std::span<const std::byte> part) {
  std::uint64_t word = 0;
  std::size_t at = 0;
  for (; at + sizeof word <= part.size(); at += sizeof word) {
    std::memcpy(&word, part.data() + at, sizeof word);
    fold(word);
  }
  word = 0;
  if (at < part.size()) std::memcpy(&word, part.data() + at, part.size() - at);
  fold(word);
  fold(part.size());
}

std::uint64_t ContentHash::value() const {
  std::uint64_t h = state_;
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
  return h ^ (h >> 33);
}

Result<std::optional<FileFingerprint>> fingerprint_of(const std::filesystem::path& path,
                                                      const std::optional<FileFingerprint>& known) {
  const OpenFile file(path);
  if (file.number < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return std::optional<FileFingerprint>();
  }
  struct stat about {};
  if (file.number < 0 || ::fstat(file.number, &about) != 0) return cannot_read(path, errno);
  FileFingerprint found;
  found.modified_ns =
      std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + std::int64_t{about.st_mtim.tv_nsec};
  if (known && known->size == about.st_size && known->modified_ns == found.modified_ns) {
    return known;
  }
  ContentHash hash;
  std::vector<std::byte> part(std::size_t{1} << 20);
  for (;;) {
    // Full parts whatever the system hands out at once, as the value depends on how it is cut.
    std::size_t had = 0;
    while (had < part.size()) {
      const ssize_t more = ::read(file.number, part.data() + had, part.size() - had);
      if (more < 0 && errno == EINTR) continue;
      if (more < 0) return cannot_read(path, errno);
      if (more == 0) break;
      had += static_cast<std::size_t>(more);
    }
    hash.add({part.data(), had});
    found.size += static_cast<std::int64_t>(had);
    if (had < part.size()) break;
  }
  found.hash = hash.value();
  return std::optional(found);
}

}  // namespace karyo
