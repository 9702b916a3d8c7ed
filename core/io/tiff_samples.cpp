#include "core/io/tiff_samples.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace karyo::io {
namespace {

template <typename T>
void swap_all(std::span<std::byte> bytes) {
  for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof(T));
    if constexpr (sizeof(T) == 2) value = __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) value = __builtin_bswap64(value);
    std::memcpy(bytes.data() + at, &value, sizeof(T));
  }
}

/// Most significant bit first, whatever the file's byte order (TIFF 6.0, FillOrder 1).
template <typename T>
void unpack_bits(int bits, const std::byte* stored, std::int64_t count, std::byte* voxels) {
  std::uint32_t pool = 0;
  int held = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    while (held < bits) {
      pool = pool << 8 | std::to_integer<std::uint32_t>(*stored++);
      held += 8;
    }
    held -= bits;
    const auto value = static_cast<T>(pool >> held & ((1U << bits) - 1));
    std::memcpy(voxels + static_cast<std::size_t>(i) * sizeof(T), &value, sizeof(T));
  }
}

template <typename From, typename To>
void convert_all(const std::byte* stored, std::int64_t count, std::byte* voxels) {
  for (std::int64_t i = 0; i < count; ++i) {
    From from;
    std::memcpy(&from, stored + static_cast<std::size_t>(i) * sizeof(From), sizeof(From));
    const To to = static_cast<To>(from);
    std::memcpy(voxels + static_cast<std::size_t>(i) * sizeof(To), &to, sizeof(To));
  }
}

/// IEEE 754 binary16.
float from_half(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1f;
  const int fraction = half & 0x3ff;
  float value = 0;
  if (exponent == 0x1f) {
    value = fraction != 0 ? std::nanf("") : INFINITY;
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<float>(fraction), -24);
  } else {
    value = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  }
  return (half & 0x8000) != 0 ? -value : value;
}

template <typename T>
void deinterleave_as(const std::byte* interleaved, std::int64_t count,
                     std::span<std::byte* const> planes) {
  const std::size_t samples = planes.size();
  for (std::size_t s = 0; s < samples; ++s) {
    const std::byte* from = interleaved + s * sizeof(T);
    std::byte* to = planes[s];
    for (std::int64_t i = 0; i < count; ++i) {
      std::memcpy(to, from, sizeof(T));
      to += sizeof(T);
      from += samples * sizeof(T);
    }
  }
}

}  // namespace

void swap_values(std::span<std::byte> bytes, int bits) {
  if (bits == 16) swap_all<std::uint16_t>(bytes);
  if (bits == 32) swap_all<std::uint32_t>(bytes);
  if (bits == 64) swap_all<std::uint64_t>(bytes);
}

bool stored_as_voxels(const TiffPage& page) {
  const bool floating = page.format == TiffSample::kFloat;
  return page.bits == 8 || page.bits == 32 || (page.bits == 16 && !floating) ||
         (page.bits == 64 && floating);
}

void expand_values(const TiffPage& page, const std::byte* stored, std::int64_t count,
                   std::byte* voxels) {
  if (stored_as_voxels(page)) {
    std::memcpy(voxels, stored, static_cast<std::size_t>(count) * bytes_of(page.type()));
  } else if (page.bits < 8) {
    unpack_bits<std::uint8_t>(page.bits, stored, count, voxels);
  } else if (page.bits < 16) {
    unpack_bits<std::uint16_t>(page.bits, stored, count, voxels);
  } else if (page.bits == 64) {
    if (page.format == TiffSample::kSigned) {
      convert_all<std::int64_t, double>(stored, count, voxels);
    } else {
      convert_all<std::uint64_t, double>(stored, count, voxels);
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      std::uint16_t half;
      std::memcpy(&half, stored + 2 * i, 2);
      const float value = from_half(half);
      std::memcpy(voxels + 4 * i, &value, 4);
    }
  }
}

void deinterleave(std::size_t voxel_bytes, const std::byte* interleaved, std::int64_t count,
                  std::span<std::byte* const> planes) {
  switch (voxel_bytes) {
    case 1:
      return deinterleave_as<std::uint8_t>(interleaved, count, planes);
    case 2:
      return deinterleave_as<std::uint16_t>(interleaved, count, planes);
    case 4:
      return deinterleave_as<std::uint32_t>(interleaved, count, planes);
    default:
      return deinterleave_as<std::uint64_t>(interleaved, count, planes);
  }
}

}  // namespace karyo::io
