#include "models/train/memory_need.h"

#include <gtest/gtest.h>

namespace karyo {
namespace {

constexpr double kMib = 1 << 20;

struct Measured {
  const char* kind;
  std::int64_t dims;
  Index3 patch;
  std::int64_t batch, filters, depth;
  double mib;  ///< peak resident size of a real training
  bool bfloat16 = false;
};

class MemoryNeed : public testing::TestWithParam<Measured> {};

/// Some of the runs of tests/benchmarks/training_memory.py, (docs/validation.md has all).
TEST_P(MemoryNeed, IsWithinAQuarterOfWhatWasMeasured) {
  const Measured& run = GetParam();
  TrainConfig config = TrainConfig::defaults(run.kind, run.dims);
  config.patch = run.patch;
  config.batch = run.batch;
  config.filters = run.filters;
  config.unet_depth = run.depth;
  const double told = static_cast<double>(training_bytes(config, {}, run.bfloat16)) / kMib;
  EXPECT_NEAR(told / run.mib, 1, 0.25);
}

INSTANTIATE_TEST_SUITE_P(
    Peaks, MemoryNeed,
    testing::Values(Measured{"stardist", 2, {1, 64, 64}, 4, 32, 3, 219},
                    Measured{"stardist", 2, {1, 256, 256}, 8, 32, 3, 901},
                    Measured{"stardist", 2, {1, 256, 256}, 4, 64, 3, 977},
                    Measured{"stardist", 2, {1, 256, 256}, 4, 32, 2, 529},
                    Measured{"stardist", 3, {16, 48, 48}, 1, 32, 2, 307},
                    Measured{"stardist", 3, {32, 96, 96}, 2, 32, 2, 1335},
                    Measured{"stardist", 3, {32, 96, 96}, 1, 16, 2, 699},
                    Measured{"care", 2, {1, 64, 64}, 16, 32, 2, 276},
                    Measured{"care", 2, {1, 128, 128}, 16, 64, 2, 1115},
                    Measured{"care", 2, {1, 128, 128}, 16, 32, 3, 678},
                    Measured{"care", 3, {8, 64, 64}, 4, 32, 2, 440},
                    Measured{"care", 3, {16, 80, 80}, 8, 32, 2, 1744},
                    Measured{"n2v", 2, {1, 64, 64}, 128, 32, 2, 1379},
                    Measured{"n2v", 2, {1, 64, 64}, 64, 32, 3, 883},
                    Measured{"n2v", 3, {16, 64, 64}, 4, 32, 2, 858},
                    Measured{"n2v", 3, {16, 64, 64}, 16, 32, 2, 3180},
                    Measured{"stardist", 2, {1, 256, 256}, 8, 32, 3, 768, true},
                    Measured{"stardist", 3, {16, 48, 48}, 1, 32, 2, 275, true},
                    Measured{"stardist", 3, {32, 96, 96}, 2, 32, 2, 1186, true},
                    Measured{"care", 2, {1, 128, 128}, 16, 64, 2, 955, true},
                    Measured{"care", 3, {8, 80, 80}, 8, 16, 2, 441, true},
                    Measured{"n2v", 2, {1, 64, 64}, 128, 32, 2, 948, true},
                    Measured{"n2v", 3, {16, 64, 64}, 16, 32, 2, 1688, true}));

TEST(MemoryNeedOf, GrowsWithWhatItDependsOn) {
  for (const char* kind : {"stardist", "care", "n2v"}) {
    for (const std::int64_t dims : {2, 3}) {
      const TrainConfig usual = TrainConfig::defaults(kind, dims);
      const auto bytes = training_bytes(usual, {}, false);
      TrainConfig more = usual;
      more.batch *= 2;
      EXPECT_GT(training_bytes(more, {}, false), bytes);
      more = usual;
      more.patch.y *= 2;
      EXPECT_GT(training_bytes(more, {}, false), bytes);
      more = usual;
      more.filters *= 2;
      EXPECT_GT(training_bytes(more, {}, false), bytes);
      DataSize data;
      data.bytes = 50 * kMib;
      EXPECT_GT(training_bytes(usual, data, false), bytes);
    }
  }
}

TEST(MemoryNeedOf, WhatDoesNotFitIsRefusedWithWhatWould) {
  TrainConfig config;
  config.patch = {1, 1024, 1024};
  config.batch = 8;
  const auto limit = static_cast<std::int64_t>(1000 * kMib);
  const auto refused = check_memory(config, {}, false, limit, "1000 MiB are free");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_NE(refused.error().what.find("1000 MiB are free"), std::string::npos);
  int batch = 0, y = 0, x = 0;
  const auto& fix = refused.error().fix;
  ASSERT_EQ(std::sscanf(fix.c_str(), "Choose --batch %d --patch %d,%d", &batch, &y, &x), 3) << fix;
  config.batch = batch;
  config.patch = {1, y, x};
  EXPECT_TRUE(validate(config));
  EXPECT_TRUE(check_memory(config, {}, false, limit, ""));
  EXPECT_FALSE(check_memory(config, {}, false, 1 << 20, "1 MiB free"));
}

TEST(MemoryNeedOf, AutoTakesTheUsualWhereItFits) {
  TrainConfig config;
  ASSERT_TRUE(set_setting(config, "patch", "auto"));
  ASSERT_TRUE(set_setting(config, "batch", "auto"));
  EXPECT_TRUE(is_auto(config.patch));
  ASSERT_TRUE(validate(config));
  TrainConfig large = config, small = config, tight = config;
  ASSERT_TRUE(resolve_auto(large, {}, {1, 2000, 2000}, false, std::int64_t{1} << 40));
  EXPECT_EQ(large.patch, TrainConfig().patch);
  EXPECT_EQ(large.batch, TrainConfig().batch);
  ASSERT_TRUE(resolve_auto(small, {}, {1, 100, 70}, false, std::int64_t{1} << 40));
  EXPECT_EQ(small.patch, (Index3{1, 96, 64}));
  const auto limit = static_cast<std::int64_t>(300 * kMib);
  ASSERT_TRUE(resolve_auto(tight, {}, {1, 2000, 2000}, false, limit));
  EXPECT_TRUE(validate(tight));
  EXPECT_LE(training_bytes(tight, {}, false), limit);
  EXPECT_FALSE(resolve_auto(config, {}, {1, 10, 10}, false, limit)) << "no patch fits the image";
}

TEST(MemoryNeedOf, AmountsAreReadAndTold) {
  EXPECT_EQ(parse_memory("8GiB").value(), std::int64_t{8} << 30);
  EXPECT_EQ(parse_memory("1.5 g").value(), std::int64_t{3} << 29);
  EXPECT_EQ(parse_memory("500MB").value(), 500'000'000);
  EXPECT_EQ(parse_memory("2").value(), std::int64_t{2} << 30);
  for (const char* wrong : {"", "much", "-1GiB", "0", "1 parsec", "1e30"}) {
    EXPECT_FALSE(parse_memory(wrong)) << wrong;
  }
  EXPECT_EQ(memory_text(std::int64_t{3} << 30), "3.0 GiB");
  EXPECT_EQ(memory_text(std::int64_t{420} << 20), "420 MiB");
}

}  // namespace
}  // namespace karyo
