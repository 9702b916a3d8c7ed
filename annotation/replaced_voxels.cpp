#include "annotation/replaced_voxels.h"

#include <algorithm>
#include <utility>

namespace karyo {
namespace {

constexpr std::uint32_t kVoxels = kTileSide * kTileSide;
constexpr std::uint32_t kMost = kVoxels / 2;
constexpr std::uint32_t kLengthShift = 13;  // places are 0 .. 4095, lengths 1 .. 4096
constexpr std::uint32_t kAllAlike = 1u << 31;
constexpr std::size_t kHead = 3;

const LabelTile& background() {
  static const LabelTile tile;
  return tile;
}

struct Run {
  std::uint32_t begin = 0, length = 0;
};

/// Runs of voxels that differ; none where `kMost` or more do.
std::vector<Run> differing(const LabelTile& a, const LabelTile& b) {
  std::vector<Run> runs;
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < kVoxels; ++i) {
    if (a.ids[i] == b.ids[i]) continue;
    if (++count >= kMost) return {};
    if (!runs.empty() && runs.back().begin + runs.back().length == i) {
      ++runs.back().length;
    } else {
      runs.push_back({i, 1});
    }
  }
  return runs;
}

void append(std::vector<std::uint32_t>& words, std::int64_t number, const std::vector<Run>& runs,
            const LabelTile& tile) {
  const std::size_t head = words.size();
  words.push_back(static_cast<std::uint32_t>(number));
  words.push_back(static_cast<std::uint32_t>(number >> 32));
  words.push_back(0);
  for (const Run& run : runs) {
    const auto* ids = tile.ids.data() + run.begin;
    const bool alike = std::all_of(ids, ids + run.length, [&](auto id) { return id == *ids; });
    words.push_back(run.begin | run.length << kLengthShift | (alike ? kAllAlike : 0));
    words.insert(words.end(), ids, ids + (alike ? 1 : run.length));
  }
  words[head + 2] = static_cast<std::uint32_t>(words.size() - head - kHead);
}

}  // namespace

bool ReplacedVoxels::add(std::int64_t number, const LabelTile* before, const LabelTile* now) {
  const LabelTile &was = before ? *before : background(), &is = now ? *now : background();
  const auto runs = differing(was, is);
  if (runs.empty()) return false;
  append(words_, number, runs, was);
  return true;
}

void ReplacedVoxels::swap(LabelVolume& labels, std::optional<std::uint32_t> highest) {
  std::vector<std::uint32_t> replaced;
  replaced.reserve(words_.size());
  ReplacedTiles tiles;
  std::vector<Run> runs;
  for (std::size_t at = 0; at < words_.size();) {
    const auto number = static_cast<std::int64_t>(std::uint64_t{words_[at + 1]} << 32 | words_[at]);
    const std::size_t end = at + kHead + words_[at + 2];
    const TilePointer& tile = labels.tile(number);
    const auto made = tile ? std::make_shared<LabelTile>(*tile) : std::make_shared<LabelTile>();
    runs.clear();
    for (at += kHead; at < end;) {
      const std::uint32_t word = words_[at++];
      const Run& run = runs.emplace_back(
          Run{word & (kVoxels - 1), word >> kLengthShift & ((1u << kLengthShift) - 1)});
      auto* const to = made->ids.data() + run.begin;
      if (word & kAllAlike) {
        std::fill_n(to, run.length, words_[at++]);
      } else {
        std::copy_n(words_.data() + at, run.length, to);
        at += run.length;
      }
    }
    append(replaced, number, runs, tile ? *tile : background());
    const bool blank = made->ids == background().ids;
    tiles.emplace(number, blank ? nullptr : TilePointer(made));
  }
  labels.swap_tiles(tiles, highest);
  words_ = std::move(replaced);
}

}  // namespace karyo
