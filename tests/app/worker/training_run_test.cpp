// A training in a process of its own: begun, stopped, gone on with, killed, found again.

#include "app/training_run.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/dataset_session.h"
#include "app/layer_commands.h"
#include "app/training_plan.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/small_plan.h"
#include "tests/app/worker/spot_model.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using State = TrainingRun::State;

class TrainingRunTest : public ::testing::Test {
 protected:
  TrainingRunTest() {
    test::find_built_worker();
    test::make_spot_dataset(folder_ / "data", 4);
  }
  TrainingPlan plan(std::int64_t epochs, std::int64_t steps = 2) const {
    return test::small_plan(folder_ / "data", epochs, steps);
  }
  static bool wait_for(TrainingRun& run, const std::function<bool()>& condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) {
      run.poll();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return condition();
  }
  pid_t process() const {
    const auto text = read_file(models_of(folder_ / "data") / "nuclei 1" / "run.json");
    return nlohmann::json::parse(*text)["process"].get<pid_t>();
  }

  test::TempDir folder_;
};

TEST_F(TrainingRunTest, TrainsToTheEndAndLeavesAModel) {
  TrainingRun run;
  int epochs = 0;
  const auto heard = run.epoch_done.connect([&] { ++epochs; });
  ASSERT_TRUE(run.start(plan(3)));
  EXPECT_TRUE(run.going_on());
  EXPECT_FALSE(run.start(plan(3))) << "one at a time";
  run.wait();
  ASSERT_EQ(run.state(), State::kFinished) << (run.failure() ? run.failure()->what : "");
  EXPECT_EQ(run.history().rows.size(), 3u);
  EXPECT_GE(epochs, 1);
  EXPECT_EQ(run.progress(), 1);
  EXPECT_TRUE(fs::exists(run.model() / "weights_best.h5"));
  EXPECT_FALSE(run.log().notes().empty()) << "which device, and why";
  const auto models = known_models(models_of(folder_ / "data"));
  ASSERT_EQ(models.size(), 1u);
  EXPECT_EQ(models[0].epochs, 3);
  EXPECT_EQ(free_model_name(models_of(folder_ / "data"), "stardist"), "nuclei 2");
  EXPECT_FALSE(run.start(plan(3))) << "nothing is written over";
}

TEST_F(TrainingRunTest, StopsAndGoesOnAsIfItNeverHad) {
  TrainingRun run;
  ASSERT_TRUE(run.start(plan(4000)));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 1; }));
  run.stop();
  EXPECT_EQ(run.state(), State::kStopping);
  run.wait();
  ASSERT_EQ(run.state(), State::kStopped);
  EXPECT_FALSE(run.failure());
  const auto done = static_cast<std::int64_t>(run.history().rows.size());
  ASSERT_TRUE(run.resume(done + 2));
  run.wait();
  ASSERT_EQ(run.state(), State::kFinished) << (run.failure() ? run.failure()->what : "");
  ASSERT_EQ(run.history().rows.size(), static_cast<std::size_t>(done + 2));
  for (std::size_t i = 0; i < run.history().rows.size(); ++i) {
    EXPECT_EQ(run.history().rows[i][0], static_cast<double>(i + 1));
  }
}

TEST_F(TrainingRunTest, APausedOneWaitsAndHearsOfTheEndAllTheSame) {
  TrainingRun run;
  ASSERT_TRUE(run.start(plan(4000)));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 1; }));
  run.set_paused(true);
  EXPECT_TRUE(run.paused());
  EXPECT_TRUE(run.going_on());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  run.poll();
  const auto done = run.log().epochs_done();
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  run.poll();
  EXPECT_EQ(run.log().epochs_done(), done) << "it has stopped";
  {
    TrainingRun other;  // another window
    ASSERT_TRUE(other.attach(run.model()));
    EXPECT_TRUE(other.paused());
    other.let_go();
  }
  EXPECT_TRUE(wait_for(run, [&] { return run.log().epochs_done() > done; })) << "it goes on alone";
  run.set_paused(false);
  run.set_paused(true);
  run.stop();
  run.wait();
  EXPECT_EQ(run.state(), State::kStopped);
  EXPECT_FALSE(run.paused());
}

TEST_F(TrainingRunTest, AKilledOneSaysSoAndGoesOnFromItsCheckpoint) {
  TrainingRun run;
  ASSERT_TRUE(run.start(plan(4000)));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 2; }));
  kill(process(), SIGKILL);
  run.wait();
  ASSERT_EQ(run.state(), State::kFailed);
  EXPECT_NE(run.failure()->what.find("signal 9"), std::string::npos) << run.failure()->what;
  EXPECT_NE(run.failure()->fix.find("Continue"), std::string::npos);
  const auto done = static_cast<std::int64_t>(run.history().rows.size());
  ASSERT_TRUE(run.resume(done + 1));
  run.wait();
  EXPECT_EQ(run.state(), State::kFinished);
}

