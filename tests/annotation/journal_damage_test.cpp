// Files that are no journal, or no longer what was written; contents as numbers.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <functional>

#include "annotation/journal.h"
#include "annotation/journal_codec.h"
#include "annotation/journal_database.h"
#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "tests/annotation/work_script.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

using test::kImage;
using test::painted;
using test::TempDir;

void run_sql(const TempDir& folder, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder / Journal::kFileName).c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST(JournalDamage, WhatIsNotAJournalIsLeftAsItIs) {
  const auto refused = [](const TempDir& folder, ErrorCode code) {
    const std::string before = *read_file(folder / Journal::kFileName);
    const auto journal = Journal::open(folder.path());
    ASSERT_FALSE(journal);
    EXPECT_EQ(journal.error().code, code) << journal.error().what;
    EXPECT_EQ(*read_file(folder / Journal::kFileName), before);
  };
  {
    const TempDir folder;
    std::ofstream(folder / Journal::kFileName) << std::string(5000, 'x');
    refused(folder, ErrorCode::kBadFile);
  }
  {
    const TempDir folder;
    run_sql(folder, "CREATE TABLE other(a)");
    refused(folder, ErrorCode::kBadFile);
  }
  {
    const TempDir folder;
    ASSERT_TRUE(Journal::open(folder.path()));
    run_sql(folder, "PRAGMA user_version=3");
    refused(folder, ErrorCode::kUnsupported);
  }
  {
    const TempDir folder;
    ASSERT_TRUE(Journal::open(folder.path()));
    std::filesystem::resize_file(folder / Journal::kFileName, 9000);
    refused(folder, ErrorCode::kBadFile);
  }
  const auto nowhere = Journal::open("/nowhere/at/all");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kIo);
}

/// A table of another description may compute anything.
TEST(JournalDamage, TablesAreTheOnesThatWereMade) {
  const auto opens_after = [](const char* sql) {
    const TempDir folder;
    EXPECT_TRUE(Journal::open(folder.path()));
    run_sql(folder, sql);
    const auto journal = Journal::open(folder.path());
    EXPECT_TRUE(journal || journal.error().code == ErrorCode::kBadFile);
    return journal.has_value();
  };
  EXPECT_FALSE(opens_after("DROP TABLE note; CREATE VIEW note AS SELECT 1 AS image"));
  EXPECT_FALSE(
      opens_after("DROP TABLE note; CREATE TABLE note(image INTEGER, key TEXT, "
                  "value BLOB AS (zeroblob(100000000)), sum INTEGER)"));
  EXPECT_FALSE(opens_after("CREATE INDEX i ON step(length(replace(hex(tiles), 'a', notes)))"));
  EXPECT_FALSE(opens_after("CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM step; END"));
  EXPECT_FALSE(opens_after("DROP TABLE batch"));
  EXPECT_TRUE(opens_after("CREATE TABLE mine(a); CREATE INDEX of_mine ON mine(a)"));
  EXPECT_TRUE(opens_after("ANALYZE"));
}

TEST(JournalDamage, AFileOfTheVersionBeforeIsReadAndTakenOver) {
  const TempDir folder;
  LabelVolume labels({1, 9, 9});
  {
    auto journal = *Journal::open(folder.path());
    ASSERT_TRUE(journal->recover(kImage, {labels}, std::nullopt));
    ASSERT_TRUE(journal->record(kImage, painted(labels, 5)));
    ASSERT_TRUE(journal->set_note(kImage, "objects", "{}"));
  }
  run_sql(folder, "PRAGMA user_version=1");
  for (int run = 0; run < 2; ++run) {
    auto journal = *Journal::open(folder.path());
    const auto found = journal->recover(kImage, {LabelVolume({1, 9, 9})}, std::nullopt);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->labels[0].at({0, 0, 0}), 5u);
    EXPECT_EQ(found->steps.size(), 1u);
    EXPECT_EQ(journal->notes(kImage)->at("objects"), "{}");
  }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder / Journal::kFileName).c_str(), &database), SQLITE_OK);
  int version = 0;
  const auto tell = [](void* to, int, char** values, char**) {
    *static_cast<int*>(to) = std::stoi(values[0]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, "PRAGMA user_version", tell, &version, nullptr), SQLITE_OK);
  sqlite3_close(database);
  EXPECT_EQ(version, 2) << "a program of before, which knows no notes of steps, is kept out";
}

