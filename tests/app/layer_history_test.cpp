#include "app/layer_history.h"

#include <gtest/gtest.h>

#include "app/layer_commands.h"
#include "core/base/random.h"

namespace karyo {
namespace {

using nlohmann::json;

std::shared_ptr<ImageLayer> image(const std::string& name, std::int64_t channels = 1) {
  return std::make_shared<ImageLayer>(
      name, std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, channels, 2, 20, 30}));
}
std::shared_ptr<LabelsLayer> labels(const std::string& name) {
  return std::make_shared<LabelsLayer>(name, LabelVolume({2, 20, 30}));
}

using State = std::vector<std::pair<const Layer*, LayerLook>>;
State state_of(const LayerList& layers) {
  State state;
  for (int i = 0; i < layers.count(); ++i) state.emplace_back(&layers.at(i), look_of(layers.at(i)));
  return state;
}

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    add_workspace_commands(commands_, workspace_);
    watch_ = keep_history(commands_, workspace_.history());
    workspace_.layers().add(image("a"));
    workspace_.layers().add(image("b", 3));
    workspace_.layers().add(labels("c"));
    workspace_.history().accept();
  }
  Result<void> run(const std::string& id, const json& arguments = json::object()) {
    return commands_.run(id, arguments);
  }
  LayerList& layers() { return workspace_.layers(); }
  LayerHistory& history() { return workspace_.history(); }

  Workspace workspace_;
  CommandTable commands_;
  Connection watch_;
};

TEST_F(HistoryTest, AClosedLayerComesBackAsItWas) {
  ASSERT_TRUE(run("layer.set", {{"layer", "b"}, {"opacity", 0.3}}));
  const State before = state_of(layers());
  ASSERT_TRUE(run("layer.delete", {{"layer", "b"}}));
  EXPECT_EQ(layers().count(), 2);
  EXPECT_EQ(history().undo_name(), "Close layer of b");
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(state_of(layers()), before);
  ASSERT_TRUE(run("edit.redo"));
  EXPECT_EQ(layers().count(), 2);
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(layers().at(1).opacity(), 1);
  EXPECT_FALSE(run("edit.undo")) << "nothing is left";
}

TEST_F(HistoryTest, ADragIsOneStepAndWhatChangesNothingIsNone) {
  LayerList list;
  list.add(image("x"));
  LayerHistory history(list);
  for (int i = 1; i <= 20; ++i) {
    list.at(0).set_opacity(1 - i * 0.01);
    history.note("change opacity", "opacity x");
  }
  history.note("nothing");
  history.undo();
  EXPECT_EQ(list.at(0).opacity(), 1);
  EXPECT_FALSE(history.can_undo());
  history.redo();
  EXPECT_EQ(list.at(0).opacity(), 0.8);
}

TEST_F(HistoryTest, AFileThatArrivesMeanwhileStays) {
  ASSERT_TRUE(run("layer.delete", {{"layer", "a"}}));
  layers().add(image("opened"));
  history().accept();
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_EQ(layers().count(), 4);
  EXPECT_EQ(layers().at(3).name(), "opened");
  EXPECT_EQ(layers().at(0).name(), "a");
}

TEST_F(HistoryTest, ALockedLayerStays) {
  ASSERT_TRUE(run("layer.set", {{"layer", "a"}, {"locked", true}}));
  EXPECT_FALSE(run("layer.delete", {{"layer", "a"}}));
  EXPECT_FALSE(run("layer.set", {{"layer", "a"}, {"opacity", 0.5}}));
  EXPECT_FALSE(run("layer.set", {{"layer", "a"}, {"opacity", 0.5}, {"visible", false}}));
  EXPECT_FALSE(run("layer.set", {{"layer", "a"}, {"opacity", 0.5}, {"locked", true}}));
  EXPECT_EQ(layers().at(0).opacity(), 1);
  EXPECT_TRUE(run("layer.set", {{"layer", "a"}, {"visible", false}}));
  EXPECT_TRUE(run("layer.set", {{"layer", "a"}, {"locked", false}}));
  EXPECT_TRUE(run("layer.delete", {{"layer", "a"}}));
}

