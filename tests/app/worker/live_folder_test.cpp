// CARE and Noise2Void learn from what comes into their folder while they train.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include "app/training_plan.h"
#include "app/training_run.h"
#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/io/image_io.h"
#include "models/train/training_data.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/far_computer.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using State = TrainingRun::State;
using testing::HasSubstr;

class LiveFolder : public ::testing::TestWithParam<std::string> {
 protected:
  LiveFolder() {
    test::find_built_worker();
    for (const char* name : {"a", "b", "c", "d"}) add(name);
  }
  bool care() const { return GetParam() == "care"; }
  fs::path data() const { return folder_ / "data"; }
  static Volume picture(std::uint64_t seed, double noise, std::int64_t channels = 1) {
    Volume image(VoxelType::kFloat32, {1, channels, 1, 48, 48});
    auto view = image.view<float>();
    Random random(seed);
    for (std::int64_t i = 0; i < view.count(); ++i) {
      const bool bright = (i / 48 / 8 + i % 48 / 8) % 2 == 0;
      view.data()[i] = static_cast<float>((bright ? 200 : 50) + noise * random.normal());
    }
    return image;
  }
  /// An image, or a pair of CARE's.
  void add(const std::string& name, std::int64_t channels = 1) {
    const auto seed = static_cast<std::uint64_t>(++made_);
    if (care()) {
      ASSERT_TRUE(write_image(data() / "high" / (name + ".tif"), picture(seed, 1, channels)));
      ASSERT_TRUE(write_image(data() / "low" / (name + ".tif"), picture(seed, 30, channels)));
    } else {
      ASSERT_TRUE(write_image(data() / (name + ".tif"), picture(seed, 30, channels)));
    }
  }
  TrainingPlan plan() const {
    TrainingPlan plan;
    plan.config = fitting_config(GetParam(), {1, 48, 48});
    plan.config.epochs = 4000;
    plan.config.steps = 2;
    plan.config.batch = 2;
    plan.config.filters = 4;
    plan.config.unet_depth = 1;
    plan.config.patch = {1, 16, 16};
    plan.config.patches_per_image = 4;
    plan.config.val = 0.25;
    plan.data = data();
    plan.model = models_of(plan.data) / "m";
    plan.device = "cpu";
    return plan;
  }
  static std::string notes_of(const TrainingRun& run) {
    std::string all;
    for (const auto& note : run.log().notes()) all += note + "\n";
    return all;
  }
  static bool wait_for(TrainingRun& run, const std::function<bool()>& condition) {
    for (int i = 0; i < 3000 && !condition() && run.poll(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return condition();
  }
  static bool wait_for_note(TrainingRun& run, const std::string& note) {
    return wait_for(run, [&] { return notes_of(run).find(note) != std::string::npos; });
  }
  /// Role by file name, as the model folder has it.
  std::map<std::string, TrainingRole> roles() const {
    std::map<std::string, TrainingRole> roles;
    const auto seen = read_training_data(plan().model);
    if (!seen || !*seen) return roles;
    for (const auto& image : (*seen)->images) roles[image.input.stem().string()] = image.role;
    return roles;
  }

  test::TempDir folder_;
  int made_ = 0;
};

TEST_P(LiveFolder, WhatComesIsLearnedFromAndThoseThatJudgeStay) {
  TrainingRun run;
  ASSERT_TRUE(run.start(plan()));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 1; }))
      << (run.failure() ? run.failure()->what : "");
  const auto before = roles();
  ASSERT_EQ(before.size(), 4u);
  add("e");
  ASSERT_TRUE(wait_for_note(run, care() ? "1 image came (e)" : "1 image came (e.tif)"))
      << notes_of(run);

  // Half a file waits until it is whole, another kind of image stays out; both are said, and the
  // training goes on.
  const auto part = care() ? data() / "low/f.tif" : data() / "f.tif";
  if (care()) {
    ASSERT_TRUE(write_image(data() / "high/f.tif", picture(99, 1)));
  }
  ASSERT_TRUE(write_image(folder_ / "f.tif", picture(99, 30)));
  const auto whole = read_file(folder_ / "f.tif");
  std::ofstream(part, std::ios::binary) << whole->substr(0, whole->size() / 2);
  add("g", 2);
  const auto epochs = run.log().epochs_done();
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= epochs + 3; }))
      << (run.failure() ? run.failure()->what : "");
  EXPECT_EQ(notes_of(run).find("(f"), std::string::npos) << notes_of(run);
  std::ofstream(part, std::ios::binary) << *whole;
  ASSERT_TRUE(wait_for_note(run, care() ? "1 image came (f)" : "1 image came (f.tif)"))
      << notes_of(run);
  run.stop();
  run.wait();
  ASSERT_EQ(run.state(), State::kStopped);
  auto after = roles();
  EXPECT_EQ(after["e"], TrainingRole::kTraining);
  EXPECT_EQ(after["f"], TrainingRole::kTraining);
  EXPECT_FALSE(after.contains("g"));
  for (const auto& [name, role] : before) EXPECT_EQ(after[name], role) << name;

  // It goes on with what is there by now, judged by the same.
  add("h");
  fs::remove((care() ? data() / "low" : data()) / "g.tif");
  if (care()) fs::remove(data() / "high/g.tif");
  ASSERT_TRUE(run.resume(static_cast<std::int64_t>(run.history().rows.size()) + 2));
  run.wait();
  ASSERT_EQ(run.state(), State::kFinished) << (run.failure() ? run.failure()->what : "");
  auto later = roles();
  for (const auto& [name, role] : before) EXPECT_EQ(later[name], role) << name;
  EXPECT_EQ(later["e"], TrainingRole::kTraining);
}

TEST_P(LiveFolder, AlsoOnAnotherComputer) {
  const test::FarComputer far;
  TrainingRun run;
  run.set_place(far.place());
  ASSERT_TRUE(run.start(plan()));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 1; }))
      << (run.failure() ? run.failure()->what : "");
  add("e");
  EXPECT_TRUE(wait_for_note(run, care() ? "1 image came (e)" : "1 image came (e.tif)"))
      << notes_of(run);
  run.stop();
  run.wait();
  EXPECT_EQ(run.state(), State::kStopped) << (run.failure() ? run.failure()->what : "");
  EXPECT_EQ(roles()["e"], TrainingRole::kTraining);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LiveFolder, ::testing::Values("care", "n2v"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace karyo
