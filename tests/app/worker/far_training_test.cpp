// A training on another computer: what goes there and comes back, and every way it can go wrong.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/training_plan.h"
#include "app/training_run.h"
#include "core/base/atomic_file.h"
#include "core/io/image_io.h"
#include "models/io/model_before.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/checkpoint_tensors.h"
#include "tests/app/worker/far_computer.h"
#include "tests/app/worker/small_plan.h"
#include "tests/app/worker/spot_model.h"
#include "tests/models/restoration/made_restoration.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using State = TrainingRun::State;
using testing::HasSubstr;

class FarTraining : public ::testing::Test {
 protected:
  FarTraining() {
    test::find_built_worker();
    test::make_spot_dataset(folder_ / "data", 4);
  }
  TrainingPlan plan(std::int64_t epochs, const std::string& name = "nuclei 1") const {
    return test::small_plan(folder_ / "data", epochs, 2, name);
  }
  static bool wait_for(TrainingRun& run, const std::function<bool()>& condition) {
    for (int i = 0; i < 2000 && !condition() && run.going_on(); ++i) {
      run.poll();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return condition();
  }
  static std::string bytes_of(const fs::path& file) {
    const auto bytes = read_file(file);
    return bytes ? *bytes : "there is no " + file.string();
  }
  static std::string notes_of(const TrainingRun& run) {
    std::string all;
    for (const auto& note : run.log().notes()) all += note + "\n";
    return all;
  }
  static std::string failure_of(const TrainingRun& run) {
    return run.failure() ? run.failure()->what + " | " + run.failure()->fix : "none";
  }
  static std::size_t files_in(const fs::path& folder) {
    std::error_code ec;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder, ec), fs::directory_iterator()));
  }
  /// Starts one at `place` that cannot go well, and returns what is said of it.
  std::string failure_at(const worker::FarPlace& place) {
    TrainingRun run;
    run.set_place(place);
    const auto started = run.start(plan(2, "nuclei " + std::to_string(++failures_)));
    EXPECT_TRUE(started) << started.error().what;
    run.wait();
    EXPECT_EQ(run.state(), State::kFailed);
    return failure_of(run);
  }

  test::TempDir folder_;
  test::FarComputer far_;
  int failures_ = 100;
};

TEST_F(FarTraining, GivesTheModelThatItWouldGiveHere) {
  TrainingRun here;
  ASSERT_TRUE(here.start(plan(3, "here")));
  here.wait();
  ASSERT_EQ(here.state(), State::kFinished) << failure_of(here);

  TrainingRun there;
  there.set_place(far_.place());
  ASSERT_TRUE(there.start(plan(3, "there")));
  EXPECT_EQ(there.host(), "far");
  int epochs = 0;
  const auto heard = there.epoch_done.connect([&] {
    ++epochs;
    EXPECT_TRUE(fs::exists(there.model() / "weights_best.h5"));
    EXPECT_GE(there.history().rows.size(), static_cast<std::size_t>(there.log().epochs_done()));
  });
  there.wait();
  ASSERT_EQ(there.state(), State::kFinished) << failure_of(there);
  EXPECT_GE(epochs, 1);
  EXPECT_EQ(there.history().rows.size(), 3u);
  EXPECT_TRUE(test::checkpoint_tensors(there.model()) == test::checkpoint_tensors(here.model()));
  EXPECT_TRUE(fs::exists(there.model() / "weights_last.h5"));
  for (const char* name : {"config.json", "thresholds.json", "settings.json", "data.json"}) {
    EXPECT_TRUE(bytes_of(there.model() / name) == bytes_of(here.model() / name)) << name;
  }
  EXPECT_THAT(notes_of(there), HasSubstr("computes on far: CPU"));
  EXPECT_THAT(notes_of(there), HasSubstr("9 files are on far, 0 of them from before"));
  EXPECT_TRUE(far_.wait_until_idle());
  EXPECT_EQ(files_in(far_.cache() / "runs"), 0u) << "all is at home";

  TrainingRun again;
  again.set_place(far_.place());
  ASSERT_TRUE(again.start(plan(1, "again")));
  again.wait();
  EXPECT_EQ(again.state(), State::kFinished) << failure_of(again);
  EXPECT_THAT(notes_of(again), HasSubstr("9 files are on far, 8 of them from before"));
}

