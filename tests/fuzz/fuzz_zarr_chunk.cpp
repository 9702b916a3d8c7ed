// The file of a chunk or shard, behind the metadata of its array: '2' or '3', JSON, a zero byte,
// the file.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/io/zarr_array.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace karyo::io;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = all.find('\0');
  if (size < 2 || end == std::string_view::npos || end < 2) return 0;
  const auto json = parse_zarr_json(all.substr(1, end - 1));
  if (!json) return 0;
  const auto array = parse_zarr_array(*json, all[0] == '2');
  // What is sound but large is left out: it would only be slow.
  constexpr std::int64_t kMostVoxels = 1 << 18;
  if (!array || array->chunk_voxels() > kMostVoxels) return 0;
  const auto file = open_memory(std::as_bytes(std::span(all.substr(end + 1))));
  const ZarrIndex first(array->shape.size(), 0);
  ZarrIndex last = array->shape;
  for (std::size_t i = 0; i < last.size(); ++i) last[i] = (last[i] - 1) / array->chunk[i];
  for (const ZarrIndex& number : {first, last}) {
    const auto voxels = array->read_from(*file, number);
    if (voxels && voxels->size() != static_cast<std::size_t>(array->chunk_voxels()) *
                                        karyo::bytes_of(array->type)) {
      std::abort();
    }
  }
  return 0;
}
