#pragma once

/// What the magic wand would take, sought in the background while its tolerance is dragged.
///
/// Of wishes that follow each other quickly only the last is fulfilled. A whole plane of 4096²
/// takes 40 to 100 ms; the hand does not wait for it.
///
/// Threads  one, the UI thread; the search is a job of the workspace.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "annotation/placed_mask.h"
#include "annotation/wand.h"
#include "app/picture_part.h"
#include "core/base/signal.h"

namespace karyo {

class Workspace;

class WandPreview {
 public:
  struct Wish {
    ReadPicture picture;
    Index3 seed;
    WandOptions options;
  };
  using Then = std::function<void(const PlacedMask&)>;

  explicit WandPreview(Workspace& workspace) : workspace_(workspace) {}
  ~WandPreview();

  /// Replaces a wish that is not fulfilled, unless its voxels are to be taken. Errors come through
  /// the workspace's `failed`.
  void want(Wish wish);
  /// Of the last wish that was fulfilled; null: none yet.
  const std::shared_ptr<const PlacedMask>& mask() const { return mask_; }
  /// The last wish's voxels, at once or once they are there; not at all after an error.
  void take(Then then);
  /// Nothing is wanted any more.
  void forget();
  bool searching() const { return job_ != 0; }

  Signal<> changed;

 private:
  struct Search {
    Wish wish;
    Then then = {};
  };
  void search();
  void found(Result<PlacedMask> mask);

  Workspace& workspace_;
  std::deque<Search> searches_;  // the first is going on
  std::uint64_t job_ = 0;        // 0: none goes on
  std::shared_ptr<const PlacedMask> mask_;
};

}  // namespace karyo
