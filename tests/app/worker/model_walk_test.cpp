// A model's objects on trial, gone through one by one.

#include <cmath>
#include <set>

#include "app/macro.h"
#include "app/model_walk.h"
#include "tests/app/worker/serve_fixture.h"
#include "tests/app/worker/unsure_spots.h"

namespace karyo {
namespace {

class ModelWalkTest : public ModelCommandsTest {
 protected:
  ModelWalkTest() {
    workspace_.layers().clear();
    workspace_.layers().add(
        std::make_shared<ImageLayer>("image", std::make_shared<Volume>(test::unsure_spots())));
    EXPECT_TRUE(run("layer.new_labels", {{"name", "masks"}}));
    EXPECT_TRUE(run("model.open", {{"folder", model_.string()}}));
    workspace_.history().reset();
  }
  LabelsLayer& masks() { return dynamic_cast<LabelsLayer&>(*workspace_.layers().selected()); }
  /// Of the labels without what is on trial.
  std::uint32_t drawn(const Spot& spot) {
    return workspace_.preview().without_trial(masks(), 0).at({0, spot.y, spot.x});
  }
  bool at_hand(const Spot& spot) {
    const TrialObject* current = walk_.current();
    return current != nullptr && current->id == at(spot) &&
           current->box.contains({0, spot.y, spot.x});
  }

