// The journal: what it keeps, who may write it, what it says when something is wrong.

#include "annotation/journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/annotation/work_script.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using test::kImage;
using test::painted;
using test::TempDir;
using test::WorkScript;

std::unique_ptr<Journal> open_in(const TempDir& folder, JournalOptions options = {}) {
  auto journal = Journal::open(folder.path(), std::move(options));
  EXPECT_TRUE(journal) << journal.error().what;
  return journal ? *std::move(journal) : nullptr;
}

TEST(Journal, RandomWorkIsAsItWasAfterEachRestart) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    const TempDir folder;
    WorkScript script(seed, 1 + static_cast<int>(seed % 3),
                      seed % 2 == 0 ? Index3{1, 64, 65} : Index3{3, 130, 1});
    for (int time = 0; time < 6; ++time) {
      auto journal = open_in(folder);
      const auto state = script.find_recovered(*journal, script.last(), script.last());
      ASSERT_TRUE(state);
      for (int i = 0; i < 40; ++i) ASSERT_TRUE(script.go_on(journal.get()));
      // A save that was going on ends with the program.
      ASSERT_TRUE(journal->flush());
      script.go_back_to(script.last());
    }
  }
}

TEST(Journal, KeepsWhatMasksCannotHold) {
  const TempDir folder;
  {
    auto journal = open_in(folder);
    ASSERT_TRUE(journal->set_setting("classes", "[\"mitotic\"]"));
    ASSERT_TRUE(journal->set_setting("classes", "[\"mitotic\",\"dead\"]"));
    ASSERT_TRUE(journal->set_state("a.tif", "done"));
    ASSERT_TRUE(journal->set_seconds("a.tif", 12.5));
    ASSERT_TRUE(journal->set_state("Zelle \xc3\xa4.tif", "excluded"));
    ASSERT_TRUE(journal->recover("a.tif", {LabelVolume({1, 9, 9})}, std::nullopt));
    ASSERT_TRUE(journal->set_note("a.tif", "rois", std::string("\0\1\2", 3)));
    ASSERT_TRUE(journal->set_note("a.tif", "gone", "x"));
    ASSERT_TRUE(journal->set_note("a.tif", "gone", std::nullopt));
  }
  auto journal = open_in(folder);
  EXPECT_EQ(journal->setting("classes"), "[\"mitotic\",\"dead\"]");
  EXPECT_EQ(journal->setting("none"), "");
  const auto images = journal->images();
  ASSERT_EQ(images.size(), 2u);
  EXPECT_EQ(images.at("a.tif").state, "done");
  EXPECT_EQ(images.at("a.tif").seconds, 12.5);
  EXPECT_FALSE(images.at("a.tif").unsaved);
  EXPECT_EQ(images.at("Zelle \xc3\xa4.tif").state, "excluded");
  const std::map<std::string, std::string> notes{{"rois", std::string("\0\1\2", 3)}};
  EXPECT_EQ(*journal->notes("a.tif"), notes);
  EXPECT_TRUE(journal->notes("never seen.tif")->empty());
}

TEST(Journal, OneWritesAndOthersRead) {
  const TempDir folder;
  auto first = open_in(folder);
  EXPECT_FALSE(first->read_only());
  LabelVolume labels({1, 9, 9});
  ASSERT_TRUE(first->recover(kImage, {labels}, std::nullopt));
  ASSERT_TRUE(first->record(kImage, painted(labels, 7)));
  ASSERT_TRUE(first->flush());

  auto second = open_in(folder);
  EXPECT_TRUE(second->read_only());
  EXPECT_NE(second->why_read_only().find("another window"), std::string::npos);
  EXPECT_TRUE(second->images().at(kImage).unsaved);
  const auto blank = [] { return std::vector<LabelVolume>{LabelVolume({1, 9, 9})}; };
  EXPECT_EQ(second->recover(kImage, blank(), std::nullopt)->labels[0].at({0, 0, 0}), 7u);
  const auto refused = second->set_state(kImage, "done");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(second->record(kImage, painted(labels, 8)));

  // What the first goes on to do is seen too.
  ASSERT_TRUE(first->moved(kImage, 0));
  ASSERT_TRUE(first->record(kImage, painted(labels, 9)));
  ASSERT_TRUE(first->flush());
  EXPECT_EQ(second->recover(kImage, blank(), std::nullopt)->labels[0].at({0, 0, 0}), 9u);
  first.reset();
  EXPECT_FALSE(open_in(folder)->read_only());
}

