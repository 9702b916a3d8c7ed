#pragma once

/// The time, as files of this program write it.

#include <ctime>
#include <string>

namespace karyo {

/// "2026-01-31T09:30:00Z".
inline std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace karyo