TEST_F(HistoryTest, GroupsAreMadeShownAndTakenBackInOneStepEach) {
  const State before = state_of(layers());
  ASSERT_TRUE(run("layer.set", {{"layer", "c"}, {"locked", true}}));
  ASSERT_TRUE(run("layer.set", {{"layer", "a"}, {"group", "g"}}));
  ASSERT_TRUE(run("layer.set", {{"layer", "c"}, {"group", "g"}}));  // locked: as it may be moved
  EXPECT_EQ(layers().at(1).name(), "c") << "beside the other one";
  EXPECT_EQ(layers().at(2).name(), "b");
  EXPECT_EQ(layers().at(2).group(), "");
  ASSERT_TRUE(run("layer.toggle_group", {{"group", "g"}}));
  EXPECT_FALSE(layers().at(0).visible());
  EXPECT_FALSE(layers().at(1).visible());
  EXPECT_TRUE(layers().at(2).visible());
  EXPECT_EQ(history().undo_name(), "Show or hide group");
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_TRUE(layers().at(0).visible());
  EXPECT_TRUE(layers().at(1).visible());
  layers().at(0).set_visible(false);
  ASSERT_TRUE(run("layer.toggle_group", {{"group", "g"}})) << "one is to be seen: both go";
  EXPECT_FALSE(layers().at(1).visible());
  ASSERT_TRUE(run("layer.toggle_group", {{"group", "g"}}));
  EXPECT_TRUE(layers().at(0).visible());
  EXPECT_TRUE(layers().at(1).visible());
  ASSERT_TRUE(run("layer.rename_group", {{"group", "g"}, {"name", "h"}}));
  EXPECT_EQ(layers().at(0).group() + layers().at(1).group(), "hh");
  ASSERT_TRUE(run("layer.move_group", {{"group", "h"}, {"to", 2}}));
  EXPECT_EQ(layers().at(0).name(), "b");
  EXPECT_EQ(history().undo_name(), "move group");
  while (history().can_undo()) ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(state_of(layers()), before);
  while (history().can_redo()) ASSERT_TRUE(run("edit.redo"));
  EXPECT_EQ(layers().at(2).name(), "c");
  EXPECT_EQ(layers().at(2).group(), "h");
}

TEST_F(HistoryTest, ADuplicateAndAChannelStayInTheGroup) {
  ASSERT_TRUE(run("layer.set", {{"layer", "b"}, {"group", "g"}}));
  ASSERT_TRUE(run("layer.duplicate", {{"layer", "b"}}));
  EXPECT_EQ(layers().at(2).name(), "b copy");
  EXPECT_EQ(layers().at(2).group(), "g");
  ASSERT_TRUE(run("layer.split_channels", {{"layer", "b"}}));
  EXPECT_EQ(layers().in_group("g").size(), 4u);
  ASSERT_TRUE(run("layer.select", {{"layer", "b copy"}}));
  ASSERT_TRUE(run("layer.ungroup"));
  EXPECT_EQ(layers().in_group("g").size(), 3u);
  EXPECT_FALSE(run("layer.ungroup")) << "it is in none";
}

TEST_F(HistoryTest, ALayerMovedThroughAGroupJoinsAndLeavesIt) {
  ASSERT_TRUE(run("layer.set", {{"layer", "b"}, {"group", "g"}}));
  ASSERT_TRUE(run("layer.set", {{"layer", "c"}, {"group", "g"}}));
  ASSERT_TRUE(run("layer.up", {{"layer", "a"}}));  // b a c
  EXPECT_EQ(layers().at(1).group(), "g");
  ASSERT_TRUE(run("layer.move", {{"layer", "a"}, {"to", 3}, {"group", ""}}));  // b c a
  EXPECT_EQ(layers().at(2).group(), "");
  ASSERT_TRUE(run("layer.up", {{"layer", "c"}}));  // b a c: a comes between no two of g
  EXPECT_EQ(layers().at(2).name(), "c");
  EXPECT_EQ(layers().at(2).group(), "");
  EXPECT_EQ(layers().at(0).group(), "g");
}

