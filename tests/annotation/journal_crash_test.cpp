// What survives: killed processes, power cuts, full disks, failing disks, damaged files.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "annotation/journal.h"
#include "core/base/atomic_file.h"
#include "tests/annotation/crash_disk.h"
#include "tests/annotation/work_script.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using test::CrashDisk;
using test::kImage;
using test::TempDir;
using test::WorkScript;

/// Opens on a disk whose power may go meanwhile; null when it did.
std::unique_ptr<Journal> open_on(const CrashDisk& disk, const TempDir& folder) {
  auto journal = Journal::open(folder.path(), {.vfs = disk.vfs()});
  if (!journal) {
    EXPECT_TRUE(disk.power_is_cut()) << journal.error().what;
    return nullptr;
  }
  return *std::move(journal);
}

/// Works until the power goes, restarts, and looks at what is there; several times over.
/// Adds to `cuts` how often it went.
void cut_power_again_and_again(std::uint64_t seed, bool shared_memory, int& cuts) {
  constexpr int kTimes = 4;
  CrashDisk disk(seed, shared_memory);
  const TempDir folder;
  WorkScript script(seed);
  Random random(seed + 1000);
  std::size_t confirmed = 0;
  for (int time = 0; time < kTimes; ++time) {
    disk.cut_power_after(1 + random.below(time % 2 == 0 ? 40 : 250));
    if (const auto journal = open_on(disk, folder)) {
      const auto found = journal->recover(kImage, script.mask_labels(), script.mask_file());
      bool goes_on = found.has_value();
      EXPECT_FALSE(found && found->changed_outside);
      for (int i = 0; i < 60 && goes_on; ++i) {
        goes_on = script.go_on(journal.get()).has_value();
        if (goes_on && random.below(3) != 0) {
          goes_on = journal->flush().has_value();
          if (goes_on) confirmed = script.last();
        }
      }
    }
    cuts += disk.power_is_cut() ? 1 : 0;
    disk.restart();
    const auto journal = open_on(disk, folder);
    ASSERT_TRUE(journal);
    const auto state = script.find_recovered(*journal, confirmed, script.last());
    ASSERT_TRUE(state);
    script.go_back_to(*state);
    confirmed = script.last();
  }
}

TEST(JournalCrash, ThePowerGoesAtAnyMomentWithAWriteAheadLog) {
  int cuts = 0;
  for (std::uint64_t seed = 0; seed < 140; ++seed) {
    SCOPED_TRACE(seed);
    ASSERT_NO_FATAL_FAILURE(cut_power_again_and_again(seed, true, cuts));
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GE(cuts, 460);
}

TEST(JournalCrash, ThePowerGoesAtAnyMomentWithARollbackJournal) {
  int cuts = 0;
  for (std::uint64_t seed = 1000; seed < 1140; ++seed) {
    SCOPED_TRACE(seed);
    ASSERT_NO_FATAL_FAILURE(cut_power_again_and_again(seed, false, cuts));
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GE(cuts, 460);
}

/// The child's side: works and tells which state is on disk, until it is killed.
[[noreturn]] void work_until_killed(const TempDir& folder, WorkScript script, int tell) {
  script.replace_mask = [&](std::size_t state) {
    if (!write_file_atomically(folder / "mask", std::to_string(state))) _exit(2);
  };
  auto journal = Journal::open(folder.path());
  if (!journal || (*journal)->read_only()) _exit(3);
  if (!(*journal)->recover(kImage, script.mask_labels(), script.mask_file())) _exit(4);
  for (std::uint64_t i = 0;; ++i) {
    if (!script.go_on(journal->get())) _exit(5);
    if (i % 3 == 0) continue;
    if (!(*journal)->flush()) _exit(6);
    const std::uint64_t confirmed = script.last();
    if (::write(tell, &confirmed, sizeof confirmed) != sizeof confirmed) _exit(7);
  }
}

TEST(JournalCrash, AKilledProcessLosesNothingThatWasConfirmed) {
  const TempDir folder;
  WorkScript script(5);
  Random random(6);
  std::size_t known = 0;
  for (int time = 0; time < 80; ++time) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) work_until_killed(folder, script, pipe_ends[1]);
    ::close(pipe_ends[1]);
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(25'000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    std::uint64_t confirmed = known, told = 0;
    while (::read(pipe_ends[0], &told, sizeof told) == sizeof told) confirmed = told;
    ::close(pipe_ends[0]);

    // What the child did, and a little more that it may have done untold.
    const std::size_t most = confirmed + 4;
    while (script.last() < most) ASSERT_TRUE(script.go_on(nullptr));
    const auto mask = read_file(folder / "mask");
    script.mask = mask ? std::optional<std::size_t>(std::stoul(*mask)) : std::nullopt;
    auto journal = Journal::open(folder.path());
    ASSERT_TRUE(journal) << journal.error().what;
    const auto state = script.find_recovered(**journal, confirmed, most);
    ASSERT_TRUE(state) << "time " << time;
    script.go_back_to(*state);
    known = script.last();
  }
}

TEST(JournalCrash, AFullDiskIsSaidAndNothingIsLost) {
  for (const bool shared_memory : {true, false}) {
    CrashDisk disk(1, shared_memory);
    const TempDir folder;
    WorkScript script(2);
    std::atomic<int> told{0};
    auto journal = *Journal::open(
        folder.path(),
        {.status_changed = [&](const Result<void>& status) { told += status ? 100 : 1; },
         .vfs = disk.vfs()});
    ASSERT_TRUE(script.find_recovered(*journal, 0, 0));
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(script.go_on(journal.get()));
    ASSERT_TRUE(journal->flush());
    script.saves = false;
    disk.set_capacity(disk.used() + 3000);
    for (int i = 0; i < 40; ++i) static_cast<void>(script.go_on(journal.get()));
    const auto full = journal->flush();
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::kIo);
    EXPECT_NE(full.error().what.find("full"), std::string::npos) << full.error().what;
    EXPECT_FALSE(journal->status());
    EXPECT_GT(journal->waiting(), 0u);
    EXPECT_EQ(told, 1);

    disk.set_capacity(std::nullopt);
    ASSERT_TRUE(journal->flush());
    EXPECT_TRUE(journal->status());
    EXPECT_EQ(journal->waiting(), 0u);
    EXPECT_EQ(told, 101);
    journal.reset();
    journal = open_on(disk, folder);
    ASSERT_TRUE(script.find_recovered(*journal, script.last(), script.last()));

    // The program ends while the disk is full: what was on it before is still there.
    const std::size_t before = script.last();
    disk.set_capacity(disk.used());
    for (int i = 0; i < 40; ++i) static_cast<void>(script.go_on(journal.get()));
    EXPECT_FALSE(journal->flush());
    journal.reset();
    journal = open_on(disk, folder);
    ASSERT_TRUE(journal);
    EXPECT_TRUE(script.find_recovered(*journal, before, script.last()));
  }
}

