#pragma once

/// A computer that is reached by ssh, made of this one: another home and working folder, nothing of
/// this environment, and a program in the place of ssh that runs what a shell over there would.

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "app/worker/far_place.h"
#include "tests/support/temp_dir.h"

namespace karyo::test {

class FarComputer {
 public:
  FarComputer();

  /// To be trained on. The program in the place of ssh passes all through two pipes.
  worker::FarPlace place() const;
  /// The same, with a shell script in the place of what runs over there.
  worker::FarPlace place_that(const std::string& script) const;

  /// Its cache: files/ and runs/.
  std::filesystem::path cache() const { return folder_ / "far away/home/.cache/karyoscope/far"; }
  /// Cuts the line: the program in the place of ssh and both pipes are gone at once.
  void cut() const;
  /// Processes that work in its cache.
  int processes() const;
  bool wait_until_idle() const;

 private:
  std::filesystem::path script(const std::string& name, const std::string& text) const;
  TempDir folder_;
};

}  // namespace karyo::test
