#include "models/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "models/io/history.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// Learns w with w * x = 3 x from noisy x; batch n is a function of n, as real sources are.
class ToyLearner : public Learner {
 public:
  ToyLearner() {
    torch::manual_seed(1);
    weight_ = torch::randn({4, 3}).requires_grad_();
  }
  std::vector<torch::Tensor> parameters() const override { return {weight_}; }
  Result<BatchLoss> training_loss() override {
    if (next_ == broken_at) return Error(ErrorCode::kBadFile, "a.tif is broken", "Remove it.");
    auto loss = loss_of(next_++);
    if (next_ - 1 == nan_at) loss.total = loss.total * std::nan("");
    return loss;
  }
  void seek(std::int64_t step) override { next_ = step; }
  std::int64_t validation_batches() const override { return 2; }
  Result<BatchLoss> validation_loss(std::int64_t number) override { return loss_of(1000 + number); }
  Result<void> save_weights(const std::string& name) override {
    saved.push_back(name);
    return {};
  }
  const torch::Tensor& weight() const { return weight_; }

  std::vector<std::string> saved;
  std::int64_t nan_at = -1, broken_at = -1;

 private:
  BatchLoss loss_of(std::int64_t number) {
    Random random(static_cast<std::uint64_t>(number));
    std::vector<float> x;
    for (int i = 0; i < 12; ++i) x.push_back(static_cast<float>(random.normal()));
    const auto input = torch::tensor(x).reshape({4, 3});
    const auto total = ((weight_ - 3) * input).square().mean();
    return {total, {{"square", total.item<double>()}}, 4};
  }
  torch::Tensor weight_;
  std::int64_t next_ = 0;
};

class Recorder : public TrainObserver {
 public:
  void on_note(const std::string&) override {}
  void on_step(const TrainStepEvent& event) override {
    losses.push_back(event.loss);
    if (static_cast<int>(losses.size()) == stop_after) control.request_cancel();
  }
  void on_epoch(const TrainEpochEvent& event) override { epochs.push_back(event); }

  std::vector<double> losses;
  std::vector<TrainEpochEvent> epochs;
  int stop_after = -1;
  TaskControl control;
};

TrainPlan plan_in(const std::filesystem::path& folder) {
  TrainPlan plan;
  plan.epochs = 6;
  plan.steps = 5;
  plan.learning_rate = 0.1;
  plan.reduce = {0.5, 2};
  plan.folder = folder;
  return plan;
}

TEST(Trainer, LearnsAndKeepsBestLastAndHistory) {
  const test::TempDir dir;
  ToyLearner learner;
  Recorder recorder;
  const auto outcome = train(learner, plan_in(dir.path()), recorder, recorder.control);
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->epochs_done, 6);
  EXPECT_FALSE(outcome->stopped);
  EXPECT_LT(recorder.losses.back(), recorder.losses.front());
  EXPECT_EQ(learner.saved.back(), "weights_last.h5");
  EXPECT_EQ(learner.saved.front(), "weights_best.h5");
  const auto history = read_history(dir / "history.csv");
  ASSERT_TRUE(history);
  EXPECT_EQ(history->rows.size(), 6u);
  EXPECT_GE(history->column("val_square"), 0);
  EXPECT_EQ(history->values("memory_mib").size(), 6u);
  EXPECT_GT(history->values("memory_mib").front(), 10);
}

/// What the fast recipe uses, all at once.
TrainPlan fast_in(const std::filesystem::path& folder) {
  TrainPlan plan = plan_in(folder);
  plan.cosine = true;
  plan.warmup = 3;
  plan.weight_decay = 1e-3;
  plan.ema = 0.9;
  return plan;
}

