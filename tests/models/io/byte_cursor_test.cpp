#include "models/io/byte_cursor.h"

#include <gtest/gtest.h>

namespace karyo {
namespace {

TEST(ByteCursor, ReadsLittleEndianNumbersAndStopsAtTheEnd) {
  ByteCursor in(std::string_view("\x01\x02\x03\x04\x05", 5), 0);
  EXPECT_EQ(in.number<std::uint16_t>(), 0x0201);
  EXPECT_EQ(in.sized_number(1), 3U);
  EXPECT_EQ(in.peek(2), "\x04\x05");
  EXPECT_EQ(in.number<std::uint32_t>(), 0U);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.take(1), "") << "after a failure nothing more is read";
}

// Found by fuzzing: taking no bytes from beyond the end threw.
TEST(ByteCursor, BeyondTheEndEvenNothingFails) {
  ByteCursor in("abc", 1000);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.take(0), "");
  EXPECT_EQ(in.left(), 0U);
  ByteCursor wraps("abc", 2);
  EXPECT_EQ(wraps.take(~std::uint64_t{0}), "");
  EXPECT_FALSE(wraps.ok());
}

}  // namespace
}  // namespace karyo
