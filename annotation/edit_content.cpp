#include "annotation/edit_content.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace karyo {
namespace {

std::uint64_t bytes_of(const ReplacedTiles& tiles) {
  // A node of the table: key, pointer, hash and links.
  constexpr std::uint64_t kEntry = 64;
  std::uint64_t bytes = tiles.size() * kEntry;
  for (const auto& [number, tile] : tiles) bytes += tile ? sizeof(WritableTile) : 0;
  return bytes;
}

/// Undo then goes through memory in order.
std::vector<std::int64_t> sorted_numbers(const ReplacedTiles& tiles) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(tiles.size());
  for (const auto& [number, tile] : tiles) numbers.push_back(number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

EditContent::EditContent(ReplacedTiles tiles)
    : tiles_(std::make_shared<const ReplacedTiles>(std::move(tiles))),
      bytes_of_tiles_(bytes_of(*tiles_)) {}

void EditContent::swap(LabelVolume& labels, std::optional<std::uint32_t> highest) {
  const std::lock_guard lock(mutex_);
  tiles_ = std::make_shared<const ReplacedTiles>(labels.swap_tiles(*tiles_, highest));
  bytes_of_tiles_ = bytes_of(*tiles_);
  voxels_.swap(labels, highest);
}

EditContent::SharedTiles EditContent::tiles() const {
  const std::lock_guard lock(mutex_);
  return tiles_;
}

bool EditContent::thin() const {
  const std::lock_guard lock(mutex_);
  return thin_;
}

void EditContent::thin(const SharedTiles& whole, const ReplacedTiles& other) {
  constexpr std::size_t kAtOnce = 256;  // a millisecond
  ReplacedTiles left;
  ReplacedVoxels voxels;
  std::size_t done = 0;
  for (const std::int64_t number : sorted_numbers(*whole)) {
    if (++done % kAtOnce == 0 && !still(whole)) return;
    const TilePointer& tile = whole->at(number);
    if (!voxels.add(number, tile.get(), other.at(number).get())) left.emplace(number, tile);
  }
  const std::uint64_t bytes = bytes_of(left);
  auto tiles = std::make_shared<const ReplacedTiles>(std::move(left));
  const std::lock_guard lock(mutex_);
  if (tiles_ != whole || thin_) return;
  tiles_ = std::move(tiles);
  bytes_of_tiles_ = bytes;
  voxels_ = std::move(voxels);
  thin_ = true;
}

std::uint64_t EditContent::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_of_tiles_ + voxels_.bytes();
}

}  // namespace karyo