TEST(JournalCrash, AFailingDiskIsTriedAgainUntilAllIsThere) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    CrashDisk disk(seed, seed % 2 == 0);
    const TempDir folder;
    WorkScript script(seed);
    auto journal = open_on(disk, folder);
    ASSERT_TRUE(script.find_recovered(*journal, 0, 0));
    script.saves = false;
    disk.set_failing(0.03);
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(script.go_on(journal.get()));
      if (i % 5 == 0) static_cast<void>(journal->flush());
    }
    disk.set_failing(0);
    const auto all = journal->flush();
    ASSERT_TRUE(all) << all.error().what;
    journal.reset();
    journal = open_on(disk, folder);
    ASSERT_TRUE(journal);
    ASSERT_TRUE(script.find_recovered(*journal, script.last(), script.last()));
  }
}

/// Any byte may have any value: what comes out is an error or what was put in.
TEST(JournalCrash, ADamagedFileIsNoticedOrHarmless) {
  const TempDir folder;
  WorkScript script(9);
  {
    auto journal = *Journal::open(folder.path());
    ASSERT_TRUE(script.find_recovered(*journal, 0, 0));
    ASSERT_TRUE(journal->set_state(kImage, "done"));
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(script.go_on(journal.get()));
  }
  const std::string whole = *read_file(folder / Journal::kFileName);
  Random random(10);
  int errors = 0;
  for (int time = 0; time < 200; ++time) {
    SCOPED_TRACE(time);
    std::string content = whole;
    for (std::int64_t flips = 1 + random.below(6); flips > 0; --flips) {
      const auto at = static_cast<std::size_t>(random.below(std::ssize(content)));
      content[at] = static_cast<char>(random.next());
    }
    const TempDir copy;
    std::ofstream(copy / Journal::kFileName, std::ios::binary) << content;
    const auto journal = Journal::open(copy.path());
    if (!journal) {
      ++errors;
      EXPECT_EQ(*read_file(copy / Journal::kFileName), content) << "it is not to be changed";
      continue;
    }
    const auto found = (*journal)->recover(kImage, script.mask_labels(), script.mask_file());
    if (!found || !(*journal)->notes(kImage)) {
      ++errors;
      continue;
    }
    EXPECT_EQ((*journal)->images().at(kImage).state, "done");
    ASSERT_TRUE(script.find_recovered(**journal, script.last(), script.last()));
  }
  EXPECT_GT(errors, 50);
}

}  // namespace
}  // namespace karyo
