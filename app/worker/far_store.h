#pragma once

/// What a computer that works for another keeps of it: files by their content, so that each is sent
/// once, and a folder for each training in which they have their names.
///
///   ROOT/files/SHA256   contents; what was not used for a month goes
///   ROOT/runs/ID        a training: data/, model/, only.txt, …; goes when it has arrived at home
///   ROOT/runs/ID.lock   which process works in it
///
/// Threads  one.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace karyo::worker {

class FarStore {
 public:
  /// $KARYOSCOPE_FAR, else karyoscope/far in $XDG_CACHE_HOME or ~/.cache.
  static std::filesystem::path usual_root();

  /// Errors: kIo.
  static Result<FarStore> open(const std::filesystem::path& root);
  ~FarStore();
  FarStore(FarStore&& other) noexcept;
  FarStore& operator=(FarStore&&) = delete;
  FarStore(const FarStore&) = delete;

  /// The folder of a training, empty; files of its model that an earlier one left are kept by
  /// content until forget_unused(). A process that still works in it is asked to end. `id` has
  /// letters and digits alone. Errors: kInvalidArgument, kIo.
  Result<std::filesystem::path> begin_run(const std::string& id);
  /// Of what an earlier run left, all that is in no place by now.
  void forget_unused();
  /// The run is at home: its folder goes.
  void end_run();

  bool has(const std::string& sha256) const;
  /// Room on its disk, bytes.
  std::uintmax_t room() const;

  /// Keeps a content if it is what it should be. `write` hands all its bytes to `keep`.
  /// Errors: kIo, kBadFile (another content), those of `write`.
  using Keep = std::function<Result<void>(std::span<const std::byte>)>;
  using Write = std::function<Result<void>(const Keep& keep)>;
  Result<void> take(const std::string& sha256, const Write& write);
  /// Gives a content its name in the run; the file there is replaced. `path` is relative and leads
  /// nowhere else. Errors: kInvalidArgument, kNotFound, kIo.
  Result<void> place(const std::string& sha256, const std::filesystem::path& path);

 private:
  explicit FarStore(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path content(const std::string& sha256) const;
  Result<void> lock(const std::filesystem::path& file);
  void keep_model_of(const std::filesystem::path& run);
  void forget_old() const;

  std::filesystem::path root_, run_;
  int lock_ = -1;
  std::vector<std::string> kept_;  // by begin_run, and not placed
};

}  // namespace karyo::worker
