#include "models/io/threshold_search.h"

#include <gtest/gtest.h>

#include "core/base/atomic_file.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(ThresholdSearch, ComesBackInOrderAndRefusesWhatIsNoShare) {
  test::TempDir folder;
  const auto absent = read_threshold_search(folder.path());
  ASSERT_TRUE(absent);
  EXPECT_TRUE(absent->empty());
  const ThresholdTry a{0.3, 0.41234567890123, 0.71}, b{0.3, 0.62, 0.8}, c{0.5, 0.2, 0.4};
  ASSERT_TRUE(write_threshold_search(folder.path(), {c, b, a}));
  const auto read = read_threshold_search(folder.path());
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(*read, (std::vector{a, b, c}));
  ASSERT_TRUE(write_threshold_search(folder.path(), {}));
  EXPECT_TRUE(read_threshold_search(folder.path())->empty());
  for (const char* wrong : {"a,b\n1,2\n", "nms,prob,score\n0.3,,0.5\n", "nms,prob,score\n0.3,2,0\n",
                            "nms,prob,score\nx,0.1,0.5\n"}) {
    ASSERT_TRUE(write_file_atomically(folder / "threshold_search.csv", wrong));
    EXPECT_FALSE(read_threshold_search(folder.path())) << wrong;
  }
}

}  // namespace
}  // namespace karyo
