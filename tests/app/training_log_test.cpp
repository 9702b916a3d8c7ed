// What a training run says of itself, in pieces, out of order, broken.

#include "app/training_log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace karyo {
namespace {

constexpr const char* kRun =
    "{\"event\":\"note\",\"text\":\"device: cpu\"}\n"
    "{\"event\":\"step\",\"epoch\":1,\"step\":1,\"loss\":2.0,\"ms\":900}\n"
    "{\"event\":\"step\",\"epoch\":1,\"step\":2,\"loss\":2.0,\"ms\":100}\n"
    "{\"event\":\"epoch\",\"epoch\":1,\"epochs\":2,\"loss\":2.0,\"val_loss\":1.5,\"seconds\":1.5,"
    "\"best\":true}\n"
    "{\"event\":\"step\",\"epoch\":2,\"step\":1,\"loss\":1.0,\"ms\":120}\n";

TEST(TrainingLog, TellsWhereARunIs) {
  TrainingLog log;
  EXPECT_EQ(log.epoch(), 0);
  log.add(kRun);
  EXPECT_EQ(log.epoch(), 2);
  EXPECT_EQ(log.step(), 1);
  EXPECT_EQ(log.epochs_done(), 1);
  EXPECT_EQ(log.best_epoch(), 1);
  EXPECT_EQ(log.step_ms(), 100) << "the first step of an epoch also waits for images";
  EXPECT_NEAR(log.validation_seconds(), 0.5, 1e-9);
  ASSERT_EQ(log.notes().size(), 1u);
  EXPECT_FALSE(log.result());
  EXPECT_FALSE(log.failure());
}

TEST(TrainingLog, PiecesOfLinesAreTheSameAsWholeOnes) {
  const std::string text = kRun;
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    TrainingLog log;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t count = 1 + random() % 40;
      log.add(std::string_view(text).substr(at, count));
      at += count;
    }
    ASSERT_EQ(log.epoch(), 2);
    ASSERT_EQ(log.epochs_done(), 1);
    ASSERT_EQ(log.notes().size(), 1u);
  }
}

TEST(TrainingLog, BeingStoppedIsNoFailureInWhicheverOrderItIsSaid) {
  const std::string result =
      "{\"event\":\"done\",\"epochs\":3,\"best_epoch\":2,\"stopped\":true}\n";
  const std::string error = "error: training was stopped after 3 whole epochs\nfix: go on\n";
  for (const std::string& text : {result + error, error + result}) {
    TrainingLog log;
    log.add(text);
    EXPECT_TRUE(log.stopped());
    EXPECT_FALSE(log.failure()) << text;
    EXPECT_EQ(log.result()->best_epoch, 2);
  }
}

TEST(TrainingLog, AFailureHasItsRemedy) {
  TrainingLog log;
  log.add("some library: warning\nerror: no room in \"a\"\nfix: make room\n");
  ASSERT_TRUE(log.failure());
  EXPECT_EQ(log.failure()->what, "no room in \"a\"");
  EXPECT_EQ(log.failure()->fix, "make room");
  EXPECT_EQ(log.last_words(), "some library: warning");
}

TEST(TrainingLog, NonsenseIsPassedOver) {
  TrainingLog log;
  log.add("{\"event\":5}\n{\"event\":\"step\",\"epoch\":\"x\",\"loss\":null}\n[1]\n{}\nnull\n\n");
  log.add(
      "{\"event\":\"step\",\"epoch\":-4,\"step\":1e300,\"loss\":1}\n{\"event\":\"done\",\"epochs\":"
      "[]}\n");
  EXPECT_EQ(log.epoch(), 0);
  EXPECT_FALSE(log.failure());
  log.add(std::string(3 << 20, 'x') + "\n");
  EXPECT_LT(log.last_words().size(), 1000u) << "no unbounded memory";
}

}  // namespace
}  // namespace karyo