  ModelWalk& walk_ = workspace_.model().walk();
};

TEST_F(ModelWalkTest, TheLeastSureComesFirstAndEachIsDecided) {
  ASSERT_TRUE(run("model.walk"));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  ASSERT_TRUE(walk_.on());
  EXPECT_EQ(walk_.progress().count, 4);
  EXPECT_EQ(walk_.progress().number, 1);
  EXPECT_TRUE(at_hand(test::kUnsureSpots[0]));
  EXPECT_NEAR(walk_.current()->sure, 1 / (1 + std::exp(10 - 20 * 100.0 / 190)), 0.02);
  EXPECT_EQ(masks().selected(), walk_.current()->id);
  const Index3 there = workspace_.view().cursor_voxel(workspace_.layers().grid());
  EXPECT_NEAR(static_cast<double>(there.y), 70, 3);
  EXPECT_NEAR(static_cast<double>(there.x), 60, 3);
  EXPECT_FALSE(workspace_.history().can_undo()) << "all is on trial";

  ASSERT_TRUE(run("walk.accept"));
  const std::uint32_t first = drawn(test::kUnsureSpots[0]);
  EXPECT_NE(first, 0u);
  EXPECT_TRUE(at_hand(test::kUnsureSpots[1]));
  EXPECT_EQ(drawn(test::kUnsureSpots[1]), 0u);
  EXPECT_NE(at(test::kUnsureSpots[1]), 0u) << "the others stay on trial";
  ASSERT_TRUE(run("walk.reject"));
  EXPECT_EQ(at(test::kUnsureSpots[1]), 0u);
  EXPECT_TRUE(at_hand(test::kUnsureSpots[2]));
  ASSERT_TRUE(run("walk.next"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[3]));
  const auto progress = walk_.progress();
  EXPECT_EQ(progress.number, 4);
  EXPECT_EQ(progress.count, 4);
  EXPECT_EQ(progress.accepted, 1);
  EXPECT_EQ(progress.rejected, 1);
  ASSERT_TRUE(run("walk.accept"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[2])) << "what was left for later";
  EXPECT_EQ(workspace_.history().count(), 2u) << "a step each, and none for looking";
  ASSERT_TRUE(run("walk.accept"));
  EXPECT_FALSE(walk_.on()) << "all is decided";
  EXPECT_FALSE(run("walk.accept"));
  EXPECT_EQ(at(test::kUnsureSpots[0]), first);
  EXPECT_EQ(at(test::kUnsureSpots[1]), 0u);
  while (workspace_.history().can_undo()) ASSERT_TRUE(run("edit.undo"));
  const LabelArray none = all();
  EXPECT_EQ(std::count(none.begin(), none.end(), 0u), none.count());
}

TEST_F(ModelWalkTest, WhatWasDecidedStaysDecidedWhateverTheThresholds) {
  ASSERT_TRUE(run("model.walk"));
  ASSERT_TRUE(run("walk.reject"));
  ASSERT_TRUE(run("walk.accept"));
  const std::uint32_t accepted = drawn(test::kUnsureSpots[1]);
  ASSERT_NE(accepted, 0u);
  for (const double probability : {0.95, 0.1, 0.5}) {
    ASSERT_TRUE(run("model.walk", {{"probability", probability}}));
    EXPECT_EQ(at(test::kUnsureSpots[0]), 0u) << probability;
    EXPECT_EQ(at(test::kUnsureSpots[1]), accepted) << probability;
    EXPECT_EQ(walk_.progress().count, 2) << probability;
  }
  ASSERT_TRUE(run("model.walk", {{"overlap", 0.8}}));
  EXPECT_GT(walk_.progress().count, 2) << "copies beside each other";
  EXPECT_EQ(at(test::kUnsureSpots[0]), 0u) << "but not of what was rejected";
  EXPECT_EQ(at(test::kUnsureSpots[1]), accepted);
  for (const bool replace : {false, true}) {
    ASSERT_TRUE(run("labels.model_objects", {{"replace", replace}}));
    EXPECT_FALSE(walk_.on());
    EXPECT_EQ(at(test::kUnsureSpots[0]), 0u) << replace;
    EXPECT_EQ(at(test::kUnsureSpots[1]), accepted) << replace;
    EXPECT_NE(at(test::kUnsureSpots[2]), 0u) << replace;
    EXPECT_NE(at(test::kUnsureSpots[2]), at(test::kUnsureSpots[3])) << replace;
    EXPECT_NE(at(test::kUnsureSpots[2]), accepted) << replace;
  }
  ASSERT_TRUE(run("model.open", {{"folder", model_.string()}}));
  ASSERT_TRUE(run("model.walk"));
  EXPECT_NE(at(test::kUnsureSpots[0]), 0u) << "nothing was decided of another model's yet";
}

TEST_F(ModelWalkTest, BackTakesADecisionBack) {
  ASSERT_TRUE(run("model.walk"));
  EXPECT_FALSE(run("walk.back")) << "it began here";
  ASSERT_TRUE(run("walk.accept"));
  ASSERT_TRUE(run("walk.reject"));
  ASSERT_TRUE(run("walk.next"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[3]));
  ASSERT_TRUE(run("walk.back"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[2]));
  ASSERT_TRUE(run("walk.back"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[1]));
  EXPECT_EQ(walk_.progress().rejected, 0);
  ASSERT_TRUE(run("walk.back"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[0]));
  EXPECT_EQ(drawn(test::kUnsureSpots[0]), 0u);
  EXPECT_FALSE(workspace_.history().can_undo());
  EXPECT_EQ(walk_.progress().count, 4);
  ASSERT_TRUE(run("walk.reject"));
  EXPECT_EQ(at(test::kUnsureSpots[0]), 0u);
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
}

TEST_F(ModelWalkTest, UndoMakesASuggestionOfWhatWasAccepted) {
  ASSERT_TRUE(run("model.walk"));
  ASSERT_TRUE(run("walk.accept"));
  ASSERT_TRUE(run("walk.accept"));
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(drawn(test::kUnsureSpots[1]), 0u);
  EXPECT_NE(drawn(test::kUnsureSpots[0]), 0u);
  EXPECT_FALSE(workspace_.preview().shown()) << "undo is of labels alone";
  ASSERT_TRUE(run("walk.next"));  // shows them again first
  EXPECT_EQ(walk_.progress().count, 4);
  EXPECT_EQ(walk_.progress().accepted, 1);
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
}

TEST_F(ModelWalkTest, WhatWasDrawnStaysAndAnAcceptedOneIsCorrected) {
  ASSERT_TRUE(
      run("labels.region", {{"points", {72, 8, 80, 30}}, {"shape", "rectangle"}, {"label", 7}}));
  const LabelArray before = all();
  ASSERT_TRUE(run("model.walk"));
  EXPECT_EQ(walk_.progress().count, 4) << "it covers less than half of one";
  ASSERT_TRUE(run("walk.next"));
  ASSERT_TRUE(run("walk.accept", {{"stay", true}}));
  const std::uint32_t accepted = drawn(test::kUnsureSpots[1]);
  ASSERT_NE(accepted, 0u);
  EXPECT_EQ(walk_.current(), nullptr);
  EXPECT_EQ(masks().selected(), accepted) << "what is drawn now is added to it";
  const LabelArray with_it = workspace_.preview().without_trial(masks(), 0).to_dense();
  for (std::int64_t i = 0; i < before.count(); ++i) {
    ASSERT_TRUE(before.data()[i] == 0 || with_it.data()[i] == before.data()[i]) << i;
  }
  ASSERT_TRUE(run("labels.paint", {{"points", {0, 36, 70}}, {"size", 9}, {"label", accepted}}));
  EXPECT_FALSE(workspace_.preview().shown());
  EXPECT_EQ(all()(0, 36, 70), accepted);
  ASSERT_TRUE(run("walk.reject")) << "shown again, and nothing is at hand";
  EXPECT_EQ(errors_.size(), 1u);
  ASSERT_TRUE(run("walk.next"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[2]));
  const auto refused = run("walk.back");
  ASSERT_FALSE(refused) << "it was drawn on since";
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  ASSERT_TRUE(run("walk.back"));
  EXPECT_TRUE(at_hand(test::kUnsureSpots[0]));
}

TEST_F(ModelWalkTest, InPlaceOfObjectsAnAcceptedOneTakesThoseUnderItAway) {
  ASSERT_TRUE(
      run("labels.region", {{"points", {50, 62, 70, 78}}, {"shape", "rectangle"}, {"label", 5}}));
  ASSERT_TRUE(
      run("labels.region", {{"points", {70, 90, 95, 95}}, {"shape", "rectangle"}, {"label", 6}}));
  const LabelArray before = all();
  ASSERT_TRUE(run("model.walk", {{"replace", true}}));
  EXPECT_EQ(at({92, 80}), 0u) << "on trial without the old ones";
  ASSERT_TRUE(run("walk.accept"));
  EXPECT_NE(drawn(test::kUnsureSpots[0]), 5u);
  EXPECT_NE(drawn(test::kUnsureSpots[0]), 0u);
  EXPECT_EQ(drawn({92, 80}), 6u) << "nothing was decided there";
  const LabelArray with_it = workspace_.preview().without_trial(masks(), 0).to_dense();
  EXPECT_EQ(std::count(with_it.begin(), with_it.end(), 5u), 0) << "not even its corners are left";
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_TRUE(all() == before);
}

TEST_F(ModelWalkTest, AMacroDoesItAgain) {
  MacroRecorder recorder(commands_);
  recorder.start();
  ASSERT_TRUE(run("model.walk", {{"probability", 0.4}}));
  ASSERT_TRUE(run("walk.accept", {{"voxel", {0, 20, 22}}}));
  ASSERT_TRUE(run("walk.reject"));
  ASSERT_TRUE(run("walk.next"));
  ASSERT_TRUE(run("walk.back"));
  ASSERT_TRUE(run("walk.accept"));
  ASSERT_TRUE(run("walk.leave"));
  ASSERT_TRUE(
      run("labels.region", {{"points", {40, 40, 45, 45}}, {"shape", "rectangle"}, {"label", 9}}));
  recorder.stop();
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  const LabelArray made = all();
  EXPECT_NE(at({20, 22}), 0u);
  EXPECT_EQ(std::count_if(test::kUnsureSpots.begin(), test::kUnsureSpots.end(),
                          [&](auto& spot) { return at(spot) != 0; }),
            2);
  const fs::path macro = folder_ / "macro.json";
  ASSERT_TRUE(write_macro(macro, recorder.steps()));
  const auto steps = read_macro(macro);
  ASSERT_TRUE(steps) << steps.error().what;
  workspace_.layers().clear();
  workspace_.layers().add(
      std::make_shared<ImageLayer>("image", std::make_shared<Volume>(test::unsure_spots())));
  ASSERT_TRUE(run("layer.new_labels", {{"name", "masks"}}));
  ASSERT_TRUE(run_macro(commands_, *steps, [this]() -> Result<void> {
    while (workspace_.busy()) workspace_.finish_jobs();
    return {};
  }));
  EXPECT_TRUE(all() == made);
}

TEST_F(ModelWalkTest, ItEndsWithTheLayersOrTheModelAndIsRefusedWithoutOne) {
  ASSERT_TRUE(run("model.walk"));
  ASSERT_TRUE(run("layer.delete"));
  EXPECT_FALSE(walk_.on());
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_TRUE(workspace_.layers().count() == 2) << "closing the layer was a step";
  workspace_.layers().select(&workspace_.layers().at(1));
  ASSERT_TRUE(run("model.walk"));
  EXPECT_TRUE(walk_.on());
  const auto nowhere = run("walk.accept", {{"voxel", {0, 45, 45}}});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(run("model.close"));
  EXPECT_FALSE(walk_.on());
  const auto refused = run("model.walk");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
}

/// Three balls in a stack.
TEST_F(ModelWalkTest, BodiesOfAStackAreGoneThroughInTheirSlices) {
  const std::vector<Index3> balls{{11, 22, 20}, {6, 60, 60}, {18, 62, 60}};
  test::make_spot_model_3d(folder_ / "model_3d");
  workspace_.layers().clear();
  workspace_.layers().add(
      std::make_shared<ImageLayer>("stack", std::make_shared<Volume>(test::spot_stack(balls))));
  ASSERT_TRUE(run("layer.new_labels", {{"name", "masks"}}));
  ASSERT_TRUE(run("model.open", {{"folder", (folder_ / "model_3d").string()}}));
  ASSERT_TRUE(run("model.walk"));
  ASSERT_TRUE(errors_.empty()) << errors_[0].what;
  ASSERT_EQ(walk_.progress().count, 3);
  std::set<std::int64_t> slices;
  for (int i = 0; i < 3; ++i) {
    const Index3 at = workspace_.view().cursor_voxel(workspace_.layers().grid());
    slices.insert(at.z);
    EXPECT_EQ(masks().labels().at(at), walk_.current()->id);
    ASSERT_TRUE(run("walk.next"));
  }
  EXPECT_EQ(slices.size(), 3u) << "the slice of each was gone to";
  ASSERT_TRUE(run("walk.accept", {{"voxel", {6, 60, 60}}}));
  ASSERT_TRUE(run("walk.reject", {{"voxel", {18, 62, 60}}}));
  EXPECT_EQ(masks().labels().at(balls[2]), 0u);
  ASSERT_TRUE(run("walk.leave"));
  workspace_.preview().cancel();
  EXPECT_NE(masks().labels().at(balls[1] + Index3{3, 0, 0}), 0u);
  EXPECT_EQ(masks().labels().at(balls[0]), 0u);
  ASSERT_TRUE(run("labels.model_objects"));
  EXPECT_NE(masks().labels().at(balls[0]), 0u);
  EXPECT_EQ(masks().labels().at(balls[2]), 0u) << "it was rejected";
}

}  // namespace
}  // namespace karyo