TEST(Journal, AFolderThatCannotBeWrittenIsRead) {
  const TempDir folder;
  if (::getuid() != 0) GTEST_SKIP() << "only root can become somebody who may not write";
  {
    auto journal = open_in(folder);
    ASSERT_TRUE(journal->set_state(kImage, "done"));
  }
  ::chmod(folder.path().c_str(), 0555);
  ::chmod((folder / ".karyoscope.lock").c_str(), 0444);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(65534) != 0) _exit(1);
    const auto journal = Journal::open(folder.path());
    if (!journal) _exit(2);
    _exit((*journal)->read_only() && (*journal)->images().at(kImage).state == "done" ? 0 : 3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Journal, AMaskThatOthersChangedIsNoticedAndAPersonDecides) {
  const auto frames = [](std::uint32_t left, std::uint32_t right) {
    LabelVolume labels({1, 10, 100});
    LabelWriter writer(labels);
    writer.set({0, 0, 0}, left);
    writer.set({0, 0, 99}, right);
    return std::vector<LabelVolume>{labels};
  };
  const FileFingerprint ours{100, 1, 5}, theirs{100, 2, 5};
  for (const bool keeps : {false, true}) {
    const TempDir folder;
    auto journal = open_in(folder);
    ASSERT_TRUE(journal->recover(kImage, frames(1, 2), ours));
    LabelVolume labels = frames(1, 2)[0];
    ASSERT_TRUE(journal->record(kImage, painted(labels, 5)));
    journal = nullptr;
    journal = open_in(folder);
    const auto found = journal->recover(kImage, frames(1, 8), theirs);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->changed_outside);
    EXPECT_TRUE(WorkScript::equal(found->labels, frames(1, 8)));
    EXPECT_TRUE(found->steps.empty());
    EXPECT_FALSE(journal->record(kImage, painted(labels, 6))) << "nobody has decided";
    if (keeps) {
      const auto other = journal->keep_steps(kImage, {LabelVolume({1, 10, 101})}, theirs);
      ASSERT_FALSE(other);
      EXPECT_EQ(other.error().code, ErrorCode::kInvalidArgument);
      ASSERT_TRUE(journal->keep_steps(kImage, frames(1, 8), theirs));
    } else {
      ASSERT_TRUE(journal->take_file(kImage, theirs));
    }
    for (int time = 0; time < 2; ++time) {
      const auto decided = journal->recover(kImage, frames(1, 8), theirs);
      ASSERT_TRUE(decided);
      EXPECT_FALSE(decided->changed_outside);
      // The tile on the right is theirs in both cases: no step knows it.
      EXPECT_TRUE(WorkScript::equal(decided->labels, frames(keeps ? 5 : 1, 8)));
      EXPECT_EQ(decided->steps.size(), keeps ? 1u : 0u);
      EXPECT_EQ(decided->unsaved, keeps);
      journal = nullptr;
      journal = open_in(folder);
    }
    // Gone is changed too.
    EXPECT_TRUE(journal->recover(kImage, frames(0, 0), std::nullopt)->changed_outside);
  }
}

TEST(Journal, AnotherShapeIsAnotherFile) {
  const TempDir folder;
  auto journal = open_in(folder);
  const auto recover = [&](Index3 shape) {
    return journal->recover(kImage, {LabelVolume(shape)}, std::nullopt);
  };
  EXPECT_FALSE(recover({1, 10, 10})->changed_outside);
  EXPECT_FALSE(recover({1, 10, 20})->changed_outside) << "nothing was done yet";
  LabelVolume labels({1, 10, 20});
  ASSERT_TRUE(journal->record(kImage, painted(labels, 1)));
  EXPECT_TRUE(recover({1, 10, 10})->changed_outside);
  EXPECT_FALSE(recover({1, 10, 20})->changed_outside);
  EXPECT_FALSE(journal->recover(kImage, {}, std::nullopt));
}

