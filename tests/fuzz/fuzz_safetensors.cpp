#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/io/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)karyo::parse_safetensors(bytes, "c.safetensors");
  return 0;
}
