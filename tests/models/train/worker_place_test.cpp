#include "models/train/worker_place.h"

#include <gtest/gtest.h>

#include <map>

namespace karyo {
namespace {

Result<WorkerPlace> place_in(const std::map<std::string, std::string>& variables) {
  return worker_place([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

TEST(WorkerPlace, AloneUnlessSeveralAreAskedFor) {
  EXPECT_TRUE(place_in({})->alone());
  EXPECT_TRUE(place_in({{"WORLD_SIZE", "1"}, {"RANK", "0"}})->alone());
  EXPECT_TRUE(place_in({{"RANK", "3"}})->alone()) << "a variable of something else";
}

TEST(WorkerPlace, IsWhatTorchrunSays) {
  const auto place = place_in({{"RANK", "5"},
                               {"WORLD_SIZE", "8"},
                               {"LOCAL_RANK", "1"},
                               {"LOCAL_WORLD_SIZE", "4"},
                               {"MASTER_ADDR", "node1"},
                               {"MASTER_PORT", "29400"},
                               {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                               {"TORCHELASTIC_RESTART_COUNT", "2"}});
  ASSERT_TRUE(place) << place.error().what;
  EXPECT_EQ(place->rank, 5);
  EXPECT_EQ(place->count, 8);
  EXPECT_EQ(place->local_rank, 1);
  EXPECT_EQ(place->local_count, 4);
  EXPECT_EQ(place->address, "node1");
  EXPECT_EQ(place->port, 29400);
  EXPECT_TRUE(place->agent_listens);
  EXPECT_EQ(place->attempt, "2");
  EXPECT_FALSE(place->first());
}

TEST(WorkerPlace, WhatIsMissingOrNoNumberIsNamed) {
  const std::map<std::string, std::string> good{
      {"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "29500"}};
  ASSERT_TRUE(place_in(good));
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"RANK", ""}, {"RANK", "2"}, {"WORLD_SIZE", "two"}, {"MASTER_PORT", "70000"}}) {
    auto wrong = good;
    wrong[name] = value;
    const auto place = place_in(wrong);
    ASSERT_FALSE(place) << name;
    EXPECT_EQ(place.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(place.error().what.find(name), std::string::npos) << place.error().what;
  }
}

TEST(BatchShare, PartsOfABatchAreTheWhole) {
  // Samples 0..3 of the first batch of 4 are those of batch 0 of two processes with batches of 2.
  const BatchShare first{0, 2}, second{1, 2};
  EXPECT_EQ(first.batch(0) * 2, 0);
  EXPECT_EQ(second.batch(0) * 2, 2);
  EXPECT_EQ(first.batch(3) * 2, 12);
  EXPECT_EQ(second.batch(3) * 2, 14);
  EXPECT_EQ(BatchShare{}.batch(7), 7);
}

}  // namespace
}  // namespace karyo
