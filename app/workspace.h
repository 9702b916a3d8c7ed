#pragma once

/// What is open: layers, where one looks, the work going on. The window shows it; tests and
/// commands drive it without one.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/arrangement.h"
#include "app/layer_history.h"
#include "app/measurements.h"
#include "app/open_layer.h"
#include "app/paint_state.h"
#include "app/volume_state.h"
#include "core/base/signal.h"
#include "core/base/task.h"
#include "core/filters/geometry.h"
#include "core/image/chunk_store.h"
#include "core/labels/object_stats.h"
#include "core/layers/image_layer.h"
#include "core/layers/labels_layer.h"
#include "core/layers/layer_list.h"
#include "core/layers/view_state.h"

namespace karyo {

class DatasetSession;
class MaskPreview;
class ModelInUse;
class ObjectChecks;
class TrainingRun;

using ObjectTable = std::unordered_map<std::uint32_t, ObjectStats>;

/// What one layer has at a place.
struct Reading {
  std::string layer;
  std::vector<double> values;  ///< an image's: of its visible channels
  std::uint32_t label = 0;     ///< of labels; 0: background
  std::optional<std::int64_t> label_voxels;
};

/// What lies under a place: a reading of each visible layer that covers it, the topmost first.
struct Probe {
  Index3 voxel;  ///< of the world's grid
  std::vector<Reading> readings;
};

/// Threads  one, the UI thread; work runs on threads of its own and comes back in poll().
class Workspace {
 public:
  Workspace();
  ~Workspace();
  LayerList& layers() { return layers_; }
  const LayerList& layers() const { return layers_; }
  ViewState& view() { return view_; }
  const ViewState& view() const { return view_; }

  /// Reads files in the background, in order; each becomes a layer as soon as it is read. Images go
  /// under labels.
  void open(const std::vector<std::filesystem::path>& paths, OpenAs as = OpenAs::kGuess);
  /// Closes everything and opens these layers, from the bottom, as they are described.
  void open_arranged(std::vector<SessionLayer> layers, SessionView view);
  /// Writes a layer in the background, in the format of the ending (app/layer_data.h).
  /// Errors: kInvalidArgument for another ending, kUnsupported for an image that stays in its file.
  Result<void> save_layer(Layer& layer, const std::filesystem::path& path);
  /// Reads a folder of images as one, its numbers standing for these axes (none: as guessed).
  void open_sequence(const std::filesystem::path& folder, std::vector<io::SequenceAxis> axes);
  /// Undo of what was done to layers.
  LayerHistory& history() { return history_; }
  /// Labels were edited: a part of the next step of undo, and no longer what their file holds.
  void edited(LabelEdit edit);
  MeasureTable& measurements() { return measurements_; }
  const MeasureTable& measurements() const { return measurements_; }
  PaintState& paint() { return paint_; }
  const std::shared_ptr<ChunkStore>& chunks() const { return chunks_; }
  /// Shows all of what is open, in the views that fit it.
  void show_all();
  /// Its sizes and places, in the background.
  void count_objects_of(const LabelsLayer& layer);
  /// The folder of images that is being annotated.
  DatasetSession& dataset() { return *dataset_; }
  /// Objects that the guided steps would make.
  MaskPreview& preview() { return *preview_; }
  /// The trained model at hand.
  ModelInUse& model() { return *model_; }
  /// The training that goes on, or was looked at last.
  TrainingRun& training() { return *training_; }
  /// What may be wrong with the objects of the selected labels.
  ObjectChecks& checks() { return *checks_; }
  VolumeState& volume() { return volume_; }
  const VolumeState& volume() const { return volume_; }
  /// Layers that were made here and are in no file.
  std::vector<std::string> unsaved_layers() const;
  /// A made-up stack and its nuclei.
  void open_sample();
  /// Shows a layer of pixels as labels, or labels as an image, in its place once that is made.
  Result<void> convert(Layer& layer);

  /// Makes a layer "NAME – SUFFIX" above the one it is made of, in the background; making it is a
  /// step of undo. Errors: kNotFound; later ones through `failed`.
  using Making = std::function<Result<std::shared_ptr<Layer>>(TaskControl&)>;
  Result<void> make(Layer& layer, const std::string& suffix, Making run);

  /// What a filter does to pixels.
  using Derivation = std::function<Result<Volume>(const Volume&, TaskControl&)>;
  /// Makes a layer "NAME – SUFFIX" of the pixels of another, in the background; it lies above that
  /// one and making it is a step of undo. Labels stay labels. Of an image that stays in its file the
  /// whole is read, where there is room. Errors: kNotFound; later ones through `failed`.
  Result<void> derive(Layer& layer, const std::string& suffix, Derivation run);
  /// The same of a part of it, which lies inside the layer.
  Result<void> derive_crop(Layer& layer, const CropBox& box);

  /// Runs work on a thread of its own; what it gives back is called in a later poll(). Errors come
  /// through `failed`. The number is for cancel_job().
  using Finish = std::function<void()>;
  using BackgroundWork = std::function<Result<Finish>(TaskControl&)>;
  std::uint64_t in_background(BackgroundWork work);
  /// It ends as soon as it can, and what it gives back is not called.
  void cancel_job(std::uint64_t number);

  /// Takes over what finished; the window calls it some times a second. True while work goes on.
  bool poll();
  bool busy() const { return !jobs_.empty() || chunks_->busy(); }
  /// To be called when views were drawn: they may have asked for parts of paged images.
  void note_reading();
  /// What is going on, for the status line; empty when nothing is.
  std::string doing() const;
  /// How far it is, 0 to 1, and how many seconds it may still take (below 0: not known).
  struct JobProgress {
    double fraction = 0, seconds_left = -1;
  };
  JobProgress progress() const;
  void cancel_jobs();
  /// Waits for all work and takes it over.
  void finish_jobs();

