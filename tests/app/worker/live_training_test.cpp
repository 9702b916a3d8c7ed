// The live loop with the real worker: images that are done come to the training that goes on.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "app/annotator/live_experiment.h"
#include "app/annotator/simulated_person.h"
#include "app/dataset_session.h"
#include "app/layer_commands.h"
#include "app/live_set.h"
#include "app/training_plan.h"
#include "core/io/image_io.h"
#include "models/train/training_data.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/spot_model.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kSmall{"steps=2",     "batch=1",      "filters=4",    "features=8",
                                      "patch=64,64", "unet_depth=2", "val_patches=1"};

class LiveTrainingTest : public ::testing::Test {
 protected:
  LiveTrainingTest() {
    test::find_built_worker();
    test::make_spot_dataset(folder_ / "data", 6);
  }
  test::TempDir folder_;
};

TEST_F(LiveTrainingTest, AnImageThatIsDoneComesToTheTraining) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_ / "data" / "masks")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  Workspace workspace;
  CommandTable commands;
  add_workspace_commands(commands, workspace);
  const auto run = [&](const std::string& id, const nlohmann::json& arguments) {
    const auto outcome = commands.run(id, arguments);
    ASSERT_TRUE(outcome) << id << ": " << outcome.error().what;
    workspace.finish_jobs();
  };
  run("dataset.open", {{"path", (folder_ / "data").string()}});
  for (int i = 0; i < 3; ++i) run("dataset.mark_done", {{"image", names[i]}});
  std::vector<std::string> settings = kSmall;
  settings.push_back("epochs=100000");
  run("training.start", {{"settings", settings}, {"images", "done"}, {"device", "cpu"}});
  TrainingRun& training = workspace.training();
  ASSERT_EQ(training.only().size(), 3u);
  const auto judges = judges_of(models_of(folder_ / "data"));
  EXPECT_EQ(judges.size(), 1u);

  const auto wait_for = [&](const std::function<bool()>& condition) {
    for (int i = 0; i < 3000 && !condition() && training.poll(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return condition();
  };
  ASSERT_TRUE(wait_for([&] { return !training.history().rows.empty(); }));
  run("dataset.mark_done", {{"image", names[4]}});
  ASSERT_EQ(training.only().size(), 4u);
  EXPECT_EQ(training.only().back(), (TrainImage{names[4], kNewTimes, false}));
  const auto came = [&] {
    for (const std::string& note : training.log().notes()) {
      if (note.find("1 image came (" + names[4] + ")") != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_TRUE(wait_for(came)) << training.log().notes().size() << " notes";
  training.stop();
  training.wait();
  EXPECT_EQ(training.state(), TrainingRun::State::kStopped);
  EXPECT_EQ(judges_of(models_of(folder_ / "data")), judges) << "they stay";
  const auto seen = read_training_data(training.model());
  ASSERT_TRUE(seen && *seen);
  ASSERT_EQ((*seen)->images.size(), 4u);
  EXPECT_EQ((*seen)->images.back().input.stem(), names[4]);
  EXPECT_EQ((*seen)->images.back().role, TrainingRole::kTraining);
}

TEST_F(LiveTrainingTest, TheSimulatedAnnotatorKeepsToItsBudgetAndJudges) {
  test::make_spot_dataset(folder_ / "test", 2);
  for (const bool loop : {true, false}) {
    ExperimentPlan plan;
    plan.data = folder_ / "data";
    plan.test = folder_ / "test";
    plan.work = folder_ / (loop ? "loop" : "no loop");
    plan.budget = 12;
    plan.minutes = 0.05;
    plan.judged = 2;
    plan.loop = loop;
    plan.device = "cpu";
    plan.settings = kSmall;
    std::vector<std::string> said;
    const auto outcome =
        run_experiment(plan, [&](const std::string& text) { said.push_back(text); });
    ASSERT_TRUE(outcome) << outcome.error().what << " after " << (said.empty() ? "" : said.back());
    EXPECT_LE((*outcome)["corrections"], 12);
    const auto& actions = (*outcome)["actions"];
    EXPECT_EQ(
        actions["draw"].get<int>() + actions["redraw"].get<int>() + actions["remove"].get<int>(),
        (*outcome)["corrections"].get<int>());
    EXPECT_GE((*outcome)["images"], 2);
    EXPECT_GE((*outcome)["rounds"].size(), 1u);
    EXPECT_GE((*outcome)["accuracy"], 0.0);
    EXPECT_FALSE(said.empty());
    // What was drawn by hand is the truth, pixel for pixel.
    std::ifstream list(plan.work / "models" / "validation.txt");
    std::string judge;
    ASSERT_TRUE(std::getline(list, judge));
    EXPECT_EQ(read_labels(plan.work / "masks" / (judge + ".tif"))->count(),
              read_labels(plan.data / "masks" / (judge + ".tif"))->count());
    EXPECT_FALSE(fs::exists(plan.data / "models")) << "the data are left as they were";
  }
}

TEST(SimulatedPerson, MendsWhatIsWrongAndLeavesWhatIsRight) {
  LabelArray truth({1, 20, 60}), labels({1, 20, 60});
  const auto box = [](LabelArray& to, std::uint32_t id, int x, int width) {
    for (int y = 4; y < 14; ++y) {
      for (int i = x; i < x + width; ++i) to(0, y, i) = id;
    }
  };
  box(truth, 1, 0, 10);
  box(labels, 7, 0, 9);  // good enough
  box(truth, 2, 15, 10);
  box(labels, 8, 15, 6);   // to be drawn anew: IoU 0.6
  box(truth, 3, 30, 10);   // missed
  box(labels, 9, 45, 10);  // none
  const auto wanted = corrections_needed(truth.view(), labels.view());
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->draw, std::vector<std::uint32_t>({3}));
  EXPECT_EQ(wanted->remove, std::vector<std::uint32_t>({9}));
  ASSERT_EQ(wanted->redraw.size(), 1u);
  EXPECT_EQ(wanted->redraw[0], (std::pair<std::uint32_t, std::uint32_t>(2, 8)));
  EXPECT_EQ(wanted->left, 1);
  EXPECT_EQ(wanted->count(), 3);
}

}  // namespace
}  // namespace karyo
