// What is inside rows of a journal: the tiles and the notes of a step, as they lie there and, so
// that the compression does not stand in the way, compressed here. The first byte says which.

#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "annotation/journal_codec.h"

namespace {

std::string packed(std::string_view raw) {
  std::string bytes(ZSTD_compressBound(raw.size()), '\0');
  bytes.resize(ZSTD_compress(bytes.data(), bytes.size(), raw.data(), raw.size(), 1));
  return bytes;
}

/// Tiles of a few bytes each, repeated: most of what a part holds is too long to be found by
/// chance.
std::string with_tiles(std::string_view head, std::string_view pattern) {
  constexpr std::size_t kNumbers = 9, kTile = 64 * 64 * 4;
  std::string raw(head.substr(0, kNumbers * 8));
  raw.resize(kNumbers * 8);
  const std::size_t tiles = static_cast<unsigned char>(raw[kNumbers * 8 - 8]) % 70;
  raw += pattern.substr(0, tiles * 8);
  raw.resize(kNumbers * 8 + tiles * 8);
  const std::size_t end = raw.size() + tiles * 2 * kTile;
  while (raw.size() < end && !pattern.empty()) raw += pattern;
  raw.resize(end);
  return raw;
}

void read_part(std::string_view bytes) {
  const auto part = karyo::unpack_part(bytes);
  if (!part) return;
  // What was read is written so that the same is read again.
  const auto again = karyo::unpack_part(karyo::pack(*part));
  if (!again || again->tiles.size() != part->tiles.size() || again->frame != part->frame ||
      again->change != part->change || !(again->box == part->box)) {
    std::abort();
  }
  for (std::size_t i = 0; i < part->tiles.size(); ++i) {
    const auto same = [](const karyo::TilePointer& a, const karyo::TilePointer& b) {
      return (a == nullptr) == (b == nullptr) && (a == nullptr || a->ids() == b->ids());
    };
    if (again->tiles[i].number != part->tiles[i].number ||
        !same(again->tiles[i].before, part->tiles[i].before) ||
        !same(again->tiles[i].after, part->tiles[i].after)) {
      std::abort();
    }
  }
}

void read_notes(std::string_view bytes) {
  const auto notes = karyo::unpack_notes(bytes);
  if (!notes) return;
  const auto again = karyo::unpack_notes(karyo::pack(*notes));
  if (!again || *again != *notes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      read_part(rest);
      break;
    case 1:
      read_part(packed(rest));
      break;
    case 2:
      read_part(packed(with_tiles(rest, rest.substr(rest.size() / 2))));
      break;
    case 3:
      read_notes(rest);
      break;
    default:
      read_notes(packed(rest));
  }
  return 0;
}
