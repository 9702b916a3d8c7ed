#include "annotation/journal_codec.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include "annotation/sqlite.h"
#include "annotation/zstd_frame.h"

namespace karyo {
namespace {

constexpr std::size_t kHeadNumbers = 9;
constexpr std::size_t kTileBytes = sizeof(TileIds);
constexpr std::size_t kWorthPacking = 256;
constexpr std::size_t kBytesOfLengths = 5 * sizeof(std::int64_t);  // of a note, at most

std::size_t bytes_of_part(std::size_t tiles) {
  return (kHeadNumbers + tiles) * sizeof(std::int64_t) + tiles * 2 * kTileBytes;
}

/// Fields one after the other; past the end everything is 0 or empty and ok() false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}
  std::int64_t number() {
    std::int64_t value = 0;
    copy(&value, sizeof value);
    return value;
  }
  std::string_view text() {
    const std::int64_t size = number();
    if (size < 0 || static_cast<std::uint64_t>(size) > left_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view found = left_.substr(0, static_cast<std::size_t>(size));
    left_.remove_prefix(found.size());
    return found;
  }
  void copy(void* to, std::size_t size) {
    if (size > left_.size()) ok_ = false;
    if (!ok_) return;
    std::memcpy(to, left_.data(), size);
    left_.remove_prefix(size);
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && left_.empty(); }

 private:
  std::string_view left_;
  bool ok_ = true;
};

void put_number(std::string& to, std::int64_t value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& to, std::string_view text) {
  put_number(to, std::ssize(text));
  to += text;
}

/// Null for one of background alone.
TilePointer tile_of(const TileIds& ids) {
  return ids == background_ids() ? nullptr : std::make_shared<WritableTile>(ids);
}

/// Of one frame; 0 where the numbers are no shape.
std::int64_t tiles_of(const Index3& shape) {
  const auto along = [](std::int64_t voxels) { return voxels / kTileSide + 1; };
  constexpr std::int64_t kMost = std::int64_t{1} << 31;  // a side
  for (const std::int64_t side : {shape.z, shape.y, shape.x}) {
    if (side < 1 || side > kMost) return 0;
  }
  const std::int64_t of_slice = along(shape.y - 1) * along(shape.x - 1);
  return shape.z > std::numeric_limits<std::int64_t>::max() / of_slice ? 0 : shape.z * of_slice;
}

Error wrong_step(const std::string& what) {
  return {ErrorCode::kInvalidArgument, "the step cannot be kept: " + what,
          "This is a defect of the program: please report it."};
}

}  // namespace

LabelChange change_of(std::int64_t frame, const Box3& box, ReplacedTiles before,
                      const LabelVolume& now) {
  LabelChange change{frame, box, std::move(before), {}};
  change.after.reserve(change.before.size());
  for (const auto& [number, tile] : change.before) change.after.emplace(number, now.tile(number));
  return change;
}

std::int64_t most_tiles_of_step(std::int64_t frames, const Index3& shape) {
  constexpr std::int64_t kTimes = 16, kAtLeast = 1024;
  const std::int64_t tiles = tiles_of(shape);
  if (frames < 1 || tiles < 1) return 0;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 2 / kTimes;
  return tiles > kMost / frames ? kTimes * kMost : kTimes * tiles * frames + kAtLeast;
}

Result<void> check_step(const JournalStep& step, std::int64_t frames, const Index3& shape) {
  const std::int64_t tiles = tiles_of(shape);
  const auto there = [&](const auto& entry) { return entry.first >= 0 && entry.first < tiles; };
  std::int64_t changed = 0;
  for (const LabelChange& change : step.labels) {
    if (change.frame < 0 || change.frame >= frames) return wrong_step("there is no such frame");
    changed += std::ssize(change.before);
    if (change.before.size() != change.after.size() ||
        !std::all_of(change.before.begin(), change.before.end(), [&](const auto& entry) {
          return there(entry) && change.after.contains(entry.first);
        })) {
      return wrong_step("its tiles are not those of the image");
    }
  }
  std::size_t text = step.name.size() + step.arguments.size();
  for (const NoteChange& note : step.notes) {
    text += kBytesOfLengths + note.key.size() + note.before.value_or("").size() +
            note.after.value_or("").size();
  }
  if (changed > most_tiles_of_step(frames, shape)) return wrong_step("it has too many tiles");
  if (text > kMostTextOfStep) {
    return Error(ErrorCode::kTooLarge, "the step cannot be kept: what it says has more than 16 MiB",
                 "It is done all the same, and cannot be undone in a later run.");
  }
  return {};
}

std::size_t count_parts(const JournalStep& step) {
  std::size_t parts = 0;
  for (const LabelChange& change : step.labels) {
    parts += (change.before.size() + kMostTilesOfPart - 1) / kMostTilesOfPart;
  }
  return std::max<std::size_t>(parts, 1);
}

std::vector<LabelPart> split_into_parts(const JournalStep& step) {
  std::vector<LabelPart> parts;
  for (std::size_t i = 0; i < step.labels.size(); ++i) {
    const LabelChange& change = step.labels[i];
    std::vector<std::int64_t> numbers;  // neighbours together: they are alike
    for (const auto& [number, tile] : change.before) numbers.push_back(number);
    std::sort(numbers.begin(), numbers.end());
    for (std::size_t at = 0; at < numbers.size(); ++at) {
      if (at % kMostTilesOfPart == 0) {
        parts.push_back({static_cast<std::int64_t>(i), change.frame, change.box, {}});
      }
      const std::int64_t number = numbers[at];
      parts.back().tiles.push_back({number, change.before.at(number), change.after.at(number)});
    }
  }
  return parts;
}

std::string pack(const LabelPart& part) {
  std::string raw;
  raw.reserve(bytes_of_part(part.tiles.size()));
  for (const std::int64_t number :
       {part.change, part.frame, part.box.begin.z, part.box.begin.y, part.box.begin.x,
        part.box.end.z, part.box.end.y, part.box.end.x, std::ssize(part.tiles)}) {
    put_number(raw, number);
  }
  for (const TileChange& tile : part.tiles) put_number(raw, tile.number);
  for (const TileChange& tile : part.tiles) {
    const TileIds& before = ids_of(tile.before.get());
    TileIds changed = ids_of(tile.after.get());
    for (std::size_t i = 0; i < changed.size(); ++i) changed[i] ^= before[i];
    raw.append(reinterpret_cast<const char*>(before.data()), kTileBytes);
    raw.append(reinterpret_cast<const char*>(changed.data()), kTileBytes);
  }
  return pack_frame(raw);
}

Result<LabelPart> unpack_part(std::string_view bytes) {
  const Error broken = damaged_journal("the tiles of a step cannot be read");
  const auto raw = unpack_frame(bytes, bytes_of_part(kMostTilesOfPart));
  if (!raw) return broken;
  Reader reader(*raw);
  LabelPart part;
  part.change = reader.number();
  part.frame = reader.number();
  for (Index3* corner : {&part.box.begin, &part.box.end}) {
    *corner = {reader.number(), reader.number(), reader.number()};
  }
  const std::int64_t tiles = reader.number();
  if (tiles < 0 || tiles > static_cast<std::int64_t>(kMostTilesOfPart) ||
      raw->size() != bytes_of_part(static_cast<std::size_t>(tiles))) {
    return broken;
  }
  part.tiles.resize(static_cast<std::size_t>(tiles));
  for (TileChange& tile : part.tiles) tile.number = reader.number();
  TileIds before, after;
  for (TileChange& tile : part.tiles) {
    reader.copy(before.data(), kTileBytes);
    reader.copy(after.data(), kTileBytes);
    for (std::size_t i = 0; i < after.size(); ++i) after[i] ^= before[i];
    tile.before = tile_of(before);
    tile.after = tile_of(after);
  }
  return part;
}

std::string pack(const std::vector<NoteChange>& notes) {
  std::string bytes;
  for (const NoteChange& note : notes) {
    put_text(bytes, note.key);
    for (const auto* value : {&note.before, &note.after}) {
      put_number(bytes, value->has_value() ? 1 : 0);
      if (*value) put_text(bytes, **value);
    }
  }
  if (bytes.size() < kWorthPacking) return bytes;
  std::string small = pack_frame(bytes);
  return small.size() < bytes.size() ? small : bytes;
}

Result<std::vector<NoteChange>> unpack_notes(std::string_view bytes) {
  const Error broken = damaged_journal("the notes of a step cannot be read");
  // Plain ones begin with the length of a key; a frame's first bytes would be one of gigabytes.
  std::string raw;
  if (is_frame(bytes)) {
    auto plain = unpack_frame(bytes, kMostTextOfStep);
    if (!plain) return broken;
    raw = *std::move(plain);
    bytes = raw;
  }
  std::vector<NoteChange> notes;
  Reader reader(bytes);
  while (reader.ok() && !reader.at_end()) {
    NoteChange& note = notes.emplace_back();
    note.key = reader.text();
    for (auto* value : {&note.before, &note.after}) {
      if (reader.number() != 0) *value = reader.text();
    }
  }
  if (!reader.ok()) return broken;
  return notes;
}

}  // namespace karyo
