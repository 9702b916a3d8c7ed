#include "core/dataset/plane_fingerprints.h"

#include <bit>
#include <charconv>
#include <cstdio>

#include "core/io/image_io.h"

namespace karyo {
namespace {

std::uint64_t mixed(std::uint64_t word) {
  word = (word ^ (word >> 33)) * 0xff51afd7ed558ccdULL;
  word = (word ^ (word >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return word ^ (word >> 33);
}

template <typename T>
std::uint64_t fingerprint_of(VolumeView<const T> voxels, std::int64_t z) {
  const Index3 shape = voxels.shape();
  std::uint64_t hash =
      mixed(static_cast<std::uint64_t>(shape.y) << 32 ^ static_cast<std::uint64_t>(shape.x));
  bool varied = false;
  const T first = voxels(z, 0, 0);
  for (std::int64_t y = 0; y < shape.y; ++y) {
    const T* row = voxels.row(z, y);
    for (std::int64_t x = 0; x < shape.x; ++x) {
      varied |= row[x] != first;
      hash = (std::rotl(hash, 29) ^ std::bit_cast<std::uint32_t>(static_cast<float>(row[x]))) *
             0x9e3779b97f4a7c15ULL;
    }
  }
  if (!varied) return 0;
  const std::uint64_t ended = mixed(hash);
  return ended == 0 ? 1 : ended;
}

}  // namespace

PlaneFingerprints plane_fingerprints(const Volume& volume) {
  PlaneFingerprints prints;
  const VolumeShape shape = volume.shape();
  if (shape.count() == 0) return prints;
  visit_voxels(volume.type(), [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t t = 0; t < shape.t; ++t) {
      for (std::int64_t z = 0; z < shape.z; ++z) {
        for (std::int64_t c = 0; c < shape.c; ++c) {
          prints.push_back(fingerprint_of<T>(volume.view<T>(t, c), z));
        }
      }
    }
  });
  return prints;
}

Result<PlaneFingerprints> plane_fingerprints(const std::filesystem::path& file) {
  PlaneFingerprints prints;
  KARYO_CHECK_OK(visit_planes(file, [&](const Volume& plane) {
    const PlaneFingerprints more = plane_fingerprints(plane);
    prints.insert(prints.end(), more.begin(), more.end());
  }));
  return prints;
}

std::string fingerprint_text(std::uint64_t fingerprint) {
  char text[24];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(fingerprint));
  return text;
}

std::uint64_t fingerprint_from(const std::string& text) {
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc{} && stop == text.data() + text.size() ? value : 0;
}

}  // namespace karyo