/// Rows that were made to harm: their sums are right.
TEST(JournalDamage, WhatASmallFileClaimsIsBounded) {
  const auto recovers = [](const std::function<Result<void>(JournalDatabase&)>& harm) {
    const TempDir folder;
    LabelVolume labels({1, 9, 9});
    {
      auto journal = *Journal::open(folder.path());
      EXPECT_TRUE(journal->recover(kImage, {labels}, std::nullopt));
      EXPECT_TRUE(journal->record(kImage, painted(labels, 1)));
    }
    {
      auto database = *JournalDatabase::open_for_writing(
          folder / Journal::kFileName, JournalDatabase::Safety::kNetwork, nullptr);
      EXPECT_TRUE(database.begin());
      EXPECT_TRUE(harm(database));
      EXPECT_TRUE(database.commit());
    }
    const auto journal = Journal::open(folder.path());
    if (!journal) return false;
    const auto found = (*journal)->recover(kImage, {LabelVolume({1, 9, 9})}, std::nullopt);
    EXPECT_TRUE(found || found.error().code == ErrorCode::kBadFile);
    return found.has_value();
  };
  const auto step_of = [](std::size_t changes) {
    LabelVolume labels({1, 9, 9});
    JournalStep step = painted(labels, 2);
    step.labels.resize(changes, step.labels[0]);
    return step;
  };
  EXPECT_TRUE(recovers([&](JournalDatabase& database) -> Result<void> {
    KARYO_CHECK_OK(database.put_step(1, 2, step_of(500)));
    return database.put_entry(1, {2, 2, 2, true});
  }));
  EXPECT_FALSE(recovers([&](JournalDatabase& database) -> Result<void> {
    KARYO_CHECK_OK(database.put_step(1, 2, step_of(5000)));
    return database.put_entry(1, {2, 2, 2, true});
  })) << "more tiles than any step has of this image";
  EXPECT_FALSE(recovers([](JournalDatabase& database) -> Result<void> {
    return database.put_entry(1, {2, 2, 1, true});
  })) << "a step in two places";
  EXPECT_FALSE(recovers([](JournalDatabase& database) -> Result<void> {
    return database.put_entry(1, {2, std::int64_t{1} << 50, 1, true});
  }));
}

/// Values that are well-formed to SQLite and not what was written.
TEST(JournalDamage, ARowThatWasChangedIsNoticed) {
  for (const char* change :
       {"UPDATE step SET name='Erase'", "UPDATE step SET tiles=x'00'", "DELETE FROM step",
        "UPDATE step SET image=image+1", "UPDATE log SET number=2", "UPDATE log SET forward=0",
        "DELETE FROM mask", "UPDATE mask SET entry=1", "DROP TABLE log",
        "UPDATE image SET x=x+1"}) {
    SCOPED_TRACE(change);
    const TempDir folder;
    {
      auto journal = *Journal::open(folder.path());
      LabelVolume labels({1, 9, 9});
      ASSERT_TRUE(journal->recover(kImage, {labels}, std::nullopt));
      ASSERT_TRUE(journal->record(kImage, painted(labels, 1)));
    }
    run_sql(folder, change);
    const auto journal = Journal::open(folder.path());
    if (!journal) {
      EXPECT_EQ(journal.error().code, ErrorCode::kBadFile);
      continue;
    }
    const auto found = (*journal)->recover(kImage, {LabelVolume({1, 9, 9})}, std::nullopt);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::kBadFile);
  }
}

TEST(JournalCodec, AnyBytesEndInAnAnswer) {
  LabelVolume labels({1, 200, 200});
  JournalStep step = painted(labels, 0xffff'ffff, {0, 100, 100});
  step.notes = {{"a", std::nullopt, "b"}, {"", "", std::nullopt}};
  const std::string tiles = pack(split_into_parts(step)[0]), notes = pack(step.notes);
  step.notes.push_back({"region/1", std::string(5000, 'x'), std::string(5000, 'y')});
  const std::string long_notes = pack(step.notes);
  EXPECT_LT(long_notes.size(), 300u) << "they are packed";
  EXPECT_EQ(*unpack_notes(long_notes), step.notes);
  step.notes.pop_back();
  EXPECT_EQ(unpack_part(tiles)->tiles[0].after->ids(), labels.tile(5)->ids());
  EXPECT_EQ(unpack_part(tiles)->tiles[0].before, nullptr);
  EXPECT_EQ(*unpack_notes(notes), step.notes);
  EXPECT_TRUE(unpack_notes(std::string_view())->empty()) << "no bytes are nowhere: fuzz_journal";
  Random random(1);
  for (const std::string& whole : {tiles, notes, long_notes}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(unpack_part(whole.substr(0, size)));
      static_cast<void>(unpack_notes(whole.substr(0, size)));
    }
    for (int i = 0; i < 3000; ++i) {
      std::string bytes = whole;
      for (int flips = 0; flips < 3; ++flips) {
        bytes[static_cast<std::size_t>(random.below(std::ssize(bytes)))] =
            static_cast<char>(random.next());
      }
      static_cast<void>(unpack_part(bytes));
      static_cast<void>(unpack_notes(bytes));
    }
  }
}

TEST(FileFingerprint, TellsContentsApart) {
  const TempDir folder;
  const auto path = folder / "mask.tif";
  EXPECT_FALSE(fingerprint_of(path)->has_value());
  std::string content(3 << 20, 'a');
  std::ofstream(path) << content;
  const auto first = **fingerprint_of(path);
  EXPECT_EQ(first.size, std::ssize(content));
  content.back() = 'b';
  std::ofstream(path) << content;
  const auto second = **fingerprint_of(path);
  EXPECT_FALSE(first == second);
  // With its own size and time it is believed unread.
  FileFingerprint known = second;
  known.hash = 7;
  EXPECT_EQ((*fingerprint_of(path, known))->hash, 7u);
  known.modified_ns = 1;
  EXPECT_EQ(**fingerprint_of(path, known), second);
  std::ofstream(path) << "";
  EXPECT_EQ((*fingerprint_of(path))->size, 0);
  EXPECT_FALSE(fingerprint_of(folder.path()));
}

}  // namespace
}  // namespace karyo