TEST_F(FarTraining, RestoresImagesFirstThereToo) {
  const fs::path noise = folder_ / "denoise 1";
  test::make_random_restoration(noise, CsbdeepConfig::noise2void(2, {60}, {70}));
  const auto trained = [&](const std::string& name, std::int64_t epochs, bool far) {
    TrainingRun run;
    if (far) run.set_place(far_.place());
    TrainingPlan with = plan(epochs, name);
    with.before = noise;
    const auto started = run.start(with);
    EXPECT_TRUE(started) << started.error().what;
    run.wait();
    EXPECT_EQ(run.state(), State::kFinished) << failure_of(run);
    if (epochs == 1) {
      EXPECT_TRUE(run.resume(2));
      run.wait();
      EXPECT_EQ(run.state(), State::kFinished) << failure_of(run);
    }
    return run.model();
  };
  const auto here = trained("here", 2, false), there = trained("there", 2, true),
             in_two = trained("in two", 1, true);
  for (const auto& model : {there, in_two}) {
    EXPECT_TRUE(test::checkpoint_tensors(model) == test::checkpoint_tensors(here)) << model;
    const auto folder = ModelFolder::open(model);
    ASSERT_TRUE(folder) << folder.error().what;
    ASSERT_TRUE(folder->before);
    EXPECT_EQ(before_name(*folder), "denoise 1");
    EXPECT_TRUE(bytes_of(folder->before->weights) == bytes_of(noise / "weights_best.h5"));
  }
}

TEST_F(FarTraining, StopsAndGoesOnThere) {
  TrainingRun run;
  run.set_place(far_.place());
  ASSERT_TRUE(run.start(plan(4000)));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 1; })) << failure_of(run);
  run.stop();
  run.wait();
  ASSERT_EQ(run.state(), State::kStopped) << failure_of(run);
  ASSERT_TRUE(run.has_checkpoint());
  const auto done = static_cast<std::int64_t>(run.history().rows.size());
  ASSERT_TRUE(run.resume(done + 2));
  run.wait();
  ASSERT_EQ(run.state(), State::kFinished) << failure_of(run);
  ASSERT_EQ(run.history().rows.size(), static_cast<std::size_t>(done + 2));
  for (std::size_t i = 0; i < run.history().rows.size(); ++i) {
    EXPECT_EQ(run.history().rows[i][0], static_cast<double>(i + 1));
  }
}

TEST_F(FarTraining, ALineThatIsCutLosesNothingThatHasArrived) {
  TrainingRun run;
  run.set_place(far_.place());
  ASSERT_TRUE(run.start(plan(4000)));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 2 && run.has_checkpoint(); }))
      << failure_of(run);
  far_.cut();
  run.wait();
  ASSERT_EQ(run.state(), State::kFailed);
  EXPECT_THAT(run.failure()->what, HasSubstr("the line to far was lost"));
  EXPECT_THAT(run.failure()->fix, HasSubstr("Go on training"));
  EXPECT_TRUE(run.has_checkpoint());
  EXPECT_GE(run.history().rows.size(), 2u);
  const auto done = static_cast<std::int64_t>(run.history().rows.size());
  ASSERT_TRUE(run.resume(done + 1)) << "while it may still end over there";
  run.wait();
  ASSERT_EQ(run.state(), State::kFinished) << failure_of(run);
  EXPECT_EQ(run.history().rows.size(), static_cast<std::size_t>(done + 1));
  EXPECT_TRUE(far_.wait_until_idle()) << "nobody computes for nobody";

  // And here, where the other computer is out of reach for good.
  run.set_place({});
  ASSERT_TRUE(run.resume(done + 2));
  run.wait();
  EXPECT_EQ(run.state(), State::kFinished) << failure_of(run);
  EXPECT_TRUE(run.host().empty());
}

TEST_F(FarTraining, EndsThereWhenNobodyIsHereAnyMore) {
  TrainingRun run;
  run.set_place(far_.place());
  ASSERT_TRUE(run.start(plan(4000)));
  ASSERT_TRUE(wait_for(run, [&] { return run.has_checkpoint(); })) << failure_of(run);
  const auto about = nlohmann::json::parse(bytes_of(run.model() / "run.json"));
  EXPECT_EQ(about["host"], "far");
  kill(about["process"].get<pid_t>(), SIGKILL);
  run.wait();
  EXPECT_EQ(run.state(), State::kFailed);
  EXPECT_TRUE(far_.wait_until_idle());
  ASSERT_TRUE(run.resume(static_cast<std::int64_t>(run.history().rows.size()) + 1));
  run.wait();
  EXPECT_EQ(run.state(), State::kFinished) << failure_of(run);
}

