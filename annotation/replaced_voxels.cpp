#include "annotation/replaced_voxels.h"

#include <memory>
#include <utility>
#include <vector>

namespace karyo {
namespace {

constexpr std::size_t kHead = 3;
constexpr std::uint32_t kWasNull = 1u << 31;

/// Room for the head of a tile; returns where the head is.
std::size_t begin_tile(PatchWords& words) {
  words.resize(words.size() + kHead);
  return words.size() - kHead;
}

void end_tile(PatchWords& words, std::size_t head, std::int64_t number, bool was_null) {
  words[head] = static_cast<std::uint32_t>(number);
  words[head + 1] = static_cast<std::uint32_t>(number >> 32);
  words[head + 2] =
      static_cast<std::uint32_t>(words.size() - head - kHead) | (was_null ? kWasNull : 0);
}

}  // namespace

bool ReplacedVoxels::add(std::int64_t number, const LabelTile* before, const LabelTile* now) {
  const std::size_t head = begin_tile(words_);
  if (!append_differing(words_, ids_of(before), ids_of(now))) {
    words_.resize(head);
    return false;
  }
  end_tile(words_, head, number, before == nullptr);
  return true;
}

void ReplacedVoxels::swap(LabelVolume& labels, std::optional<std::uint32_t> highest) {
  if (empty()) return;
  const auto words = std::make_shared<const PatchWords>(std::move(words_));
  PatchWords replaced;
  replaced.reserve(words->size());
  std::vector<TileAt> tiles;
  for (std::size_t at = 0; at < words->size();) {
    const auto number =
        static_cast<std::int64_t>(std::uint64_t{(*words)[at + 1]} << 32 | (*words)[at]);
    const std::uint32_t count = (*words)[at + 2] & ~kWasNull;
    const bool was_null = (*words)[at + 2] != count;
    const TilePatch patch{words, at + kHead, at + kHead + count};
    at = patch.end;
    const TilePointer& now = labels.tile(number);
    const std::size_t head = begin_tile(replaced);
    TilePointer made = patched(now, patch, replaced);
    end_tile(replaced, head, number, now == nullptr);
    tiles.push_back({number, was_null ? nullptr : std::move(made)});
  }
  words_ = std::move(replaced);
  labels.swap_tiles(tiles, highest);
}

}  // namespace karyo
