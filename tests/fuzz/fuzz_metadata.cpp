// The parsers of text and tags inside a TIFF, without the TIFF around them. The first byte chooses.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/io/tiff_metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace karyo::io;
  if (size < 3) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      (void)parse_imagej_description(text);
      break;
    case 1:
      (void)parse_ome_xml(text);
      break;
    case 2:
      (void)parse_shaped_description(text);
      break;
    default: {
      const std::span bytes(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
      const std::size_t half = bytes.size() * data[1] / 256;
      (void)parse_imagej_extras(bytes.first(half), bytes.subspan(half), (data[0] & 4) != 0);
    }
  }
  return 0;
}