TEST_F(HistoryTest, WrongArgumentsSayWhatIsRight) {
  const auto refused = [&](const std::string& id, const json& arguments, const char* word) {
    const auto outcome = run(id, arguments);
    ASSERT_FALSE(outcome) << arguments.dump();
    EXPECT_NE((outcome.error().what + outcome.error().fix).find(word), std::string::npos)
        << outcome.error().what << " | " << outcome.error().fix;
  };
  refused("layer.set", {{"layer", "z"}, {"opacity", 1}}, "a, b, c");
  refused("layer.set", {{"opacity", "much"}}, "number");
  refused("layer.set", {{"opaque", 1}}, "opacity");
  refused("layer.set", {{"name", "b"}, {"layer", "a"}}, "another layer");
  refused("layer.set", {{"spacing", {1, 2}}}, "three");
  refused("layer.set_channel", {{"layer", "b"}, {"channel", 4}}, "1 to 3");
  refused("layer.set_channel", {{"layer", "c"}}, "image");
  refused("layer.move", {{"layer", "a"}}, "missing");
  refused("layer.move", {{"layer", "a"}, {"to", 9}}, "1 at the bottom");
  refused("layer.toggle_group", {{"group", "z"}}, "Group…");
  refused("layer.toggle_group", json::object(), "cannot");
  ASSERT_TRUE(run("layer.set", {{"layer", "a"}, {"group", "g"}}));
  ASSERT_TRUE(run("layer.set", {{"layer", "c"}, {"group", "h"}}));
  refused("layer.toggle_group", {{"group", "z"}}, "g, h");
  refused("layer.rename_group", {{"group", "g"}, {"name", "h"}}, "another group");
  refused("layer.move_group", {{"group", "g"}, {"to", 4}}, "1 at the bottom");
  refused("layer.move_group", {{"group", "g"}, {"to", 1.5}}, "1 at the bottom");
  refused("no.such", json::object(), "no command");
  refused("layer.toggle", json::array({1}), "object");
}

TEST_F(HistoryTest, SplitChannelsMakesLayersThatAddUp) {
  const std::string channel = dynamic_cast<ImageLayer&>(layers().at(1)).channel(0).name;
  ASSERT_TRUE(run("layer.split_channels", {{"layer", "b"}}));
  ASSERT_EQ(layers().count(), 5);
  EXPECT_EQ(layers().at(1).name(), "b – " + channel);
  EXPECT_EQ(layers().at(2).blending(), Blending::kAdditive);
  EXPECT_EQ(layers().at(3).shape().c, 1);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(layers().count(), 3);
}

TEST_F(HistoryTest, ASettingThatDoesNotFitChangesNothing) {
  const State before = state_of(layers());
  EXPECT_FALSE(run("layer.set", {{"layer", "a"}, {"opacity", 0.5}, {"spacing", {1, 2}}}));
  EXPECT_FALSE(run("layer.set", {{"layer", "a"}, {"visible", false}, {"shuffle", 3}}));
  EXPECT_EQ(state_of(layers()), before);
  EXPECT_TRUE(run("layer.set", {{"layer", "c"}, {"contour_width", 1e300}}));
}

TEST_F(HistoryTest, ConvertingIsOneStep) {
  const State before = state_of(layers());
  ASSERT_TRUE(run("layer.convert", {{"layer", "c"}}));
  workspace_.finish_jobs();
  EXPECT_EQ(layers().at(2).kind(), LayerKind::kImage);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(state_of(layers()), before);
  ASSERT_TRUE(run("edit.redo"));
  ASSERT_EQ(layers().count(), 3);
  EXPECT_EQ(layers().at(2).kind(), LayerKind::kImage);
}

