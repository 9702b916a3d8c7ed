// A folder of images annotated by commands: gone through, saved, undone, opened again.

#include "app/dataset_session.h"

#include <gtest/gtest.h>

#include <fstream>

#include "app/dataset_files.h"
#include "app/layer_commands.h"
#include "core/base/random.h"
#include "core/io/image_io.h"
#include "core/io/roi_zip.h"
#include "tests/support/blobs.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// One run of the program.
struct Program {
  Program() {
    add_workspace_commands(commands, workspace);
    history = keep_history(commands, workspace.history());
    failures = workspace.failed.connect([this](const Error& error) { errors.push_back(error); });
  }
  Result<void> run(const std::string& id, const json& arguments = json::object()) {
    auto outcome = commands.run(id, arguments);
    workspace.finish_jobs();
    return outcome;
  }
  DatasetSession& dataset() { return workspace.dataset(); }
  std::string here() { return dataset().current_item()->name; }
  LabelArray labels() { return dataset().labels()->labels().to_dense(); }
  void paint(double y, double x, int label = 1) {
    ASSERT_TRUE(run("labels.paint", {{"points", {0, y, x}}, {"size", 7}, {"label", label}}));
  }

  Workspace workspace;
  CommandTable commands;
  Connection history, failures;
  std::vector<Error> errors;
};

class DatasetSessionTest : public ::testing::Test {
 protected:
  DatasetSessionTest() {
    for (const char* name : {"a", "b", "c"}) {
      Volume image(VoxelType::kUInt8, {1, 1, 1, 60, 80});
      auto view = image.view<std::uint8_t>();
      for (std::int64_t y = 0; y < 60; ++y) {
        for (std::int64_t x = 0; x < 80; ++x) {
          const std::int64_t d = (y - 30) * (y - 30) + (x - 40) * (x - 40);
          view(0, y, x) = static_cast<std::uint8_t>((d < 100 ? 200 : 20) + (x * y + name[0]) % 5);
        }
      }
      EXPECT_TRUE(write_image(folder_ / "images" / (std::string(name) + ".tif"), image));
    }
  }
  static std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  LabelArray mask(const std::string& name) {
    auto labels = read_labels(folder_ / "masks" / (name + ".tif"));
    EXPECT_TRUE(labels) << name;
    return labels ? *std::move(labels) : LabelArray();
  }

  test::TempDir folder_;
};

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

/// Random work on three images with switches, undo and restarts: at every moment the labels are
/// what a plain model of the same script says.
TEST_F(DatasetSessionTest, ARandomScriptLosesNothing) {
  Random random(20);
  std::map<std::string, std::vector<LabelArray>> done;  // states up to now, by image
  std::map<std::string, std::size_t> at;
  auto program = std::make_unique<Program>();
  ASSERT_TRUE(program->run("dataset.open", {{"path", folder_.path().string()}}));
  for (int step = 0; step < 120; ++step) {
    const std::string name = program->here();
    if (done[name].empty()) done[name].push_back(program->labels());
    ASSERT_EQ(program->labels(), done[name][at[name]]) << "step " << step;
    switch (random.below(10)) {
      case 0:
        static_cast<void>(program->run("dataset.next"));
        break;
      case 1:
        static_cast<void>(program->run("dataset.previous"));
        break;
      case 2:
        if (random.below(2) == 0) {
          ASSERT_TRUE(program->dataset().close());
        }
        program = std::make_unique<Program>();
        ASSERT_TRUE(program->run("dataset.open", {{"path", folder_.path().string()}}));
        break;
      case 3:
      case 4:
        if (at[name] == 0) break;
        ASSERT_TRUE(program->run("edit.undo"));
        --at[name];
        break;
      case 5:
        if (at[name] + 1 >= done[name].size()) break;
        ASSERT_TRUE(program->run("edit.redo"));
        ++at[name];
        break;
      default: {
        program->paint(random.uniform(0, 59), random.uniform(0, 79),
                       static_cast<int>(random.below(9)));
        const LabelArray now = program->labels();
        if (now == done[name][at[name]]) break;  // nothing changed: no step
        done[name].resize(at[name] + 1);
        done[name].push_back(now);
        ++at[name];
      }
    }
  }
  EXPECT_TRUE(program->errors.empty());
}

}  // namespace
}  // namespace karyo
