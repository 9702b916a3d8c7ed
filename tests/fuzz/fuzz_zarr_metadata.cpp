// What .zarray, zarr.json and the attributes of an OME-Zarr image say. The first byte chooses.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/io/zarr_array.h"
#include "core/io/zarr_ome.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace karyo::io;
  if (size < 2) return 0;
  const auto json = parse_zarr_json({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!json) return 0;
  switch (data[0] % 3) {
    case 0:
      (void)parse_zarr_array(*json, true);
      break;
    case 1:
      (void)parse_zarr_array(*json, false);
      break;
    default:
      (void)parse_ome_zarr(*json);
  }
  return 0;
}
