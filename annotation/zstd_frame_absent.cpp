// Stands in for zstd_frame.cpp where zstd is missing: no journal opens then (sqlite_absent.cpp).

#include "annotation/zstd_frame.h"

namespace karyo {

std::string pack_frame(std::string_view raw) {
  return std::string(raw);
}

std::optional<std::string> unpack_frame(std::string_view, std::size_t) {
  return std::nullopt;
}

bool is_frame(std::string_view) {
  return false;
}

}  // namespace karyo
