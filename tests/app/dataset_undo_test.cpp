// Undo of an annotated folder, whatever a step changed: labels, classes, locks, reviews, regions.

#include <sqlite3.h>

#include <optional>
#include <string>
#include <vector>

#include "annotation/journal.h"
#include "app/dataset_journal.h"
#include "tests/app/annotated_folder.h"

namespace karyo {
namespace {

using nlohmann::json;
using test::difference;
using test::now;
using test::of_masks;
using test::Program;
using test::Snapshot;
namespace fs = std::filesystem;

class DatasetUndoTest : public test::AnnotatedFolder {
 protected:
  std::vector<std::string> names_of_steps(Program& program) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < program.workspace.history().count(); ++i) {
      names.push_back(program.workspace.history().name_of_step(i));
    }
    return names;
  }
};

const json kMasks{{"layer", "masks"}};

TEST_F(DatasetUndoTest, EveryKindOfStepIsUndoneInTheNextRun) {
  std::vector<Snapshot> states;
  std::vector<std::string> names;
  {
    Program program;
    ASSERT_TRUE(open(program));
    const auto did = [&](const std::string& id, const json& arguments) {
      ASSERT_TRUE(program.run(id, arguments)) << id;
      ASSERT_NE(now(program), states.back()) << id;
      states.push_back(now(program));
    };
    states.push_back(now(program));
    did("labels.paint", of_masks({{"points", {0, 20, 20}}, {"size", 7}, {"label", 4}}));
    did("labels.set_class", of_masks({{"objects", {4}}, {"class", "mitotic"}}));
    did("labels.lock", of_masks({{"objects", {4}}, {"locked", true}}));
    did("labels.paint", of_masks({{"points", {0, 40, 40}}, {"size", 9}, {"label", 7}}));
    did("rois.from_labels", kMasks);
    did("rois.rename", {{"numbers", {1}}, {"name", "first"}});
    did("review.accept", {{"object", 7}});
    did("labels.set_classes", of_masks({{"names", {"mitotic", "G1", "G2"}}}));
    did("labels.renumber", kMasks);
    did("rois.delete", {{"numbers", {1, 2}}});
    did("rois.add_object", of_masks({{"object", 1}, {"slice", 0}}));
    names = names_of_steps(program);
    ASSERT_EQ(names.size(), states.size() - 1);
  }  // ends without saving
  for (int run = 0; run < 2; ++run) {
    Program again;
    ASSERT_TRUE(open(again));
    EXPECT_EQ(names_of_steps(again), names) << "the panel names them as before";
    EXPECT_EQ(difference(now(again), states.back()), "");
    for (std::size_t left = states.size() - 1; left-- > 0;) {
      ASSERT_TRUE(again.run("edit.undo"));
      EXPECT_EQ(difference(now(again), states[left]), "") << "after " << left;
    }
    EXPECT_FALSE(again.run("edit.undo")) << "nothing is left";
    for (std::size_t done = 1; done < states.size(); ++done) {
      ASSERT_TRUE(again.run("edit.redo"));
      EXPECT_EQ(difference(now(again), states[done]), "") << "after " << done;
    }
    EXPECT_TRUE(again.errors.empty());
  }
}

TEST_F(DatasetUndoTest, ReopeningGoesOnWhereTheLastThingWasDone) {
  Snapshot before;
  {
    Program program;
    ASSERT_TRUE(open(program));
    program.paint(20, 20, 3);
    ASSERT_TRUE(program.run("dataset.next"));
    program.paint(30, 30, 5);
    before = now(program);
    ASSERT_TRUE(program.run("labels.set_class", of_masks({{"objects", {5}}, {"class", "dead"}})));
    ASSERT_TRUE(program.run("dataset.next"));
    ASSERT_TRUE(program.dataset().close());
  }
  Program again;
  ASSERT_TRUE(open(again));
  EXPECT_EQ(again.here(), "b");
  ASSERT_TRUE(again.run("dataset.next"));
  EXPECT_EQ(again.here(), "c");
  ASSERT_TRUE(again.run("edit.undo"));
  EXPECT_EQ(again.here(), "b") << "nothing was done in c";
  EXPECT_EQ(difference(now(again), before), "");
  ASSERT_TRUE(again.run("edit.undo"));
  ASSERT_TRUE(again.run("edit.undo"));
  EXPECT_EQ(again.here(), "a");
  EXPECT_FALSE(again.run("edit.undo"));
  ASSERT_TRUE(again.run("edit.redo"));
  EXPECT_EQ(again.here(), "a");
  ASSERT_TRUE(again.run("edit.redo"));
  EXPECT_EQ(again.here(), "b") << "redo travels back";
  ASSERT_TRUE(again.run("dataset.next"));
  again.paint(10, 10, 2);
  EXPECT_FALSE(again.run("edit.redo")) << "something new was done since";
  EXPECT_EQ(again.here(), "c");
}

