#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "models/io/csbdeep_layout.h"
#include "models/io/json_keys.h"

/// Any config of CARE or Noise2Void either is refused or describes a network of bounded size and
/// reads back unchanged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto json = karyo::parse_json_object(bytes, "config.json");
  if (!json) return 0;
  const auto loaded = karyo::csbdeep_config_from_json(*json, "config.json");
  if (!loaded) return 0;
  const auto saved = karyo::to_json(loaded->config);
  const auto again = karyo::csbdeep_config_from_json(saved, "config.json");
  if (!again || karyo::to_json(again->config) != saved) std::abort();
  (void)karyo::csbdeep_layout(loaded->config);
  return 0;
}
