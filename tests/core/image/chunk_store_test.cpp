#include "core/image/chunk_store.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

#include "tests/support/made_source.h"

namespace karyo {
namespace {

using test::MadeSource;

std::shared_ptr<MadeSource> source_of(std::int64_t chunks) {
  return std::make_shared<MadeSource>(VolumeShape{1, 1, 1, 8, 8 * chunks}, Index3{1, 8, 8}, 1);
}

ChunkKey key(std::int64_t x) {
  return {0, 0, 0, {0, 0, x}};
}

void wait_for(ChunkStore& store) {
  for (int i = 0; i < 2000 && store.reading(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ASSERT_FALSE(store.reading());
}

TEST(ChunkStore, ReadsWhatIsAskedForOnceAndTellsOfIt) {
  ChunkStore store;
  const auto source = source_of(4);
  EXPECT_EQ(store.find(source, key(2)), nullptr);
  store.ask(source, key(2));
  store.ask(source, key(2));
  wait_for(store);
  const auto arrived = store.take_arrived();
  ASSERT_EQ(arrived.size(), 1u);
  EXPECT_EQ(arrived[0].key, key(2));
  EXPECT_EQ(arrived[0].source.lock(), source);
  const ChunkBytes chunk = store.find(source, key(2));
  ASSERT_NE(chunk, nullptr);
  EXPECT_EQ(reinterpret_cast<const std::uint16_t*>(chunk->data())[3],
            MadeSource::value(0, 0, {0, 0, 19}));
  store.ask(source, key(2));
  wait_for(store);
  EXPECT_EQ(source->reads, 1);
  EXPECT_TRUE(store.take_arrived().empty());
  EXPECT_FALSE(store.busy());
}

TEST(ChunkStore, KeepsWhatWasUsedLastWithinTheBudget) {
  constexpr std::uint64_t kChunkBytes = 8 * 8 * 2;
  ChunkStore store(3 * kChunkBytes);
  const auto source = source_of(10);
  for (std::int64_t x = 0; x < 3; ++x) ASSERT_TRUE(store.get(source, key(x)));
  EXPECT_NE(store.find(source, key(0)), nullptr) << "used again, so 1 is the oldest";
  ASSERT_TRUE(store.get(source, key(3)));
  EXPECT_NE(store.find(source, key(0)), nullptr);
  EXPECT_EQ(store.find(source, key(1)), nullptr);
  EXPECT_LE(store.bytes(), 3 * kChunkBytes);
  for (std::int64_t x = 0; x < 10; ++x) ASSERT_TRUE(store.get(source, key(x)));
  EXPECT_LE(store.bytes(), 3 * kChunkBytes);
}

TEST(ChunkStore, ForgetsAClosedSourceBeforeALivingOne) {
  constexpr std::uint64_t kChunkBytes = 8 * 8 * 2;
  ChunkStore store(2 * kChunkBytes);
  const auto living = source_of(4);
  ASSERT_TRUE(store.get(living, key(0)));
  {
    const auto closed = source_of(4);
    ASSERT_TRUE(store.get(closed, key(0)));
  }
  ASSERT_TRUE(store.get(living, key(1)));
  EXPECT_NE(store.find(living, key(0)), nullptr);
}

TEST(ChunkStore, AFailureIsToldOnceAndNotTriedAgain) {
  ChunkStore store;
  const auto source = source_of(4);
  source->fails = key(1);
  store.ask(source, key(1));
  wait_for(store);
  store.ask(source, key(1));
  wait_for(store);
  EXPECT_EQ(source->reads, 1);
  EXPECT_EQ(store.find(source, key(1)), nullptr);
  const auto errors = store.take_errors();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].what, "the chunk is broken");
  EXPECT_TRUE(store.take_errors().empty());
  EXPECT_FALSE(store.get(source, key(1)));
}

TEST(ChunkStore, EndsWhileMuchWaits) {
  const auto source = source_of(20000);
  ChunkStore store(1 << 20, 2);
  for (std::int64_t x = 0; x < 20000; ++x) store.ask(source, key(x));
}

TEST(ChunkStore, ManyThreadsAskAtOnce) {
  const auto source = source_of(64);
  ChunkStore store(1 << 20, 3);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::int64_t i = 0; i < 500; ++i) {
        const ChunkKey wanted = key((i * 7 + thread) % 64);
        store.ask(source, wanted);
        if (const auto chunk = store.find(source, wanted)) {
          EXPECT_EQ(reinterpret_cast<const std::uint16_t*>(chunk->data())[0],
                    MadeSource::value(0, 0, {0, 0, wanted.number.x * 8}));
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  wait_for(store);
  EXPECT_LE(source->reads, 64);
}

}  // namespace
}  // namespace karyo
