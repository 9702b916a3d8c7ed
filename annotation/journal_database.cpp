#include "annotation/journal_database.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "annotation/journal_codec.h"

namespace karyo {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::put_row;
using sqlite::Query;
using sqlite::row_sum;

/// 1: no step had notes; its tables are the same, so it is read as it is.
constexpr std::int64_t kVersion = 2, kOldestVersion = 1;
constexpr const char* kSetVersion = "PRAGMA user_version=2";
constexpr std::int64_t kApplication = 0x4b617279;  // "Kary": tells the file from other databases
constexpr const char* kSetApplication = "PRAGMA application_id=0x4b617279";
/// A structure is looked over up to this size when it is opened: 0.1 s from a cold disk.
constexpr std::int64_t kMostBytesLookedOver = 64 << 20;

constexpr const char* kTables[] = {
    "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER NOT NULL) STRICT",
    "CREATE TABLE image(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state TEXT NOT NULL, "
    "seconds REAL NOT NULL, frames INTEGER NOT NULL, z INTEGER NOT NULL, y INTEGER NOT NULL, "
    "x INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT",
    "CREATE TABLE mask(image INTEGER NOT NULL, entry INTEGER NOT NULL, there INTEGER NOT NULL, "
    "size INTEGER NOT NULL, hash INTEGER NOT NULL, modified INTEGER NOT NULL, "
    "sum INTEGER NOT NULL, PRIMARY KEY(image, entry, there, hash)) STRICT, WITHOUT ROWID",
    "CREATE TABLE log(image INTEGER NOT NULL, id INTEGER NOT NULL, number INTEGER NOT NULL, "
    "step INTEGER NOT NULL, forward INTEGER NOT NULL, sum INTEGER NOT NULL, "
    "PRIMARY KEY(image, id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE step(id INTEGER PRIMARY KEY, image INTEGER NOT NULL, "
    "part INTEGER NOT NULL, parts INTEGER NOT NULL, name TEXT NOT NULL, arguments TEXT NOT NULL, "
    "made INTEGER NOT NULL, notes BLOB NOT NULL, tiles BLOB NOT NULL, sum INTEGER NOT NULL) STRICT",
    ("CREATE TABLE note(image INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
     "sum INTEGER NOT NULL, PRIMARY KEY(image, key)) STRICT, WITHOUT ROWID"),
    "CREATE TABLE batch(id INTEGER PRIMARY KEY, number INTEGER NOT NULL) STRICT",
};

Error damaged_row(const std::string& table) {
  return damaged_journal("an entry of its table \"" + table + "\" is not what was written");
}

}  // namespace

Error damaged_journal(const std::string& what) {
  return {ErrorCode::kBadFile, "the journal karyoscope.db is damaged: " + what,
          "The masks are not affected. Move karyoscope.db out of the folder, or put back a copy of "
          "it, and open the folder again."};
}

Result<JournalDatabase> JournalDatabase::open_for_writing(const std::filesystem::path& path,
                                                          Safety safety, const char* vfs) {
  KARYO_TRY(auto connection, Connection::open(path, Connection::Mode::kWrite, vfs));
  JournalDatabase database(std::move(connection));
  Connection& sql = database.connection_;
  KARYO_TRY(const std::int64_t pages, sql.number("PRAGMA page_count"));
  if (pages > 0) KARYO_CHECK_OK(database.check());
  // FULL, and the folder is synced as well when a rollback journal is deleted: one that comes back
  // after a power cut would take back what was committed.
  KARYO_CHECK_OK(sql.run("PRAGMA synchronous=EXTRA"));
  if (pages == 0) KARYO_CHECK_OK(database.make_tables());
  if (pages > 0) {
    // So that a program of before, which would pass over notes of steps, leaves the file alone.
    KARYO_TRY(const std::int64_t version, sql.number("PRAGMA user_version"));
    if (version < kVersion) KARYO_CHECK_OK(sql.run(kSetVersion));
  }
  bool write_ahead = safety == Safety::kLocal;
  if (write_ahead) {
    Query mode = sql.query("PRAGMA journal_mode=WAL");
    KARYO_TRY(const bool answered, mode.next());
    write_ahead = answered && mode.text(0) == "wal";  // else there is no shared memory
  }
  if (!write_ahead) KARYO_CHECK_OK(sql.run("PRAGMA journal_mode=TRUNCATE"));
  KARYO_CHECK_OK(sql.run("PRAGMA journal_size_limit=16777216"));
  return database;
}

Result<JournalDatabase> JournalDatabase::open_for_reading(const std::filesystem::path& path,
                                                          bool unchanging, const char* vfs) {
  KARYO_TRY(
      auto connection,
      Connection::open(
          path, unchanging ? Connection::Mode::kReadUnchanging : Connection::Mode::kRead, vfs));
  JournalDatabase database(std::move(connection));
  KARYO_CHECK_OK(database.check());
  return database;
}