/// The mask may have been renamed or not when the power went: both are known.
TEST(Journal, ASaveThatWasCutOffIsKnown) {
  for (const bool renamed : {false, true}) {
    const TempDir folder;
    const FileFingerprint first{10, 1}, second{10, 2};
    LabelVolume labels({1, 9, 9});
    const LabelVolume blank = labels;
    auto journal = open_in(folder);
    ASSERT_TRUE(journal->recover(kImage, {blank}, first));
    ASSERT_TRUE(journal->record(kImage, painted(labels, 1)));
    const LabelVolume written = labels;
    const auto mark = journal->mark(kImage);
    ASSERT_TRUE(mark);
    // Meanwhile it is undone and painted over.
    ASSERT_TRUE(journal->moved(kImage, 0));
    LabelVolume other = blank;
    ASSERT_TRUE(journal->record(kImage, painted(other, 2, {0, 5, 5})));
    ASSERT_TRUE(journal->saving(kImage, *mark, second));
    journal = nullptr;
    journal = open_in(folder);
    const auto found =
        journal->recover(kImage, {renamed ? written : blank}, renamed ? second : first);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->changed_outside);
    EXPECT_TRUE(found->unsaved);
    EXPECT_TRUE(WorkScript::equal(found->labels, {other}));
    EXPECT_GT(found->labels[0].unused_id(), 2u);
    const auto now = journal->mark(kImage);
    ASSERT_TRUE(journal->saved(kImage, *now, {10, 3}));
    EXPECT_FALSE(journal->saved(kImage, *mark, second)) << "an older mark";
    EXPECT_FALSE(journal->recover(kImage, {other}, FileFingerprint{10, 3})->unsaved);
    EXPECT_TRUE(journal->recover(kImage, {blank}, first)->changed_outside);
  }
}

TEST(Journal, ForgetsTheOldestStepsThatAreSaved) {
  const TempDir folder;
  LabelVolume labels({1, 640, 640});
  Random random(3);
  auto journal = open_in(folder);
  ASSERT_TRUE(journal->recover(kImage, {labels}, std::nullopt));
  const auto scribble = [&] {
    LabelWriter writer(labels);
    for (int i = 0; i < 4000; ++i) {
      writer.set({0, random.below(640), random.below(640)},
                 static_cast<std::uint32_t>(random.next()));
    }
    ASSERT_TRUE(journal->record(
        kImage, {"Scribble",
                 "",
                 1,
                 {change_of(0, Box3::of_shape(labels.shape()), writer.finish(), labels)},
                 {}}));
  };
  for (int i = 0; i < 20; ++i) scribble();
  const LabelVolume saved = labels;
  ASSERT_TRUE(journal->saved(kImage, *journal->mark(kImage), {10, 1}));
  for (int i = 0; i < 5; ++i) scribble();
  const LabelVolume end = labels;
  journal = nullptr;

  journal = open_in(folder, {.most_bytes = 3'000'000});
  auto found = journal->recover(kImage, {saved}, FileFingerprint{10, 1});
  ASSERT_TRUE(found);
  EXPECT_TRUE(WorkScript::equal(found->labels, {end}));
  EXPECT_EQ(found->position, 25);
  EXPECT_GT(found->first, 1);
  EXPECT_EQ(found->first + std::ssize(found->steps) - 1, 25);
  EXPECT_FALSE(journal->moved(kImage, found->first - 2));
  EXPECT_TRUE(journal->moved(kImage, found->first - 1));
  EXPECT_TRUE(journal->moved(kImage, 25));
  journal = nullptr;

  journal = open_in(folder, {.most_bytes = 1});
  found = journal->recover(kImage, {saved}, FileFingerprint{10, 1});
  ASSERT_TRUE(found);
  EXPECT_TRUE(WorkScript::equal(found->labels, {end}));
  EXPECT_LE(found->first, 21) << "what is in no mask stays";

  // In memory only what is asked for: at least the last step.
  const auto few = journal->recover(kImage, {saved}, FileFingerprint{10, 1}, 1);
  ASSERT_TRUE(few);
  EXPECT_EQ(few->steps.size(), 1u);
  EXPECT_EQ(few->first, 25);
  EXPECT_TRUE(WorkScript::equal(few->labels, {end}));
}

