#include "app/object_selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "app/layer_commands.h"
#include "app/object_checks.h"
#include "app/workspace.h"

namespace karyo {
namespace {

using nlohmann::json;
using Ids = std::vector<std::uint32_t>;

/// A program with labels: objects 1 to 6, blocks of 4 x 4 in a row.
class ObjectSelectionTest : public ::testing::Test {
 protected:
  ObjectSelectionTest() {
    add_workspace_commands(commands_, workspace_);
    history_ = keep_history(commands_, workspace_.history());
    LabelArray ids(Index3{1, 10, 60});
    for (int id = 1; id <= 6; ++id) {
      for (int y = 3; y < 7; ++y) {
        for (int x = 8 * id; x < 8 * id + 4; ++x) ids(0, y, x) = static_cast<std::uint32_t>(id);
      }
    }
    labels_ = std::make_shared<LabelsLayer>("nuclei", LabelVolume::from_dense(ids.view()));
    workspace_.layers().add(labels_);
    workspace_.layers().select(labels_.get());
    workspace_.history().accept();
  }
  ObjectSelection& selection() { return workspace_.checks().selection(); }
  std::int64_t count(std::uint32_t id) {
    const LabelArray now = labels_->labels().to_dense();
    return std::count(now.begin(), now.end(), id);
  }
  Result<void> run(const char* id, const json& arguments = json::object()) {
    return commands_.run(id, arguments);
  }

  Workspace workspace_;
  CommandTable commands_;
  Connection history_;
  std::shared_ptr<LabelsLayer> labels_;
};

TEST_F(ObjectSelectionTest, TheLastChosenIsTheLayersOwn) {
  int told = 0;
  const auto hears = selection().changed.connect([&] { ++told; });
  EXPECT_EQ(selection().of(*labels_), Ids());
  labels_->set_selected(2);
  EXPECT_EQ(selection().of(*labels_), Ids({2}));
  selection().toggle(labels_, 4);
  EXPECT_EQ(selection().of(*labels_), Ids({2, 4}));
  EXPECT_EQ(labels_->selected(), 4u);
  selection().add(labels_, {5, 2, 6, kIgnoredLabel});
  EXPECT_EQ(selection().of(*labels_), Ids({2, 4, 5, 6}));
  selection().toggle(labels_, 6);
  EXPECT_EQ(selection().of(*labels_), Ids({2, 4, 5}));
  EXPECT_EQ(labels_->selected(), 5u);
  EXPECT_TRUE(selection().holds(*labels_, 2));
  EXPECT_EQ(told, 3);
}

TEST_F(ObjectSelectionTest, WhoeverSelectsAnotherObjectEndsIt) {
  selection().choose(labels_, {2, 4, 5});
  labels_->set_selected(2);
  EXPECT_EQ(selection().of(*labels_), Ids({2})) << "one of them, alone";
  selection().choose(labels_, {2, 4, 5});
  labels_->set_selected(0);
  EXPECT_EQ(selection().of(*labels_), Ids());
  selection().choose(labels_, {2, 4, 5});
  labels_->set_selected(kIgnoredLabel);
  EXPECT_EQ(selection().of(*labels_), Ids());
  auto others = std::make_shared<LabelsLayer>("others", LabelVolume(Index3{1, 4, 4}));
  others->set_selected(5);
  selection().choose(labels_, {2, 4, 5});
  EXPECT_EQ(selection().of(*others), Ids({5}));
}

TEST_F(ObjectSelectionTest, CommandsAreAboutAllOfThemInOneStep) {
  const LabelArray start = labels_->labels().to_dense();
  selection().choose(labels_, {2, 4, 5});
  ASSERT_TRUE(run("labels.set_class", {{"class", "mitotic"}}));
  ASSERT_TRUE(run("labels.lock", {{"locked", true}}));
  for (const std::uint32_t id : {1u, 2u, 4u, 5u}) {
    EXPECT_EQ(labels_->notes()->of(id).object_class, id == 1 ? -1 : 1) << id;
    EXPECT_EQ(labels_->notes()->of(id).locked, id != 1) << id;
  }
  EXPECT_FALSE(run("labels.delete_object")) << "they are locked";
  ASSERT_TRUE(run("labels.lock", {{"locked", false}}));
  EXPECT_EQ(workspace_.history().done(), 3u);
  ASSERT_TRUE(run("labels.merge_objects"));
  EXPECT_EQ(count(2), 48);
  EXPECT_EQ(count(4) + count(5), 0);
  EXPECT_EQ(selection().of(*labels_), Ids({2}));
  EXPECT_EQ(workspace_.history().done(), 4u);
  workspace_.history().undo();
  EXPECT_TRUE(labels_->labels().to_dense() == start);
  selection().choose(labels_, {1, 6});
  ASSERT_TRUE(run("labels.delete_object"));
  EXPECT_EQ(count(1) + count(6), 0);
  EXPECT_EQ(count(2) + count(3) + count(4) + count(5), 64);
  EXPECT_EQ(selection().of(*labels_), Ids());
  workspace_.history().undo();
  EXPECT_TRUE(labels_->labels().to_dense() == start);
  selection().choose(labels_, {3, 5});
  ASSERT_TRUE(run("labels.class_1"));
  EXPECT_EQ(labels_->notes()->of(3).object_class, 0);
  EXPECT_EQ(labels_->notes()->of(5).object_class, 0);
  labels_->set_selected(3);
  const auto alone = run("labels.merge_objects");
  ASSERT_FALSE(alone);
  EXPECT_FALSE(alone.error().fix.empty());
}

TEST_F(ObjectSelectionTest, ObjectsOfABoxAreThoseWithVoxelsInIt) {
  const LabelVolume& labels = labels_->labels();
  EXPECT_EQ(objects_in(labels, {{0, 0, 0}, {1, 10, 60}}), Ids({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(objects_in(labels, {{0, 6, 19}, {1, 8, 33}}), Ids({2, 3, 4}));
  EXPECT_EQ(objects_in(labels, {{0, 7, 0}, {1, 10, 60}}), Ids());
}

}  // namespace
}  // namespace karyo