/// All or none, and before the file is anything else, so that one that was cut off is empty.
Result<void> JournalDatabase::make_tables() {
  KARYO_CHECK_OK(begin());
  KARYO_CHECK_OK(connection_.run(kSetApplication));
  KARYO_CHECK_OK(connection_.run(kSetVersion));
  for (const char* table : kTables) KARYO_CHECK_OK(connection_.run(table));
  return commit();
}

Result<void> JournalDatabase::check() {
  KARYO_TRY(const std::int64_t application, connection_.number("PRAGMA application_id"));
  if (application != kApplication) {
    return Error(ErrorCode::kBadFile, "karyoscope.db was not written by Karyoscope",
                 "Move it out of the folder and open the folder again.");
  }
  KARYO_TRY(const std::int64_t version, connection_.number("PRAGMA user_version"));
  if (version > kVersion) {
    return Error(ErrorCode::kUnsupported,
                 "karyoscope.db was written by a newer Karyoscope (its version is " +
                     std::to_string(version) + ", this program knows " + std::to_string(kVersion) +
                     ")",
                 "Open the folder with the newer program.");
  }
  if (version < kOldestVersion) return damaged_journal("it has no version");
  KARYO_CHECK_OK(check_tables());
  KARYO_TRY(const std::int64_t pages, connection_.number("PRAGMA page_count"));
  KARYO_TRY(const std::int64_t page_bytes, connection_.number("PRAGMA page_size"));
  if (pages > kMostBytesLookedOver / page_bytes) return {};
  Query found = connection_.query("PRAGMA quick_check(1)");
  KARYO_TRY(const bool there, found.next());
  if (!there || found.text(0) != "ok") return damaged_journal(std::string(found.text(0)));
  return {};
}

/// Tables of other descriptions could compute what they give out: values of any size, rows without
/// end. Other programs' tables beside ours are none of our business.
Result<void> JournalDatabase::check_tables() {
  std::size_t found = 0;
  Query row = connection_.query(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND "
      "tbl_name COLLATE NOCASE IN ('setting','image','mask','log','step','note','batch')");
  for (;;) {
    KARYO_TRY(const bool more, row.next());
    if (!more) break;
    if (std::find(std::begin(kTables), std::end(kTables), row.text(0)) == std::end(kTables)) {
      return damaged_journal("its tables are not the ones that were made");
    }
    ++found;
  }
  if (found != std::size(kTables)) return damaged_journal("a table is missing");
  return {};
}

Result<void> JournalDatabase::begin() {
  return connection_.run("BEGIN");
}

Result<void> JournalDatabase::commit() {
  return connection_.run("COMMIT");
}

void JournalDatabase::roll_back() {
  // SQLite may have done so itself, after a full disk for one.
  if (connection_.in_transaction()) static_cast<void>(connection_.run("ROLLBACK"));
}

Result<void> JournalDatabase::put_batch(std::int64_t number) {
  return connection_.run("INSERT OR REPLACE INTO batch VALUES(1, ?)", number);
}

Result<std::int64_t> JournalDatabase::last_batch() {
  return connection_.number("SELECT ifnull(max(number), 0) FROM batch");
}

Result<std::map<std::string, std::string>> JournalDatabase::settings() {
  std::map<std::string, std::string> settings;
  Query row = connection_.query("SELECT key, value, sum FROM setting");
  for (;;) {
    KARYO_TRY(const bool more, row.next());
    if (!more) return settings;
    if (row.integer(2) != row_sum(row.text(0), row.text(1))) return damaged_row("setting");
    settings.emplace(row.text(0), row.text(1));
  }
}

Result<void> JournalDatabase::put_setting(const std::string& key, const std::string& value) {
  return put_row(connection_, "INSERT OR REPLACE INTO setting VALUES(?,?,?)", std::string_view(key),
                 std::string_view(value));
}

Result<std::vector<StoredImage>> JournalDatabase::images() {
  std::vector<StoredImage> images;
  Query row = connection_.query("SELECT id, name, state, seconds, frames, z, y, x, sum FROM image");
  for (;;) {
    KARYO_TRY(const bool more, row.next());
    if (!more) return images;
    const StoredImage image{
        row.integer(0), std::string(row.text(1)), std::string(row.text(2)),
        row.real(3),    row.integer(4),           {row.integer(5), row.integer(6), row.integer(7)}};
    if (row.integer(8) != row_sum(image.id, row.text(1), row.text(2), image.seconds, image.frames,
                                  image.shape.z, image.shape.y, image.shape.x)) {
      return damaged_row("image");
    }
    images.push_back(image);
  }
}

Result<void> JournalDatabase::put_image(const StoredImage& image) {
  return put_row(connection_, "INSERT OR REPLACE INTO image VALUES(?,?,?,?,?,?,?,?,?)", image.id,
                 std::string_view(image.name), std::string_view(image.state), image.seconds,
                 image.frames, image.shape.z, image.shape.y, image.shape.x);
}

