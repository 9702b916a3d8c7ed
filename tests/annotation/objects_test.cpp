#include "annotation/objects.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace karyo {
namespace {

TEST(ReplaceId, MergesAndDeletesNothingElse) {
  Random random(2);
  for (int trial = 0; trial < 30; ++trial) {
    LabelArray start({1 + trial % 4, 50 + trial, 130});
    for (std::uint32_t& id : start) id = static_cast<std::uint32_t>(random.below(5));
    LabelVolume labels = LabelVolume::from_dense(start.view());
    const auto from = static_cast<std::uint32_t>(random.below(5));
    const auto to = static_cast<std::uint32_t>(random.below(5));
    LabelWriter writer(labels);
    const Box3 changed = replace_id(writer, labels, from, to);
    for (std::uint32_t& id : start) id = id == from ? to : id;
    EXPECT_TRUE(labels.to_dense() == start);
    EXPECT_EQ(changed.empty(), from == to);
  }
}

}  // namespace
}  // namespace karyo
