#include "models/train/batch_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
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

}  // namespace
}  // namespace karyo
