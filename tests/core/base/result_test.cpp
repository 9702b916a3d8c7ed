#include "core/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace karyo {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error(ErrorCode::kInvalidArgument, "3 is odd", "Use an even number.");
  return n / 2;
}

Result<int> quarter(int n) {
  KARYO_TRY(const int once, half(n));
  KARYO_TRY(const int twice, half(once));
  return twice;
}

Result<void> check_even(int n) {
  KARYO_CHECK_OK([&]() -> Result<void> {
    KARYO_TRY([[maybe_unused]] const int h, half(n));
    return {};
  }());
  return {};
}

TEST(Result, CarriesAValueOrAnError) {
  EXPECT_EQ(quarter(8).value(), 2);
  const auto failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "3 is odd");
  EXPECT_EQ(failed.error().in("reading a.tif").what, "reading a.tif: 3 is odd");
  EXPECT_EQ(failed.error().in("x").fix, "Use an even number.");
  EXPECT_TRUE(check_even(2));
  EXPECT_FALSE(check_even(3));
}

TEST(Result, HoldsMoveOnlyValues) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(4);
  const std::unique_ptr<int> taken = *std::move(made);
  EXPECT_EQ(*taken, 4);
}

}  // namespace
}  // namespace karyo
