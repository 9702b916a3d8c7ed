#include "core/io/tiff_structure.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "core/io/limits.h"

namespace karyo::io {
namespace {

constexpr const char* kAgain = "The file is damaged; copy or export it again.";

/// Whole numbers of 1 to 8 bytes in the file's byte order.
std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t at, int size, bool big) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) {
    const auto index = at + static_cast<std::size_t>(big ? i : size - 1 - i);
    value = value << 8 | std::to_integer<std::uint64_t>(bytes[index]);
  }
  return value;
}

struct Widths {
  int count, entry, offset;
};
Widths widths_of(const TiffStructure& structure) {
  return structure.big_tiff ? Widths{8, 20, 8} : Widths{2, 12, 4};
}

/// Number of entries of the directory at `page`, all of which lie inside the file.
Result<std::uint64_t> entries_at(const ByteSource& source, const TiffStructure& structure,
                                 std::uint64_t page) {
  const Widths w = widths_of(structure);
  std::array<std::byte, 8> raw{};
  const auto head = std::span(raw).first(static_cast<std::size_t>(w.count));
  if (page < 8 || page > source.size()) {
    return Error(ErrorCode::kBadFile,
                 "a page directory is said to lie at byte " + std::to_string(page) +
                     " of a file of " + std::to_string(source.size()) + " bytes",
                 "The file is truncated or damaged; copy or export it again.");
  }
  if (source.read_some(page, head) != head.size()) {
    return Error(ErrorCode::kBadFile,
                 "the file ends inside the page directory at byte " + std::to_string(page),
                 "The file is truncated; copy or export it again.");
  }
  const std::uint64_t count = number_at(head, 0, w.count, structure.big_endian);
  const std::uint64_t room = source.size() - page - head.size();
  if (count == 0 || count > room / static_cast<std::uint64_t>(w.entry)) {
    return Error(ErrorCode::kBadFile,
                 "the page directory at byte " + std::to_string(page) + " claims " +
                     std::to_string(count) + " entries" +
                     (count == 0 ? "" : "; the file ends before them"),
                 kAgain);
  }
  return count;
}

}  // namespace

bool looks_like_tiff(std::span<const std::byte> head) {
  if (head.size() < 4) return false;
  const bool little = head[0] == std::byte{'I'} && head[1] == std::byte{'I'};
  const bool big = head[0] == std::byte{'M'} && head[1] == std::byte{'M'};
  if (!little && !big) return false;
  const auto version = number_at(head, 2, 2, big);
  return version == 42 || version == 43;
}

Result<TiffStructure> read_tiff_structure(const ByteSource& source) {
  std::array<std::byte, 16> head{};
  const std::size_t had = source.read_some(0, head);
  if (!looks_like_tiff(std::span(head).first(had))) {
    return Error(ErrorCode::kBadFile, "this is not a TIFF file", "Check that this is an image.");
  }
  TiffStructure structure;
  structure.big_endian = head[0] == std::byte{'M'};
  structure.big_tiff = number_at(head, 2, 2, structure.big_endian) == 43;
  if (had < (structure.big_tiff ? 16U : 8U)) {
    return Error(ErrorCode::kBadFile, "the file ends inside the TIFF header", kAgain);
  }
  if (structure.big_tiff && number_at(head, 4, 2, structure.big_endian) != 8) {
    return Error(ErrorCode::kBadFile, "the BigTIFF header names an offset size that is not 8",
                 kAgain);
  }
  const Widths w = widths_of(structure);
  std::uint64_t next = number_at(head, structure.big_tiff ? 8 : 4, w.offset, structure.big_endian);
  std::unordered_set<std::uint64_t> seen;
  while (next != 0) {
    if (!seen.insert(next).second) {
      return Error(ErrorCode::kBadFile,
                   "the chain of pages runs in a circle (page " +
                       std::to_string(structure.pages.size() + 1) + " leads back to byte " +
                       std::to_string(next) + ")",
                   kAgain);
    }
    if (structure.pages.size() >= kMaxPages) {
      return Error(ErrorCode::kTooLarge,
                   "the file has more than " + std::to_string(kMaxPages) + " pages",
                   "Split it into smaller files.");
    }
    KARYO_TRY(const std::uint64_t count, entries_at(source, structure, next));
    structure.pages.push_back(next);
    std::array<std::byte, 8> raw{};
    const auto link = std::span(raw).first(static_cast<std::size_t>(w.offset));
    const std::uint64_t at =
        next + static_cast<std::uint64_t>(w.count) + count * static_cast<std::uint64_t>(w.entry);
    if (source.read_some(at, link) != link.size()) {
      return Error(
          ErrorCode::kBadFile,
          "the file ends inside the directory of page " + std::to_string(structure.pages.size()),
          "The file is truncated; copy or export it again.");
    }
    next = number_at(link, 0, w.offset, structure.big_endian);
  }
  if (structure.pages.empty()) {
    return Error(ErrorCode::kBadFile, "the TIFF file has no page (the first offset is 0)",
                 "The program that wrote it did not finish; export it again.");
  }
  return structure;
}

Result<std::optional<TiffTag>> read_tiff_tag(const ByteSource& source,
                                             const TiffStructure& structure, std::uint64_t page,
                                             int tag, std::uint64_t limit) {
  constexpr std::array<int, 19> kSizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
  const Widths w = widths_of(structure);
  KARYO_TRY(const std::uint64_t count, entries_at(source, structure, page));
  std::array<std::byte, 20> raw{};
  const auto entry = std::span(raw).first(static_cast<std::size_t>(w.entry));
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at =
        page + static_cast<std::uint64_t>(w.count) + i * static_cast<std::uint64_t>(w.entry);
    KARYO_CHECK_OK(source.read_at(at, entry));
    if (number_at(entry, 0, 2, structure.big_endian) != static_cast<std::uint64_t>(tag)) continue;
    TiffTag found;
    found.type = static_cast<int>(number_at(entry, 2, 2, structure.big_endian));
    const auto type = static_cast<std::size_t>(found.type);
    const int size = type < kSizes.size() ? kSizes[type] : 0;
    const std::uint64_t values = number_at(entry, 4, w.offset, structure.big_endian);
    if (size == 0 || values > source.size()) {
      return Error(ErrorCode::kBadFile,
                   "tag " + std::to_string(tag) + " claims " + std::to_string(values) +
                       " values of type " + std::to_string(found.type),
                   kAgain);
    }
    const std::uint64_t bytes = values * static_cast<std::uint64_t>(size);
    if (bytes > limit) {
      return Error(ErrorCode::kTooLarge,
                   "tag " + std::to_string(tag) + " holds " + readable_bytes(bytes) + "; at most " +
                       readable_bytes(limit) + " are read",
                   "Export the image without the extra metadata.");
    }
    const std::size_t value_at = static_cast<std::size_t>(4 + w.offset);
    std::uint64_t offset = at + value_at;
    if (bytes > static_cast<std::uint64_t>(w.offset)) {
      offset = number_at(entry, value_at, w.offset, structure.big_endian);
    }
    // Asked before memory is taken: the count may be a lie.
    if (offset > source.size() || bytes > source.size() - offset) {
      return Error(ErrorCode::kBadFile,
                   "the values of tag " + std::to_string(tag) + " lie outside the file", kAgain);
    }
    found.bytes.resize(static_cast<std::size_t>(bytes));
    KARYO_CHECK_OK(source.read_at(offset, found.bytes));
    return std::optional<TiffTag>(std::move(found));
  }
  return std::optional<TiffTag>();
}

}  // namespace karyo::io
