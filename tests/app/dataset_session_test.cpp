// A folder of images annotated by commands: gone through, saved, undone, opened again.

#include "app/dataset_session.h"

#include <gtest/gtest.h>

#include "app/dataset_files.h"
#include "core/io/image_io.h"
#include "core/io/roi_zip.h"
#include "core/segment/suggestion.h"
#include "tests/app/annotated_folder.h"

namespace karyo {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

using test::Program;
using DatasetSessionTest = test::AnnotatedFolder;

TEST_F(DatasetSessionTest, MasksAreSavedUnderTheImagesNameAndImagesStay) {
  const std::string before = content(folder_ / "images" / "a.tif");
  Program program;
  ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
  EXPECT_EQ(program.here(), "a");
  EXPECT_EQ(program.dataset().items().size(), 3u);
  EXPECT_FALSE(fs::exists(folder_ / "masks")) << "nothing was drawn yet";
  program.paint(20, 20);
  const LabelArray drawn = program.labels();
  ASSERT_TRUE(program.run("dataset.next"));
  EXPECT_EQ(program.here(), "b");
  EXPECT_EQ(mask("a"), drawn);
  EXPECT_EQ(content(folder_ / "images" / "a.tif"), before);
  EXPECT_FALSE(fs::exists(folder_ / "masks" / "b.tif"));
  EXPECT_EQ(program.dataset().items()[0].state, ImageState::kInProgress);
  ASSERT_TRUE(program.run("dataset.previous"));
  EXPECT_EQ(program.labels(), drawn);
  ASSERT_TRUE(program.run("dataset.done_and_next"));
  EXPECT_EQ(program.dataset().items()[0].state, ImageState::kDone);
  EXPECT_EQ(program.here(), "b");
  ASSERT_TRUE(program.run("dataset.next"));
  EXPECT_FALSE(program.run("dataset.next")) << "the last one";
  EXPECT_TRUE(program.run("dataset.done_and_next"));
  EXPECT_EQ(program.here(), "c");
  EXPECT_EQ(program.dataset().items()[2].state, ImageState::kDone);
  EXPECT_TRUE(program.errors.empty());
}

TEST_F(DatasetSessionTest, UndoGoesOnAfterTheImageIsOpenedAgainAndInTheNextRun) {
  std::vector<LabelArray> states;
  {
    Program program;
    ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
    states.push_back(program.labels());
    for (const double x : {10.0, 30.0, 50.0}) {
      program.paint(15, x, static_cast<int>(x));
      states.push_back(program.labels());
    }
    ASSERT_TRUE(program.run("dataset.next"));
    ASSERT_TRUE(program.run("dataset.previous"));
    ASSERT_TRUE(program.run("edit.undo"));
    EXPECT_EQ(program.labels(), states[2]);
    ASSERT_TRUE(program.dataset().close());
  }
  Program again;
  ASSERT_TRUE(again.run("dataset.open", {{"path", folder_.path().string()}}));
  EXPECT_EQ(again.dataset().items()[0].state, ImageState::kInProgress);
  EXPECT_EQ(again.labels(), states[2]);
  ASSERT_TRUE(again.run("edit.redo"));
  EXPECT_EQ(again.labels(), states[3]);
  for (const int left : {2, 1, 0}) {
    ASSERT_TRUE(again.run("edit.undo"));
    EXPECT_EQ(again.labels(), states[static_cast<std::size_t>(left)]);
  }
}

TEST_F(DatasetSessionTest, UndoTravelsToTheImageThatWasEditedLast) {
  Program program;
  ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
  const LabelArray empty = program.labels();
  program.paint(20, 20);
  ASSERT_TRUE(program.run("dataset.next"));
  ASSERT_TRUE(program.run("edit.undo"));
  EXPECT_EQ(program.here(), "a");
  EXPECT_EQ(program.labels(), empty);
}

TEST_F(DatasetSessionTest, WhatWasNotSavedComesBackAfterACrash) {
  LabelArray drawn;
  {
    auto program = std::make_unique<Program>();
    ASSERT_TRUE(program->run("dataset.open", {{"path", folder_.path().string()}}));
    program->paint(20, 20, 4);
    program->paint(40, 40, 5);
    drawn = program->labels();
    program->dataset().set_state(1, ImageState::kExcluded);
  }  // ends without saving: only the journal knows
  EXPECT_FALSE(fs::exists(folder_ / "masks" / "a.tif"));
  Program again;
  ASSERT_TRUE(again.run("dataset.open", {{"path", folder_.path().string()}}));
  EXPECT_EQ(again.labels(), drawn);
  EXPECT_TRUE(again.dataset().unsaved());
  ASSERT_TRUE(again.run("dataset.next"));
  EXPECT_EQ(again.here(), "c") << "b is left out";
  EXPECT_EQ(mask("a"), drawn);
}

TEST_F(DatasetSessionTest, AMaskThatOthersChangedIsNoticedAndNothingIsLost) {
  LabelArray drawn, theirs(Index3{1, 60, 80});
  theirs(0, 5, 5) = 9;
  {
    Program program;
    ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
    program.paint(20, 20, 4);
    drawn = program.labels();
    ASSERT_TRUE(program.run("dataset.save"));
    program.paint(40, 40, 5);
    ASSERT_TRUE(program.dataset().close());
    drawn = mask("a");
  }
  ASSERT_TRUE(write_labels(folder_ / "masks" / "a.tif", theirs));
  Program again;
  int conflicts = 0;
  const auto told = again.dataset().conflict.connect([&] { ++conflicts; });
  ASSERT_TRUE(again.run("dataset.open", {{"path", folder_.path().string()}}));
  EXPECT_EQ(conflicts, 1);
  EXPECT_EQ(again.labels(), theirs);
  EXPECT_TRUE(again.dataset().labels()->locked());
  ASSERT_TRUE(again.dataset().keep_edits());
  again.workspace.finish_jobs();
  EXPECT_FALSE(again.dataset().changed_outside());
  EXPECT_EQ(again.labels()(0, 20, 20), 4u);
  EXPECT_EQ(again.labels()(0, 40, 40), 5u);
  EXPECT_FALSE(again.dataset().labels()->locked());
}

TEST_F(DatasetSessionTest, ASecondWindowMayOnlyLook) {
  Program first;
  ASSERT_TRUE(first.run("dataset.open", {{"path", folder_.path().string()}}));
  first.paint(20, 20);
  ASSERT_TRUE(first.run("dataset.save"));
  Program second;
  ASSERT_TRUE(second.run("dataset.open", {{"path", folder_.path().string()}}));
  ASSERT_EQ(second.errors.size(), 1u);
  EXPECT_NE(second.errors[0].what.find("another window"), std::string::npos);
  EXPECT_EQ(second.labels(), first.labels());
  EXPECT_FALSE(second.run("labels.paint", {{"points", {0, 5, 5}}, {"label", 2}}));
  EXPECT_FALSE(second.run("dataset.save"));
}

TEST_F(DatasetSessionTest, ClassesLocksAndRegionsComeBack) {
  {
    Program program;
    ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
    program.paint(20, 20, 4);
    ASSERT_TRUE(program.run("labels.set_class", {{"objects", {4}}, {"class", "mitotic"}}));
    ASSERT_TRUE(program.run("labels.lock", {{"objects", {4}}, {"locked", true}}));
    ASSERT_TRUE(program.run("rois.from_labels"));
    ASSERT_TRUE(program.dataset().close());
  }
  Program again;
  ASSERT_TRUE(again.run("dataset.open", {{"path", folder_.path().string()}}));
  const ObjectNotes& notes = *again.dataset().labels()->notes();
  EXPECT_EQ(notes.of(4).object_class, 1);
  EXPECT_TRUE(notes.of(4).locked);
  const auto* regions = dynamic_cast<const ShapesLayer*>(
      &again.workspace.layers().at(again.workspace.layers().count() - 1));
  ASSERT_NE(regions, nullptr);
  EXPECT_EQ(regions->count(), 1u);
  EXPECT_TRUE(again.workspace.unsaved_layers().empty()) << "the folder keeps them";
  EXPECT_FALSE(again.run("labels.delete_objects", {{"layer", "masks"}, {"objects", {4}}}));
  again.paint(20, 21, 7);
  EXPECT_EQ(again.labels()(0, 20, 20), 4u) << "it is locked";
}

TEST_F(DatasetSessionTest, AMaskOfAnotherSizeIsSaidAndNotWrittenOver) {
  LabelArray small(Index3{1, 10, 10});
  small(0, 5, 5) = 1;
  ASSERT_TRUE(write_labels(folder_ / "masks" / "a.tif", small));
  Program program;
  ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
  ASSERT_EQ(program.errors.size(), 1u);
  EXPECT_NE(program.errors[0].what.find("10 x 10"), std::string::npos);
  EXPECT_EQ(program.dataset().labels(), nullptr);
  ASSERT_TRUE(program.run("dataset.next"));
  EXPECT_EQ(mask("a"), small);
}

TEST_F(DatasetSessionTest, SomeArePickedAndStatesAreGoneThrough) {
  Program program;
  ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
  ASSERT_TRUE(program.run("dataset.pick", {{"count", 2}, {"seed", 5}}));
  const auto picked = [&] {
    std::vector<std::string> names;
    for (const DatasetItem& item : program.dataset().items()) {
      if (program.dataset().shows(item)) names.push_back(item.name);
    }
    return names;
  };
  const auto some = picked();
  EXPECT_EQ(some.size(), 2u);
  ASSERT_TRUE(program.run("dataset.pick", {{"count", 0}}));
  EXPECT_EQ(picked().size(), 3u);
  ASSERT_TRUE(program.run("dataset.pick", {{"count", 2}, {"seed", 5}}));
  EXPECT_EQ(picked(), some);
  ASSERT_TRUE(program.run("dataset.mark_done", {{"image", some[0]}}));
  ASSERT_TRUE(program.run("dataset.show", {{"state", "done"}}));
  EXPECT_EQ(picked(), std::vector<std::string>{some[0]});
  EXPECT_FALSE(program.run("dataset.show", {{"state", "finished"}}));
}

TEST_F(DatasetSessionTest, TheStepsRunOnTheNextImagesThatHaveNoMask) {
  LabelArray own(Index3{1, 60, 80});
  own(0, 3, 3) = 2;
  ASSERT_TRUE(write_labels(folder_ / "masks" / "b.tif", own));
  Program program;
  std::vector<BatchCount> counts;
  const auto told = program.dataset().batch_counted.connect(
      [&](const std::vector<BatchCount>& found) { counts = found; });
  ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
  const json steps{{"method", "Otsu"}, {"min_size", 20}, {"count", 5}};
  json look = steps;
  look["save"] = false;
  ASSERT_TRUE(program.run("steps.apply_next", look));
  ASSERT_EQ(counts.size(), 1u) << "b has a mask";
  EXPECT_EQ(counts[0].name, "c");
  EXPECT_EQ(counts[0].objects, 1);
  EXPECT_FALSE(fs::exists(folder_ / "masks" / "c.tif"));
  ASSERT_TRUE(program.run("steps.apply_next", steps));
  EXPECT_EQ(mask("b"), own);
  const LabelArray made = mask("c");
  EXPECT_EQ(made(0, 30, 40), 1u);
  ASSERT_TRUE(program.run("dataset.next"));
  ASSERT_TRUE(program.run("dataset.next"));
  EXPECT_EQ(program.labels(), made);
}

TEST_F(DatasetSessionTest, AMaskMadeForAnImageThatWasLookedAtIsNoConflict) {
  Program program;
  ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
  ASSERT_TRUE(program.run("dataset.next"));  // b is looked at, and c read ahead
  ASSERT_TRUE(program.run("dataset.previous"));
  ASSERT_TRUE(program.run("steps.apply_next", {{"count", 5}, {"suggest", true}}));
  for (const char* name : {"b", "c"}) {
    ASSERT_TRUE(program.run("dataset.next"));
    EXPECT_EQ(program.here(), name);
    EXPECT_FALSE(program.dataset().changed_outside()) << name;
    EXPECT_EQ(program.labels(), mask(name));
    program.paint(10, 10, 77);
    EXPECT_NE(program.labels(), mask(name));
  }
  EXPECT_TRUE(program.errors.empty());
}

TEST_F(DatasetSessionTest, EachPictureSuggestsItsOwnSteps) {
  Program program;
  ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
  ASSERT_TRUE(program.run("steps.apply_next", {{"count", 5}, {"suggest", true}}));
  for (const char* name : {"b", "c"}) {
    TaskControl control;
    const auto image = read_image(folder_ / "images" / (std::string(name) + ".tif"));
    ASSERT_TRUE(image);
    const auto suggestion = suggest_steps(*image, 0, 0, control);
    ASSERT_TRUE(suggestion);
    const auto alone = run_steps(*image, 0, 0, suggestion->steps, control);
    ASSERT_TRUE(alone);
    EXPECT_EQ(mask(name), alone->labels) << name;
    const auto& items = program.dataset().items();
    EXPECT_EQ(items[static_cast<std::size_t>(program.dataset().find(name))].state,
              ImageState::kNeedsReview)
        << "nobody has looked at it";
  }
}

TEST_F(DatasetSessionTest, RoiSetsAreWrittenBesideWhenAskedFor) {
  Program program;
  ASSERT_TRUE(program.run("dataset.open", {{"path", folder_.path().string()}}));
  program.paint(20, 20, 4);
  program.paint(40, 40, 6);
  ASSERT_TRUE(program.run("dataset.save_rois"));
  const auto set = read_rois(folder_ / "masks" / "a_RoiSet.zip");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->rois.size(), 2u);
}

