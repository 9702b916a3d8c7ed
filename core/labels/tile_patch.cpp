#include "core/labels/tile_patch.h"

#include <algorithm>
#include <bitset>
#include <utility>

namespace karyo {
namespace {

constexpr std::uint32_t kVoxels = kTileSide * kTileSide;
constexpr std::uint32_t kMost = kVoxels / 2;
constexpr std::uint32_t kLengthShift = 13;  // places are 0 .. 4095, lengths 1 .. 4096
constexpr std::uint32_t kAllAlike = 1u << 31;

struct Run {
  std::uint32_t begin = 0, length = 0;
};

/// Calls body(run, its ids, whether the first of them is that of all).
template <typename Body>
void for_each_run(std::span<const std::uint32_t> words, const Body& body) {
  for (std::size_t at = 0; at < words.size();) {
    const std::uint32_t word = words[at++];
    const Run run{word & (kVoxels - 1), word >> kLengthShift & ((1u << kLengthShift) - 1)};
    const bool alike = (word & kAllAlike) != 0;
    body(run, words.data() + at, alike);
    at += alike ? 1 : run.length;
  }
}

/// Whether two are of the same voxels, as a change and what takes it back are.
bool same_voxels(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (((a[i] ^ b[j]) & ~kAllAlike) != 0) return false;
    const std::size_t length = a[i] >> kLengthShift & ((1u << kLengthShift) - 1);
    i += 1 + ((a[i] & kAllAlike) != 0 ? 1 : length);
    j += 1 + ((b[j] & kAllAlike) != 0 ? 1 : length);
  }
  return i == a.size() && j == b.size();
}

void append(PatchWords& words, const Run& run, const TileIds& ids) {
  const std::uint32_t* first = ids.data() + run.begin;
  const bool alike = std::all_of(first, first + run.length, [&](auto id) { return id == *first; });
  words.push_back(run.begin | run.length << kLengthShift | (alike ? kAllAlike : 0));
  words.insert(words.end(), first, first + (alike ? 1 : run.length));
}

/// The voxels that several patches change, the later ones on top.
struct Overlay {
  std::bitset<kVoxels> changed;
  TileIds ids;  // where changed alone

  Overlay() {}  // not cleared: 16 KiB a tile
  void add(std::span<const std::uint32_t> runs) {
    apply_patch(runs, ids);
    for_each_run(runs, [&](const Run& run, const std::uint32_t*, bool) {
      for (std::uint32_t i = run.begin; i < run.begin + run.length; ++i) changed.set(i);
    });
  }
  PatchWords words() const {
    PatchWords words;
    for (auto i = static_cast<std::uint32_t>(changed._Find_first()); i < kVoxels;) {
      Run run{i, 0};
      while (i < kVoxels && changed[i]) ++run.length, ++i;
      append(words, run, ids);
      i = static_cast<std::uint32_t>(changed._Find_next(i));
    }
    return words;
  }
};

}  // namespace

const TileIds& background_ids() {
  static const TileIds ids{};
  return ids;
}

bool append_differing(PatchWords& words, const TileIds& ids, const TileIds& others) {
  std::vector<Run> runs;
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < kVoxels; ++i) {
    if (ids[i] == others[i]) continue;
    if (++count >= kMost) return false;
    if (!runs.empty() && runs.back().begin + runs.back().length == i) {
      ++runs.back().length;
    } else {
      runs.push_back({i, 1});
    }
  }
  for (const Run& run : runs) append(words, run, ids);
  return !runs.empty();
}

void append_same_voxels(PatchWords& words, std::span<const std::uint32_t> runs,
                        const TileIds& ids) {
  for_each_run(runs, [&](const Run& run, const std::uint32_t*, bool) { append(words, run, ids); });
}

void apply_patch(std::span<const std::uint32_t> runs, TileIds& ids) {
  for_each_run(runs, [&](const Run& run, const std::uint32_t* from, bool alike) {
    std::uint32_t* const to = ids.data() + run.begin;
    if (alike) {
      std::fill_n(to, run.length, *from);
    } else {
      std::copy_n(from, run.length, to);
    }
  });
}

TilePointer patched(const TilePointer& tile, const TilePatch& patch, PatchWords& replaced) {
  if (tile && !tile->is_made()) {
    TilePointer made;
    // None but these have ids that are still to be made.
    if (static_cast<const PatchedTile&>(*tile).patch_again(patch, replaced, made)) return made;
  }
  append_same_voxels(replaced, patch.runs(), ids_of(tile.get()));
  return std::make_shared<PatchedTile>(tile, patch);
}

const TileIds& PatchedTile::make() const {
  const std::lock_guard lock(mutex_);
  if (own_) return *own_;  // by another thread meanwhile
  own_ = std::make_unique_for_overwrite<TileIds>();
  *own_ = ids_of(base_.get());
  apply_patch(patch_.runs(), *own_);
  set_made(own_.get());
  base_.reset();
  patch_ = {};
  return *own_;
}

bool PatchedTile::patch_again(const TilePatch& patch, PatchWords& replaced,
                              TilePointer& made) const {
  const std::lock_guard lock(mutex_);
  if (own_) return false;
  const TileIds& base = ids_of(base_.get());
  TileIds now;  // where the new patch changes it alone
  for_each_run(patch.runs(), [&](const Run& run, const std::uint32_t*, bool) {
    std::copy_n(base.data() + run.begin, run.length, now.data() + run.begin);
  });
  apply_patch(patch_.runs(), now);
  append_same_voxels(replaced, patch.runs(), now);

  if (same_voxels(patch_.runs(), patch.runs())) {
    made = std::make_shared<PatchedTile>(base_, patch);
    return true;
  }
  Overlay both;
  both.add(patch_.runs());
  both.add(patch.runs());
  if (both.changed.count() >= kMost) {
    auto whole = std::make_shared<WritableTile>(base);
    apply_patch(patch_.runs(), whole->ids());
    apply_patch(patch.runs(), whole->ids());
    made = std::move(whole);
  } else {
    auto words = std::make_shared<const PatchWords>(both.words());
    const std::size_t size = words->size();
    made = std::make_shared<PatchedTile>(base_, TilePatch{std::move(words), 0, size});
  }
  return true;
}

}  // namespace karyo
