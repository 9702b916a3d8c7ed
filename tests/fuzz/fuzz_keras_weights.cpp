#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/io/keras_weights.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)karyo::parse_keras_weights(bytes, "weights.h5");
  return 0;
}
