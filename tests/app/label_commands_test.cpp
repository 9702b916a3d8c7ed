// Labels changed by commands, as macros change them.

#include <gtest/gtest.h>

#include <cmath>

#include "app/layer_commands.h"
#include "core/base/random.h"

namespace karyo {
namespace {

using nlohmann::json;

class LabelCommandsTest : public ::testing::Test {
 protected:
  LabelCommandsTest() {
    add_workspace_commands(commands_, workspace_);
    history_ = keep_history(commands_, workspace_.history());
    VoxelGrid grid;
    grid.spacing_z = 2;
    grid.spacing_y = grid.spacing_x = 0.5;
    grid.unit = "um";
    workspace_.layers().add(std::make_shared<ImageLayer>(
        "image", std::make_shared<Volume>(VoxelType::kUInt8, VolumeShape{2, 1, 4, 60, 70}, grid)));
    workspace_.history().accept();
  }
  Result<void> run(const std::string& id, const json& arguments = json::object()) {
    auto outcome = commands_.run(id, arguments);
    workspace_.finish_jobs();
    return outcome;
  }
  LabelsLayer& labels() {
    return dynamic_cast<LabelsLayer&>(workspace_.layers().at(workspace_.layers().count() - 1));
  }
  std::int64_t count(std::uint32_t id, std::int64_t time = 0) {
    const LabelArray all = labels().labels(time).to_dense();
    return std::count(all.begin(), all.end(), id);
  }