TEST(Trainer, MoreEpochsLaterEqualAnUnbrokenTrainingBitForBit) {
  const test::TempDir whole_dir, dir;
  ToyLearner whole;
  Recorder whole_recorder;
  TrainPlan longer = plan_in(whole_dir.path());
  longer.epochs = 9;
  ASSERT_TRUE(train(whole, longer, whole_recorder, whole_recorder.control));

  ToyLearner first, second;
  Recorder until, rest;
  ASSERT_TRUE(train(first, plan_in(dir.path()), until, until.control));
  TrainPlan more = plan_in(dir.path());
  more.epochs = 9;
  more.resume = true;
  const auto outcome = train(second, more, rest, rest.control);
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->epochs_done, 9);
  until.losses.insert(until.losses.end(), rest.losses.begin(), rest.losses.end());
  EXPECT_EQ(until.losses, whole_recorder.losses);
  EXPECT_TRUE(torch::equal(second.weight(), whole.weight()));
  EXPECT_EQ(read_history(dir / "history.csv")->rows.size(), 9u);
}

TEST(Trainer, ACosineWithWarmupDecayAndAverageResumesBitForBit) {
  const test::TempDir whole_dir;
  ToyLearner whole;
  Recorder whole_recorder;
  ASSERT_TRUE(train(whole, fast_in(whole_dir.path()), whole_recorder, whole_recorder.control));
  for (const int stop : {2, 10, 17}) {
    const test::TempDir dir;
    ToyLearner first, second;
    Recorder until, rest;
    until.stop_after = stop;
    ASSERT_TRUE(train(first, fast_in(dir.path()), until, until.control));
    TrainPlan plan = fast_in(dir.path());
    plan.resume = true;
    const auto resumed = train(second, plan, rest, rest.control);
    ASSERT_TRUE(resumed) << resumed.error().what;
    until.losses.insert(until.losses.end(), rest.losses.begin(), rest.losses.end());
    EXPECT_EQ(until.losses, whole_recorder.losses) << "stopped after " << stop;
    EXPECT_TRUE(torch::equal(second.weight(), whole.weight()));
    EXPECT_EQ(rest.epochs.back().val_loss, whole_recorder.epochs.back().val_loss);
  }
}

TEST(Trainer, TheRateFollowsTheCosine) {
  const test::TempDir dir;
  ToyLearner learner;
  Recorder recorder;
  ASSERT_TRUE(train(learner, fast_in(dir.path()), recorder, recorder.control));
  for (std::size_t i = 1; i < recorder.epochs.size(); ++i) {
    EXPECT_LT(recorder.epochs[i].learning_rate, recorder.epochs[i - 1].learning_rate);
  }
  EXPECT_NEAR(recorder.epochs.back().learning_rate, cosine_rate(0.1, 29, 30), 1e-12);
}

TEST(Trainer, ACheckpointWithinAnEpochSurvivesAFailure) {
  const test::TempDir whole_dir, dir;
  ToyLearner whole;
  Recorder whole_recorder;
  ASSERT_TRUE(train(whole, plan_in(whole_dir.path()), whole_recorder, whole_recorder.control));

  ToyLearner first, second;
  Recorder until, rest;
  first.broken_at = 8;  // the fourth step of the second epoch
  TrainPlan plan = plan_in(dir.path());
  plan.checkpoint_seconds = 1e-9;
  EXPECT_FALSE(train(first, plan, until, until.control));
  plan.resume = true;
  ASSERT_TRUE(train(second, plan, rest, rest.control));
  EXPECT_EQ(rest.losses.size(), 30u - 8u) << "not from the start of the epoch";
  until.losses.insert(until.losses.end(), rest.losses.begin(), rest.losses.end());
  EXPECT_EQ(until.losses, whole_recorder.losses);
}

TEST(WeightAverage, IsShownAndTakenBack) {
  const auto weight = torch::zeros({2, 2});
  WeightAverage average({weight}, 0.5);
  weight.fill_(1);
  average.update(100);
  {
    const WeightAverage::Shown shown(average);
    EXPECT_FLOAT_EQ(weight[0][0].item<float>(), 0.5f);
  }
  EXPECT_FLOAT_EQ(weight[0][0].item<float>(), 1);
  WeightAverage off({weight}, 0);
  off.update(1);
  const WeightAverage::Shown nothing(off);
  EXPECT_FLOAT_EQ(weight[0][0].item<float>(), 1);
}

