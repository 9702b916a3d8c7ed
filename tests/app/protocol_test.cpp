#include "app/worker/protocol.h"

#include <gtest/gtest.h>

namespace karyo::worker {
namespace {

TEST(WorkerProtocol, MessagesComeThroughWhole) {
  const Question asked{7, "open", {{"model", "/a folder/ä\n\"b\""}, {"least", 0.5}}};
  std::string line = line_of(asked);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  line.pop_back();
  const auto heard = question_from(line);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->id, 7u);
  EXPECT_EQ(heard->ask, "open");
  EXPECT_EQ(heard->arguments, asked.arguments);
  const auto given_up = question_from(line_of(Question{8, "", {}}));
  ASSERT_TRUE(given_up);
  EXPECT_EQ(given_up->id, 8u);
  EXPECT_TRUE(given_up->ask.empty());

  Answer failed;
  failed.id = 9;
  failed.kind = Answer::Kind::kFailed;
  failed.failed = Error(ErrorCode::kTooLarge, "what", "fix");
  const auto told = answer_from(line_of(failed));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->kind, Answer::Kind::kFailed);
  EXPECT_EQ(told->failed.code, ErrorCode::kTooLarge);
  EXPECT_EQ(told->failed.what, "what");
  EXPECT_EQ(told->failed.fix, "fix");
}

TEST(WorkerProtocol, OtherLinesAreErrors) {
  for (const char* line : {"", "x", "[]", "3", "{}", R"({"id":1})", R"({"id":-1,"ask":"open"})",
                           R"({"ask":"open"})", R"({"id":1,"ask":5})", R"({"cancel":"x"})"}) {
    EXPECT_FALSE(question_from(line)) << line;
  }
  for (const char* line : {"", "x", "{}", R"({"id":1})", R"({"id":1,"done":3})",
                           R"({"id":"1","done":{}})", R"({"id":1,"fraction":"x"})"}) {
    EXPECT_FALSE(answer_from(line)) << line;
  }
}

TEST(WorkerProtocol, LinesAreTakenAsTheyFill) {
  LineBuffer buffer;
  std::string line;
  ASSERT_TRUE(buffer.add("on"));
  EXPECT_FALSE(buffer.take(line));
  ASSERT_TRUE(buffer.add("e\ntwo\nth"));
  ASSERT_TRUE(buffer.take(line));
  EXPECT_EQ(line, "one");
  ASSERT_TRUE(buffer.take(line));
  EXPECT_EQ(line, "two");
  EXPECT_FALSE(buffer.take(line));
  EXPECT_FALSE(buffer.add(std::string(kLongestLine + 1, 'x')));
}

}  // namespace
}  // namespace karyo::worker