TEST_F(HistoryTest, RandomCommandsAllUndoneAndAllDoneAgain) {
  // Under keys of its own no step merges with another.
  watch_ = commands_.ran.connect([this](const Command& command, const json&) {
    if (!command.id.starts_with("edit.")) history().note(command.id);
  });
  Random random(5);
  const auto below = [&](std::uint64_t n) { return random.below(n); };
  for (int round = 0; round < 20; ++round) {
    while (history().can_undo()) history().undo();
    std::vector<State> states{state_of(layers())};
    for (int i = 0; i < 60; ++i) {
      if (layers().empty()) break;
      const std::string name =
          layers().at(static_cast<int>(below(static_cast<std::uint64_t>(layers().count())))).name();
      json what{{"layer", name}};
      switch (below(9)) {
        case 0:
          static_cast<void>(run("layer.delete", what));
          break;
        case 1:
          static_cast<void>(run("layer.duplicate", what));
          break;
        case 2:
          static_cast<void>(run("layer.toggle", what));
          break;
        case 3:
          static_cast<void>(run("layer.lock", what));
          break;
        case 4:
          what["to"] = below(6);
          static_cast<void>(run("layer.move", what));
          break;
        case 5:
          what["opacity"] = static_cast<double>(below(10)) / 10;
          static_cast<void>(run("layer.set", what));
          break;
        case 6:
          what["name"] = "n" + std::to_string(below(1000));
          static_cast<void>(run("layer.set", what));
          break;
        case 7:
          what["gamma"] = 0.5 + static_cast<double>(below(10));
          static_cast<void>(run("layer.set_channel", what));
          break;
        case 8:
          static_cast<void>(run("layer.split_channels", what));
          break;
        default:
          break;
      }
      if (!(state_of(layers()) == states.back())) states.push_back(state_of(layers()));
    }
    for (std::size_t i = states.size() - 1; i > 0; --i) {
      history().undo();
      ASSERT_EQ(state_of(layers()), states[i - 1]) << "round " << round << ", step " << i;
    }
    EXPECT_FALSE(history().can_undo());
    for (std::size_t i = 1; i < states.size(); ++i) {
      history().redo();
      ASSERT_EQ(state_of(layers()), states[i]) << "round " << round << ", step " << i;
    }
  }
}

TEST_F(HistoryTest, StepsAreBoundedByTheirBytes) {
  LayerList list;
  list.add(image("x"));
  auto painted = labels("y");
  list.add(painted);
  constexpr std::uint64_t kBudget = 2'000'000;
  LayerHistory history(list, kBudget);
  const auto rename = [&](int number) {
    list.at(0).set_name("x" + std::to_string(number));
    history.note("rename");
  };
  for (int i = 0; i < 300; ++i) rename(i);
  EXPECT_EQ(history.count(), 300u) << "small ones are many";
  // What is said of objects is a step's own where it changed.
  for (int i = 0; i < 20; ++i) {
    auto notes = std::make_shared<ObjectNotes>();
    for (std::uint32_t id = 1; id < 5000; ++id) notes->set(id, {i % 3, true, {}});
    painted->set_notes(std::move(notes));
    history.note("lock");
  }
  EXPECT_LT(history.count(), 10u);
  EXPECT_GE(history.count(), 1u);
  EXPECT_EQ(history.done(), history.count());
  while (history.can_undo()) history.undo();
  EXPECT_FALSE(painted->notes()->objects.empty()) << "it was forgotten how they came";
  LayerHistory small(list, 1);
  list.at(0).set_name("z");
  small.note("rename");
  EXPECT_EQ(small.count(), 1u) << "the newest stays";
}

