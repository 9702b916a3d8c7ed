#include "core/io/lut_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/io/byte_source.h"

namespace karyo {
namespace {

constexpr std::size_t kEntries = 256;
constexpr std::size_t kTableBytes = 3 * kEntries;
constexpr std::size_t kHeaderBytes = 32;   // NIH Image, begins with "ICOL"
constexpr std::size_t kMostBytes = 16384;  // of text

Error no_lut(const std::string& what) {
  return {ErrorCode::kBadFile, what,
          "Give a colour table of ImageJ: 768 bytes, or text with 256 lines of red, green, blue."};
}

ColorTable from_bytes(const unsigned char* bytes) {
  ColorTable table;
  for (std::size_t i = 0; i < kEntries; ++i) {
    table[i] = {bytes[i], bytes[kEntries + i], bytes[2 * kEntries + i]};
  }
  return table;
}

/// The whole numbers of a line; none when it holds anything else.
std::optional<std::vector<int>> numbers_of(std::string_view line) {
  std::vector<int> numbers;
  while (true) {
    const auto begin = line.find_first_not_of(" \t,\r");
    if (begin == std::string_view::npos) return numbers;
    line.remove_prefix(begin);
    int number = 0;
    const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (failure != std::errc{} || number < 0 || number > 255 || numbers.size() == 4) return {};
    numbers.push_back(number);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  }
}

Result<ColorTable> from_text(std::string_view text) {
  ColorTable table;
  std::size_t entry = 0, line_number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    const auto numbers = numbers_of(line);
    const bool heading = !numbers && entry == 0 && line_number == 1;  // "Index Red Green Blue"
    if (heading || (numbers && numbers->empty())) continue;
    if (!numbers || numbers->size() < 3 || entry == kEntries) {
      return no_lut("line " + std::to_string(line_number) + " is no entry of a colour table");
    }
    const std::size_t first = numbers->size() - 3;
    const auto part = [&](std::size_t i) {
      return static_cast<std::uint8_t>((*numbers)[first + i]);
    };
    table[entry++] = {part(0), part(1), part(2)};
  }
  if (entry != kEntries) {
    return no_lut("the text holds " + std::to_string(entry) + " entries, not 256");
  }
  return table;
}

Result<ColorTable> table_from(const std::vector<unsigned char>& bytes) {
  if (bytes.size() == kTableBytes) return from_bytes(bytes.data());
  if (bytes.size() >= kHeaderBytes + kTableBytes && std::memcmp(bytes.data(), "ICOL", 4) == 0) {
    return from_bytes(bytes.data() + kHeaderBytes);
  }
  return from_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

Result<Colormap> read_lut(const std::filesystem::path& path) {
  auto source = io::open_file(path);
  if (!source) return source.error().in(path.string());
  if ((*source)->size() > kMostBytes) {
    return no_lut("the file is too long for a colour table").in(path.string());
  }
  std::vector<unsigned char> bytes(static_cast<std::size_t>((*source)->size()));
  KARYO_CHECK_OK((*source)->read_at(0, std::as_writable_bytes(std::span(bytes))));
  auto table = table_from(bytes);
  if (!table) return table.error().in(path.string());
  return Colormap{path.stem().string(), std::make_shared<const ColorTable>(*table)};
}

}  // namespace karyo
