#include "app/report/confidence.h"

#include <charconv>
#include <cmath>
#include <string>

#include "core/base/atomic_file.h"
#include "core/io/image_names.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{256} << 20;

template <typename T>
bool read_number(std::string_view text, T& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && rest == text.data() + text.size();
}

fs::path beside(const fs::path& labels, const char* ending) {
  const fs::path file = labels.parent_path() / (image_stem(labels) + ending);
  std::error_code absent;
  return fs::is_regular_file(file, absent) ? file : fs::path();
}

}  // namespace

fs::path probability_map_of(const fs::path& labels) {
  return beside(labels, "_probability.tif");
}

ObjectConfidences confidences_of(const fs::path& labels) {
  ObjectConfidences confidences;
  const fs::path file = beside(labels, "_scores.csv");
  if (file.empty()) return confidences;
  const auto text = read_file(file, kMostBytes);
  if (!text) return confidences;
  const std::string_view all = *text;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view line = all.substr(at, end - at);
    at = end + 1;
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) continue;
    std::uint32_t label = 0;
    float probability = 0;
    const bool read = read_number(line.substr(0, comma), label) &&
                      read_number(line.substr(comma + 1), probability);
    if (read && probability >= 0 && probability <= 1) confidences[label] = probability;
  }
  return confidences;
}

bool is_companion_of(std::string_view stem, std::string_view of) {
  if (!stem.starts_with(of)) return false;
  std::string_view rest = stem.substr(of.size());
  for (const std::string_view ending : {"_probability", "_scale"}) {
    if (!rest.starts_with(ending)) continue;
    rest.remove_prefix(ending.size());
    std::uint32_t frame = 0;
    return rest.empty() || (rest.starts_with("_t") && read_number(rest.substr(2), frame));
  }
  return false;
}

}  // namespace karyo
