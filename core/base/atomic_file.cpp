#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace karyo {
namespace {

Error io_error(const std::filesystem::path& path, const std::string& doing, int number) {
  std::string fix = "Check that the folder exists and that you may write to it.";
  if (number == ENOSPC || number == EDQUOT) fix = "Free some disk space, then save again.";
  if (number == EROFS) fix = "The disk is read-only: save to another folder.";
  return {ErrorCode::kIo, doing + " " + path.string() + ": " + std::strerror(number), fix};
}

Result<void> sync_path(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return io_error(path, "opening", errno);
  const int outcome = ::fsync(fd);
  const int number = errno;
  ::close(fd);
  // Some network file systems cannot sync a folder and say EINVAL; the rename still holds.
  if (outcome != 0 && number != EINVAL && number != ENOTSUP) {
    return io_error(path, "writing", number);
  }
  return {};
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{0};
  const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  std::error_code ec;
  std::filesystem::create_directories(folder, ec);
  if (ec) return io_error(folder, "making folder", ec.value());
  // After a kill the file stays: under this ending no search for the target's kind of file finds
  // it. Python's glob("*.h5") would take a hidden file.
  auto temporary = folder / ("." + target.filename().string() + "." + std::to_string(::getpid()) +
                             "-" + std::to_string(counter++) + ".tmp");
  const int fd = ::open(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0) return io_error(folder, "writing into", errno);
  ::close(fd);
  return AtomicFile(target, std::move(temporary));
}

AtomicFile::AtomicFile(std::filesystem::path target, std::filesystem::path temporary)
    : target_(std::move(target)), temporary_(std::move(temporary)) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : target_(std::move(other.target_)), temporary_(std::move(other.temporary_)) {
  other.temporary_.clear();
}

AtomicFile::~AtomicFile() {
  if (temporary_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

Result<void> AtomicFile::commit() {
  KARYO_CHECK_OK(sync_path(temporary_, O_RDONLY));
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    return io_error(target_, "replacing", errno);
  }
  temporary_.clear();
  const auto folder =
      target_.has_parent_path() ? target_.parent_path() : std::filesystem::path(".");
  return sync_path(folder, O_RDONLY | O_DIRECTORY);
}

Result<void> write_file_atomically(const std::filesystem::path& target, std::string_view content) {
  KARYO_TRY(auto file, AtomicFile::create(target));
  {
    errno = 0;
    std::ofstream out(file.temporary_path(), std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) return io_error(target, "writing", errno != 0 ? errno : EIO);
  }
  return file.commit();
}

Result<std::string> read_file(const std::filesystem::path& path, std::uintmax_t limit_bytes) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(path, ec);
  if (ec) {
    return Error(ErrorCode::kNotFound, "cannot read " + path.string() + ": " + ec.message(),
                 "Check the path and that you may read it.");
  }
  if (size > limit_bytes) {
    return Error(ErrorCode::kTooLarge,
                 path.string() + " has " + std::to_string(size) + " bytes; at most " +
                     std::to_string(limit_bytes) + " are expected",
                 "Check that this is the file you meant.");
  }
  std::string content(size, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(content.data(), static_cast<std::streamsize>(size));
  content.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || !in.is_open()) {
    return Error(ErrorCode::kIo, "cannot read " + path.string(), "Check that you may read it.");
  }
  return content;
}

}  // namespace karyo
