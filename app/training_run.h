#pragma once

/// A training that goes on beside the window, in a process of its own.
///
/// The process (karyoscope-worker train) outlives the window where a person wants that: all that is
/// known of it lies in its model folder, so that another window takes it up again.
///
///   run.json      process id and since when it lives, folder of the data, device, other computer
///   run.log       what it says (app/training_log.h)
///   run.only.txt  the images it trains on, where not on all: read again before each epoch
///
/// Threads  one, the UI thread. poll() takes a few milliseconds at most.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/training_log.h"
#include "app/worker/far_place.h"
#include "core/base/result.h"
#include "core/base/signal.h"
#include "core/dataset/train_list.h"
#include "models/io/history.h"
#include "models/train/train_config.h"

namespace karyo {

/// What to train on what.
struct TrainingPlan {
  TrainConfig config;
  std::filesystem::path data;        ///< as `karyoscope train --data` takes it
  std::filesystem::path model;       ///< folder to write
  std::vector<TrainImage> only;      ///< images (StarDist); empty: all
  std::filesystem::path pretrained;  ///< model to start from; empty: from scratch
  /// Restores the images first (StarDist); empty: what `pretrained` has for that.
  std::filesystem::path before;
  std::string device = "auto";
};

class TrainingRun {
 public:
  enum class State {
    kNone,
    kRunning,
    kStopping,  ///< on request: writes a checkpoint
    kStopped,   ///< and can go on
    kFinished,
    kFailed,  ///< see failure(); it can go on if there is a checkpoint
  };

  TrainingRun() = default;
  /// Stops a run that goes on, unless it was let go. Does not wait.
  ~TrainingRun();
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

  /// Errors  kInvalidArgument (one goes on; the folder holds a model), kNotFound (no worker), kIo,
  /// and those of validate(config). What the data have wrong is found by the run.
  /// On another computer (set_place) the process here is its line to it (app/worker/train_far.h).
  Result<void> start(const TrainingPlan& plan);
  /// Goes on with a run that was stopped, has failed or is finished; `epochs` in all, 0: as many as
  /// were planned. Errors  as start(), kNotFound without a checkpoint.
  Result<void> resume(std::int64_t epochs = 0);
  /// Takes up the run of a model folder, whatever has become of it. Errors  kNotFound (none there),
  /// kBadFile.
  Result<void> attach(const std::filesystem::path& model);
  /// Of the model folders in `models` the one whose run goes on; empty: none does.
  static std::filesystem::path going_on_in(const std::filesystem::path& models);

  /// The images that it trains on from the next epoch on; those that judge stay as they were.
  /// Errors  kInvalidArgument (none goes on, or one on all images), kIo.
  Result<void> set_images(const std::vector<TrainImage>& images);

  /// Where the next one, or one that goes on, computes.
  void set_place(const worker::FarPlace& place);
  const worker::FarPlace& place() const { return place_; }
  /// The other computer that this one is on; empty: it is here.
  const std::string& host() const { return host_; }

  /// Leaves the processor to others at once, and goes on as if nothing had been; its memory stays
  /// taken. Only here: another computer would take the line for lost.
  void set_paused(bool on);
  bool can_pause() const { return state_ == State::kRunning && host_.empty(); }
  bool paused() const { return paused_; }
  /// Asks it to keep what it has learned and end.
  void stop();
  /// Ends it, and deletes its folder. Errors  kIo.
  Result<void> discard();
  /// It goes on when this object ends, also where it was paused.
  void let_go();

  /// Reads what it said since. True while it goes on.
  bool poll();
  /// Until it has ended.
  void wait();

  State state() const { return state_; }
  bool going_on() const { return state_ == State::kRunning || state_ == State::kStopping; }
  const std::filesystem::path& model() const { return model_; }
  const std::filesystem::path& data() const { return data_; }
  const TrainConfig& config() const { return config_; }
  const std::vector<TrainImage>& only() const { return only_; }
  /// When it was started or resumed, by the clock of files.
  std::filesystem::file_time_type started() const { return started_; }
  const TrainingLog& log() const { return log_; }
  /// All epochs, those before it was resumed too.
  const History& history() const { return history_; }
  const std::optional<Error>& failure() const { return failure_; }
  bool has_checkpoint() const;
  /// Of all its steps, 0 to 1.
  double progress() const;
  /// At the pace of its last steps; below 0: not known yet.
  double seconds_left() const;

  Signal<> changed;
  Signal<> epoch_done;  ///< weights and history are on disk

 private:
  Result<void> launch(std::vector<std::string> arguments, const std::string& device);
  bool follows_its_folder() const;
  void forget();
  void read_log();
  void read_history_again();
  bool process_lives();
  void ended();
  void ask_to_end();

  worker::FarPlace place_;
  std::string host_;
  std::filesystem::path model_, data_;
  TrainConfig config_;
  std::vector<TrainImage> only_;
  std::filesystem::file_time_type started_;
  State state_ = State::kNone;
  pid_t process_ = -1;
  bool child_ = false;         // of this program: its end can be waited for
  std::uint64_t since_ = 0;    // when the process began, as the kernel counts
  std::optional<int> status_;  // it ended with
  std::uintmax_t log_place_ = 0;
  TrainingLog log_;
  std::int64_t epochs_before_ = 0;  // done when the run was started or resumed
  History history_;
  std::optional<Error> failure_;
  bool let_go_ = false;
  bool paused_ = false;
};

}  // namespace karyo
