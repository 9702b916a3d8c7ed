#include "core/io/zip_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/atomic_file.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class ZipFileTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::vector<ZipEntry>& entries) const {
    const auto path = dir_ / "a.zip";
    EXPECT_TRUE(write_zip(path, entries));
    return path;
  }
  test::TempDir dir_;
};

TEST_F(ZipFileTest, GivesBackWhatWasWritten) {
  const std::string bytes("\0\x01 bytes", 8);
  const auto path = write({{"b.txt", "text"}, {"folder/a.bin", bytes}, {"empty", ""}});
  const auto zip = ZipFile::open(path);
  ASSERT_TRUE(zip) << zip.error().what;
  EXPECT_EQ(zip->names(), (std::vector<std::string>{"b.txt", "folder/a.bin", "empty"}));
  EXPECT_EQ(*zip->read("folder/a.bin", 100), bytes);
  EXPECT_EQ(*zip->read("empty", 100), "");
  EXPECT_EQ(zip->read("../b.txt", 100).error().code, ErrorCode::kNotFound);
}

TEST_F(ZipFileTest, TheSameEntriesMakeTheSameFile) {
  const auto first = read_file(write({{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(*first, *read_file(write({{"a", "1"}, {"b", "2"}})));
}

TEST_F(ZipFileTest, UnpacksNoMoreThanWasAllowed) {
  const auto zip = ZipFile::open(write({{"zeros", std::string(1 << 20, '\0')}}));
  ASSERT_TRUE(zip);
  EXPECT_EQ(zip->read("zeros", (1 << 20) - 1).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(zip->read("zeros", 1 << 20));
}

TEST_F(ZipFileTest, ABombIsRefusedLongBeforeItsSize) {
  const auto zip = ZipFile::open(write({{"bomb", std::string(std::size_t{65} << 20, '\0')}}));
  ASSERT_TRUE(zip);
  EXPECT_EQ(zip->read("bomb", std::uint64_t{2} << 30).error().code, ErrorCode::kTooLarge);
}

TEST_F(ZipFileTest, EntriesAreCounted) {
  EXPECT_EQ(ZipFile::open(write({{"a", "1"}, {"b", "2"}}), {.entries = 1}).error().code,
            ErrorCode::kTooLarge);
}

TEST_F(ZipFileTest, CutAnywhereItIsAnErrorNotACrash) {
  const auto bytes = *read_file(write({{"a", "some text"}, {"b", std::string(5000, 'x')}}));
  for (std::size_t size = 0; size < bytes.size(); size += 3) {
    const auto cut = dir_ / "cut.zip";
    ASSERT_TRUE(write_file_atomically(cut, bytes.substr(0, size)));
    EXPECT_FALSE(ZipFile::open(cut)) << size;
  }
}

TEST_F(ZipFileTest, FlippedBytesNeverGiveMoreThanTheLimit) {
  const auto bytes = *read_file(write({{"a", "some text"}, {"b", std::string(5000, 'x')}}));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x5a);
    const auto path = dir_ / "flipped.zip";
    ASSERT_TRUE(write_file_atomically(path, flipped));
    const auto zip = ZipFile::open(path);
    if (!zip) continue;
    for (const auto& name : zip->names()) {
      const auto read = zip->read(name, 6000);
      if (read) {
        EXPECT_LE(read->size(), 6000U);
      }
    }
  }
}

TEST_F(ZipFileTest, NamesAreUnique) {
  const std::vector<ZipEntry> twice{{"a", "1"}, {"a", "2"}};
  EXPECT_EQ(write_zip(dir_ / "x.zip", twice).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(write_zip(dir_ / "x.zip", {}).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace karyo
