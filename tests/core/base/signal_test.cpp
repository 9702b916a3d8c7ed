#include "core/base/signal.h"

#include <gtest/gtest.h>

namespace karyo {
namespace {

TEST(Signal, ReachesObserversUntilTheirConnectionEnds) {
  Signal<int> signal;
  int sum = 0;
  {
    const auto connection = signal.connect([&](int n) { sum += n; });
    signal.emit(2);
  }
  signal.emit(5);
  EXPECT_EQ(sum, 2);
}

TEST(Signal, ObserversMayLeaveWhileItIsEmitted) {
  Signal<> signal;
  int calls = 0;
  Connection first, second;
  first = signal.connect([&] { ++calls; second.disconnect(); first.disconnect(); });
  second = signal.connect([&] { ++calls; });
  signal.emit();
  signal.emit();
  EXPECT_EQ(calls, 1);
}

TEST(Signal, AConnectionMayOutliveTheSignal) {
  Connection connection;
  {
    Signal<> signal;
    connection = signal.connect([] {});
  }
  connection.disconnect();
  EXPECT_FALSE(connection.connected());
}

}  // namespace
}  // namespace karyo
