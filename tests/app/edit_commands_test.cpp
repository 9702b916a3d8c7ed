// Objects made by pointing, cut, merged, mended and classified by commands.

#include <gtest/gtest.h>

#include <algorithm>

#include "app/layer_commands.h"
#include "app/object_checks.h"
#include "app/roi_list.h"
#include "core/base/random.h"
#include "core/labels/label_rois.h"
#include "tests/support/blobs.h"

namespace karyo {
namespace {

using nlohmann::json;

class EditCommandsTest : public ::testing::Test {
 protected:
  EditCommandsTest() {
    add_workspace_commands(commands_, workspace_);
    history_ = keep_history(commands_, workspace_.history());
    Volume image(VoxelType::kUInt8, {1, 1, 5, 64, 96});
    auto view = image.view<std::uint8_t>();
    for (std::int64_t z = 0; z < 5; ++z) {
      for (std::int64_t y = 0; y < 64; ++y) {
        for (std::int64_t x = 0; x < 96; ++x) {
          const auto disc = [&](std::int64_t cy, std::int64_t cx) {
            return (y - cy) * (y - cy) + (x - cx) * (x - cx) < 81;
          };
          view(z, y, x) = disc(20, 20) || disc(40, 60) ? 180 : 30;
        }
      }
    }
    workspace_.layers().add(
        std::make_shared<ImageLayer>("image", std::make_shared<Volume>(std::move(image))));
    EXPECT_TRUE(run("layer.new_labels", {{"name", "masks"}}));
  }
  Result<void> run(const std::string& id, const json& arguments = json::object()) {
    auto outcome = commands_.run(id, arguments);
    workspace_.finish_jobs();
    return outcome;
  }
  void measure() {
    workspace_.checks().when_up_to_date([] {});
    workspace_.finish_jobs();
  }
  LabelsLayer& labels() {
    for (int i = workspace_.layers().count() - 1; i >= 0; --i) {
      if (auto* found = dynamic_cast<LabelsLayer*>(&workspace_.layers().at(i))) return *found;
    }
    std::abort();
  }
  LabelArray all() { return labels().labels().to_dense(); }
  std::int64_t count(std::uint32_t id) {
    const LabelArray now = all();
    return std::count(now.begin(), now.end(), id);
  }
  void rectangle(int label, double x, double y, double to_x, double to_y, bool stack = false) {
    ASSERT_TRUE(run("labels.region", {{"points", {x, y, to_x, to_y}},
                                      {"shape", "rectangle"},
                                      {"label", label},
                                      {"stack", stack}}));
  }

