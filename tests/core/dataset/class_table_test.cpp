#include "core/dataset/class_table.h"

#include <gtest/gtest.h>

#include "core/base/atomic_file.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(ClassTable, IsReadAsItWasWritten) {
  const test::TempDir dir;
  const ClassTable classes{{1, "interphase"}, {7, "mitotic, late"}, {4000000000U, "\"odd\""}};
  ASSERT_TRUE(write_class_table(dir / "a.csv", classes));
  EXPECT_EQ(read_class_table(dir / "a.csv").value(), classes);
}

TEST(ClassTable, ColumnsAreFoundByNameAndOthersPassedOver) {
  const test::TempDir dir;
  ASSERT_TRUE(write_file_atomically(dir / "a.csv",
                                    "probability,class,label\r\n0.5,dead,3\r\n0.1,,4\r\n\r\n"));
  EXPECT_EQ(read_class_table(dir / "a.csv").value(), (ClassTable{{3, "dead"}}));
}

TEST(ClassTable, WhatIsNoTableIsRefusedWithARepair) {
  const test::TempDir dir;
  for (const std::string text :
       {"", "id,class\n1,a\n", "label,class\n0,a\n", "label,class\n-1,a\n", "label,class\n1.5,a\n",
        "label,class\n1,a\n1,b\n", "label,class\n99999999999,a\n"}) {
    ASSERT_TRUE(write_file_atomically(dir / "a.csv", text));
    const auto read = read_class_table(dir / "a.csv");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kBadFile);
    EXPECT_NE(read.error().fix.find("label,class"), std::string::npos);
  }
}

TEST(ClassTable, LiesBesideTheMaskOrInAFolderOfItsOwn) {
  const test::TempDir dir;
  std::filesystem::create_directories(dir / "masks");
  std::filesystem::create_directories(dir / "classes");
  EXPECT_TRUE(class_table_of(dir / "masks/a.ome.tif").empty());
  ASSERT_TRUE(write_class_table(dir / "classes/a.csv", {{1, "x"}}));
  EXPECT_EQ(class_table_of(dir / "masks/a.ome.tif"), dir / "classes/a.csv");
  ASSERT_TRUE(write_class_table(dir / "masks/a_classes.csv", {{1, "x"}}));
  EXPECT_EQ(class_table_of(dir / "masks/a.ome.tif"), dir / "masks/a_classes.csv");
}

TEST(ClassTable, NumbersFollowTheNamesInTheirOrder) {
  const test::TempDir dir;
  std::filesystem::create_directories(dir / "classes");
  ASSERT_TRUE(write_class_table(dir / "classes/a.csv", {{1, "mitotic"}, {2, "dead"}, {5, "dead"}}));
  std::vector<DatasetPair> pairs(2);
  pairs[0].mask = dir / "masks/a.tif";
  pairs[1].mask = dir / "masks/b.tif";  // without a table
  const auto all = read_classes(pairs, {});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->names, (std::vector<std::string>{"dead", "mitotic"}));
  EXPECT_EQ(all->counts, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(all->numbers[0], (std::map<std::uint32_t, int>{{1, 2}, {2, 1}, {5, 1}}));
  EXPECT_TRUE(all->numbers[1].empty());

  const auto chosen = read_classes(pairs, {"mitotic"});
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->numbers[0], (std::map<std::uint32_t, int>{{1, 1}}));

  EXPECT_FALSE(read_classes(pairs, {"mitotic", "asleep"}));
  EXPECT_FALSE(read_classes({pairs[1]}, {}));
}

}  // namespace
}  // namespace karyo
