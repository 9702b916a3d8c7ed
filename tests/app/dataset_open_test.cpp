// A folder to annotate whose journal comes late, or not at all.

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "core/segment/mask_steps.h"
#include "tests/app/annotated_folder.h"
#include "tests/support/stalled_disk.h"

namespace karyo {
namespace {

using nlohmann::json;
using test::Program;

class DatasetOpenTest : public test::AnnotatedFolder {
 protected:
  /// Asks for it alone: what goes on in the background goes on.
  Result<void> ask_to_open(Program& program) {
    return program.commands.run("dataset.open", {{"path", folder_.path().string()}});
  }
  void stall(Program& program) {
    JournalOptions options;
    options.vfs = disk_.vfs();
    program.dataset().set_journal_options(options);
  }
  void wait_until_waited_for() {
    while (!disk_.waited_for()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  test::StalledDisk disk_;
};

TEST_F(DatasetOpenTest, ImagesAreListedBeforeTheJournalIsThere) {
  {
    Program before;
    ASSERT_TRUE(open(before));
    before.dataset().set_state(1, ImageState::kDone);
    ASSERT_TRUE(before.dataset().close());
  }
  Program program;
  stall(program);
  ASSERT_TRUE(ask_to_open(program));
  wait_until_waited_for();
  program.workspace.poll();
  DatasetSession& dataset = program.dataset();
  EXPECT_TRUE(dataset.opening());
  EXPECT_EQ(dataset.items().size(), 3u);
  EXPECT_EQ(dataset.current(), -1);
  EXPECT_NE(program.workspace.doing().find("Reading what was done"), std::string::npos);
  const auto count = dataset.run_on_next(2, MaskSteps{}, true);
  ASSERT_FALSE(count) << "nothing is written before it is known what is there";
  EXPECT_NE(count.error().what.find("still being read"), std::string::npos);
  // What is asked for meanwhile is done when it is there.
  dataset.set_state(0, ImageState::kExcluded);
  ASSERT_TRUE(program.commands.run("dataset.go_to", {{"image", "b"}}));
  ASSERT_TRUE(program.commands.run("dataset.go_to", {{"image", "c"}}));
  EXPECT_EQ(dataset.current(), -1);
  disk_.let_go();
  program.workspace.finish_jobs();
  EXPECT_FALSE(dataset.opening());
  EXPECT_EQ(program.here(), "c");
  EXPECT_EQ(dataset.items()[0].state, ImageState::kExcluded);
  EXPECT_EQ(dataset.items()[1].state, ImageState::kDone);
  program.paint(20, 20);
  EXPECT_TRUE(program.errors.empty());
  ASSERT_TRUE(dataset.close());
  program.workspace.finish_jobs();
  Program again;
  ASSERT_TRUE(open(again));
  EXPECT_EQ(again.here(), "c") << "the one that was worked on last";
  EXPECT_EQ(again.dataset().items()[0].state, ImageState::kExcluded);
}

TEST_F(DatasetOpenTest, ClosedAndOpenedAgainMeanwhileItIsNotTakenForAnotherWindows) {
  Program program;
  stall(program);
  ASSERT_TRUE(ask_to_open(program));
  wait_until_waited_for();
  ASSERT_TRUE(program.dataset().close());
  EXPECT_FALSE(program.dataset().opening());
  ASSERT_TRUE(ask_to_open(program));
  program.workspace.poll();
  std::this_thread::sleep_for(std::chrono::milliseconds(30));  // the second one is at it
  disk_.let_go();
  program.workspace.finish_jobs();
  EXPECT_EQ(program.dataset().why_read_only(), "");
  EXPECT_EQ(program.here(), "a");
  EXPECT_TRUE(program.errors.empty());
}

TEST_F(DatasetOpenTest, StoppedItLeavesNoFolderOpen) {
  Program program;
  stall(program);
  ASSERT_TRUE(ask_to_open(program));
  wait_until_waited_for();
  program.workspace.cancel_jobs();
  disk_.let_go();
  program.workspace.finish_jobs();
  EXPECT_FALSE(program.dataset().is_open());
  EXPECT_FALSE(program.dataset().opening());
  EXPECT_TRUE(program.errors.empty());
  ASSERT_TRUE(open(program));
  EXPECT_EQ(program.here(), "a");
}

TEST_F(DatasetOpenTest, ADamagedJournalIsSaidAndLeftAsItIs) {
  const std::string nonsense(5000, 'x');
  std::ofstream(folder_ / "karyoscope.db") << nonsense;
  Program program;
  ASSERT_TRUE(open(program)) << "what is wrong is not known yet";
  ASSERT_EQ(program.errors.size(), 1u);
  EXPECT_FALSE(program.errors[0].fix.empty());
  EXPECT_FALSE(program.dataset().is_open());
  EXPECT_EQ(program.workspace.layers().count(), 0);
  EXPECT_EQ(content(folder_ / "karyoscope.db"), nonsense);
}

}  // namespace
}  // namespace karyo
