#include "annotation/replaced_voxels.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/parallel.h"

namespace karyo {
namespace {

constexpr std::size_t kHead = 3;
constexpr std::uint32_t kWasNull = 1u << 31;
constexpr std::size_t kAtOnce = 1024;  // tiles that one thread takes: under a millisecond

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

/// Adds what the tile whose head is `at` becomes, and what leads back from it.
void swap_one(const LabelVolume& labels, const std::shared_ptr<const PatchWords>& words,
              std::size_t at, PatchWords& replaced, std::vector<TileAt>& tiles) {
  const auto number =
      static_cast<std::int64_t>(std::uint64_t{(*words)[at + 1]} << 32 | (*words)[at]);
  const std::uint32_t count = (*words)[at + 2] & ~kWasNull;
  const bool was_null = (*words)[at + 2] != count;
  const TilePointer& now = labels.tile(number);
  const std::size_t head = begin_tile(replaced);
  TilePointer made = patched(now, {words, at + kHead, at + kHead + count}, replaced);
  end_tile(replaced, head, number, now == nullptr);
  tiles.push_back({number, was_null ? nullptr : std::move(made)});
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
  const auto words = std::make_shared<const PatchWords>(std::move(words_));
  words_.clear();
  std::vector<std::size_t> heads;
  for (std::size_t at = 0; at < words->size(); at += kHead + ((*words)[at + 2] & ~kWasNull)) {
    heads.push_back(at);
  }
  struct Part {
    PatchWords replaced;
    std::vector<TileAt> tiles;
  };
  std::vector<Part> parts((heads.size() + kAtOnce - 1) / kAtOnce);
  parallel_for(0, std::ssize(parts), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto number = static_cast<std::size_t>(begin); std::cmp_less(number, end); ++number) {
      Part& part = parts[number];
      const std::size_t last = std::min(heads.size(), (number + 1) * kAtOnce);
      for (std::size_t i = number * kAtOnce; i < last; ++i) {
        swap_one(labels, words, heads[i], part.replaced, part.tiles);
      }
    }
  });
  for (Part& part : parts) {
    words_.insert(words_.end(), part.replaced.begin(), part.replaced.end());
    labels.swap_tiles(part.tiles, highest);
  }
}

}  // namespace karyo
