#include "tests/annotation/crash_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace karyo::test {
namespace {

constexpr std::int64_t kSector = 512;

void write_to(std::string& content, std::int64_t offset, std::string_view bytes) {
  const std::size_t end = static_cast<std::size_t>(offset) + bytes.size();
  if (content.size() < end) content.resize(end, '\0');
  std::copy(bytes.begin(), bytes.end(), content.begin() + offset);
}

}  // namespace

struct CrashDisk::File {
  std::string now, synced;
  std::vector<Write> uncertain;  // what led from `synced` to `now`
  bool name_synced = false;
  bool syncs_folder = false;  // the system's layer does so at the first sync of a new journal
  std::vector<std::unique_ptr<std::string>> shared_memory;
};

/// What SQLite calls.
struct CrashDisk::Methods {
  struct Handle {
    sqlite3_file base;
    CrashDisk* disk;
    std::shared_ptr<File> file;
  };
  static Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static CrashDisk& disk(sqlite3_vfs* vfs) { return *static_cast<CrashDisk*>(vfs->pAppData); }
  static sqlite3_vfs* system() { return sqlite3_vfs_find(nullptr); }

  static int close(sqlite3_file* file) {
    handle(file).~Handle();
    return SQLITE_OK;
  }
  static int read(sqlite3_file* file, void* to, int count, sqlite3_int64 offset) {
    Handle& from = handle(file);
    const std::lock_guard lock(from.disk->mutex_);
    if (from.disk->cut_) return SQLITE_IOERR_READ;
    const std::string& content = from.file->now;
    const std::int64_t there = std::clamp<std::int64_t>(std::ssize(content) - offset, 0, count);
    if (there > 0) std::memcpy(to, content.data() + offset, static_cast<std::size_t>(there));
    if (there == count) return SQLITE_OK;
    std::memset(static_cast<char*>(to) + there, 0, static_cast<std::size_t>(count - there));
    return SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
    Handle& to = handle(file);
    const std::lock_guard lock(to.disk->mutex_);
    const std::int64_t growth =
        std::max<std::int64_t>(offset + count - std::ssize(to.file->now), 0);
    const bool was_cut = to.disk->cut_;
    const int trouble = to.disk->trouble(true, growth);
    // A write that the power fails in may reach the disk in part.
    const bool happens = trouble == SQLITE_OK || (to.disk->cut_ && !was_cut);
    if (!happens) return trouble;
    Write change{offset,
                 std::string(static_cast<const char*>(from), static_cast<std::size_t>(count))};
    write_to(to.file->now, offset, change.bytes);
    to.file->uncertain.push_back(std::move(change));
    return trouble;
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    Handle& of = handle(file);
    const std::lock_guard lock(of.disk->mutex_);
    if (const int trouble = of.disk->trouble(false, 0); trouble != SQLITE_OK) return trouble;
    of.file->now.resize(static_cast<std::size_t>(size), '\0');
    of.file->uncertain.push_back({0, {}, size});
    return SQLITE_OK;
  }
  static int sync(sqlite3_file* file, int) {
    Handle& of = handle(file);
    const std::lock_guard lock(of.disk->mutex_);
    if (const int trouble = of.disk->trouble(false, 0); trouble != SQLITE_OK) return trouble;
    of.file->synced = of.file->now;
    of.file->uncertain.clear();
    if (!of.file->name_synced && of.file->syncs_folder) of.disk->perhaps_deleted_.clear();
    of.file->name_synced = true;
    return SQLITE_OK;
  }
  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    Handle& of = handle(file);
    const std::lock_guard lock(of.disk->mutex_);
    *size = std::ssize(of.file->now);
    return of.disk->cut_ ? SQLITE_IOERR_FSTAT : SQLITE_OK;
  }
  // One process, one connection at a time: locks are always free.
  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int reserved(sqlite3_file*, int* held) {
    *held = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return kSector; }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
  static int map_shared(sqlite3_file* file, int number, int size, int extend, void volatile** at) {
    Handle& of = handle(file);
    const std::lock_guard lock(of.disk->mutex_);
    auto& parts = of.file->shared_memory;
    *at = nullptr;
    while (extend != 0 && std::ssize(parts) <= number) {
      parts.push_back(std::make_unique<std::string>(static_cast<std::size_t>(size), '\0'));
    }
    if (std::ssize(parts) > number) *at = parts[static_cast<std::size_t>(number)]->data();
    return SQLITE_OK;
  }
  static int lock_shared(sqlite3_file*, int, int, int) { return SQLITE_OK; }
  static void barrier(sqlite3_file*) {}
  static int unmap_shared(sqlite3_file* file, int take_away) {
    Handle& of = handle(file);
    const std::lock_guard lock(of.disk->mutex_);
    if (take_away != 0) of.file->shared_memory.clear();
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* given) {
    CrashDisk& on = disk(vfs);
    file->pMethods = nullptr;
    const std::lock_guard lock(on.mutex_);
    if (on.cut_) return SQLITE_CANTOPEN;
    std::shared_ptr<File> opened;
    if (name == nullptr) {
      opened = std::make_shared<File>();
    } else if (const auto known = on.files_.find(name); known != on.files_.end()) {
      opened = known->second;
    } else {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      opened = on.files_[name] = std::make_shared<File>();
      opened->syncs_folder = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    }
    auto* made = new (file) Handle{{}, &on, std::move(opened)};
    made->base.pMethods = &on.methods_->of_files;
    if (given != nullptr) *given = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    CrashDisk& on = disk(vfs);
    const std::lock_guard lock(on.mutex_);
    if (const int trouble = on.trouble(false, 0); trouble != SQLITE_OK) return trouble;
    const auto known = on.files_.find(name);
    if (known == on.files_.end()) return SQLITE_IOERR_DELETE_NOENT;
    if (sync_folder == 0) on.perhaps_deleted_[name] = known->second;
    if (sync_folder != 0) on.perhaps_deleted_.clear();
    on.files_.erase(known);
    return SQLITE_OK;
  }
  static int access(sqlite3_vfs* vfs, const char* name, int, int* there) {
    CrashDisk& on = disk(vfs);
    const std::lock_guard lock(on.mutex_);
    *there = on.files_.contains(name) ? 1 : 0;
    return on.cut_ ? SQLITE_IOERR_ACCESS : SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* name, int size, char* to) {
    sqlite3_snprintf(size, to, "%s", name);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs*, int count, char* to) {
    return system()->xRandomness(system(), count, to);
  }
  static int sleep(sqlite3_vfs*, int us) { return system()->xSleep(system(), us); }
  static int time(sqlite3_vfs*, double* now) { return system()->xCurrentTime(system(), now); }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }

  sqlite3_io_methods of_files{};
  sqlite3_vfs vfs{};
};

