#pragma once

/// Runs a subcommand in this process, as a user would type it.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/cli.h"

namespace karyo::cli {

struct Outcome {
  int status;
  std::string out, err;
};

/// `words` without the program's name; `add` is the command's add_X_command.
inline Outcome run_cli(void (*add)(Cli&), std::vector<std::string> words) {
  words.insert(words.begin(), "karyoscope");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  Cli cli("karyoscope", "");
  add(cli);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = cli.run(static_cast<int>(arguments.size()), arguments.data());
  std::string out = testing::internal::GetCapturedStdout();
  return {status, std::move(out), testing::internal::GetCapturedStderr()};
}

/// Nothing on stdout; on stderr the two lines "error: ..." and "fix: ...", and no more.
inline void expect_refused(const Outcome& outcome, int status) {
  EXPECT_EQ(outcome.status, status) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 2) << outcome.err;
  EXPECT_TRUE(outcome.err.starts_with("error: ")) << outcome.err;
  EXPECT_NE(outcome.err.find("\nfix: "), std::string::npos) << outcome.err;
}

}  // namespace karyo::cli
