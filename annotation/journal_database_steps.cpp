// Steps of the journal's database: rows of tiles, checked when they are read.

#include <algorithm>
#include <string>
#include <vector>

#include "annotation/journal_codec.h"
#include "annotation/journal_database.h"
#include "core/base/parallel.h"

namespace karyo {
namespace {

using sqlite::Blob;
using sqlite::put_row;
using sqlite::Query;
using sqlite::row_sum;

constexpr std::int64_t kPackedAtOnce = 32;  // parts of 2 MiB at most, before they are packed

constexpr const char* kSelectStep =
    "SELECT id, image, part, parts, name, arguments, made, notes, tiles, sum FROM step WHERE id=?";

/// Moves the query to the row of a part of a step of this image.
Result<void> go_to_part(Query& row, std::int64_t image, std::int64_t part) {
  KARYO_TRY(const bool there, row.next());
  if (!there) return damaged_journal("a step is missing");
  if (row.integer(9) != row_sum(row.integer(0), row.integer(1), row.integer(2), row.integer(3),
                                row.text(4), row.text(5), row.integer(6), row.bytes(7),
                                row.bytes(8)) ||
      row.integer(1) != image || row.integer(2) != part) {
    return damaged_journal("a step is not what was written");
  }
  return {};
}

/// Parts come in the order of the changes they are of. No tile comes twice in one.
Result<void> add_part(JournalStep& step, const LabelPart& part) {
  const std::int64_t changes = std::ssize(step.labels);
  if (part.change == changes) {
    step.labels.push_back({part.frame, part.box, {}, {}});
  } else if (part.change != changes - 1 || step.labels.back().frame != part.frame ||
             step.labels.back().box != part.box) {
    return damaged_journal("the parts of a step do not fit together");
  }
  LabelChange& change = step.labels.back();
  for (const TileChange& tile : part.tiles) {
    if (!change.before.emplace(tile.number, tile.before).second) {
      return damaged_journal("a step has a tile twice");
    }
    change.after.emplace(tile.number, tile.after);
  }
  return {};
}

/// Those from `first` on, packed on all cores: a change of a whole large plane is gigabytes. What a
/// part without tiles has is nothing.
std::vector<std::string> pack_some(const std::vector<LabelPart>& parts, std::int64_t first) {
  std::vector<std::string> packed(static_cast<std::size_t>(kPackedAtOnce));
  const std::int64_t last = std::min(first + kPackedAtOnce, std::ssize(parts));
  parallel_for(first, last, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      packed[static_cast<std::size_t>(part - first)] = pack(parts[static_cast<std::size_t>(part)]);
    }
  });
  return packed;
}

}  // namespace

Result<std::int64_t> JournalDatabase::free_step() {
  KARYO_TRY(const std::int64_t highest, connection_.number("SELECT ifnull(max(id), 0) FROM step"));
  return highest + 1;
}

Result<void> JournalDatabase::put_step(std::int64_t image, std::int64_t id,
                                       const JournalStep& step) {
  const std::vector<LabelPart> parts = split_into_parts(step);
  const auto count = static_cast<std::int64_t>(count_parts(step));
  std::vector<std::string> packed;  // of the parts that come next
  for (std::int64_t part = 0; part < count; ++part) {
    const bool first = part == 0;
    if (part % kPackedAtOnce == 0) packed = pack_some(parts, part);
    const std::string notes = first ? pack(step.notes) : std::string();
    const std::string& tiles = packed[static_cast<std::size_t>(part % kPackedAtOnce)];
    const std::int64_t row = id + part;
    KARYO_CHECK_OK(put_row(connection_, "INSERT INTO step VALUES(?,?,?,?,?,?,?,?,?,?)", row, image,
                           part, count, std::string_view(first ? step.name : notes),
                           std::string_view(first ? step.arguments : notes), step.made_ms,
                           Blob{notes}, Blob{tiles}));
  }
  for (const NoteChange& note : step.notes) {
    KARYO_CHECK_OK(put_note(image, note.key, note.after));
  }
  return {};
}

Result<JournalStep> JournalDatabase::step(const StoredImage& image, std::int64_t id) {
  JournalStep step;
  std::int64_t parts = 1, tiles_left = most_tiles_of_step(image.frames, image.shape);
  for (std::int64_t part = 0; part < parts; ++part) {
    Query row = connection_.query(kSelectStep, id + part);
    KARYO_CHECK_OK(go_to_part(row, image.id, part));
    if (part == 0) {
      parts = row.integer(3);
      step.name = row.text(4);
      step.arguments = row.text(5);
      step.made_ms = row.integer(6);
      KARYO_TRY(step.notes, unpack_notes(row.bytes(7).bytes));
    }
    if (row.bytes(8).bytes.empty()) continue;
    KARYO_TRY(const LabelPart tiles, unpack_part(row.bytes(8).bytes));
    tiles_left -= std::ssize(tiles.tiles);
    if (tiles.tiles.empty() || tiles_left < 0) {
      return damaged_journal("a step has more tiles than the image");
    }
    KARYO_CHECK_OK(add_part(step, tiles));
  }
  if (!check_step(step, image.frames, image.shape)) {
    return damaged_journal("a step does not fit the image");
  }
  for (LabelChange& change : step.labels) {
    change.box = change.box.clipped_to(Box3::of_shape(image.shape));
  }
  return step;
}

Result<void> JournalDatabase::apply_notes(std::int64_t image, std::int64_t step, bool forward) {
  Query row = connection_.query(kSelectStep, step);
  KARYO_CHECK_OK(go_to_part(row, image, 0));
  KARYO_TRY(std::vector<NoteChange> notes, unpack_notes(row.bytes(7).bytes));
  if (!forward) std::reverse(notes.begin(), notes.end());
  for (const NoteChange& note : notes) {
    KARYO_CHECK_OK(put_note(image, note.key, forward ? note.after : note.before));
  }
  return {};
}

Result<void> JournalDatabase::delete_steps(std::int64_t image,
                                           const std::vector<std::int64_t>& steps,
                                           const std::vector<std::int64_t>& entries) {
  for (const std::int64_t step : steps) {
    KARYO_TRY(const std::int64_t parts,
              connection_.number("SELECT parts FROM step WHERE id=?", step));
    KARYO_CHECK_OK(connection_.run("DELETE FROM step WHERE id>=? AND id<? AND image=?", step,
                                   step + parts, image));
  }
  for (const std::int64_t entry : entries) {
    KARYO_CHECK_OK(connection_.run("DELETE FROM log WHERE image=? AND id=?", image, entry));
  }
  return {};
}

Result<void> JournalDatabase::delete_history(std::int64_t image) {
  KARYO_CHECK_OK(connection_.run("DELETE FROM step WHERE image=?", image));
  KARYO_CHECK_OK(connection_.run("DELETE FROM log WHERE image=?", image));
  return delete_masks(image);
}

Result<std::optional<std::pair<std::int64_t, std::int64_t>>> JournalDatabase::oldest_step(
    std::int64_t after) {
  Query row = connection_.query(
      "SELECT id, image FROM step WHERE id>? AND part=0 ORDER BY id LIMIT 1", after);
  std::optional<std::pair<std::int64_t, std::int64_t>> found;
  KARYO_TRY(const bool there, row.next());
  if (there) found = {row.integer(0), row.integer(1)};
  return found;
}

}  // namespace karyo