  Workspace workspace_;
  CommandTable commands_;
  Connection history_;
};

TEST_F(LabelCommandsTest, ANewLayerLiesOverTheImageAndIsPainted) {
  ASSERT_TRUE(run("layer.new_labels"));
  EXPECT_EQ(labels().shape(), (VolumeShape{2, 1, 4, 60, 70}));
  EXPECT_EQ(labels().grid(), workspace_.layers().at(0).grid());
  ASSERT_TRUE(run("labels.paint", {{"points", {1, 30, 30}}, {"size", 9}}));
  EXPECT_EQ(count(1), 69) << "voxels within 4.5 of the middle";
  EXPECT_EQ(count(1, 1), 0) << "the other frame";
  EXPECT_EQ(labels().labels(0).at({1, 30, 34}), 1u);
  EXPECT_EQ(labels().labels(0).at({2, 30, 30}), 0u) << "a disc lies in one plane";
  EXPECT_EQ(workspace_.history().undo_name(), "paint");
  ASSERT_TRUE(run("labels.paint", {{"points", {1, 30, 30}},
                                   {"size", 17},
                                   {"ball", true},
                                   {"label", 2},
                                   {"over", "background"},
                                   {"frame", 1}}));
  EXPECT_EQ(labels().labels(1).at({3, 30, 30}), 2u) << "4 um off, and 4.25 um wide";
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(count(1), 0);
  ASSERT_TRUE(run("edit.redo"));
  EXPECT_EQ(count(1), 69);
}

TEST_F(LabelCommandsTest, ObjectsAreFilledMergedAndDeleted) {
  ASSERT_TRUE(run("layer.new_labels"));
  ASSERT_TRUE(run("labels.paint", {{"points", {0, 10, 10}}, {"size", 5}, {"label", 4}}));
  ASSERT_TRUE(run("labels.paint", {{"points", {0, 40, 40}}, {"size", 5}, {"label", 7}}));
  const std::int64_t each = count(4);
  ASSERT_TRUE(run("labels.fill", {{"voxel", {0, 10, 10}}, {"label", 9}}));
  EXPECT_EQ(count(9), each);
  ASSERT_TRUE(run("labels.merge", {{"object", 9}, {"into", 7}}));
  EXPECT_EQ(count(7), 2 * each);
  EXPECT_EQ(labels().selected(), 7u);
  ASSERT_TRUE(run("labels.new_object"));
  EXPECT_EQ(labels().selected(), 10u) << "a number that was never given";
  ASSERT_TRUE(run("labels.delete_object", {{"object", 7}}));
  EXPECT_EQ(count(0), 4 * 60 * 70);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(count(9), each) << "before the merge";
}

TEST_F(LabelCommandsTest, WhatIsWrongIsSaidAndChangesNothing) {
  EXPECT_FALSE(run("labels.paint", {{"points", {0, 1, 1}}})) << "an image is no labels";
  ASSERT_TRUE(run("layer.new_labels"));
  for (const json& wrong :
       {json{{"points", {1, 2}}}, json{{"points", json::array()}},
        json{{"points", {0, 1, 1}}, {"label", -1}}, json{{"points", {0, 1, 1}}, {"label", 0.5}},
        json{{"points", {0, 1, 1}}, {"frame", 2}}, json{{"points", {0, 1, 1}}, {"size", 0}},
        json{{"points", {0, 1, 1}}, {"size", 1e9}}, json{{"points", {0, 1, 1}}, {"plane", "yx"}},
        json{{"points", {0, 1, 1}}, {"over", "all"}}, json::object()}) {
    const auto outcome = run("labels.paint", wrong);
    ASSERT_FALSE(outcome) << wrong.dump();
    EXPECT_FALSE(outcome.error().fix.empty());
  }
  EXPECT_FALSE(run("labels.fill", {{"voxel", {0, 60, 0}}}));
  EXPECT_FALSE(run("labels.delete_object", {{"object", 3}}));
  EXPECT_EQ(count(0), 4 * 60 * 70);
  // Far away or absurd places paint nothing and take no time.
  ASSERT_TRUE(run("labels.paint", {{"points", {0, 1e300, -1e300}}}));
  ASSERT_TRUE(run("layer.set", {{"locked", true}}));
  EXPECT_FALSE(run("labels.paint", {{"points", {0, 1, 1}}})) << "locked";
}

TEST_F(LabelCommandsTest, AStrokeHasASizeAtEachPlace) {
  ASSERT_TRUE(run("layer.new_labels"));
  const json places{1, 20, 20, 1, 20, 40};
  ASSERT_TRUE(run("labels.paint", {{"points", places}, {"size", 9}, {"label", 1}}));
  const std::int64_t even = count(1);
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(
      run("labels.paint", {{"points", places}, {"size", 2}, {"sizes", {9, 9}}, {"label", 1}}));
  EXPECT_EQ(count(1), even);
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(
      run("labels.paint", {{"points", places}, {"size", 9}, {"sizes", {3, 9}}, {"label", 1}}));
  EXPECT_EQ(labels().labels(0).at({1, 18, 20}), 0u) << "thin where it begins";
  EXPECT_EQ(labels().labels(0).at({1, 18, 30}), 1u);
  EXPECT_EQ(labels().labels(0).at({1, 16, 40}), 1u) << "and thick where it ends";
  EXPECT_EQ(labels().labels(0).at({1, 16, 30}), 0u);
  for (const json& wrong : {json{9}, json{9, 0}, json{9, 1e9}, json{9, 9, 9}}) {
    const auto outcome = run("labels.paint", {{"points", places}, {"sizes", wrong}});
    ASSERT_FALSE(outcome) << wrong.dump();
    EXPECT_FALSE(outcome.error().fix.empty());
  }
}

TEST_F(LabelCommandsTest, EditedLabelsAreInNoFile) {
  ASSERT_TRUE(run("layer.new_labels"));
  labels().set_source({"/somewhere/mask.tif", ""});
  EXPECT_TRUE(workspace_.unsaved_layers().size() == 1u) << "the image";
  ASSERT_TRUE(run("labels.paint", {{"points", {0, 10, 10}}}));
  EXPECT_TRUE(labels().source().path.empty());
}

TEST_F(LabelCommandsTest, UndoGoesWhereItHappened) {
  ASSERT_TRUE(run("layer.new_labels"));
  ASSERT_TRUE(run("labels.paint", {{"points", {3, 10, 10}}, {"frame", 1}}));
  workspace_.view().set_time(0);
  workspace_.view().set_cursor_voxel({0, 50, 60}, workspace_.layers().grid());
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(workspace_.view().time(), 1);
  EXPECT_EQ(workspace_.view().cursor_voxel(workspace_.layers().grid()), (Index3{3, 10, 10}));
}

TEST_F(LabelCommandsTest, SizesFollowStrokesAndUndo) {
  auto flat = std::make_shared<LabelsLayer>("flat", LabelVolume({1, 60, 70}));
  workspace_.layers().add(flat);
  workspace_.layers().select(flat.get());
  ASSERT_TRUE(run("labels.paint", {{"points", {0, 30, 30}}, {"size", 9}, {"label", 5}}));
  ASSERT_NE(workspace_.objects_of(*flat), nullptr);
  EXPECT_EQ(workspace_.objects_of(*flat)->at(5).voxels, 69);
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_FALSE(workspace_.objects_of(*flat)->contains(5));
}

/// Layers come and go between strokes; all of it taken back is the start, done again the end.
TEST_F(LabelCommandsTest, RandomEditsAreUndoneAndRedoneBitForBit) {
  ASSERT_TRUE(run("layer.new_labels"));
  workspace_.history().reset();
  Random random(11);
  const auto all = [&] {
    std::vector<LabelArray> found;
    for (int i = 0; i < workspace_.layers().count(); ++i) {
      const auto* layer = dynamic_cast<const LabelsLayer*>(&workspace_.layers().at(i));
      if (layer == nullptr) continue;
      for (std::int64_t t = 0; t < 2; ++t) found.push_back(layer->labels(t).to_dense());
    }
    return found;
  };
  const auto start = all();
  for (int i = 0; i < 120; ++i) {
    const double what = random.uniform();
    const json place{std::floor(random.uniform(0, 4)), std::floor(random.uniform(0, 60)),
                     std::floor(random.uniform(0, 70))};
    json points = place;
    for (int k = 0; k < 6; ++k) points.push_back(random.uniform(0, k % 3 == 0 ? 3 : 60));
    const json frame = random.below(2), label = random.below(6);
    if (what < 0.5) {
      ASSERT_TRUE(run("labels.paint", {{"points", points},
                                       {"label", label},
                                       {"frame", frame},
                                       {"size", random.uniform(1, 25)},
                                       {"ball", random.uniform() < 0.5}}));
    } else if (what < 0.7) {
      ASSERT_TRUE(run("labels.fill", {{"voxel", place}, {"label", label}, {"frame", frame}}));
    } else if (what < 0.8) {
      static_cast<void>(run("labels.delete_object", {{"object", label}, {"frame", frame}}));
    } else if (what < 0.85) {
      ASSERT_TRUE(run("layer.new_labels"));
    } else if (what < 0.9 && workspace_.layers().count() > 2) {
      ASSERT_TRUE(run("layer.delete"));
      workspace_.layers().select(&labels());
    } else {
      ASSERT_TRUE(run("layer.set", {{"opacity", random.uniform()}}));
    }
  }
  const auto end = all();
  int steps = 0;
  while (workspace_.history().can_undo()) {
    ASSERT_TRUE(run("edit.undo"));
    ++steps;
  }
  EXPECT_GT(steps, 60);
  EXPECT_TRUE(all() == start);
  while (workspace_.history().can_redo()) ASSERT_TRUE(run("edit.redo"));
  EXPECT_TRUE(all() == end);
}

}  // namespace
}  // namespace karyo
