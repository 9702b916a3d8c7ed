#pragma once

/// The torch-free face of the models: train, predict, tune thresholds.
///
/// Everything a command or the window asks of a model goes through here; no tensor crosses it.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/dataset/train_list.h"
#include "core/image/volume.h"
#include "models/io/model_folder.h"
#include "models/io/threshold_search.h"
#include "models/predict/image_source.h"
#include "models/stardist/instances.h"
#include "models/train/train_config.h"
#include "models/train/train_events.h"
#include "models/train/worker_place.h"

namespace karyo {

/// TrainRequest::before where images are taken as they are, whatever a model to start from does.
inline constexpr const char* kNoRestoration = "none";

struct TrainRequest {
  std::filesystem::path data;   ///< images/ and masks/; CARE: low/ and high/; N2V: images
  std::filesystem::path model;  ///< folder to write
  TrainConfig config;
  bool resume = false;                  ///< go on from the folder's checkpoint
  /// StarDist: the images to train on and, where some are marked so, to validate with; else those
  /// are drawn from all. Empty: all images of the folder, and each needs a mask.
  std::vector<TrainImage> only;
  /// A file with `only`, read again before each epoch, so that images come while it goes on; empty:
  /// none. Then a resumed run goes on with the images as they are by then.
  std::filesystem::path follow;
  std::filesystem::path pretrained;     ///< start from this model's weights; empty: from scratch
  /// StarDist: the model that restores the images first, to be kept in before/ of the new one; or
  /// that of a model that has one. Empty: what `pretrained` has there; kNoRestoration: none.
  std::filesystem::path before;
  /// After each epoch the labels of one validation image, or the image restored; empty: none.
  std::filesystem::path preview;
  std::string device = "auto";
  std::int64_t memory_bytes = 0;  ///< the most that it may take; 0: what is free
  /// Of several processes that train together, each with its share of every batch: which one this
  /// is. All have the same request otherwise; the first alone writes.
  WorkerPlace place;
};

struct TrainSummary {
  std::int64_t epochs_done = 0, best_epoch = 0;
  double best_val_loss = 0;
  bool stopped = false;           ///< cancelled; --resume goes on
  double prob_threshold = 0, nms_threshold = 0;  ///< StarDist's, tuned on the validation images; 0
                                                 ///< when stopped
  double seconds = 0;
  std::int64_t peak_memory_bytes = 0;
};

/// Trains the kind of model that request.config names; StarDist's thresholds are then tuned on the
/// validation images. The model folder is usable after every epoch. Errors: settings that do not
/// fit the data, unreadable data, NaN, disk; kNotFound and kIo where other processes of the
/// training do not come or are lost.
Result<TrainSummary> train_model(const TrainRequest& request, TrainObserver& observer,
                                 TaskControl& control);

/// Tunes probability and NMS thresholds on a folder of pairs, saves them in the model folder and
/// returns them with the score reached (mean accuracy over IoU 0.3, 0.5, 0.7).
struct TunedThresholds {
  Thresholds thresholds;
  double score = 0;
  std::int64_t images = 0;
  std::vector<ThresholdTry> tried = {};  ///< in the order of the search; saved in the folder too
};
Result<TunedThresholds> tune_thresholds(const std::filesystem::path& model,
                                        const std::filesystem::path& data,
                                        const std::string& device, TaskControl& control);

struct PredictSettings {
  std::optional<double> prob, nms;        ///< absent: the model's own
  /// How many along each axis; all 0: as memory asks for. 2D models take one along z.
  std::int64_t tiles_z = 0, tiles_y = 0, tiles_x = 0;
  std::int64_t channel = -1;              ///< the one to use of several, from 0; -1: all
  bool probability = false;               ///< also return the probability map, or the scale
  /// Of candidates(): where they are asked for; absent: everywhere. The network sees no more of the
  /// image than it needs for that, which takes as much less time.
  std::optional<Box3> part = {};
};

struct Prediction {
  LabelArray labels;                 ///< (Z, Y, X) of one time point; 0 is background
  std::vector<float> scores;         ///< probability of object 1, 2, ...
  /// Of a model that knows classes: the probability of each class of object 1, 2, ..., background
  /// first. Empty where there are none.
  std::vector<std::vector<float>> class_prob;
  std::optional<Volume> probability; ///< float32, on the network's grid, spacing accordingly

  // Of CARE and Noise2Void, which give no labels: (1, C, Z, Y, X) float32, in the intensities of
  // the image where the network gives as many channels as it takes.
  std::optional<Volume> restored;
  std::optional<Volume> scale;  ///< of Laplace's distribution about it, where it was asked for
};

/// Takes restored planes from plane number `first` on: (1, C, Z', Y, X) float32; the channels of
/// the scale, where it was asked for, come after the restored ones. Errors end the work.
using TakePlanes = std::function<Result<void>(std::int64_t first, const Volume& planes)>;

/// A model ready to predict. One thread at a time.
class Predictor {
 public:
  virtual ~Predictor() = default;
  /// Kind, device with reason, precision: one line for people.
  virtual std::string description() const = 0;
  /// Whether predict() gives labels, or a restored image.
  virtual ModelKind kind() const { return ModelKind::kStarDist; }
  /// A CARE model that knows how sure it is: PredictSettings::probability gives its scale.
  virtual bool probabilistic() const { return false; }
  virtual Thresholds thresholds() const = 0;
  /// Of class 1, 2, ...; empty where it does not tell objects apart.
  virtual std::vector<std::string> class_names() const { return {}; }
  /// All planes of one time point; a 2D model segments each plane by itself and numbers objects
  /// through the stack, a 3D model finds bodies. Errors: channels that do not fit, NaN, cancelled.
  virtual Result<Prediction> predict(const Volume& image, std::int64_t t,
                                     const PredictSettings& settings, TaskControl& control) = 0;
  /// What NMS would choose from in plane `z` of one time point, above the probability of the
  /// settings, for those who choose themselves. Those in PredictSettings::part are the same as of
  /// the whole image, beyond float rounding; those around it, which may suppress one within, are
  /// given too, and are about the same.
  /// Errors: those of predict(); kInvalidArgument for a part that is not inside of the image;
  /// kUnsupported unless the model is StarDist 2D.
  virtual Result<stardist::Candidates> candidates(const Volume& image, std::int64_t t,
                                                  std::int64_t z, const PredictSettings& settings,
                                                  TaskControl& control);
  /// The same of all planes of one time point at once. Errors: kUnsupported unless the model is
  /// StarDist 3D.
  virtual Result<stardist::Candidates3d> candidates_3d(const Volume& image, std::int64_t t,
                                                       const PredictSettings& settings,
                                                       TaskControl& control);

  /// Restores one time point of an image that need not fit in memory: planes come in their order,
  /// a slab at a time. A 2D model goes plane by plane, normalised alike. Errors: as predict(), of
  /// reading and of `take`; kUnsupported for models that give labels.
  virtual Result<void> restore(const ImageSource& image, std::int64_t t,
                               const PredictSettings& settings, const TakePlanes& take,
                               TaskControl& control);
};

/// Of a StarDist model with a restoration in before/ one that does both.
/// Errors: kNotFound, kBadFile, kUnsupported (with the remedy) for folders that cannot be used.
Result<std::unique_ptr<Predictor>> open_predictor(const std::filesystem::path& model,
                                                  const std::string& device,
                                                  const std::string& precision);

}  // namespace karyo
