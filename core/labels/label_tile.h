#pragma once

/// 64 x 64 ids of one plane, shared by all who hold them: what a LabelVolume is made of.
///
/// Ids of a tile never change once another volume or an undo step holds it. A tile that undo has
/// put back may be another one and what differs from it (PatchedTile), until its ids are first
/// asked for; who asks does not notice.
///
/// Threads  any may ask for ids; who writes must be the only one that holds the tile.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace karyo {

inline constexpr std::int64_t kTileSide = 64;
/// Row after row.
using TileIds = std::array<std::uint32_t, kTileSide * kTileSide>;

class LabelTile {
 public:
  virtual ~LabelTile() = default;
  LabelTile(const LabelTile&) = delete;
  LabelTile& operator=(const LabelTile&) = delete;

  const TileIds& ids() const {
    const TileIds* const made = ids_.load(std::memory_order_acquire);
    return made ? *made : make();
  }
  /// Whether that takes no work.
  bool is_made() const { return ids_.load(std::memory_order_acquire) != nullptr; }

 protected:
  /// `ids` outlive the tile; null where they are to be made.
  explicit LabelTile(const TileIds* ids) : ids_(ids) {}
  void set_made(const TileIds* ids) const { ids_.store(ids, std::memory_order_release); }

 private:
  /// Called where there are none yet, by several threads perhaps.
  virtual const TileIds& make() const = 0;

  mutable std::atomic<const TileIds*> ids_;
};
/// Null: all background.
using TilePointer = std::shared_ptr<const LabelTile>;

/// One that is being filled, of background at first.
class WritableTile final : public LabelTile {
 public:
  WritableTile() : LabelTile(&own_), own_{} {}
  explicit WritableTile(const TileIds& ids) : LabelTile(&own_), own_(ids) {}
  const TileIds& ids() const { return own_; }
  TileIds& ids() { return own_; }

 private:
  const TileIds& make() const override { return own_; }

  TileIds own_;
};

/// Of a tile that is null.
const TileIds& background_ids();
inline const TileIds& ids_of(const LabelTile* tile) {
  return tile ? tile->ids() : background_ids();
}

}  // namespace karyo
