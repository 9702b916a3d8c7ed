#include "tests/app/worker/run_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace karyo::test {
namespace {

constexpr auto kLongest = std::chrono::seconds(60);

int exit_status(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

}  // namespace

std::vector<std::string> Outcome::err_lines() const {
  std::vector<std::string> lines;
  std::istringstream text(err);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::vector<nlohmann::json> Outcome::events() const {
  std::vector<nlohmann::json> events;
  for (const auto& line : err_lines()) {
    auto event = nlohmann::json::parse(line, nullptr, false);
    EXPECT_TRUE(event.is_object()) << "no JSON object: " << line;
    if (event.is_object()) events.push_back(std::move(event));
  }
  return events;
}

nlohmann::json Outcome::result() const {
  auto object = nlohmann::json::parse(out, nullptr, false);
  EXPECT_TRUE(object.is_object()) << "no JSON object: " << out;
  return object;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(folder, absent)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Outcome run_program(const std::vector<std::string>& words, const InterruptWhen& interrupt_when,
                    const Start& how) {
  const TempDir folder;
  const auto out = folder / "out", err = folder / "err";
  std::string name = KARYOSCOPE_EXECUTABLE;
  std::vector<char*> arguments{name.data()};
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), flags, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), flags, 0600);
  pid_t child = 0;
  std::vector<char*> variables;
  for (const auto& own : how.environment) variables.push_back(const_cast<char*>(own.c_str()));
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  variables.push_back(nullptr);
  const int failed =
      posix_spawn(&child, name.c_str(), &files, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&files);
  Outcome run;
  if (failed != 0) {
    ADD_FAILURE() << "cannot start " << name;
    return run;
  }

  const auto start = std::chrono::steady_clock::now();
  bool interrupted = false, ended = false;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (interrupt_when && !interrupted && interrupt_when(bytes_of(err))) {
      kill(child, how.signal);
      interrupted = true;
    }
    if (!ended && std::chrono::steady_clock::now() - start > kLongest) {
      ADD_FAILURE() << "not done within a minute: " << testing::PrintToString(words);
      kill(child, SIGKILL);
      ended = true;
    }
  }
  run.status = exit_status(status);
  run.out = bytes_of(out);
  run.err = bytes_of(err);
  return run;
}

std::vector<std::string> with_defaults(
    std::vector<std::string> words,
    const std::vector<std::pair<std::string, std::string>>& defaults) {
  for (const auto& [option, value] : defaults) {
    if (std::find(words.begin(), words.end(), option) != words.end()) continue;
    words.push_back(option);
    words.push_back(value);
  }
  return words;
}

void expect_refused(const Outcome& run, int status, const std::string& error_contains) {
  EXPECT_EQ(run.status, status) << run.err;
  EXPECT_EQ(run.out, "");
  const auto lines = run.err_lines();
  ASSERT_EQ(lines.size(), 2U) << run.err;
  EXPECT_TRUE(lines[0].starts_with("error: ")) << run.err;
  EXPECT_NE(lines[0].find(error_contains), std::string::npos) << run.err;
  EXPECT_TRUE(lines[1].starts_with("fix: ")) << run.err;
}

}  // namespace karyo::test