CrashDisk::CrashDisk(std::uint64_t seed, bool shared_memory)
    : random_(seed), shared_memory_(shared_memory), methods_(std::make_unique<Methods>()) {
  static std::atomic<int> made{0};
  name_ = "crash-disk-" + std::to_string(made++);
  sqlite3_io_methods& files = methods_->of_files;
  files.iVersion = shared_memory_ ? 2 : 1;
  files.xClose = Methods::close;
  files.xRead = Methods::read;
  files.xWrite = Methods::write;
  files.xTruncate = Methods::truncate;
  files.xSync = Methods::sync;
  files.xFileSize = Methods::file_size;
  files.xLock = Methods::lock;
  files.xUnlock = Methods::lock;
  files.xCheckReservedLock = Methods::reserved;
  files.xFileControl = Methods::control;
  files.xSectorSize = Methods::sector_size;
  files.xDeviceCharacteristics = Methods::characteristics;
  files.xShmMap = Methods::map_shared;
  files.xShmLock = Methods::lock_shared;
  files.xShmBarrier = Methods::barrier;
  files.xShmUnmap = Methods::unmap_shared;
  sqlite3_vfs& vfs = methods_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Methods::Handle);
  vfs.mxPathname = 4096;
  vfs.zName = name_.c_str();
  vfs.pAppData = this;
  vfs.xOpen = Methods::open;
  vfs.xDelete = Methods::remove;
  vfs.xAccess = Methods::access;
  vfs.xFullPathname = Methods::full_path;
  vfs.xRandomness = Methods::randomness;
  vfs.xSleep = Methods::sleep;
  vfs.xCurrentTime = Methods::time;
  vfs.xGetLastError = Methods::last_error;
  sqlite3_initialize();
  sqlite3_vfs_register(&vfs, 0);
}

CrashDisk::~CrashDisk() {
  sqlite3_vfs_unregister(&methods_->vfs);
}

void CrashDisk::cut_power_after(std::int64_t changes) {
  const std::lock_guard lock(mutex_);
  left_ = changes;
}

bool CrashDisk::power_is_cut() const {
  const std::lock_guard lock(mutex_);
  return cut_;
}

void CrashDisk::set_capacity(std::optional<std::int64_t> bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

void CrashDisk::set_failing(double probability) {
  const std::lock_guard lock(mutex_);
  failing_ = probability;
}

std::int64_t CrashDisk::used() const {
  const std::lock_guard lock(mutex_);
  return used_now();
}

std::int64_t CrashDisk::used_now() const {
  std::int64_t bytes = 0;
  for (const auto& [name, file] : files_) bytes += std::ssize(file->now);
  return bytes;
}

int CrashDisk::trouble(bool is_write, std::int64_t growth) {
  if (cut_) return SQLITE_IOERR;
  if (left_ && --*left_ == 0) {
    cut_ = true;
    return SQLITE_IOERR;
  }
  if (failing_ > 0 && random_.uniform() < failing_) return SQLITE_IOERR;
  if (is_write && capacity_ && growth > 0 && used_now() + growth > *capacity_) return SQLITE_FULL;
  return SQLITE_OK;
}

void CrashDisk::restart() {
  const std::lock_guard lock(mutex_);
  // Sometimes all of it is lost, sometimes nothing.
  const double kept = std::clamp(random_.uniform(-0.5, 1.5), 0.0, 1.0);
  const auto happened = [&] { return random_.uniform() < kept; };
  for (const auto& [name, file] : perhaps_deleted_) {
    if (happened()) continue;
    const auto other = files_.find(name);
    if (other == files_.end() || !other->second->name_synced) files_[name] = file;
  }
  perhaps_deleted_.clear();
  std::erase_if(files_,
                [&](const auto& entry) { return !entry.second->name_synced && !happened(); });
  for (const auto& [name, file] : files_) {
    std::string content = file->synced;
    for (const Write& write : file->uncertain) {
      if (write.cut_to) {
        if (happened()) content.resize(static_cast<std::size_t>(*write.cut_to), '\0');
        continue;
      }
      for (std::int64_t at = 0; at < std::ssize(write.bytes);) {
        const std::int64_t next =
            std::min((write.offset + at) / kSector * kSector + kSector - write.offset,
                     std::ssize(write.bytes));
        if (happened()) {
          write_to(content, write.offset + at,
                   std::string_view(write.bytes)
                       .substr(static_cast<std::size_t>(at), static_cast<std::size_t>(next - at)));
        }
        at = next;
      }
    }
    file->now = file->synced = std::move(content);
    file->uncertain.clear();
    file->name_synced = true;
    file->shared_memory.clear();
  }
  left_.reset();
  cut_ = false;
}

}  // namespace karyo::test
