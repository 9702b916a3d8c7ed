#pragma once

/// A StarDist model at hand while one annotates: what it sees in a slice, a 3D model in a stack, to
/// be taken by a click or as a whole.
///
/// The network runs in a worker process (app/worker/client.h) and gives candidates, kept for what
/// was looked at last. Choosing among them, by a click or by thresholds, needs no network.
///
/// Threads  one, the UI thread; work runs as jobs of the workspace.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/model_sight.h"
#include "core/base/signal.h"
#include "core/layers/image_layer.h"
#include "models/io/model_folder.h"

namespace karyo {

class ModelWalk;
class Workspace;
namespace worker {
class Client;
}

/// A plane (XY) of an image at one time; for a 3D model all of its planes.
struct ImageSlice {
  const ImageLayer* image = nullptr;
  std::int64_t time = 0, z = 0;
  Box3 part = {};  ///< what is asked about, in all planes; empty: all
};

class ModelInUse {
 public:
  using Sight = std::shared_ptr<const ModelSight>;

  explicit ModelInUse(Workspace& workspace);
  ~ModelInUse();

  /// Loads a model folder in the background, in the place of the one in use. Errors come through
  /// the workspace's `failed`: those of ModelFolder::open, kUnsupported for other kinds, those of
  /// the worker.
  void open(const std::filesystem::path& folder);
  /// Puts the model away, and ends the program that runs it.
  void close();
  bool is_open() const { return !description_.empty(); }
  bool opening() const { return opening_ != 0; }
  const std::filesystem::path& folder() const { return folder_; }
  /// The folder's name.
  std::string name() const { return folder_.filename().string(); }
  /// Kind, device with reason, precision; empty until a model is loaded.
  const std::string& description() const { return description_; }
  const Thresholds& thresholds() const { return thresholds_; }
  /// It finds bodies in a stack.
  bool in_3d() const { return rays_.count() > 0; }
  /// Less probable objects it does not tell of: there are too many of them, in a stack above all.
  double least_probability() const;

  /// What the network saw in a slice, or in its part, if it has looked already; then perhaps in
  /// more than that part.
  Sight seen_in(const ImageSlice& slice) const;
  /// The slices of an image at a time that it has looked at as a whole, of those looked at last; of
  /// a 3D model one for the stack.
  std::vector<std::int64_t> slices_seen(const ImageLayer& image, std::int64_t time) const;
  /// Has the network look, unless it has or does; `then` is called at once or in a later poll of
  /// the workspace, and not at all after an error, which comes through `failed`. Of a part it sees
  /// no more of the image than it needs, and what it gives there is what it gives of the whole.
  void look_at(const ImageSlice& slice, std::function<void(const Sight&)> then);
  /// Has it look at a slice that it has seen from three more sides, mirrored, and calls `then` as
  /// look_at does; each side costs a look. What it sees from them is for doubts alone: outlines are
  /// not turned back.
  void look_from_sides(const ImageSlice& slice, std::function<void()> then);
  /// Those sides of a slice; empty where it has not looked.
  std::vector<Sight> sides_seen(const ImageSlice& slice) const;
  /// The network is at work on a slice.
  bool looking() const { return !waiting_.empty(); }
  /// What it sees, gone through one by one.
  ModelWalk& walk() { return *walk_; }

  Signal<> changed;

 private:
  struct Slice {
    std::weak_ptr<const void> pixels;
    std::int64_t time = 0, z = 0;
    Box3 part = {};  // empty: all
    bool operator==(const Slice& other) const;
    /// What is seen in it answers for the other.
    bool holds(const Slice& other) const;
  };
  struct Seen {
    Slice slice;
    Sight sight;
    std::vector<Sight> sides = {};
  };
  struct Waiting {
    Slice slice;
    std::vector<std::function<void(const Sight&)>> then;
  };
  void forget();
  void forget_the_oldest();
  Slice slice_of(const ImageSlice& slice) const;
  void take(const Slice& slice, Result<ModelSight> seen);

  Workspace& workspace_;
  std::shared_ptr<worker::Client> client_;
  std::filesystem::path folder_;
  std::string description_;
  Thresholds thresholds_;
  stardist::Rays3d rays_;         // of a 3D model
  std::uint64_t opening_ = 0;     // job
  std::uint64_t generation_ = 0;  // of the model: answers of an earlier one are dropped
  std::vector<Seen> seen_;        // the latest last
  std::vector<Waiting> waiting_;
  std::unique_ptr<ModelWalk> walk_;
};

}  // namespace karyo
