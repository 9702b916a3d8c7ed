#include "core/labels/label_volume.h"

#include <algorithm>

namespace karyo {
namespace {

constexpr std::size_t kSlabTiles = (std::size_t{16} << 20) / sizeof(WritableTile);

/// Of one plane.
bool is_background(LabelView labels) {
  for (std::int64_t y = 0; y < labels.shape().y; ++y) {
    std::uint32_t any = 0;
    for (std::int64_t x = 0; x < labels.shape().x; ++x) any |= labels(0, y, x);
    if (any != 0) return false;
  }
  return true;
}

/// Without what is ignored.
std::uint32_t highest_in(const LabelTile& tile) {
  std::uint32_t highest = 0;
  for (const std::uint32_t id : tile.ids())
    highest = std::max(highest, id == kIgnoredLabel ? 0 : id);
  return highest;
}

}  // namespace

std::shared_ptr<WritableTile> TileSlabs::next() {
  if (!slab_ || used_ == slab_->size()) {
    slab_ = std::make_shared<Slab>(std::clamp<std::size_t>(left_, 1, kSlabTiles));
    left_ -= std::min(left_, slab_->size());
    used_ = 0;
  }
  return {slab_, &(*slab_)[used_++]};
}

LabelVolume::LabelVolume(Index3 shape)
    : shape_(shape),
      tiles_y_((shape.y + kTileSide - 1) / kTileSide),
      tiles_x_((shape.x + kTileSide - 1) / kTileSide),
      tiles_(static_cast<std::size_t>(shape.z * tiles_y_ * tiles_x_)) {}

LabelVolume LabelVolume::from_dense(LabelView labels) {
  LabelVolume volume(labels.shape());
  std::vector<std::int64_t> filled;
  for (std::int64_t number = 0; number < std::ssize(volume.tiles_); ++number) {
    if (!is_background(labels.crop(volume.box_of_tile(number)))) filled.push_back(number);
  }
  TileSlabs slabs(filled.size());
  for (const std::int64_t number : filled) {
    const auto part = labels.crop(volume.box_of_tile(number));
    auto tile = slabs.next();
    for (std::int64_t y = 0; y < part.shape().y; ++y) {
      for (std::int64_t x = 0; x < part.shape().x; ++x) {
        tile->ids()[static_cast<std::size_t>(y * kTileSide + x)] = part(0, y, x);
        volume.note_id(part(0, y, x));
      }
    }
    volume.tiles_[static_cast<std::size_t>(number)] = std::move(tile);
  }
  return volume;
}

LabelArray LabelVolume::to_dense(const Box3& box) const {
  LabelArray dense(box.shape());
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      std::uint32_t* out = &dense(z - box.begin.z, y - box.begin.y, 0);
      for (std::int64_t x = box.begin.x; x < box.end.x;) {
        const std::int64_t stop = std::min(box.end.x, (x / kTileSide + 1) * kTileSide);
        if (const auto& source = tile(tile_number({z, y, x}))) {
          std::copy_n(&source->ids()[offset_in_tile({z, y, x})], stop - x, out + (x - box.begin.x));
        }
        x = stop;
      }
    }
  }
  return dense;
}

std::uint32_t LabelVolume::highest_id() const {
  std::uint32_t highest = 0;
  for (const auto& tile : tiles_) {
    if (tile) highest = std::max(highest, highest_in(*tile));
  }
  return highest;
}

std::size_t LabelVolume::memory_bytes() const {
  return tiles_.size() * sizeof(TilePointer) +
         static_cast<std::size_t>(std::count_if(tiles_.begin(), tiles_.end(),
                                                [](const auto& tile) { return tile != nullptr; })) *
             sizeof(WritableTile);
}

Box3 LabelVolume::box_of_tile(std::int64_t number) const {
  const Index3 begin{number / (tiles_y_ * tiles_x_), number / tiles_x_ % tiles_y_ * kTileSide,
                     number % tiles_x_ * kTileSide};
  return Box3{begin, begin + Index3{1, kTileSide, kTileSide}}.clipped_to(Box3::of_shape(shape_));
}

void LabelVolume::swap_tiles(std::span<TileAt> tiles, std::optional<std::uint32_t> highest) {
  if (highest) note_id(*highest);
  for (TileAt& entry : tiles) {
    // Tiles of an earlier run, which a journal has kept, may hold ids that were never seen here.
    if (entry.tile && !highest) note_id(highest_in(*entry.tile));
    std::swap(tiles_[static_cast<std::size_t>(entry.number)], entry.tile);
  }
}

ReplacedTiles LabelVolume::swap_tiles(const ReplacedTiles& tiles,
                                      std::optional<std::uint32_t> highest) {
  std::vector<TileAt> entries;
  entries.reserve(tiles.size());
  for (const auto& [number, tile] : tiles) entries.push_back({number, tile});
  swap_tiles(entries, highest);
  ReplacedTiles replaced;
  replaced.reserve(tiles.size());
  for (TileAt& entry : entries) replaced.emplace(entry.number, std::move(entry.tile));
  return replaced;
}

TileIds& LabelWriter::writable_ids(std::int64_t number) {
  auto& slot = volume_.tiles_[static_cast<std::size_t>(number)];
  const auto open = open_.find(number);
  // A copy of the volume that was made since (3D looks at one) keeps the tile as it was then.
  if (open != open_.end() && slot.use_count() == 1) return *open->second;
  auto copy = slot ? std::make_shared<WritableTile>(slot->ids()) : std::make_shared<WritableTile>();
  TileIds* ids = &copy->ids();
  before_.emplace(number, slot);  // the first time alone
  slot = std::move(copy);
  open_[number] = ids;
  return *ids;
}

void LabelWriter::set(Index3 p, std::uint32_t id) {
  if (volume_.at(p) == id) return;
  volume_.note_id(id);
  writable_ids(volume_.tile_number(p))[LabelVolume::offset_in_tile(p)] = id;
}

void LabelWriter::write(LabelView labels, Index3 origin) {
  const Index3 shape = labels.shape();
  for (std::int64_t z = 0; z < shape.z; ++z) {
    for (std::int64_t y = 0; y < shape.y; ++y) {
      for (std::int64_t x = 0; x < shape.x; ++x) {
        set(origin + Index3{z, y, x}, labels(z, y, x));
      }
    }
  }
}

ReplacedTiles LabelWriter::finish() {
  std::erase_if(before_, [this](const auto& entry) {
    const auto& [number, old_tile] = entry;
    const auto& now = volume_.tile(number);
    const bool same = ids_of(old_tile.get()) == now->ids();
    if (same) volume_.tiles_[static_cast<std::size_t>(number)] = old_tile;
    return same;
  });
  open_.clear();
  return std::move(before_);
}

void LabelWriter::drop() {
  volume_.swap_tiles(before_, bound_);
  volume_.bound_ = bound_;
  before_.clear();
  open_.clear();
}

// Tiles are immutable once shared, so equal pointers are equal labels.
bool same_tiles(const LabelVolume& a, const LabelVolume& b) {
  if (a.shape() != b.shape()) return false;
  if (a.shape().count() == 0) return true;
  const std::int64_t last = a.tile_number(a.shape() - Index3{1, 1, 1});
  for (std::int64_t number = 0; number <= last; ++number) {
    if (a.tile(number) != b.tile(number)) return false;
  }
  return true;
}

}  // namespace karyo
