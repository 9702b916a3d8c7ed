// Any bytes through the door that files come in by.

#include <cstddef>
#include <cstdint>

#include "core/io/image_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace karyo::io;
  auto reader = open_image(open_memory({reinterpret_cast<const std::byte*>(data), size}), {});
  if (!reader) return 0;
  // What is sound but large is left out: it would only be slow.
  const karyo::VolumeShape shape = (*reader)->description().shape;
  constexpr std::int64_t kMostVoxels = 1 << 22;
  std::int64_t voxels = 1;
  for (const std::int64_t extent : {shape.t, shape.c, shape.z, shape.y, shape.x}) {
    if (__builtin_mul_overflow(voxels, extent, &voxels) || voxels > kMostVoxels) return 0;
  }
  (void)(*reader)->read();
  return 0;
}
