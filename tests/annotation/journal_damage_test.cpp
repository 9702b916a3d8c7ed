// Files that are no journal, or no longer what was written; contents as numbers.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "annotation/journal.h"
#include "annotation/journal_codec.h"
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
    run_sql(folder, "PRAGMA user_version=2");
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
  EXPECT_EQ(unpack_part(tiles)->tiles[0].after->ids, labels.tile(5)->ids);
  EXPECT_EQ(unpack_part(tiles)->tiles[0].before, nullptr);
  EXPECT_EQ(*unpack_notes(notes), step.notes);
  Random random(1);
  for (std::string whole : {tiles, notes}) {
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
