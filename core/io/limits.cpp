#include "core/io/limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>

namespace karyo::io {

std::uint64_t memory_budget_bytes() {
  std::uint64_t available = 0;
  std::ifstream meminfo("/proc/meminfo");
  for (std::string key; meminfo >> key;) {
    std::uint64_t kilobytes = 0;
    if (key == "MemAvailable:" && meminfo >> kilobytes) {
      available = kilobytes * 1024;
      break;
    }
    meminfo.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  if (available == 0) {
    available = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    available = std::min<std::uint64_t>(available, limit.rlim_cur);
  }
  return available / 5 * 4;
}

Result<std::uint64_t> volume_bytes(const VolumeShape& shape, VoxelType type) {
  const auto text = std::to_string(shape.t) + " x " + std::to_string(shape.c) + " x " +
                    std::to_string(shape.z) + " x " + std::to_string(shape.y) + " x " +
                    std::to_string(shape.x);
  std::uint64_t bytes = bytes_of(type);
  for (const std::int64_t extent : {shape.t, shape.c, shape.z, shape.y, shape.x}) {
    if (extent < 1 || extent > kMaxExtent) {
      return Error(ErrorCode::kBadFile, "the image claims a size of " + text + " (T C Z Y X)",
                   "The file is damaged; export it again from the program that made it.");
    }
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes)) {
      return Error(ErrorCode::kTooLarge, "the image claims a size of " + text + " (T C Z Y X)",
                   "The file is damaged; export it again from the program that made it.");
    }
  }
  const std::uint64_t budget = memory_budget_bytes();
  if (bytes > budget) {
    return Error(ErrorCode::kTooLarge,
                 "the image (" + text + ", T C Z Y X) needs " + readable_bytes(bytes) +
                     " of memory; " + readable_bytes(budget) + " are free",
                 "Close other programs, or open a cropped copy of the image.");
  }
  return bytes;
}

Result<void> check_claim(const std::string& what, std::uint64_t claimed, std::uint64_t stored,
                         std::uint64_t ratio) {
  // Divided, not multiplied: `stored` may be anything a header says.
  if (claimed / ratio <= stored) return {};
  return Error(ErrorCode::kBadFile,
               what + " claims " + readable_bytes(claimed) + " of pixels but only " +
                   readable_bytes(stored) + " are stored",
               "The file is truncated or damaged; copy or export it again.");
}

std::string readable_bytes(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"bytes", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  auto value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1000 && unit < 4) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", value, kUnits[unit]);
  return text;
}

}  // namespace karyo::io
