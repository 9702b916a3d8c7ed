#include "annotation/flood_fill.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "annotation/index_axis.h"
#include "annotation/word_search.h"

namespace karyo {
namespace {

/// Which voxels of labels, in turned places, have one id.
struct AlikeLabels {
  const LabelVolume& labels;
  Turn turn;
  Index3 corner;  ///< that turned places are counted from
  Index3 extent;
  std::uint32_t alike;

  Index3 shape() const { return extent; }
  Word row(std::int64_t z, std::int64_t y, std::int64_t x) const {
    const std::int64_t count = std::min(kWordSide, extent.x - x);
    const Word all = count == kWordSide ? ~Word{0} : (Word{1} << count) - 1;
    const Index3 first = corner + turn.back({z, y, x});
    Word word = 0;
    if (turn.u != Axis::kX) {
      for (std::int64_t i = 0; i < count; ++i) {
        word |= Word{labels.at(corner + turn.back({z, y, x + i})) == alike} << i;
      }
      return word;
    }
    static_assert(kWordSide == kTileSide, "a word is a row of a tile");
    const TilePointer& tile = labels.tile(labels.tile_number(first));
    if (!tile) return alike == 0 ? all : 0;
    const std::uint32_t* ids = tile->ids().data() + LabelVolume::offset_in_tile(first);
    for (std::int64_t i = 0; i < kWordSide; ++i) word |= Word{ids[i] == alike} << i;
    return word & all;
  }
};

}  // namespace

Result<Box3> flood_fill(LabelWriter& writer, const LabelVolume& labels, const Index3& seed,
                        std::uint32_t label, bool whole_stack, Plane plane, const PaintRule& rule) {
  const Box3 all = Box3::of_shape(labels.shape());
  if (!all.contains(seed)) {
    return Error(ErrorCode::kInvalidArgument, "the place is outside the labels",
                 "Click on the layer.");
  }
  const std::uint32_t alike = labels.at(seed);
  if (!rule.allows(alike, label)) return Box3{};
  const Turn turn = whole_stack
                        ? Turn{Axis::kX, Axis::kY, Axis::kZ}
                        : Turn{horizontal_axis(plane), vertical_axis(plane), normal_axis(plane)};
  // A plane is searched as a stack of one.
  Index3 shape = turn.turned(labels.shape()), first = turn.turned(seed), corner;
  if (!whole_stack) {
    corner.z = std::exchange(first.z, 0);
    shape.z = 1;
  }
  const Index3 begin = turn.back(corner);
  WordSearch search(AlikeLabels{labels, turn, begin, shape, alike}, whole_stack);
  const Box3 found = *search.from(first);
  // All is known before anything is written: the search reads what it would change.
  const auto any = [](std::uint32_t) { return true; };
  for (std::int64_t z = found.begin.z; z < found.end.z; ++z) {
    for (std::int64_t y = found.begin.y; y < found.end.y; ++y) {
      for (std::int64_t x = found.begin.x / kWordSide * kWordSide; x < found.end.x;
           x += kWordSide) {
        Word word = search.chosen(z, y, x);
        while (word != 0) {
          const int from = std::countr_zero(word);
          const int count = std::countr_one(word >> from);
          const Index3 place = begin + turn.back({z, y, x + from});
          if (turn.u == Axis::kX) {
            writer.set_row(place, count, label, any);
          } else {
            for (int i = 0; i < count; ++i) {
              writer.set(begin + turn.back({z, y, x + from + i}), label);
            }
          }
          if (from + count == kWordSide) break;
          word &= ~Word{0} << (from + count);
        }
      }
    }
  }
  return Box3{begin + turn.back(found.begin), begin + turn.back(found.end)};
}

}  // namespace karyo