/// Steps of many tiles count with all of these until they are thinned, and little from then on.
TEST_F(HistoryTest, StepsOfManyTilesCountAsTheyAreHeld) {
  const Index3 shape{33, 512, 512};
  const auto painted = std::make_shared<LabelsLayer>("y", LabelVolume(shape));
  LayerList list;
  list.add(painted);
  constexpr std::uint64_t kTiles = 33 * 8 * 8;
  constexpr std::uint64_t kBudget = kTiles * sizeof(TileIds) * 3 / 2;
  LayerHistory history(list, kBudget);
  const auto speckle = [&](std::uint32_t id) {
    LabelEditor editor(painted, 0);
    for (std::int64_t z = 0; z < shape.z; ++z) {
      for (std::int64_t y = 0; y < shape.y; y += kTileSide) {
        for (std::int64_t x = 0; x < shape.x; x += kTileSide) {
          editor.writer().set({z, y + id, x}, id);
        }
      }
    }
    editor.changed(Box3::of_shape(shape));
    history.add_edit(*editor.commit());
    history.note("speckle");
  };
  constexpr std::uint32_t kSteps = 12;
  for (std::uint32_t id = 1; id <= kSteps; ++id) {
    speckle(id);
    history.thinner().finish();
    EXPECT_LT(history.bytes(), id * (kTiles * 24 + 4096));
  }
  EXPECT_EQ(history.count(), kSteps) << "whole tiles of two would be too much";
  const LabelArray end = painted->labels().to_dense();
  while (history.can_undo()) history.undo();
  EXPECT_EQ(painted->labels().highest_id(), 0u);
  while (history.can_redo()) history.redo();
  EXPECT_TRUE(painted->labels().to_dense() == end);
  EXPECT_LT(history.bytes(), kSteps * (kTiles * 24 + 4096));
}

TEST_F(HistoryTest, AClosedLayerCountsAndGoesWithItsStep) {
  LayerList list;
  list.add(image("x"));
  LayerHistory history(list, 200'000);
  for (int i = 0; i < 4; ++i) {
    list.add(std::make_shared<ImageLayer>(
        "y", std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{1, 1, 1, 300, 300})));
    history.note("add");
    list.remove(1);
    history.note("close");
  }
  EXPECT_LE(history.count(), 4u) << "two layers of 90 kB fit";
  EXPECT_GE(history.count(), 2u);
}

TEST_F(HistoryTest, WhoKeepsAStepHearsOfItAndHandsItIn) {
  LayerList list;
  list.add(image("x"));
  LayerHistory history(list);
  const auto notes =
      std::make_shared<const std::vector<NoteChange>>(std::vector<NoteChange>{{"a", "1", "2"}});
  bool keeps = true;
  history.set_keeper(
      [&](const std::string&, const std::vector<LabelEdit>&) { return keeps ? notes : nullptr; });
  std::vector<std::pair<bool, bool>> told;  // forward, restored
  const auto hears = history.moved.connect([&](bool forward, const LayerHistory::KeptStep& step) {
    EXPECT_EQ(step.notes, notes);
    told.emplace_back(forward, step.restored);
  });
  for (int i = 0; i < 2; ++i) {
    list.at(0).set_opacity(0.5 + i * 0.1);
    history.note("opacity", "key");
  }
  EXPECT_EQ(history.count(), 2u) << "kept ones do not merge";
  keeps = false;
  list.at(0).set_opacity(0.9);
  history.note("opacity", "other key");
  for (int i = 0; i < 3; ++i) history.undo();
  history.redo();
  EXPECT_EQ(told,
            (std::vector<std::pair<bool, bool>>{{false, false}, {false, false}, {true, false}}));
  told.clear();
  std::vector<LayerHistory::KeptStep> steps;
  for (const char* name : {"one", "two"}) steps.push_back({name, {}, notes});
  history.restore(std::move(steps), 1);
  EXPECT_EQ(history.undo_name(), "one");
  EXPECT_EQ(history.redo_name(), "two");
  history.undo();
  history.redo();
  history.redo();
  EXPECT_EQ(told, (std::vector<std::pair<bool, bool>>{{false, true}, {true, true}, {true, true}}));
  EXPECT_FALSE(history.can_redo());
}

}  // namespace
}  // namespace karyo