/// Steps of notes alone change nothing that a mask has: they are no reason to write it, and do not
/// stay because it was not written.
TEST(Journal, StepsWithoutLabelsAreSavedByThemselves) {
  const TempDir folder;
  const auto blank = [] { return std::vector<LabelVolume>{LabelVolume({1, 9, 9})}; };
  Random random(4);
  {
    auto journal = open_in(folder);
    ASSERT_TRUE(journal->recover(kImage, blank(), std::nullopt));
    for (int i = 0; i < 300; ++i) {
      std::string noise;
      for (int k = 0; k < 2000; ++k) noise += static_cast<char>(random.next());
      ASSERT_TRUE(journal->record(kImage, {"Region", "{}", 1, {}, {{"region/1", {}, noise}}}));
    }
  }
  for (int run = 0; run < 2; ++run) {
    auto journal = open_in(folder, {.most_bytes = 100'000});
    const auto found = journal->recover(kImage, blank(), std::nullopt);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->unsaved);
    EXPECT_EQ(found->position, 300);
    EXPECT_EQ(found->first == 1, run == 0) << "what was not known to be saved when it was opened";
    EXPECT_EQ(journal->notes(kImage)->size(), 1u);
  }
}

TEST(Journal, TellsWhereUndoAndRedoGoOn) {
  const TempDir folder;
  const auto all = [](const std::string&) { return true; };
  LabelVolume a({1, 9, 9}), b({1, 9, 9});
  for (const bool reopened : {false, true}) {
    SCOPED_TRACE(reopened);
    auto journal = open_in(folder);
    if (!reopened) {
      EXPECT_EQ(journal->last_done(all), "");
      ASSERT_TRUE(journal->recover("a", {a}, std::nullopt));
      ASSERT_TRUE(journal->recover("b", {b}, std::nullopt));
      ASSERT_TRUE(journal->record("a", painted(a, 1)));
      ASSERT_TRUE(journal->record("b", painted(b, 2)));
      ASSERT_TRUE(journal->record("a", painted(a, 3)));
      EXPECT_EQ(journal->last_done(all), "a");
      EXPECT_EQ(journal->first_undone(all), "");
      ASSERT_TRUE(journal->moved("a", 1));
    }
    EXPECT_EQ(journal->last_done(all), "b");
    EXPECT_EQ(journal->last_done([](const std::string& name) { return name != "b"; }), "a");
    EXPECT_EQ(journal->first_undone(all), "a");
  }
  auto journal = open_in(folder);
  ASSERT_TRUE(journal->recover("b", {LabelVolume({1, 9, 9})}, std::nullopt));
  ASSERT_TRUE(journal->moved("b", 0));
  EXPECT_EQ(journal->first_undone(all), "b") << "it was made before a's";
  EXPECT_EQ(journal->last_done(all), "a");
}

TEST(Journal, AChangeOfManyTilesIsOneStep) {
  const TempDir folder;
  LabelVolume labels({3, 640, 640});
  auto journal = open_in(folder);
  ASSERT_TRUE(journal->recover(kImage, {labels}, std::nullopt));
  LabelWriter writer(labels);
  for (std::int64_t z = 0; z < 3; ++z) {
    for (std::int64_t y = 0; y < 640; ++y) {
      writer.set_row({z, y, 0}, 640, 3, [](std::uint32_t) { return true; });
    }
  }
  ASSERT_TRUE(journal->record(
      kImage, {"Fill",
               "",
               1,
               {change_of(0, Box3::of_shape(labels.shape()), writer.finish(), labels)},
               {}}));
  journal = nullptr;
  journal = open_in(folder);
  const auto found = journal->recover(kImage, {LabelVolume(labels.shape())}, std::nullopt);
  ASSERT_TRUE(found);
  EXPECT_TRUE(WorkScript::equal(found->labels, {labels}));
  ASSERT_EQ(found->steps.size(), 1u);
  EXPECT_EQ(found->steps[0].labels.size(), 1u);
  EXPECT_EQ(found->steps[0].labels[0].before.size(), 300u);
  EXPECT_EQ(found->steps[0].labels[0].box, Box3::of_shape(labels.shape()));
}

TEST(Journal, WhatDoesNotFitIsRefused) {
  const TempDir folder;
  auto journal = open_in(folder);
  LabelVolume labels({1, 9, 9});
  EXPECT_FALSE(journal->record(kImage, painted(labels, 1))) << "not asked for before";
  EXPECT_FALSE(journal->mark(kImage));
  ASSERT_TRUE(journal->recover(kImage, {LabelVolume({1, 9, 9})}, std::nullopt));
  LabelVolume large({1, 9, 90});
  EXPECT_FALSE(journal->record(kImage, painted(large, 1, {0, 0, 80})));
  JournalStep step = painted(labels, 2);
  step.labels[0].frame = 1;
  EXPECT_FALSE(journal->record(kImage, step));
  step.labels[0].frame = 0;
  step.labels[0].after.clear();
  EXPECT_FALSE(journal->record(kImage, step));
  EXPECT_FALSE(journal->moved(kImage, 1));
  EXPECT_FALSE(journal->moved(kImage, -1));
  EXPECT_TRUE(journal->record(kImage, {"Accept", "{}", 1, {}, {{"object/1", {}, "ok"}}}));
  EXPECT_EQ(journal->notes(kImage)->at("object/1"), "ok");
  ASSERT_TRUE(journal->moved(kImage, 0));
  EXPECT_TRUE(journal->notes(kImage)->empty());
}

}  // namespace
}  // namespace karyo
