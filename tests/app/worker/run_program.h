#pragma once

/// Runs the karyoscope executable as a user's shell does: another process, its exit status, what it
/// printed.

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temp_dir.h"

namespace karyo::test {

struct Outcome {
  int status = -1;  ///< as a shell gives it: 128 + signal for a process that a signal ended
  std::string out, err;

  std::vector<std::string> err_lines() const;
  /// Each line of stderr as an object; a line that is none fails the test.
  std::vector<nlohmann::json> events() const;
  /// stdout as one JSON object; anything else fails the test.
  nlohmann::json result() const;
};

/// Sends a signal to the running program as soon as `wanted(stderr so far)` holds.
using InterruptWhen = std::function<bool(const std::string& err)>;

/// How a program is started and stopped otherwise than usual.
struct Start {
  std::vector<std::string> environment;  ///< "NAME=value", besides that of the test
  int signal = 2;                        ///< what interrupts it: SIGINT
};

/// `words` without the program's name. A program that takes longer than a minute is ended, and the
/// test fails. Several may run at once, from several threads.
Outcome run_program(const std::vector<std::string>& words, const InterruptWhen& interrupt_when = {},
                    const Start& how = {});

/// `words` followed by those of `defaults` (pairs of option and value) that `words` does not give.
std::vector<std::string> with_defaults(
    std::vector<std::string> words,
    const std::vector<std::pair<std::string, std::string>>& defaults);

/// Exactly two lines on stderr, "error: ..." and "fix: ...", nothing on stdout, this exit status.
void expect_refused(const Outcome& run, int status, const std::string& error_contains);

std::string bytes_of(const std::filesystem::path& file);
/// Names of the files in a folder, sorted.
std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace karyo::test
