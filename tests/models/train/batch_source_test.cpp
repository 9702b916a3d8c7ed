#include "models/train/batch_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace karyo {
namespace {

using Numbers = BatchSource<std::int64_t>;

TEST(BatchSource, GivesBatchesInOrderWhateverTheThreads) {
  for (const int threads : {1, 2, 5}) {
    Numbers source(
        [](std::int64_t n) -> Result<std::int64_t> {
          // Later ones are ready earlier.
          std::this_thread::sleep_for(std::chrono::microseconds(n % 3 == 0 ? 300 : 10));
          return n * n;
        },
        threads, 4);
    for (std::int64_t n = 0; n < 60; ++n) {
      ASSERT_EQ(source.position(), n);
      ASSERT_EQ(*source.next(), n * n);
    }
  }
}

TEST(BatchSource, SeeksToAnyBatch) {
  Numbers source([](std::int64_t n) -> Result<std::int64_t> { return n; }, 2, 3);
  for (const std::int64_t to : {0, 17, 3, 1'000'000'007, 4, 4}) {
    source.seek(to);
    EXPECT_EQ(source.position(), to);
    EXPECT_EQ(*source.next(), to);
    EXPECT_EQ(*source.next(), to + 1);
  }
}

TEST(BatchSource, StaysWithinItsLead) {
  std::atomic<std::int64_t> highest{-1};
  Numbers source(
      [&](std::int64_t n) -> Result<std::int64_t> {
        std::int64_t seen = highest;
        while (n > seen && !highest.compare_exchange_weak(seen, n)) {
        }
        return n;
      },
      4, 3);
  for (std::int64_t n = 0; n < 20; ++n) {
    ASSERT_EQ(*source.next(), n);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_LE(highest, n + 3);
  }
}

TEST(BatchSource, TellsAnErrorInItsPlaceAndTriesAgain) {
  std::atomic<int> tries{0};
  Numbers source(
      [&](std::int64_t n) -> Result<std::int64_t> {
        if (n == 2 && tries++ == 0) return Error(ErrorCode::kIo, "file 2", "plug it in");
        return n;
      },
      2, 3);
  EXPECT_EQ(*source.next(), 0);
  EXPECT_EQ(*source.next(), 1);
  const auto failed = source.next();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "file 2");
  EXPECT_EQ(source.position(), 2);
  EXPECT_EQ(*source.next(), 2);
  EXPECT_EQ(*source.next(), 3);
}

TEST(BatchSource, TurnsExceptionsIntoErrors) {
  Numbers source([](std::int64_t) -> Result<std::int64_t> { throw std::runtime_error("odd"); }, 1,
                 1);
  const auto failed = source.next();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kInternal);
}

TEST(BatchSource, StopsWithBatchesInWork) {
  for (int i = 0; i < 20; ++i) {
    Numbers source(
        [](std::int64_t n) -> Result<std::int64_t> {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          return n;
        },
        3, 8);
    if (i % 2 == 0) source.seek(5);
  }
}

TEST(PreparedAhead, KeepsOrderPlaceAndErrorsOfTheSourceBelow) {
  std::atomic<int> failures{1};
  Numbers below(
      [&](std::int64_t n) -> Result<std::int64_t> {
        if (n == 5 && failures-- > 0) return Error(ErrorCode::kIo, "gone", "Wait.");
        return n;
      },
      3, 4);
  const auto above = prepared_ahead<std::string, std::int64_t>(
      below, [](std::int64_t n) -> Result<std::string> { return std::to_string(n); });
  for (std::int64_t n = 0; n < 5; ++n) EXPECT_EQ(*above->next(), std::to_string(n));
  const auto failed = above->next();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "gone");
  EXPECT_EQ(above->position(), 5);
  EXPECT_EQ(*above->next(), "5");
  for (const std::int64_t to : {40, 2, 3, 1000}) {
    above->seek(to);
    EXPECT_EQ(*above->next(), std::to_string(to));
    EXPECT_EQ(*above->next(), std::to_string(to + 1));
  }
}

TEST(PreparedAhead, IsOneBatchAhead) {
  Numbers below([](std::int64_t n) -> Result<std::int64_t> { return n; }, 1, 8);
  std::atomic<std::int64_t> prepared{0};
  const auto above = prepared_ahead<std::int64_t, std::int64_t>(
      below, [&](std::int64_t n) -> Result<std::int64_t> {
        ++prepared;
        return n;
      });
  for (std::int64_t n = 0; n < 20; ++n) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_LE(prepared, n + 1);
    EXPECT_EQ(*above->next(), n);
  }
}

}  // namespace
}  // namespace karyo
