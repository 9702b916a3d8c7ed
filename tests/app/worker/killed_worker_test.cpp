// Workers that are killed at random while a person draws: no label is lost, the training goes on,
// the program too. KARYOSCOPE_KILLS says how often (4).

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/model_in_use.h"
#include "app/training_run.h"
#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "tests/app/annotated_folder.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/spot_model.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using State = TrainingRun::State;

int kills() {
  const char* wanted = std::getenv("KARYOSCOPE_KILLS");
  return wanted ? std::atoi(wanted) : 4;
}

/// Processes of this one that run a command of the worker.
std::vector<pid_t> workers(const std::string& command) {
  std::vector<pid_t> found = test::children();
  std::erase_if(found, [&](pid_t pid) {
    std::ifstream line(fs::path("/proc") / std::to_string(pid) / "cmdline");
    const std::string text{std::istreambuf_iterator<char>(line), {}};
    return text.find(command) == std::string::npos;
  });
  return found;
}

class KilledWorkerTest : public ::testing::Test {
 protected:
  KilledWorkerTest() {
    test::find_built_worker();
    test::make_spot_dataset(data_, 4);
  }
  void open(test::Program& program) {
    ASSERT_TRUE(program.run("dataset.open", {{"path", data_.string()}}));
  }
  /// A dab of another object each time.
  void draw(test::Program& program) {
    program.paint(static_cast<double>(10 + random_.below(70)),
                  static_cast<double>(10 + random_.below(70)), 100 + ++drawn_);
  }
  /// What is on screen is what another program finds.
  void expect_nothing_is_lost(test::Program& program) {
    const std::string image = program.here();
    const LabelArray drawn = program.labels();
    ASSERT_TRUE(program.run("dataset.close"));
    test::Program later;
    open(later);
    ASSERT_TRUE(later.run("dataset.go_to", {{"image", image}}));
    EXPECT_EQ(later.labels(), drawn);
    EXPECT_TRUE(later.errors.empty());
  }

  test::TempDir folder_;
  fs::path data_ = folder_ / "data";
  Random random_{11};
  int drawn_ = 0;
};

TEST_F(KilledWorkerTest, ATrainingGoesOnEachTimeWhileAPersonDraws) {
  test::Program program;
  open(program);
  const json start{{"settings",
                    {"steps=2", "batch=1", "filters=4", "features=8", "patch=64,64", "unet_depth=2",
                     "val_patches=1", "epochs=1000000"}},
                   {"device", "cpu"}};
  ASSERT_TRUE(program.run("training.start", start));
  TrainingRun& training = program.workspace.training();
  std::size_t known = 0;
  int resumed = 0, begun = 1;
  for (int i = 0; i < kills(); ++i) {
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(50 + random_.below(2500));
    draw(program);
    while (std::chrono::steady_clock::now() < end) {
      ASSERT_TRUE(training.poll()) << training.failure()->what;
      program.workspace.finish_jobs();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const auto text = read_file(training.model() / "run.json");
    ASSERT_TRUE(text);
    kill(json::parse(*text)["process"].get<pid_t>(), SIGKILL);
    training.wait();
    ASSERT_EQ(training.state(), State::kFailed);
    EXPECT_NE(training.failure()->what.find("signal 9"), std::string::npos);
    const auto& rows = training.history().rows;
    ASSERT_GE(rows.size() + 1, known) << "an epoch more than its checkpoint may be told";
    for (std::size_t row = 0; row < rows.size(); ++row) {
      ASSERT_EQ(rows[row][0], static_cast<double>(row + 1)) << "after kill " << i + 1;
    }
    known = rows.size();
    draw(program);
    if (training.has_checkpoint()) {
      const auto gone_on = program.run("training.resume");
      ASSERT_TRUE(gone_on) << gone_on.error().what << " after kill " << i + 1;
      ++resumed;
    } else {
      ASSERT_TRUE(program.run("training.discard"));
      ASSERT_TRUE(program.run("training.start", start));
      ++begun;
      known = 0;
    }
  }
  RecordProperty("resumed", resumed);
  RecordProperty("begun", begun);
  const std::size_t before = training.history().rows.size();
  for (int i = 0; i < 3000 && training.history().rows.size() <= before && training.poll(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_GT(training.history().rows.size(), before) << "it learns on";
  ASSERT_TRUE(program.run("training.discard"));
  EXPECT_TRUE(program.errors.empty());
  expect_nothing_is_lost(program);
}

TEST_F(KilledWorkerTest, AModelAtHandComesBackEachTime) {
  test::make_spot_model(folder_ / "model");
  test::Program program;
  open(program);
  ASSERT_TRUE(program.run("model.open", {{"folder", (folder_ / "model").string()}}));
  ASSERT_TRUE(program.workspace.model().is_open());
  int answered = 0;
  for (int i = 0; i < kills(); ++i) {
    draw(program);
    const LabelArray before = program.labels();
    ASSERT_TRUE(program.run("dataset.next") || program.run("dataset.previous"));
    ASSERT_TRUE(program.commands.run("labels.model_objects", {{"replace", true}}));
    std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(120)));
    for (const pid_t worker : workers("serve")) kill(worker, SIGKILL);
    program.workspace.finish_jobs();
    for (const Error& error : program.errors) {
      EXPECT_EQ(error.code, ErrorCode::kIo) << error.what;
      EXPECT_NE(error.what.find("signal 9"), std::string::npos) << error.what;
    }
    program.errors.clear();
    ASSERT_TRUE(program.run("dataset.previous") || program.run("dataset.next"));
    EXPECT_EQ(program.labels(), before) << "kill " << i + 1;
    ASSERT_TRUE(program.run("labels.model_objects"));
    if (program.errors.empty()) ++answered;
    program.errors.clear();
  }
  EXPECT_GE(answered, kills() - 1) << "the next question starts another worker";
  expect_nothing_is_lost(program);
}

}  // namespace
}  // namespace karyo
