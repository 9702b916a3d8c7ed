#include "annotation/sqlite.h"

#include <sqlite3.h>

#include <cstdio>
#include <utility>

namespace karyo::sqlite {
namespace {

constexpr int kMostBytesOfValue = 128 << 20;
constexpr int kWaitMs = 5000;  // for others to end reading, on network drives

/// A path as SQLite's URIs want it.
std::string uri_of(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    if (c == '%' || c == '?' || c == '#') {
      char code[4];
      std::snprintf(code, sizeof code, "%%%02x", static_cast<unsigned>(c));
      uri += code;
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

Query::Query(Connection& connection, const char* sql) : connection_(&connection), sql_(sql) {
  const auto idle = connection.idle_.find(sql);
  if (idle != connection.idle_.end()) {
    statement_ = idle->second;
    connection.idle_.erase(idle);
    return;
  }
  failed_ = sqlite3_prepare_v3(connection.handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_,
                               nullptr);
}

Query::Query(Query&& other) noexcept
    : connection_(other.connection_),
      sql_(other.sql_),
      statement_(std::exchange(other.statement_, nullptr)),
      failed_(other.failed_) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  if (!connection_->idle_.emplace(sql_, statement_).second) sqlite3_finalize(statement_);
}

void Query::bind(int place, std::int64_t value) {
  if (failed_ == SQLITE_OK) failed_ = sqlite3_bind_int64(statement_, place + 1, value);
}

void Query::bind(int place, double value) {
  if (failed_ == SQLITE_OK) failed_ = sqlite3_bind_double(statement_, place + 1, value);
}

void Query::bind(int place, std::string_view text) {
  if (failed_ != SQLITE_OK) return;
  // No address would be no text: NULL.
  failed_ = sqlite3_bind_text64(statement_, place + 1, text.empty() ? "" : text.data(), text.size(),
                                SQLITE_STATIC, SQLITE_UTF8);
}

void Query::bind(int place, Blob blob) {
  if (failed_ != SQLITE_OK) return;
  failed_ = sqlite3_bind_blob64(statement_, place + 1, blob.bytes.empty() ? "" : blob.bytes.data(),
                                blob.bytes.size(), SQLITE_STATIC);
}

Result<bool> Query::next() {
  const int code = failed_ == SQLITE_OK ? sqlite3_step(statement_) : failed_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->error(code);
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Query::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string_view Query::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Blob Query::bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {{bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))}};
}

Connection::Connection(sqlite3* handle, std::filesystem::path path)
    : handle_(handle), path_(std::move(path)) {}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      path_(std::move(other.path_)),
      idle_(std::move(other.idle_)) {}

Connection::~Connection() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<Connection> Connection::open(const std::filesystem::path& path, Mode mode, const char* vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::kWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  std::string name = path.string();
  if (mode == Mode::kReadUnchanging) {
    name = uri_of(path);
    flags |= SQLITE_OPEN_URI;
  }
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, vfs);
  Connection connection(handle, path);
  if (code != SQLITE_OK) return connection.error(code);
  sqlite3_busy_timeout(handle, kWaitMs);
  // Nothing that a file from elsewhere says is run, and none of its claims takes much memory.
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kMostBytesOfValue);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  return connection;
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

Error Connection::error(int code) const {
  const std::string why = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::kIo, "the disk of " + path_.string() + " is full",
              "Free some space: edits wait in memory and are written then."};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:  // a table or column is not there
    case SQLITE_SCHEMA:
      return damaged_journal(why);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kIo, path_.string() + " is in use by another program",
              "Close what else reads or copies it; edits wait in memory and are written then."};
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return {ErrorCode::kTooLarge, "the journal " + path_.string() + ": " + why,
              "Close other programs or images."};
    default:
      return {ErrorCode::kIo, "the journal " + path_.string() + " cannot be used: " + why,
              "Check that the disk is connected and that you may write to the folder."};
  }
}

}  // namespace karyo::sqlite
