// The command line that reaches another computer, and what a shell there makes of it.

#include "app/worker/far_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace karyo::worker {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

/// What a program gets that a shell starts with this line: its arguments, a line each.
std::string given_by_shell(const std::string& line) {
  std::FILE* pipe = popen(("printf '%s\\n' " + line).c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  pclose(pipe);
  return text;
}

TEST(FarPlace, WordsStandBetweenSpacesUnlessQuoted) {
  EXPECT_EQ(*split_words("ssh -p  22"), (Words{"ssh", "-p", "22"}));
  EXPECT_EQ(*split_words(" a 'b c'd \"e'f\" '' "), (Words{"a", "b cd", "e'f", ""}));
  EXPECT_EQ(*split_words(""), Words{});
  EXPECT_FALSE(split_words("'a"));
}

TEST(FarPlace, AShellGivesBackWhatWasQuoted) {
  for (const char* word : {"plain", "", "two words", "it's", "\"$HOME\" `id` \\ ; rm -rf x | & *",
                           "~user", "a~/b", "$(id)"}) {
    EXPECT_EQ(given_by_shell(quoted_for_shell(word)), std::string(word) + "\n");
  }
  const std::string home = given_by_shell("~/");
  EXPECT_EQ(given_by_shell(quoted_for_shell("~/bin/a b")),
            home.substr(0, home.size() - 1) + "bin/a b\n");
}

TEST(FarPlace, TheHostIsNoOptionAndTheCommandIsOneArgument) {
  const auto line = far_command_line(
      {"ada@gpu1", "env 'A=1 2' ~/bin/karyoscope-worker", "ssh -p 2222 -i 'my key'"});
  ASSERT_TRUE(line) << line.error().what;
  EXPECT_EQ(Words(line->begin(), line->begin() + 5), (Words{"ssh", "-p", "2222", "-i", "my key"}));
  EXPECT_THAT(Words(line->end() - 4, line->end()),
              ElementsAre("-T", "--", "ada@gpu1", "'env' 'A=1 2' ~/'bin/karyoscope-worker' far"));
  for (const char* host : {"", "-oProxyCommand=x", "a b", "a'b"}) {
    EXPECT_FALSE(far_command_line({host})) << host;
  }
  EXPECT_FALSE(far_command_line({"a", ""}));
  EXPECT_FALSE(far_command_line({"a", "b", " "}));
}

}  // namespace
}  // namespace karyo::worker
