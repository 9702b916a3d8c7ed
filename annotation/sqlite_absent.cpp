// Stands in for sqlite.cpp where SQLite or zstd, which packs what the journal keeps, is missing: no
// journal opens, so nothing else here is ever called.

#include "annotation/sqlite.h"
#include "core/base/left_out.h"

namespace karyo::sqlite {
namespace {

Error absent() {
  return left_out("keep the journal of edits", "libsqlite3-dev and libzstd-dev");
}

}  // namespace

Query::Query(Connection& connection, const char* sql) : connection_(&connection), sql_(sql) {}
Query::Query(Query&& other) noexcept : connection_(other.connection_), sql_(other.sql_) {}
Query::~Query() = default;

void Query::bind(int, std::int64_t) {}
void Query::bind(int, double) {}
void Query::bind(int, std::string_view) {}
void Query::bind(int, Blob) {}

Result<bool> Query::next() {
  return absent();
}

std::int64_t Query::integer(int) const {
  return 0;
}

double Query::real(int) const {
  return 0;
}

std::string_view Query::text(int) const {
  return {};
}

Blob Query::bytes(int) const {
  return {};
}

Connection::Connection(sqlite3* handle, std::filesystem::path path)
    : handle_(handle), path_(std::move(path)) {}
Connection::Connection(Connection&& other) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const std::filesystem::path&, Mode, const char*) {
  return absent();
}

bool Connection::in_transaction() const {
  return false;
}

Error Connection::error(int) const {
  return absent();
}

}  // namespace karyo::sqlite
