// A TIFF or companion file whose OME-XML names other files: each name finds one of the two files
// that the input holds. The first two bytes say where the second begins.

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/io/tiff_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace karyo::io;
  if (size < 4) return 0;
  const std::span bytes(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  const std::size_t cut = bytes.size() * (data[0] * 256U + data[1]) / 65536;
  const auto first = open_memory(bytes.first(cut)), second = open_memory(bytes.subspan(cut));
  using Opened = karyo::Result<std::shared_ptr<const ByteSource>>;
  const Neighbours beside{"a", [&](const std::string& name) -> Opened {
                            // Only plain names may be asked for.
                            if (name.empty() || name.find('/') != std::string::npos) std::abort();
                            return name.size() % 2 == 1 ? first : second;
                          }};
  auto reader = open_tiff(first, beside);
  if (!reader) return 0;
  const karyo::VolumeShape shape = (*reader)->description().shape;
  constexpr std::int64_t kMostVoxels = 1 << 20;
  std::int64_t voxels = 1;
  for (const std::int64_t extent : {shape.t, shape.c, shape.z, shape.y, shape.x}) {
    if (__builtin_mul_overflow(voxels, extent, &voxels) || voxels > kMostVoxels) return 0;
  }
  (void)(*reader)->read();
  return 0;
}
