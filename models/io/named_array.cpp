#include "models/io/named_array.h"

namespace karyo {

std::int64_t element_count(const std::vector<std::int64_t>& shape) {
  constexpr std::int64_t kMost = std::int64_t{1} << 62;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return -1;
    if (extent == 0) return 0;
  }
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (count > kMost / extent) return -1;
    count *= extent;
  }
  return count;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const std::int64_t extent : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(extent);
  }
  return text;
}

}  // namespace karyo
