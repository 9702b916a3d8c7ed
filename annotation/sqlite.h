#pragma once

/// SQLite for the journal: statements with typed values, errors with a next step, rows that know
/// whether they were damaged.
///
/// SQLite checks its structure but not what is in it, so each row of the journal ends with a sum of
/// its other columns (row_sum).
///
/// Threads  one connection, one thread at a time.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "annotation/file_fingerprint.h"
#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace karyo {

Error damaged_journal(const std::string& what);

namespace sqlite {

/// Bytes that are no text.
struct Blob {
  std::string_view bytes;
};

class Connection;

/// One run of a statement. Columns and bound values count from 0; what text() and bytes() view
/// lives until next().
class Query {
 public:
  ~Query();
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  Query(const Query&) = delete;

  /// Whether there is another row, which the columns are of then.
  Result<bool> next();
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  Blob bytes(int column) const;

 private:
  friend class Connection;
  Query(Connection& connection, const char* sql);
  void bind(int place, std::int64_t value);
  void bind(int place, double value);
  void bind(int place, std::string_view text);
  void bind(int place, Blob blob);

  Connection* connection_;
  const char* sql_;
  sqlite3_stmt* statement_ = nullptr;
  int failed_ = 0;
};

class Connection {
 public:
  enum class Mode { kWrite, kRead, kReadUnchanging };
  /// kWrite makes the file where it is missing; kReadUnchanging is for a file that nobody can
  /// write, whose folder takes no helper files. `vfs`: SQLite's name of a layer of files; null: its
  /// own.
  static Result<Connection> open(const std::filesystem::path& path, Mode mode, const char* vfs);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  Connection(const Connection&) = delete;

  /// The values are bound in their order and must live as long as the query. `sql` is a literal:
  /// its address is what a prepared statement is kept by.
  template <typename... Values>
  Query query(const char* sql, const Values&... values) {
    Query query(*this, sql);
    int place = 0;
    (query.bind(place++, values), ...);
    return query;
  }
  /// Runs it to its end.
  template <typename... Values>
  Result<void> run(const char* sql, const Values&... values) {
    Query running = query(sql, values...);
    for (;;) {
      KARYO_TRY(const bool more, running.next());
      if (!more) return {};
    }
  }
  /// The first column of the first row.
  template <typename... Values>
  Result<std::int64_t> number(const char* sql, const Values&... values) {
    Query running = query(sql, values...);
    KARYO_TRY(const bool there, running.next());
    if (!there) return damaged_journal("a number is missing");
    return running.integer(0);
  }
  bool in_transaction() const;

 private:
  friend class Query;
  Connection(sqlite3* handle, std::filesystem::path path);
  Error error(int code) const;

  sqlite3* handle_;
  std::filesystem::path path_;
  std::map<const char*, sqlite3_stmt*> idle_;
};

inline void add_to(ContentHash& hash, const void* from, std::size_t size) {
  hash.add({static_cast<const std::byte*>(from), size});
}
inline void add_to(ContentHash& hash, std::int64_t value) {
  add_to(hash, &value, sizeof value);
}
inline void add_to(ContentHash& hash, double value) {
  add_to(hash, &value, sizeof value);
}
inline void add_to(ContentHash& hash, std::string_view text) {
  add_to(hash, text.data(), text.size());
}
inline void add_to(ContentHash& hash, Blob blob) {
  add_to(hash, blob.bytes);
}

template <typename... Values>
std::int64_t row_sum(const Values&... values) {
  ContentHash hash;
  (add_to(hash, values), ...);
  return static_cast<std::int64_t>(hash.value());
}

/// Runs a statement whose values are a row: its sum is bound as one more.
template <typename... Values>
Result<void> put_row(Connection& connection, const char* sql, const Values&... values) {
  return connection.run(sql, values..., row_sum(values...));
}

}  // namespace sqlite
}  // namespace karyo