TEST(Trainer, ResumedAfterAnyStepEqualsUnbrokenBitForBit) {
  const test::TempDir whole_dir;
  ToyLearner whole;
  Recorder whole_recorder;
  ASSERT_TRUE(train(whole, plan_in(whole_dir.path()), whole_recorder, whole_recorder.control));
  // In the middle of an epoch, at its end, at the start of the next.
  for (const int stop : {1, 7, 10, 11, 29}) {
    const test::TempDir dir;
    ToyLearner first;
    Recorder until;
    until.stop_after = stop;
    const auto stopped = train(first, plan_in(dir.path()), until, until.control);
    ASSERT_TRUE(stopped);
    EXPECT_TRUE(stopped->stopped);

    ToyLearner second;  // starts with other weights than the checkpoint's
    Recorder rest;
    TrainPlan plan = plan_in(dir.path());
    plan.resume = true;
    const auto outcome = train(second, plan, rest, rest.control);
    ASSERT_TRUE(outcome) << outcome.error().what;
    until.losses.insert(until.losses.end(), rest.losses.begin(), rest.losses.end());
    EXPECT_EQ(until.losses, whole_recorder.losses) << "stopped after " << stop;
    EXPECT_TRUE(torch::equal(second.weight(), whole.weight()));
    EXPECT_EQ(rest.epochs.back().val_loss, whole_recorder.epochs.back().val_loss);
    EXPECT_EQ(rest.epochs.back().loss, whole_recorder.epochs.back().loss);
    EXPECT_EQ(rest.epochs.back().learning_rate, whole_recorder.epochs.back().learning_rate);
    EXPECT_EQ(read_history(dir / "history.csv")->rows.size(), 6u);
  }
}

TEST(Trainer, NaNStopsWithAdviceAndKeepsTheLastCheckpoint) {
  const test::TempDir dir;
  ToyLearner learner;
  learner.nan_at = 12;
  Recorder recorder;
  const auto outcome = train(learner, plan_in(dir.path()), recorder, recorder.control);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kNumeric);
  EXPECT_NE(outcome.error().what.find("epoch 3, step 3"), std::string::npos);
  EXPECT_NE(outcome.error().fix.find("--lr"), std::string::npos);
  EXPECT_TRUE(has_checkpoint(dir.path()));
  ToyLearner again;
  Adam adam(again.parameters());
  WeightAverage average(again.parameters(), 0);
  EXPECT_EQ(load_checkpoint(dir.path(), {again.parameters(), {}}, adam, average)->epoch, 2);
}

TEST(Trainer, ErrorsOfTheDataComeThrough) {
  const test::TempDir dir;
  ToyLearner learner;
  learner.broken_at = 3;
  Recorder recorder;
  const auto outcome = train(learner, plan_in(dir.path()), recorder, recorder.control);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().what, "a.tif is broken");
}

TEST(Checkpoint, WhatCannotBeResumedFromIsRefused) {
  const test::TempDir dir;
  ToyLearner learner;
  Recorder recorder;
  TrainPlan plan = plan_in(dir.path());
  plan.resume = true;
  EXPECT_EQ(train(learner, plan, recorder, recorder.control).error().code, ErrorCode::kNotFound);

  plan.resume = false;
  ASSERT_TRUE(train(learner, plan, recorder, recorder.control));
  const std::vector<torch::Tensor> other{torch::zeros({5, 3})};
  Adam adam(other);
  WeightAverage average(other, 0);
  const auto refused = load_checkpoint(dir.path(), {other, {}}, adam, average);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("another network"), std::string::npos);

  ASSERT_TRUE(write_file_atomically(dir / "checkpoint.safetensors", "rubbish"));
  EXPECT_FALSE(load_checkpoint(dir.path(), {learner.parameters(), {}}, adam, average));
}

}  // namespace
}  // namespace karyo