  Probe probe(const WorldPoint& place) const;
  /// In the topmost visible labels layer; none on background.
  void select_object_at(const WorldPoint& place);
  /// The objects of a labels layer; null while they are being counted, and for movies.
  const ObjectTable* objects_of(const Layer& layer) const;
  /// The same; null also where the labels were changed since they were counted.
  const ObjectTable* up_to_date_objects_of(const LabelsLayer& layer) const;
  /// Selects an object and moves the cursor to its middle. Errors: kNotFound.
  Result<void> go_to_object(LabelsLayer& layer, std::uint32_t id);
  /// Depth > 1 somewhere: there is something for XZ, YZ and 3D to show.
  bool has_depth() const { return layers_.extent().z > 1; }

  /// What 3D shows of an image: all of it, or of one that stays in its file a coarse copy, read in
  /// the background when first asked for; renditions_changed tells when a finer one has come.
  struct Rendition {
    std::shared_ptr<const Volume> volume;  ///< null: nothing yet, or too large without a pyramid
    VoxelGrid grid;                        ///< in the world
    std::int64_t t = 0;                    ///< of the volume
  };
  Rendition rendition(const ImageLayer& layer);
  Signal<> renditions_changed;

  Signal<const Error&> failed;  ///< some work ended badly
  Signal<> jobs_changed;
  Signal<> first_layer_opened;  ///< views should show all of it
  Signal<> arranged;            ///< a session is open, framed as it was
  Signal<const std::string&> done;  ///< some work ended well, in words

 private:
  /// A coarse copy of a paged image at one time.
  struct Coarse {
    std::weak_ptr<const PagedImage> pages;
    std::int64_t t = 0;
    std::shared_ptr<const Volume> volume;
  };
  struct Counted {
    std::weak_ptr<Layer> layer;
    ObjectTable objects;
    LabelVolume labels;  // that were counted
  };
  struct Pixels;
  static Pixels pixels_of(const Layer& layer);
  struct Derived {
    std::weak_ptr<Layer> source;
    std::shared_ptr<Layer> layer;
    std::string what;
  };
  /// What work has made and nobody has taken over yet.
  struct Mail {
    std::vector<std::shared_ptr<Layer>> layers;
    std::vector<Counted> objects;
    std::vector<std::pair<std::weak_ptr<Layer>, std::shared_ptr<Layer>>> replacements;
    std::vector<Derived> derived;
    std::vector<Coarse> renditions;
    std::vector<std::pair<std::shared_ptr<Layer>, bool>> session_layers;  ///< and: selected
    std::optional<SessionView> session_view;
    std::vector<std::pair<std::weak_ptr<Layer>, std::filesystem::path>> saved;
    std::vector<Error> errors;
    Finish finish;
  };
  /// Filled by the work, emptied by poll().
  class Mailbox {
   public:
    /// `post` puts things into the mail. Any thread.
    template <typename Post>
    void put(Post post) {
      const std::lock_guard lock(mutex_);
      post(mail_);
      empty_ = false;
    }
    /// None when nothing came since the last call.
    std::optional<Mail> take() {
      const std::lock_guard lock(mutex_);
      if (std::exchange(empty_, true)) return {};
      return std::exchange(mail_, {});
    }

   private:
    std::mutex mutex_;
    bool empty_ = true;
    Mail mail_;
  };
  struct Job {
    std::shared_ptr<Mailbox> mailbox;
    std::unique_ptr<Task> task;
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
    std::uint64_t number = 0;
    bool unwanted = false;  // cancelled: nothing is taken over
  };
  using Work = std::function<Result<void>(TaskControl&, Mailbox&)>;
  void start(Work work);
  void take_over(Mail mail);
  void take_chunks();
  void put(std::shared_ptr<Layer> layer);
  void replace(const std::weak_ptr<Layer>& old, const std::shared_ptr<Layer>& layer);
  Result<void> derive(Layer& layer, const std::string& suffix, const CropBox& box, Derivation run);
  void put_derived(const Derived& derived);
  void read_rendition(const std::shared_ptr<const PagedImage>& pages, std::int64_t t);
  void count_objects(const std::shared_ptr<Layer>& layer);
  void count_again(const std::shared_ptr<Layer>& layer);
  /// Shows where undo changed something.
  void travel_to(const LabelEdit& edit);

  std::shared_ptr<ChunkStore> chunks_ = std::make_shared<ChunkStore>();
  bool reading_noted_ = false;
  LayerList layers_;
  LayerHistory history_{layers_};
  MeasureTable measurements_;
  ViewState view_;
  VolumeState volume_;
  PaintState paint_;
  Connection undone_ = history_.swapped.connect([this](const LabelEdit& edit) { travel_to(edit); });
  std::vector<Job> jobs_;
  std::uint64_t last_job_ = 0;
  std::vector<Counted> objects_;
  std::vector<std::weak_ptr<Layer>> to_count_;  // once nothing else goes on
  std::vector<Coarse> renditions_;  // one a paged image
  std::unique_ptr<DatasetSession> dataset_;
  std::unique_ptr<ObjectChecks> checks_;
  std::unique_ptr<MaskPreview> preview_;
  std::unique_ptr<ModelInUse> model_;
  std::unique_ptr<TrainingRun> training_;
};

}  // namespace karyo
