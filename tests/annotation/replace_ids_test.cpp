#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "annotation/objects.h"
#include "core/base/random.h"

namespace karyo {
namespace {

TEST(ReplaceIds, IsThatOfOneAfterTheOther) {
  Random random(4);
  for (int trial = 0; trial < 30; ++trial) {
    const Index3 shape{1 + trial % 3, 70, 150};
    LabelArray start(shape);
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      // Some tiles are all background.
      const bool empty = i % shape.x < 64 && trial % 2 == 0;
      start.data()[i] = empty ? 0 : static_cast<std::uint32_t>(random.below(9));
    }
    std::vector<std::uint32_t> from;
    for (int i = 0; i <= trial % 4; ++i)
      from.push_back(static_cast<std::uint32_t>(random.below(9)));
    const auto to = static_cast<std::uint32_t>(random.below(12));
    LabelVolume at_once = LabelVolume::from_dense(start.view()), plain = at_once;
    LabelWriter writer(at_once), plain_writer(plain);
    const Box3 changed = replace_ids(writer, at_once, from, to);
    for (std::int64_t i = 0; i < shape.count(); ++i) {
      const Index3 p{i / (shape.y * shape.x), i / shape.x % shape.y, i % shape.x};
      if (std::find(from.begin(), from.end(), start.data()[i]) == from.end()) continue;
      plain_writer.set(p, to);
      EXPECT_TRUE(start.data()[i] == to || changed.contains(p));
    }
    ASSERT_TRUE(at_once.to_dense() == plain.to_dense()) << trial;
    at_once.swap_tiles(writer.finish());
    EXPECT_TRUE(at_once.to_dense() == start);
  }
}

}  // namespace
}  // namespace karyo
