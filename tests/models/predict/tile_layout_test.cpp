#include "models/predict/tile_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/image/volume_view.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

TEST(TileLayout, EqualsTheReference) {
  KARYO_NEEDS_SHARED();
  nlohmann::json golden;
  std::ifstream(test::shared_dir() / "golden/functions/tiling.json") >> golden;
  ASSERT_GT(golden.size(), 3u);
  for (const auto& layout : golden) {
    std::vector<AxisTile> expected;
    for (const auto& tile : layout["tiles"]) {
      expected.push_back({tile["read"][0], tile["read"][1], tile["write"][0], tile["write"][1]});
    }
    EXPECT_EQ(tile_axis_into(layout["n_blocks"], layout["n_tiles"], layout["overlap_blocks"]),
              expected)
        << layout;
  }
}

TEST(TileLayout, WritesEveryBlockOnceWithTheWholeOverlapRead) {
  for (std::int64_t blocks = 1; blocks < 40; ++blocks) {
    for (std::int64_t overlap = 0; overlap < 5; ++overlap) {
      for (std::int64_t tiles = 1; tiles < 9; ++tiles) {
        std::int64_t written = 0;
        for (const AxisTile& tile : tile_axis_into(blocks, tiles, overlap)) {
          EXPECT_EQ(tile.write_begin, written);
          EXPECT_GT(tile.write_end, tile.write_begin);
          EXPECT_LE(tile.read_begin, std::max<std::int64_t>(0, tile.write_begin - overlap));
          EXPECT_GE(tile.read_end, std::min(blocks, tile.write_end + overlap));
          written = tile.write_end;
        }
        EXPECT_EQ(written, blocks);
      }
    }
  }
}

TEST(TileLayout, OfAVolumeCoversItOnce) {
  const Index3 shape{8, 64, 48};
  LabelArray times(shape);
  for (const TileBox& box : tile_layout(shape, {4, 8, 16}, {3, 9, 1}, {2, 3, 2})) {
    EXPECT_EQ(box.read.clipped_to(Box3::of_shape(shape)), box.read);
    EXPECT_EQ(box.write.clipped_to(box.read), box.write);
    for (const auto extent : {box.read.begin.y, box.read.end.y}) EXPECT_EQ(extent % 8, 0);
    for (std::int64_t z = box.write.begin.z; z < box.write.end.z; ++z) {
      for (std::int64_t y = box.write.begin.y; y < box.write.end.y; ++y) {
        for (std::int64_t x = box.write.begin.x; x < box.write.end.x; ++x) ++times(z, y, x);
      }
    }
  }
  EXPECT_TRUE(std::all_of(times.begin(), times.end(), [](auto n) { return n == 1; }));
}

}  // namespace
}  // namespace karyo
