#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "models/io/rdf.h"
#include "models/io/yaml.h"

/// Any description either is refused or reads back unchanged once it is written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)karyo::parse_rdf(text, "rdf.yaml");
  const auto json = karyo::parse_yaml(text, "rdf.yaml");
  if (!json || size > 4096) return 0;  // written out, aliases could pass the limit on texts
  const auto written = karyo::yaml_text(*json);
  if (written.size() > (std::size_t{1} << 20)) return 0;
  const auto again = karyo::parse_yaml(written, "written");
  if (!again || *again != *json) std::abort();
  return 0;
}
