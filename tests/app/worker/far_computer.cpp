#include "tests/app/worker/far_computer.h"

#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace karyo::test {
namespace {

namespace fs = std::filesystem;

std::string quoted(const fs::path& path) {
  return worker::quoted_for_shell(path.string());
}

}  // namespace

FarComputer::FarComputer() {
  fs::create_directories(folder_ / "far away/home");
  fs::create_directories(folder_ / "far away/it's bin");
  fs::create_symlink(fs::path(KARYOSCOPE_WORKER_FOLDER) / "karyoscope-worker",
                     folder_ / "far away/it's bin/karyoscope-worker");
}

fs::path FarComputer::script(const std::string& name, const std::string& text) const {
  std::ofstream(folder_ / name) << "#!/bin/sh\n" << text;
  fs::permissions(folder_ / name, fs::perms::owner_all);
  return folder_ / name;
}

worker::FarPlace FarComputer::place() const {
  // The last argument is what ssh hands to a shell over there, which greets first.
  const std::string home = quoted(folder_ / "far away/home");
  const auto ssh =
      script("ssh through pipes",
             "echo $$ > " + quoted(folder_ / "pid ssh") + "\nwhile [ $# -gt 1 ]; do shift; done\n" +
                 "echo 'Welcome to the far computer'\nsh -c 'echo $$ > \"$0\"; exec cat' " +
                 quoted(folder_ / "pid in") + " | (cd " + home + "; exec env -i HOME=" + home +
                 " PATH=/usr/bin:/bin sh -c \"$1\") | sh -c 'echo $$ > \"$0\"; exec cat' " +
                 quoted(folder_ / "pid out") + "\n");
  return {"far", "\"" + (folder_ / "far away/it's bin/karyoscope-worker").string() + "\"",
          "'" + ssh.string() + "' -p 22"};
}

worker::FarPlace FarComputer::place_that(const std::string& text) const {
  worker::FarPlace place = this->place();
  const std::string home = quoted(folder_ / "far away/home");
  place.ssh = "'" +
              script("ssh at once", "while [ $# -gt 1 ]; do shift; done\ncd " + home +
                                        "\nexport HOME=" + home + "\n" + text + "\n")
                  .string() +
              "'";
  return place;
}

void FarComputer::cut() const {
  for (const char* name : {"pid ssh", "pid in", "pid out"}) {
    pid_t process = 0;
    if (std::ifstream(folder_ / name) >> process && process > 1) kill(process, SIGKILL);
  }
}

int FarComputer::processes() const {
  int count = 0;
  std::error_code ec;
  const std::string runs = (cache() / "runs").string();
  for (const auto& entry : fs::directory_iterator("/proc", ec)) {
    const auto at = fs::read_symlink(entry.path() / "cwd", ec).string();
    if (!ec && at.starts_with(runs)) ++count;
  }
  return count;
}

bool FarComputer::wait_until_idle() const {
  for (int i = 0; i < 1500 && processes() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return processes() == 0;
}

}  // namespace karyo::test
