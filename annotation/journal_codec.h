#pragma once

/// Steps as bytes, and back.
///
/// A step is stored in parts of at most 64 tiles, so that no row grows with the image. A part is
/// one zstd frame; numbers are little-endian:
///   int64   change (place in the step), frame, box (6: begin z y x, end z y x), tiles
///   int64   number of each tile
///   uint32  64 x 64 ids before and 64 x 64 of before XOR after, tile by tile
/// (XOR: a quarter fewer bytes than `after` itself, measured on brush strokes over nuclei.)
///
/// Notes are one after the other: key, then for before and after 1 and a text, or 0; int64 each,
/// and before each text its length. Where that is shorter the whole is one zstd frame.
///
/// Threads  pure. Whatever the bytes, reading ends in an answer or an Error of kBadFile; it takes
/// no more memory than a part, or the notes of a step, may have (2 MiB, 16 MiB and what is made of
/// them).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "annotation/journal_step.h"

namespace karyo {

inline constexpr std::size_t kMostTilesOfPart = 64;

struct TileChange {
  std::int64_t number = 0;
  TilePointer before, after;
};

struct LabelPart {
  std::int64_t change = 0, frame = 0;
  Box3 box;
  std::vector<TileChange> tiles;
};

/// How many parts a step has: at least one, which has its name and notes, and maybe no tiles.
std::size_t count_parts(const JournalStep& step);
/// The parts of its labels; none where there are none.
std::vector<LabelPart> split_into_parts(const JournalStep& step);

std::string pack(const LabelPart& part);
Result<LabelPart> unpack_part(std::string_view bytes);

std::string pack(const std::vector<NoteChange>& notes);
Result<std::vector<NoteChange>> unpack_notes(std::string_view bytes);

}  // namespace karyo