TEST_F(DatasetUndoTest, WhatChangesNoLabelsWritesNoMask) {
  Program program;
  ASSERT_TRUE(open(program));
  const json square{
      {"type", "rectangle"}, {"points", {5, 5, 15, 18}}, {"layer", "regions"}, {"new_layer", true}};
  ASSERT_TRUE(program.run("shapes.add", square));
  ASSERT_TRUE(program.run("dataset.next"));
  EXPECT_FALSE(fs::exists(folder_ / "masks" / "a.tif")) << "nothing was drawn";
  EXPECT_EQ(program.regions(), nullptr) << "they are a's";
  ASSERT_TRUE(program.run("dataset.previous"));
  ASSERT_NE(program.regions(), nullptr);
  EXPECT_EQ(program.regions()->count(), 1u);
  EXPECT_FALSE(program.dataset().unsaved());
  ASSERT_TRUE(program.run("edit.undo"));
  EXPECT_EQ(program.regions(), nullptr);
}

/// As a program of before left it: notes of an image in one, no step has any.
TEST_F(DatasetUndoTest, AJournalOfBeforeIsTakenOver) {
  Snapshot kept;
  {
    Program program;
    ASSERT_TRUE(open(program));
    program.paint(20, 20, 4);
    program.paint(40, 50, 6);
    ASSERT_TRUE(program.dataset().close());
  }
  Roi square = *make_shape("rectangle", {{5, 6}, {15, 18}});
  square.name = "square";
  {
    const std::vector<std::byte> roi = *format_roi(square);
    std::string regions;
    for (int i = 0; i < 2; ++i) {
      regions += static_cast<char>(roi.size() & 0xff);
      regions += static_cast<char>(roi.size() >> 8);
      regions += std::string(2, '\0');
      regions.append(reinterpret_cast<const char*>(roi.data()), roi.size());
    }
    const json classes = {{{"name", "round"}, {"color", {1, 2, 3}}},
                          {{"name", "long"}, {"color", {4, 5, 6}}}};
    const json all{
        {"classes", classes},
        {"objects", {{"4", {{"class", 1}, {"locked", true}}}, {"6", {{"accepted", 77}}}}}};
    auto journal = *Journal::open(folder_.path());
    ASSERT_TRUE(journal->recover("a.tif", {LabelVolume({1, 60, 80})},
                                 *fingerprint_of(folder_ / "masks" / "a.tif")));
    ASSERT_TRUE(journal->set_note("a.tif", "objects", all.dump()));
    ASSERT_TRUE(journal->set_note("a.tif", "regions", regions));
    ASSERT_TRUE(journal->set_setting(
        "classes", json{{"classes", classes}, {"objects", json::object()}}.dump()));
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / Journal::kFileName).c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "PRAGMA user_version=1", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  for (int run = 0; run < 2; ++run) {
    Program again;
    ASSERT_TRUE(open(again));
    EXPECT_TRUE(again.errors.empty());
    const ObjectNotes& notes = *again.dataset().labels()->notes();
    ASSERT_EQ(notes.classes.size(), 2u);
    EXPECT_EQ(notes.classes[1].name, "long");
    EXPECT_EQ(notes.of(4), (ObjectNote{1, true, std::nullopt}));
    EXPECT_EQ(notes.of(6), (ObjectNote{-1, false, 77}));
    ASSERT_NE(again.regions(), nullptr);
    EXPECT_EQ(*again.regions()->look().data, (ShapeList{square, square}));
    EXPECT_EQ(again.workspace.history().done(), 2u);
    if (run == 0) kept = now(again);
    ASSERT_TRUE(again.run("rois.delete", {{"numbers", {1}}}));
    ASSERT_TRUE(again.run("labels.lock", of_masks({{"objects", {4}}, {"locked", false}})));
    ASSERT_TRUE(again.run("edit.undo"));
    ASSERT_TRUE(again.run("edit.undo"));
    EXPECT_EQ(difference(now(again), kept), "");
    ASSERT_TRUE(again.run("dataset.next"));
    EXPECT_EQ(again.dataset().labels()->notes()->classes.size(), 2u) << "the folder's list";
  }
  auto journal = *Journal::open(folder_.path());
  const auto all = *journal->notes("a.tif");
  EXPECT_FALSE(all.contains("objects") || all.contains("regions")) << "they were written anew";
}

}  // namespace
}  // namespace karyo
