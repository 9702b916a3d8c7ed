#pragma once

/// Another computer that trains for this one, reached by ssh: who it is, and the command line that
/// starts karyoscope-worker there.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace karyo::worker {

/// Texts as a person writes them: words between spaces, quoted ("…" or '…') where they hold some.
struct FarPlace {
  std::string host;                           ///< as ssh takes it; empty: this computer
  std::string command = "karyoscope-worker";  ///< over there; may begin with other programs
  std::string ssh = "ssh";                    ///< the program that reaches it, and its options

  bool here() const { return host.empty(); }
  friend bool operator==(const FarPlace&, const FarPlace&) = default;
};

/// Errors: kInvalidArgument for a quote that does not end.
Result<std::vector<std::string>> split_words(std::string_view text);

/// As one word of a POSIX shell, whatever it holds; "~/" in front stays the home folder over there.
std::string quoted_for_shell(const std::string& word);

/// The program to start here and its arguments: `ssh … HOST 'karyoscope-worker' 'far'`. ssh hands
/// what follows the host to a shell there, so that part alone is quoted. It asks for no password,
/// since nobody may be there to type one. Errors: kInvalidArgument (no host, or one that ssh would
/// take for an option; a command without words).
Result<std::vector<std::string>> far_command_line(const FarPlace& place);

}  // namespace karyo::worker
