#include "core/dataset/train_list.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(TrainList, WrittenAndReadItIsTheSame) {
  const test::TempDir dir;
  const std::vector<TrainImage> images{{"one"}, {"two words", 3}, {"judge", 1, true}};
  const std::string text = format_train_list(images);
  EXPECT_EQ(text, "one\ntwo words\t3\njudge\tvalidation\n");
  std::ofstream(dir / "list.txt") << text;
  EXPECT_EQ(read_train_list(dir / "list.txt").value(), images);
  EXPECT_EQ(names_of(images), std::vector<std::string>({"one", "two words", "judge"}));
}

TEST(TrainList, LinesOfAnotherFormAreErrorsThatNameTheImage) {
  const test::TempDir dir;
  for (const char* text : {"a\t0\n", "a\t101\n", "a\tval\n", "a\t2x\n", "a\t\n", "a\na\t2\n"}) {
    std::ofstream(dir / "list.txt") << text;
    const auto list = read_train_list(dir / "list.txt");
    ASSERT_FALSE(list) << text;
    EXPECT_EQ(list.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(list.error().what.find('a'), std::string::npos);
  }
  std::ofstream(dir / "list.txt") << "";
  EXPECT_FALSE(read_train_list(dir / "list.txt"));
  EXPECT_EQ(read_train_list(dir / "none.txt").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace karyo
