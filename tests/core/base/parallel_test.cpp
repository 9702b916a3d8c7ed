#include "core/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

#include "core/base/task.h"

namespace karyo {
namespace {

TEST(ParallelFor, VisitsEveryItemOnce) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> visits(1003);
    parallel_for(0, 1003, 10, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) ++visits[static_cast<std::size_t>(i)];
    }, threads);
    for (const auto& count : visits) ASSERT_EQ(count.load(), 1);
  }
}

TEST(ParallelFor, RethrowsAfterAllHaveStopped) {
  EXPECT_THROW(parallel_for(0, 100, 1,
                            [](std::int64_t first, std::int64_t) {
                              if (first >= 50) throw std::runtime_error("x");
                            }, 4),
               std::runtime_error);
}

TEST(Task, ReportsProgressAndStopsWhenAsked) {
  std::atomic<bool> started{false};
  Task task([&](TaskControl& control) -> Result<void> {
    control.report(0.25, "counting");
    started = true;
    while (!control.cancelled()) std::this_thread::yield();
    return cancelled_error("Counting");
  });
  while (!started) std::this_thread::yield();
  EXPECT_EQ(task.control().progress().doing, "counting");
  task.control().request_cancel();
  const auto outcome = task.wait();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kCancelled);
}

TEST(Task, AnExceptionBecomesAnError) {
  Task task([](TaskControl&) -> Result<void> { throw std::runtime_error("broken"); });
  EXPECT_EQ(task.wait().error().what, "broken");
}

}  // namespace
}  // namespace karyo