TEST_F(DatasetSessionTest, AFolderIsLeftAtOnceAndWrittenInTheBackground) {
  Program program;
  ASSERT_TRUE(open(program));
  program.paint(20, 20, 4);
  const LabelArray drawn = program.labels();
  test::TempDir other;
  fs::copy(folder_ / "images", other / "images", fs::copy_options::recursive);
  // To another folder and back before anything is written: this window is not another one.
  ASSERT_TRUE(program.commands.run("dataset.open", {{"path", other.path().string()}}));
  EXPECT_EQ(program.dataset().folder(), other.path());
  EXPECT_TRUE(program.dataset().writing());
  EXPECT_FALSE(program.dataset().settled());
  ASSERT_TRUE(program.commands.run("dataset.open", {{"path", folder_.path().string()}}));
  program.workspace.finish_jobs();
  EXPECT_TRUE(program.dataset().settled());
  EXPECT_EQ(program.dataset().why_read_only(), "");
  EXPECT_EQ(program.labels(), drawn);
  EXPECT_EQ(mask("a"), drawn);
  EXPECT_FALSE(program.dataset().unsaved());
  ASSERT_TRUE(program.run("edit.undo"));
  EXPECT_EQ(program.labels()(0, 20, 20), 0u);
  EXPECT_TRUE(program.errors.empty());
}

