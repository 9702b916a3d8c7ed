// Opening a journal: who may write it, and how the disk under it is to be treated.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "annotation/journal.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInUse = "another window or program has this folder open";
constexpr const char* kNotWritable = "this folder cannot be written";

/// Whether a write-ahead log is safe: its users share memory, so they have to be on one machine.
/// A file system that is not known to be of this machine alone is taken for one that is not.
JournalDatabase::Safety safety_of(const fs::path& folder) {
  constexpr std::array<std::int64_t, 8> kLocalSystems{
      0xef53,      // ext2, ext3, ext4
      0x58465342,  // XFS
      0x9123683e,  // Btrfs
      0x01021994,  // tmpfs
      0xf2f52010,  // F2FS
      0x794c7630,  // overlayfs
      0x2fc12fc1,  // ZFS
      0xca451a4e,  // bcachefs
  };
  struct statfs about {};
  const bool known = ::statfs(folder.c_str(), &about) == 0;
  const auto type = static_cast<std::int64_t>(static_cast<std::uint32_t>(about.f_type));
  return known && std::find(kLocalSystems.begin(), kLocalSystems.end(), type) != kLocalSystems.end()
             ? JournalDatabase::Safety::kLocal
             : JournalDatabase::Safety::kNetwork;
}

/// So that the name of a new file is on disk too. Some network file systems cannot do it and say
/// so; there it is the server's matter.
void sync_folder(const fs::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

}  // namespace

Journal::Lock::~Lock() {
  ::close(file);
}

Result<std::unique_ptr<Journal::Lock>> Journal::lock(const fs::path& folder, std::string& why_not) {
  // Its own file: closing any handle of the database would drop SQLite's locks on it. It stays, as
  // taking it away could leave two windows with a lock each.
  const fs::path path = folder / ".karyoscope.lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0 && (errno == EACCES || errno == EPERM || errno == EROFS)) {
    why_not = kNotWritable;
    return std::unique_ptr<Lock>();
  }
  if (file < 0) {
    return Error(ErrorCode::kIo, "cannot make " + path.string() + ": " + std::strerror(errno),
                 errno == ENOSPC ? "Free some space on the disk, then open the folder again."
                                 : "Check that the folder is there and can be written.");
  }
  auto lock = std::make_unique<Lock>(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    why_not = kInUse;
    return std::unique_ptr<Lock>();
  }
  return Error(ErrorCode::kIo, "cannot lock " + path.string() + ": " + std::strerror(errno),
               "Copy the folder to a disk that knows locks, a local one for instance.");
}

Result<std::unique_ptr<Journal>> Journal::open(const fs::path& folder, JournalOptions options) {
  std::unique_ptr<Journal> journal(new Journal);
  KARYO_TRY(journal->lock_, lock(folder, journal->why_read_only_));
  const fs::path path = folder / kFileName;
  const auto open_database = [&]() -> Result<JournalDatabase> {
    if (!journal->read_only()) {
      KARYO_TRY(auto database,
                JournalDatabase::open_for_writing(path, safety_of(folder), options.vfs));
      sync_folder(folder);
      KARYO_CHECK_OK(prune(database, options.most_bytes));
      return database;
    }
    // A log that was left behind in a folder that cannot be written has to be read as well.
    std::error_code none;
    const bool unchanging = journal->why_read_only_ == kNotWritable &&
                            !fs::exists(fs::path(path.string() + "-wal"), none);
    return JournalDatabase::open_for_reading(path, unchanging, options.vfs);
  };
  KARYO_TRY(auto database, open_database());
  KARYO_CHECK_OK(journal->load(database));
  journal->writer_ =
      std::make_unique<JournalWriter>(std::move(database), std::move(options.status_changed));
  return journal;
}

}  // namespace karyo
