#include "core/io/zip_file.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/atomic_file.h"

namespace karyo {
namespace {

constexpr std::uint64_t kFreeBytes = std::uint64_t{64} << 20;  // may be packed as well as it will

struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

std::string message_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string message = zip_error_strerror(&error);
  zip_error_fini(&error);
  return message;
}

Error damaged(const std::string& what) {
  return {ErrorCode::kBadFile, what, "Copy or download the archive again."};
}

}  // namespace

void ZipFile::Close::operator()(zip* archive) const {
  zip_discard(archive);
}

Result<ZipFile> ZipFile::open(const std::filesystem::path& path, const ZipLimits& limits) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec)) {
    return Error(ErrorCode::kNotFound, "there is no archive " + path.string(), "Check the name.");
  }
  ZipFile file;
  file.path_ = path.string();
  file.limits_ = limits;
  int code = 0;
  file.archive_.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!file.archive_) {
    return damaged(file.path_ + " is no readable zip archive (" + message_of(code) + ")");
  }
  const zip_int64_t entries = zip_get_num_entries(file.archive_.get(), 0);
  if (entries < 0 || static_cast<std::uint64_t>(entries) > limits.entries) {
    return Error(ErrorCode::kTooLarge,
                 file.path_ + " has " + std::to_string(entries) + " entries; at most " +
                     std::to_string(limits.entries) + " are read",
                 "Unpack it, and give the folder of what is wanted.");
  }
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(entries); ++i) {
    const char* const name = zip_get_name(file.archive_.get(), i, 0);
    if (name == nullptr || *name == '\0') continue;
    std::string text(name);
    if (text.back() != '/') file.names_.push_back(std::move(text));
  }
  return file;
}

Result<std::string> ZipFile::read(const std::string& name, std::uint64_t most) const {
  const std::string place = path_ + ", entry " + name;
  zip_stat_t about;
  if (zip_stat(archive_.get(), name.c_str(), 0, &about) != 0) {
    return Error(ErrorCode::kNotFound, path_ + " has no entry " + name,
                 "Check that the archive is complete.");
  }
  const std::unique_ptr<zip_file_t, CloseEntry> entry(
      zip_fopen_index(archive_.get(), about.index, 0));
  if (!entry) return damaged(place + " cannot be unpacked: " + zip_strerror(archive_.get()));
  std::uint64_t limit = std::min(most, limits_.entry_bytes);
  if ((about.valid & ZIP_STAT_COMP_SIZE) != 0) {
    // Divided, not multiplied: the packed size is a claim too.
    const std::uint64_t packed = std::min(about.comp_size, limit / limits_.ratio + 1);
    limit = std::min(limit, std::max(kFreeBytes, packed * limits_.ratio));
  }
  std::string bytes;
  std::array<char, 1 << 16> part;
  for (;;) {
    const zip_int64_t count = zip_fread(entry.get(), part.data(), part.size());
    if (count < 0) return damaged(place + " is damaged");
    if (count == 0) return bytes;
    if (bytes.size() + static_cast<std::uint64_t>(count) > limit) {
      return Error(ErrorCode::kTooLarge,
                   place + " unpacks to more than " + std::to_string(limit >> 20) + " MiB",
                   "No model's file of this kind is that large; ask where the archive is from.");
    }
    bytes.append(part.data(), static_cast<std::size_t>(count));
  }
}

Result<void> write_zip(const std::filesystem::path& path, std::span<const ZipEntry> entries) {
  std::set<std::string> names;
  for (const ZipEntry& entry : entries) {
    if (entry.name.empty() || !names.insert(entry.name).second) {
      return Error(ErrorCode::kInvalidArgument,
                   "an archive would hold \"" + entry.name + "\" twice, or a file without a name",
                   "Give every file a name of its own.");
    }
  }
  if (entries.empty()) {
    return Error(ErrorCode::kInvalidArgument, "an archive of no files was asked for",
                 "Give at least one file.");
  }
  KARYO_TRY(AtomicFile file, AtomicFile::create(path));
  const auto refused = [&path](const std::string& why) {
    return Error(ErrorCode::kIo, "writing " + path.string() + ": " + why,
                 "Check the free space and the rights of the folder.");
  };
  int code = 0;
  std::unique_ptr<zip_t, decltype(&zip_discard)> archive(
      zip_open(file.temporary_path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code), &zip_discard);
  if (!archive) return refused(message_of(code));
  for (const ZipEntry& entry : entries) {  // libzip packs at the end; the bytes stay until then
    zip_source_t* const source =
        zip_source_buffer(archive.get(), entry.bytes.data(), entry.bytes.size(), 0);
    if (source == nullptr) return refused(zip_strerror(archive.get()));
    const zip_int64_t index =
        zip_file_add(archive.get(), entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return refused(zip_strerror(archive.get()));
    }
    // 1980-01-01, the first date a zip can hold: the same entries make the same file.
    zip_file_set_dostime(archive.get(), static_cast<zip_uint64_t>(index), 0, (1 << 5) | 1, 0);
  }
  zip_t* const closing = archive.release();
  if (zip_close(closing) != 0) {
    const std::string why = zip_strerror(closing);
    zip_discard(closing);
    return refused(why);
  }
  return file.commit();
}

}  // namespace karyo
