#include "core/io/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace karyo::io {
namespace {

Error past_the_end(std::uint64_t offset, std::size_t count, std::uint64_t size) {
  return {ErrorCode::kBadFile,
          "the file ends at byte " + std::to_string(size) + " but names data at byte " +
              std::to_string(offset) + " (" + std::to_string(count) + " bytes)",
          "The file is truncated or damaged; copy or export it again."};
}

class FileSource final : public ByteSource {
 public:
  FileSource(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  std::uint64_t size() const override { return size_; }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> to) const override {
    if (offset > size_ || to.size() > size_ - offset) {
      return past_the_end(offset, to.size(), size_);
    }
    errno = 0;
    if (read_some(offset, to) == to.size()) return {};
    if (errno != 0) {
      return Error(ErrorCode::kIo, std::string("reading failed: ") + std::strerror(errno),
                   "Check the disk or the network connection, then try again.");
    }
    return Error(ErrorCode::kIo, "the file became shorter while it was read",
                 "Wait until the program that writes it has finished.");
  }

  std::size_t read_some(std::uint64_t offset, std::span<std::byte> to) const override {
    std::size_t done = 0;
    while (done < to.size() && offset + done < size_) {
      const auto count =
          ::pread(fd_, to.data() + done, to.size() - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

 private:
  int fd_;
  std::uint64_t size_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> to) const override {
    if (read_some(offset, to) != to.size()) return past_the_end(offset, to.size(), size());
    return {};
  }

  std::size_t read_some(std::uint64_t offset, std::span<std::byte> to) const override {
    if (offset >= bytes_.size()) return 0;
    const auto rest = bytes_.subspan(static_cast<std::size_t>(offset));
    const std::size_t count = std::min(rest.size(), to.size());
    std::copy_n(rest.begin(), count, to.begin());
    return count;
  }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace

Result<std::shared_ptr<const ByteSource>> open_file(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    const int number = errno;
    const bool absent = number == ENOENT || number == ENOTDIR;
    return Error(absent ? ErrorCode::kNotFound : ErrorCode::kIo,
                 std::string("cannot open: ") + std::strerror(number),
                 absent ? "Check the path." : "Check that you may read the file.");
  }
  struct stat state {};
  if (::fstat(fd, &state) != 0 || !S_ISREG(state.st_mode)) {
    const bool folder = S_ISDIR(state.st_mode);
    ::close(fd);
    return Error(ErrorCode::kBadFile, folder ? "this is a folder" : "this is not a regular file",
                 "Name an image file.");
  }
  return std::shared_ptr<const ByteSource>(
      std::make_shared<FileSource>(fd, static_cast<std::uint64_t>(state.st_size)));
}

std::shared_ptr<const ByteSource> open_memory(std::span<const std::byte> bytes) {
  return std::make_shared<MemorySource>(bytes);
}

}  // namespace karyo::io