Result<bool> JournalDatabase::unsaved(std::int64_t image) {
  KARYO_TRY(const std::int64_t unsaved,
            connection_.number("SELECT (SELECT ifnull(max(id), 0) FROM log WHERE image=?) > "
                               "(SELECT ifnull(min(entry), 0) FROM mask WHERE image=?)",
                               image, image));
  return unsaved != 0;
}

Result<std::vector<StoredMask>> JournalDatabase::masks(std::int64_t image) {
  std::vector<StoredMask> masks;
  Query row = connection_.query(
      "SELECT entry, there, size, hash, modified, sum FROM mask WHERE image=? ORDER BY entry",
      image);
  for (;;) {
    KARYO_TRY(const bool more, row.next());
    if (!more) return masks;
    if (row.integer(5) != row_sum(image, row.integer(0), row.integer(1), row.integer(2),
                                  row.integer(3), row.integer(4))) {
      return damaged_row("mask");
    }
    StoredMask& mask = masks.emplace_back();
    mask.entry = row.integer(0);
    if (row.integer(1) == 0) continue;
    mask.file =
        FileFingerprint{row.integer(2), static_cast<std::uint64_t>(row.integer(3)), row.integer(4)};
  }
}

Result<void> JournalDatabase::put_mask(std::int64_t image, const StoredMask& mask) {
  const FileFingerprint file = mask.file.value_or(FileFingerprint{});
  const std::int64_t there = mask.file ? 1 : 0;
  return put_row(connection_, "INSERT OR REPLACE INTO mask VALUES(?,?,?,?,?,?,?)", image,
                 mask.entry, there, file.size, static_cast<std::int64_t>(file.hash),
                 file.modified_ns);
}

Result<void> JournalDatabase::move_mask(std::int64_t image, const StoredMask& mask) {
  const FileFingerprint file = mask.file.value_or(FileFingerprint{});
  const std::int64_t there = mask.file ? 1 : 0;
  KARYO_CHECK_OK(connection_.run("DELETE FROM mask WHERE image=? AND there=? AND size=? AND hash=?",
                                 image, there, file.size, static_cast<std::int64_t>(file.hash)));
  return put_mask(image, mask);
}

Result<void> JournalDatabase::delete_masks(std::int64_t image) {
  return connection_.run("DELETE FROM mask WHERE image=?", image);
}

Result<StepLog> JournalDatabase::log(std::int64_t image) {
  std::vector<LogEntry> entries;
  Query row = connection_.query(
      "SELECT id, number, step, forward, sum FROM log WHERE image=? ORDER BY id", image);
  for (;;) {
    KARYO_TRY(const bool more, row.next());
    if (!more) break;
    if (row.integer(4) !=
        row_sum(image, row.integer(0), row.integer(1), row.integer(2), row.integer(3))) {
      return damaged_row("log");
    }
    entries.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3) != 0});
  }
  KARYO_TRY(const std::vector<StoredMask> files, masks(image));
  return StepLog::replay(entries, files.empty() ? 0 : files.back().entry);
}

Result<void> JournalDatabase::put_entry(std::int64_t image, const LogEntry& entry) {
  const std::int64_t forward = entry.forward ? 1 : 0;
  return put_row(connection_, "INSERT INTO log VALUES(?,?,?,?,?,?)", image, entry.id, entry.number,
                 entry.step, forward);
}

Result<std::map<std::string, std::string>> JournalDatabase::notes(std::int64_t image) {
  std::map<std::string, std::string> notes;
  Query row = connection_.query("SELECT key, value, sum FROM note WHERE image=?", image);
  for (;;) {
    KARYO_TRY(const bool more, row.next());
    if (!more) return notes;
    if (row.integer(2) != row_sum(image, row.text(0), row.bytes(1))) return damaged_row("note");
    notes.emplace(row.text(0), row.bytes(1).bytes);
  }
}

Result<void> JournalDatabase::put_note(std::int64_t image, const std::string& key,
                                       const std::optional<std::string>& value) {
  const std::string_view name(key);
  if (!value) return connection_.run("DELETE FROM note WHERE image=? AND key=?", image, name);
  return put_row(connection_, "INSERT OR REPLACE INTO note VALUES(?,?,?,?)", image, name,
                 Blob{*value});
}

Result<std::uint64_t> JournalDatabase::used_bytes() {
  KARYO_TRY(const std::int64_t pages, connection_.number("PRAGMA page_count"));
  KARYO_TRY(const std::int64_t free, connection_.number("PRAGMA freelist_count"));
  KARYO_TRY(const std::int64_t page_bytes, connection_.number("PRAGMA page_size"));
  return static_cast<std::uint64_t>((pages - free) * page_bytes);
}

}  // namespace karyo