TEST_F(TrainingRunTest, GoesOnWithoutTheWindowAndIsFoundAgain) {
  const auto models = models_of(folder_ / "data");
  {
    TrainingRun run;
    ASSERT_TRUE(run.start(plan(4000)));
    ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 1; }));
    run.let_go();
  }
  EXPECT_EQ(TrainingRun::going_on_in(models), models / "nuclei 1");
  TrainingRun another;
  ASSERT_TRUE(another.attach(models / "nuclei 1"));
  EXPECT_TRUE(another.going_on());
  EXPECT_EQ(another.config().epochs, 4000);
  EXPECT_EQ(another.data(), folder_ / "data");
  EXPECT_GE(another.history().rows.size(), 1u);
  another.stop();
  another.wait();
  EXPECT_EQ(another.state(), State::kStopped);
  EXPECT_TRUE(TrainingRun::going_on_in(models).empty());
}

TEST_F(TrainingRunTest, WithoutAWindowItEndsUnlessItWasLetGo) {
  pid_t process = 0;
  {
    TrainingRun run;
    ASSERT_TRUE(run.start(plan(4000)));
    ASSERT_TRUE(wait_for(run, [&] { return run.log().epoch() >= 1; }));
    process = this->process();
  }
  int status = 0;
  for (int i = 0; i < 500 && waitpid(process, &status, WNOHANG) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_TRUE(TrainingRun::going_on_in(models_of(folder_ / "data")).empty());
}

TEST_F(TrainingRunTest, WhatIsWrongWithTheDataIsSaid) {
  std::ofstream(folder_ / "data" / "images" / "broken.tif") << "no image";
  TrainingRun run;
  ASSERT_TRUE(run.start(plan(2)));
  run.wait();
  ASSERT_EQ(run.state(), State::kFailed);
  EXPECT_NE(run.failure()->what.find("broken.tif"), std::string::npos) << run.failure()->what;
  EXPECT_FALSE(run.failure()->fix.empty());
  EXPECT_FALSE(run.resume()) << "there is no checkpoint";
  ASSERT_TRUE(run.discard());
  EXPECT_FALSE(fs::exists(plan(2).model));
  EXPECT_EQ(run.state(), State::kNone);
}

TEST_F(TrainingRunTest, TrainsOnTheNamedImagesAlone) {
  std::ofstream(folder_ / "data" / "images" / "broken.tif") << "no image";
  ASSERT_TRUE(write_image(folder_ / "data" / "images" / "later.tif", test::spot_image({{40, 40}})));
  TrainingRun run;
  TrainingPlan some = plan(1);
  for (const auto& entry : fs::directory_iterator(some.data / "masks")) {
    some.only.push_back({entry.path().stem().string()});
  }
  ASSERT_TRUE(run.start(some));
  run.wait();
  EXPECT_EQ(run.state(), State::kFinished) << (run.failure() ? run.failure()->what : "");
  EXPECT_EQ(run.only(), some.only);
}

TEST_F(TrainingRunTest, ByCommandsOverTheFolderThatIsAnnotated) {
  ASSERT_TRUE(write_image(folder_ / "data" / "images" / "later.tif", test::spot_image({{40, 40}})));
  Workspace workspace;
  CommandTable commands;
  add_workspace_commands(commands, workspace);
  ASSERT_TRUE(commands.run("dataset.open", {{"path", (folder_ / "data").string()}}));
  workspace.finish_jobs();
  const nlohmann::json arguments{
      {"settings", {"epochs=2", "steps=1", "batch=1", "filters=4", "patch=64,64", "unet_depth=2"}}};
  const auto started = commands.run("training.start", arguments);
  ASSERT_TRUE(started) << started.error().what;
  workspace.training().wait();
  EXPECT_EQ(workspace.training().state(), State::kFinished) << workspace.training().failure()->what;
  EXPECT_EQ(workspace.training().only().size(), 4u) << "the one without a mask is left out";
  EXPECT_FALSE(commands.run("training.start", {{"images", "done"}})) << "none is done";
  EXPECT_FALSE(commands.run("training.start", {{"settings", {"epoch=2"}}}));
  EXPECT_FALSE(commands.run("training.start", {{"settings", {"epochs"}}}));
  EXPECT_FALSE(commands.run("training.start", {{"kind", "n2v"}, {"data", "nowhere"}}));
  EXPECT_FALSE(fs::exists("nowhere")) << "nothing is made where nothing is to be trained on";
}

}  // namespace
}  // namespace karyo