TEST_F(FarTraining, ImagesThatComeAreSentAndLearnedFrom) {
  TrainingRun run;
  run.set_place(far_.place());
  TrainingPlan some = plan(4000);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(some.data / "masks")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  some.only = {{names[0]}, {names[1], 1, true}};
  ASSERT_TRUE(run.start(some));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 1; })) << failure_of(run);
  auto more = some.only;
  more.push_back({names[2], 2});
  ASSERT_TRUE(run.set_images(more));
  EXPECT_TRUE(wait_for(run, [&] {
    return notes_of(run).find("1 image came (" + names[2] + ")") != std::string::npos;
  })) << notes_of(run);
  run.stop();
  run.wait();
  EXPECT_EQ(run.state(), State::kStopped) << failure_of(run);
  EXPECT_THAT(bytes_of(run.model() / "data.json"), HasSubstr(names[2]));
}

TEST_F(FarTraining, AFolderThatGoesAwayMeanwhileIsSaid) {
  TrainingRun run;
  run.set_place(far_.place());
  ASSERT_TRUE(run.start(plan(4000)));
  ASSERT_TRUE(wait_for(run, [&] { return run.log().epochs_done() >= 1; })) << failure_of(run);
  fs::rename(run.model(), folder_ / "moved");
  run.wait();
  EXPECT_EQ(run.state(), State::kFailed);
  EXPECT_TRUE(far_.wait_until_idle());
  EXPECT_TRUE(fs::exists(folder_ / "moved/weights_best.h5"));
  EXPECT_THAT(bytes_of(folder_ / "moved/run.log"), HasSubstr("has gone"));
  EXPECT_FALSE(fs::exists(run.model() / "weights_best.h5")) << "not made anew with half of it";
}

TEST_F(FarTraining, WhatIsWrongWithTheOtherComputerIsSaid) {
  worker::FarPlace place = far_.place();
  place.command = "nowhere/karyoscope-worker";
  place.ssh = far_.place_that("exec sh -c \"$1\"").ssh;
  EXPECT_THAT(failure_at(place), HasSubstr("there is no nowhere/karyoscope-worker on far"));
  place = far_.place();
  place.ssh = "no-such-ssh";
  EXPECT_THAT(failure_at(place), HasSubstr("cannot start no-such-ssh"));
  EXPECT_THAT(
      failure_at(far_.place_that("echo 'ssh: connect to host far: No route' >&2; exit 255")),
      AllOf(HasSubstr("far cannot be reached: ssh: connect to host far: No route"),
            HasSubstr("ssh-copy-id")));
  EXPECT_THAT(failure_at(far_.place_that(
                  "echo 'karyoscope-far {\"version\":\"0.0.1\",\"device\":\"GPU 0\"}'; sleep 1")),
              AllOf(HasSubstr("far has version 0.0.1 of Karyoscope"), HasSubstr("same version")));
  EXPECT_THAT(failure_at(far_.place_that("echo hello; exit 3")),
              HasSubstr("no worker of Karyoscope answers on far"));
  EXPECT_THAT(
      failure_at(far_.place_that("export KARYOSCOPE_FAR=/proc/1/nothing; exec sh -c \"$1\"")),
      AllOf(HasSubstr("far: cannot make the folder /proc/1/nothing"), HasSubstr("KARYOSCOPE_FAR")));
  // No file may be larger than 2 KiB, as on a disk that is full.
  EXPECT_THAT(failure_at(far_.place_that("trap '' XFSZ; ulimit -f 4; exec sh -c \"$1\"")),
              AllOf(HasSubstr("far: cannot write"), HasSubstr("disk space")));
  place = far_.place();
  place.host = "far away";
  EXPECT_THAT(failure_at(place), HasSubstr("is no name of a computer"));
}

TEST_F(FarTraining, WhatIsWrongWithTheImagesIsFoundBeforeAnythingIsSent) {
  std::ofstream(folder_ / "data" / "images" / "broken.tif") << "no image";
  EXPECT_THAT(failure_at(far_.place()), HasSubstr("broken.tif"));
  EXPECT_EQ(files_in(far_.cache() / "files"), 0u);
}

}  // namespace
}  // namespace karyo
