#include "core/labels/tile_patch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/base/random.h"

namespace karyo {
namespace {

TileIds random_ids(Random& random) {
  TileIds ids;
  for (auto& id : ids) id = static_cast<std::uint32_t>(random.below(5));
  return ids;
}

/// Specks, rows of one id and of many.
TileIds changed_somewhere(TileIds ids, Random& random, std::int64_t most_runs) {
  for (auto left = random.below(most_runs) + 1; left > 0; --left) {
    const auto begin = static_cast<std::size_t>(random.below(kTileSide * kTileSide));
    const auto length = static_cast<std::size_t>(random.below(3) == 0 ? random.below(90) + 1 : 1);
    const bool alike = random.below(2) == 0;
    for (std::size_t i = begin; i < std::min(begin + length, ids.size()); ++i) {
      ids[i] = alike ? 9 : static_cast<std::uint32_t>(random.below(99));
    }
  }
  return ids;
}

std::optional<TilePatch> patch_between(const TileIds& from, const TileIds& to) {
  auto words = std::make_shared<PatchWords>(PatchWords{1, 2, 3});  // others are before it
  if (!append_differing(*words, to, from)) return {};
  const std::size_t end = words->size();
  words->push_back(4);
  return TilePatch{std::move(words), 3, end};
}

TEST(TilePatch, ATileIsTheOtherOneWithThePatchAndLeadsBack) {
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    const auto from = std::make_shared<WritableTile>(random_ids(random));
    const TileIds to = changed_somewhere(from->ids(), random, 60);
    const auto patch = patch_between(from->ids(), to);
    if (!patch) continue;
    auto replaced = std::make_shared<PatchWords>();
    const TilePointer made = patched(from, *patch, *replaced);
    EXPECT_TRUE(made->ids() == to);
    TileIds back = to;
    apply_patch(*replaced, back);
    EXPECT_TRUE(back == from->ids());
  }
}

/// As where undo is pressed faster than anybody reads: none of the tiles between is ever made.
TEST(TilePatch, PatchesLieOnTopOfEachOtherWhetherTheTilesBetweenWereMadeOrNot) {
  Random random(5);
  for (int round = 0; round < 40; ++round) {
    TileIds now = random_ids(random);
    TilePointer tile = round % 3 == 0 ? nullptr : std::make_shared<WritableTile>(now);
    if (!tile) now = {};
    std::vector<TileIds> states{now};
    std::vector<PatchWords> undo;
    for (int i = 0; i < 12; ++i) {
      const TileIds next = changed_somewhere(now, random, round % 2 == 0 ? 5 : 150);
      const auto patch = patch_between(now, next);
      if (!patch) continue;
      tile = patched(tile, *patch, undo.emplace_back());
      if (random.below(4) == 0) {
        EXPECT_TRUE(tile->ids() == next);
      }
      now = next;
      states.push_back(now);
    }
    EXPECT_TRUE(tile->ids() == now);
    for (std::size_t i = undo.size(); i-- > 0;) {
      auto words = std::make_shared<const PatchWords>(undo[i]);
      const std::size_t size = words->size();
      PatchWords again;
      tile = patched(tile, {std::move(words), 0, size}, again);
      if (random.below(4) == 0) {
        EXPECT_TRUE(tile->ids() == states[i]);
      }
    }
    EXPECT_TRUE(tile->ids() == states[0]);
  }
}

TEST(TilePatch, ATileThatIsMadeHoldsNoOther) {
  auto base = std::make_shared<WritableTile>();
  const std::weak_ptr<const LabelTile> held = base;
  TileIds ids{};
  ids[7] = 3;
  PatchWords replaced;
  const TilePointer made = patched(std::exchange(base, nullptr), *patch_between({}, ids), replaced);
  EXPECT_FALSE(held.expired());
  EXPECT_EQ(made->ids()[7], 3u);
  EXPECT_TRUE(held.expired());
}

TEST(TilePatch, HalfATileIsNoPatch) {
  PatchWords words;
  TileIds ids{};
  for (std::size_t i = 0; i < ids.size() / 2; ++i) ids[2 * i] = 1;
  EXPECT_FALSE(append_differing(words, ids, background_ids()));
  EXPECT_FALSE(append_differing(words, background_ids(), background_ids()));
  EXPECT_TRUE(words.empty());
}

/// Several look at a tile for the first time, while it is patched again.
TEST(TilePatch, IsMadeOnceWhoeverAsks) {
  Random random(9);
  for (int round = 0; round < 50; ++round) {
    const auto from = std::make_shared<WritableTile>(random_ids(random));
    const TileIds to = changed_somewhere(from->ids(), random, 60);
    const TileIds last = changed_somewhere(to, random, 60);
    const auto patch = patch_between(from->ids(), to), next = patch_between(to, last);
    if (!patch || !next) continue;
    PatchWords replaced, then;
    const TilePointer tile = patched(from, *patch, replaced);
    std::atomic<int> right = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&, copy = tile] { right += copy->ids() == to ? 1 : 0; });
    }
    const TilePointer after = patched(tile, *next, then);
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(right, 3);
    EXPECT_TRUE(after->ids() == last);
    TileIds back = last;
    apply_patch(then, back);
    EXPECT_TRUE(back == to);
  }
}

}  // namespace
}  // namespace karyo