TEST_F(DatasetSessionTest, AMaskThatCannotBeWrittenOnLeavingIsInTheJournal) {
  Program program;
  ASSERT_TRUE(open(program));
  program.paint(20, 20, 4);
  const LabelArray drawn = program.labels();
  std::ofstream(folder_ / "masks") << "in the way";
  ASSERT_TRUE(program.dataset().close());
  EXPECT_FALSE(program.dataset().is_open());
  EXPECT_EQ(program.workspace.layers().count(), 0);
  program.workspace.finish_jobs();
  ASSERT_EQ(program.errors.size(), 1u);
  EXPECT_NE(program.errors[0].what.find("the mask of a was not saved"), std::string::npos);
  EXPECT_NE(program.errors[0].fix.find("open the folder again"), std::string::npos);
  EXPECT_TRUE(program.dataset().settled());
  fs::remove(folder_ / "masks");
  ASSERT_TRUE(open(program));
  EXPECT_EQ(program.labels(), drawn);
  EXPECT_TRUE(program.dataset().unsaved());
  ASSERT_TRUE(program.run("dataset.save"));
  EXPECT_EQ(mask("a"), drawn);
}

TEST_F(DatasetSessionTest, OfTwoMasksOnTheirWayTheNewerOneStays) {
  Program program;
  ASSERT_TRUE(open(program));
  for (int round = 1; round <= 6; ++round) {
    const json label{{"points", {0, 20, 8 * round}}, {"size", 7}, {"label", round}};
    ASSERT_TRUE(program.commands.run("labels.paint", label));
    ASSERT_TRUE(program.commands.run("dataset.save"));
  }
  const LabelArray drawn = program.labels();
  program.workspace.finish_jobs();
  EXPECT_EQ(mask("a"), drawn);
  EXPECT_FALSE(program.dataset().unsaved());
  EXPECT_TRUE(program.errors.empty());
}

}  // namespace
}  // namespace karyo