  Workspace workspace_;
  CommandTable commands_;
  Connection history_;
};

TEST_F(EditCommandsTest, AreasAreFilledInTheirPlane) {
  rectangle(3, 10, 5, 20, 9);
  EXPECT_EQ(count(3), 40);
  ASSERT_TRUE(run("labels.region",
                  {{"points", {2, 0, 8, 0, 8, 5}}, {"plane", "xz"}, {"depth", 30}, {"label", 4}}));
  EXPECT_GT(count(4), 8);
  EXPECT_EQ(labels().labels().at({0, 30, 5}), 4u);
  EXPECT_FALSE(run("labels.region", {{"points", {1}}, {"label", 1}}));
  EXPECT_FALSE(run("labels.region", {{"points", {1, 1, 2, 2, 3, 3}}, {"shape", "ellipse"}}));
}

TEST_F(EditCommandsTest, WandAndOneClickFollowThePicture) {
  ASSERT_TRUE(run("labels.wand", {{"voxel", {0, 20, 20}}, {"tolerance", 20}, {"label", 2}}));
  EXPECT_EQ(count(2), 249) << "the disc: pixels within 9 of its middle";
  ASSERT_TRUE(run("labels.one_click", {{"voxel", {0, 40, 60}}}));
  EXPECT_NEAR(static_cast<double>(count(3)), 249, 25);
  EXPECT_EQ(labels().selected(), 3u);
  EXPECT_EQ(count(2), 249) << "others stay";
}

TEST_F(EditCommandsTest, ALineCutsAndALineMerges) {
  rectangle(1, 10, 10, 50, 20);
  ASSERT_TRUE(run("labels.cut", {{"points", {25.5, 5, 25.5, 25}}}));
  EXPECT_EQ(count(1) + count(2), 400);
  EXPECT_GT(count(2), 100);
  ASSERT_TRUE(run("labels.merge_across", {{"points", {0, 15, 12, 0, 15, 48}}}));
  EXPECT_EQ(std::max(count(1), count(2)), 400);
  EXPECT_FALSE(run("labels.merge_across", {{"points", {0, 15, 12, 0, 15, 48}}})) << "one by now";
  EXPECT_FALSE(run("labels.cut", {{"points", {70.0, 5, 70.0, 8}}})) << "nothing there";
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(count(1), 400);
}

TEST_F(EditCommandsTest, ObjectsAreMended) {
  rectangle(5, 10, 10, 30, 30);
  rectangle(0, 18, 18, 20, 20);  // a hole
  rectangle(5, 60, 10, 64, 14);  // a second piece
  labels().set_selected(5);
  ASSERT_TRUE(run("labels.fill_holes"));
  EXPECT_EQ(count(5), 416);
  ASSERT_TRUE(run("labels.split_pieces"));
  EXPECT_EQ(count(5), 400);
  ASSERT_TRUE(run("labels.dilate", {{"radius", 1}, {"by_slice", true}}));
  EXPECT_EQ(count(5), 480);
  ASSERT_TRUE(run("labels.erode", {{"radius", 1}, {"by_slice", true}}));
  EXPECT_EQ(count(5), 400);
  ASSERT_TRUE(run("labels.move", {{"by", {0, 2, 3}}}));
  EXPECT_EQ(labels().labels().at({0, 31, 32}), 5u);
  ASSERT_TRUE(run("labels.renumber"));
  EXPECT_EQ(count(1) + count(2), 416);
  ASSERT_TRUE(run("labels.delete_by_size", {{"least", 100}, {"all", true}}));
  EXPECT_EQ(std::min(count(1), count(2)), 0);
}

TEST_F(EditCommandsTest, SlicesAreCopiedAndFilledIn) {
  rectangle(2, 10, 10, 20, 20);
  labels().set_selected(2);
  workspace_.view().set_cursor_voxel({0, 30, 30}, workspace_.layers().grid());
  ASSERT_TRUE(run("labels.copy_next"));
  EXPECT_EQ(count(2), 200);
  EXPECT_EQ(workspace_.view().cursor_voxel(workspace_.layers().grid()).z, 1);
  ASSERT_TRUE(
      run("labels.region",
          {{"points", {10, 10, 20, 20}}, {"shape", "rectangle"}, {"depth", 4}, {"label", 2}}));
  ASSERT_TRUE(run("labels.interpolate"));
  EXPECT_EQ(count(2), 500);
}

TEST_F(EditCommandsTest, LockedObjectsStay) {
  rectangle(1, 10, 10, 20, 20);
  rectangle(2, 30, 10, 40, 20);
  ASSERT_TRUE(run("labels.lock", {{"objects", {1}}, {"locked", true}}));
  rectangle(3, 0, 0, 90, 60);
  EXPECT_EQ(count(1), 100);
  EXPECT_EQ(count(2), 0);
  for (const char* id : {"labels.delete_objects", "labels.ignore", "labels.split"}) {
    EXPECT_FALSE(run(id, {{"objects", {1}}})) << id;
  }
  EXPECT_FALSE(run("labels.merge", {{"object", 1}, {"into", 3}}));
  EXPECT_EQ(count(1), 100);
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_FALSE(labels().notes()->of(1).locked) << "locking is a step of undo too";
}

TEST_F(EditCommandsTest, WhatIsIgnoredIsNoObject) {
  rectangle(1, 10, 10, 20, 20);
  labels().set_selected(1);
  ASSERT_TRUE(run("labels.ignore"));
  EXPECT_EQ(count(kIgnoredLabel), 100);
  EXPECT_EQ(labels().labels().highest_id(), 0u);
  ASSERT_TRUE(run("labels.new_object"));
  EXPECT_EQ(labels().selected(), 2u);
  measure();
  EXPECT_TRUE(workspace_.checks().rows().empty());
  ASSERT_TRUE(run("steps.make", {{"method", "Otsu"}}));
  EXPECT_EQ(count(kIgnoredLabel), 100) << "what is ignored stays";
}

TEST_F(EditCommandsTest, TheStepsMakeObjectsAsOneStepOfUndo) {
  const LabelArray before = all();
  ASSERT_TRUE(run("steps.make", {{"method", "Otsu"}, {"min_size", 20}, {"fill_holes", true}}));
  EXPECT_EQ(count(1), 5 * 249);
  EXPECT_EQ(count(2), 5 * 249);
  EXPECT_EQ(workspace_.history().undo_name(), "Make objects");
  ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(all(), before);
  ASSERT_TRUE(run("edit.redo"));
  EXPECT_EQ(count(1), 5 * 249);
  EXPECT_FALSE(run("steps.make", {{"method", "Ostu"}}));
  ASSERT_TRUE(run("steps.suggest"));
  EXPECT_GT(count(1), 1000);
}

TEST_F(EditCommandsTest, ReviewGoesThroughWhatLooksWrong) {
  rectangle(1, 2, 2, 12, 12, true);
  rectangle(1, 80, 50, 84, 54, true);  // a second piece
  rectangle(2, 30, 30, 40, 40, true);
  labels().set_selected(0);
  ASSERT_TRUE(commands_.run("review.next"));
  EXPECT_EQ(labels().selected(), 0u) << "nobody waits for measuring";
  workspace_.finish_jobs();
  EXPECT_EQ(labels().selected(), 1u);
  const auto open = workspace_.checks().queue().open_count();
  ASSERT_TRUE(run("review.accept"));
  EXPECT_EQ(workspace_.checks().queue().open_count(), open - 1);
  rectangle(1, 80, 50, 85, 54, true);
  measure();
  EXPECT_EQ(workspace_.checks().queue().open_count(), open) << "it was changed since";
  labels().set_selected(1);
  ASSERT_TRUE(run("review.delete"));
  EXPECT_EQ(count(1), 0);
}

TEST_F(EditCommandsTest, RegionsAndObjectsAreTheSame) {
  Random random(3);
  const LabelArray blobs = test::random_blobs(64, 96, 14, 9, random);
  LabelArray stack(Index3{5, 64, 96});
  for (std::int64_t z = 0; z < 5; z += 2) {
    std::copy(blobs.begin(), blobs.end(), &stack(z, 0, 0));
  }
  labels().set_labels(LabelVolume::from_dense(stack.view()));
  ASSERT_TRUE(run("rois.from_labels", {{"layer", "masks"}}));
  const ShapesLayer* list = roi_layer(workspace_);
  ASSERT_NE(list, nullptr);
  EXPECT_GT(list->count(), 20u);
  EXPECT_EQ(list->look().data->front().name.substr(0, 5), "0001-") << "ImageJ's names";
  const auto back = labels_from_rois(*list->look().data, {5, 64, 96});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->labels, stack) << "numbers survive in the properties";
  labels().set_labels(LabelVolume(Index3{5, 64, 96}));
  ASSERT_TRUE(run("rois.to_labels", {{"layer", "masks"}}));
  const LabelArray filled = all();
  for (std::int64_t i = 0; i < filled.count(); ++i) {
    ASSERT_EQ(filled.data()[i] != 0, stack.data()[i] != 0) << i;
  }
}

TEST_F(EditCommandsTest, RegionsAreAddedCombinedRenamedAndDeleted) {
  rectangle(1, 10, 10, 20, 20);
  rectangle(2, 30, 10, 40, 20);
  for (const int id : {1, 2}) {
    ASSERT_TRUE(run("rois.add_object", {{"layer", "masks"}, {"object", id}, {"slice", 0}}));
  }
  EXPECT_FALSE(run("rois.add_object", {{"layer", "masks"}, {"object", 1}, {"slice", 3}}));
  ShapesLayer* list = roi_layer(workspace_);
  ASSERT_EQ(list->count(), 2u);
  EXPECT_EQ((*list->look().data)[0].name, "0001-0015-0015");
  ASSERT_TRUE(run("rois.rename", {{"numbers", {1}}, {"name", "first"}}));
  ASSERT_TRUE(run("rois.combine", {{"numbers", {1, 2}}}));
  ASSERT_EQ(list->count(), 1u);
  EXPECT_EQ(pixels_in(list->look().data->front()), 200);
  EXPECT_EQ(list->look().data->front().name, "first");
  std::string said;
  const auto hears = workspace_.done.connect([&](const std::string& text) { said = text; });
  ASSERT_TRUE(run("rois.to_labels", {{"layer", "masks"}}));
  workspace_.finish_jobs();
  EXPECT_TRUE(said.starts_with("1 regions filled: several pieces have the number 3")) << said;
  ASSERT_TRUE(run("edit.undo"));
  ASSERT_TRUE(run("rois.delete", {{"numbers", {1}}}));
  EXPECT_EQ(list->count(), 0u);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(run("edit.undo"));
  EXPECT_EQ(roi_layer(workspace_)->count(), 2u);
}

/// Random edits: undo all is the start, redo all the end, bit for bit.
TEST_F(EditCommandsTest, UndoAllIsTheStartAndRedoAllTheEnd) {
  Random random(11);
  const LabelArray start = all();
  const std::size_t before = workspace_.history().done();
  const auto place = [&](double most) { return std::floor(random.uniform(0, most)); };
  for (int i = 0; i < 60; ++i) {
    const int id = static_cast<int>(random.below(6)) + 1;
    switch (random.below(9)) {
      case 0:
        static_cast<void>(
            run("labels.cut", {{"points", {place(96), place(64), place(96), place(64)}}}));
        break;
      case 1:
        static_cast<void>(run("labels.dilate", {{"objects", {id}}, {"radius", 2}}));
        break;
      case 2:
        static_cast<void>(run("labels.merge", {{"object", id}, {"into", 1}}));
        break;
      case 3:
        static_cast<void>(run("labels.interpolate", {{"objects", {id}}}));
        break;
      case 4:
        static_cast<void>(
            run("labels.wand",
                {{"voxel", {place(5), place(64), place(96)}}, {"tolerance", 5}, {"label", id}}));
        break;
      case 5:
        static_cast<void>(run("labels.keep_largest", {{"objects", {id}}}));
        break;
      default:
        ASSERT_TRUE(run("labels.paint", {{"points", {place(5), place(64), place(96)}},
                                         {"size", 12},
                                         {"ball", random.below(2) == 0},
                                         {"label", id}}));
    }
  }
  const LabelArray end = all();
  const std::size_t steps = workspace_.history().done();
  EXPECT_GT(steps, before + 20);
  workspace_.history().go_to_step(before);
  EXPECT_EQ(all(), start);
  workspace_.history().go_to_step(steps);
  EXPECT_EQ(all(), end);
}

}  // namespace
}  // namespace karyo
