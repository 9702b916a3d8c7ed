#include "models/stardist/stardist_training.h"

#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/dataset/dataset_folder.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "models/process.h"
#include "models/stardist/anisotropy.h"
#include "models/stardist/stardist_learner.h"
#include "models/stardist/stardist_predict.h"
#include "models/stardist/thresholds.h"
#include "models/train/trainer.h"

namespace karyo {
namespace {

StarDistConfig network_config(const TrainConfig& config, int channels) {
  const auto axes = [&](Index3 value) {
    std::vector<int> list{static_cast<int>(value.z), static_cast<int>(value.y),
                          static_cast<int>(value.x)};
    if (config.dims == 2) list.erase(list.begin());
    return list;
  };
  StarDistConfig network = StarDistConfig::defaults_2d();
  if (config.dims == 3) {
    const auto known = stardist::parse_anisotropy(config.anisotropy);
    const auto anisotropy = known ? *known : stardist::Extents{1, 1, 1};
    network = StarDistConfig::defaults_3d(
        static_cast<int>(config.rays), std::vector<double>(anisotropy.begin(), anisotropy.end()));
  }
  network.n_channel_in = channels;
  network.n_rays = static_cast<int>(config.rays);
  network.grid = axes(config.grid);
  network.unet_n_depth = static_cast<int>(config.unet_depth);
  network.unet_n_filter_base = static_cast<int>(config.filters);
  network.net_conv_after_unet = static_cast<int>(config.features);
  network.train_patch_size = axes(config.patch);
  network.train_background_reg = config.background_reg;
  network.train_foreground_only = config.foreground_only;
  network.train_loss_weights = {config.weight_prob, config.weight_dist};
  network.train_epochs = static_cast<int>(config.epochs);
  network.train_steps_per_epoch = static_cast<int>(config.steps);
  network.train_learning_rate = config.lr;
  network.train_batch_size = static_cast<int>(config.batch);
  network.train_reduce_lr =
      ReduceLearningRate{config.reduce_lr_factor, static_cast<int>(config.reduce_lr_patience), 0};
  network.train_tensorboard = false;
  return network;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::vector<DatasetPair> chosen(const std::vector<DatasetPair>& pairs,
                                const std::vector<std::int64_t>& positions) {
  std::vector<DatasetPair> part;
  for (const auto position : positions) part.push_back(pairs[static_cast<std::size_t>(position)]);
  return part;
}

/// What decides the shapes of the weights has to stay as it was when training goes on.
Result<void> check_same_network(const ModelFolder& folder, const StarDistConfig& network) {
  const auto was = folder.stardist ? to_json(*folder.stardist) : nlohmann::ordered_json::object();
  const auto now = to_json(network);
  constexpr std::array<std::pair<const char*, const char*>, 8> kKeys{
      {{"n_dim", "--dims"},
       {"n_channel_in", "the number of channels"},
       {"n_rays", "--rays"},
       {"anisotropy", "--anisotropy"},
       {"grid", "--grid"},
       {"unet_n_depth", "--unet-depth"},
       {"unet_n_filter_base", "--filters"},
       {"net_conv_after_unet", "--features"}}};
  for (const auto& [key, name] : kKeys) {
    const auto before = was.value(key, nlohmann::ordered_json());
    const auto wanted = now.value(key, nlohmann::ordered_json());
    if (before == wanted) continue;
    return Error(ErrorCode::kInvalidArgument,
                 folder.path.string() + " cannot be resumed with another network: " + name +
                     " was " + before.dump() + " and is " + wanted.dump() + " now",
                 "Resume with the data and settings it was begun with (they are in settings.json), "
                 "or train into another --model folder.");
  }
  return {};
}

/// The folder to train into: the one to resume, or a new one with config.json and settings.json.
Result<ModelFolder> prepare_folder(const TrainRequest& request, const StarDistConfig& network) {
  if (request.resume) {
    // Nothing in the folder may change before it is sure that training can go on from it.
    KARYO_TRY(auto folder, ModelFolder::open(request.model));
    if (!has_checkpoint(request.model)) {
      return Error(ErrorCode::kNotFound, "there is no checkpoint in " + request.model.string(),
                   "Leave --resume out to start a new training; --pretrained starts from weights.");
    }
    KARYO_CHECK_OK(check_same_network(folder, network));
    KARYO_CHECK_OK(folder.save_config(network));
    return folder;
  }
  if (has_checkpoint(request.model) || !choose_weights(request.model).empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 request.model.string() + " holds a trained model already",
                 "Choose another --model folder, go on with --resume, or delete that folder.");
  }
  return ModelFolder::create(request.model, network, true);
}

void note_warnings(const std::vector<Finding>& findings, TrainObserver& observer) {
  for (const auto& finding : findings) {
    if (finding.severity != Severity::kWarning) continue;
    observer.on_note("note: " + finding.file.string() + ": " + finding.what + " (" + finding.fix +
                     ")");
  }
}

/// What the objects of the masks say about the voxels.
Result<stardist::Extents> measured_anisotropy(const std::vector<DatasetPair>& pairs,
                                              const TaskControl& control) {
  std::vector<stardist::Extents> all;
  for (const auto& pair : pairs) {
    if (control.cancelled()) return cancelled_error("measuring the objects");
    KARYO_TRY(const auto labels, read_labels(pair.mask));
    if (const auto extents = stardist::median_extents(labels.view())) all.push_back(*extents);
  }
  return stardist::anisotropy_of(all);
}

/// Puts numbers in the place of "auto" and says what they mean.
Result<void> resolve_anisotropy(TrainConfig& config, const std::vector<DatasetPair>& pairs,
                                TrainObserver& observer, const TaskControl& control) {
  if (config.dims != 3) return {};
  if (config.anisotropy == "auto") {
    KARYO_TRY(const auto measured, measured_anisotropy(pairs, control));
    config.anisotropy = stardist::anisotropy_text(measured);
    observer.on_note("anisotropy: " + config.anisotropy + " (z,y,x), by the objects' extents");
  }
  KARYO_TRY(const auto known, stardist::parse_anisotropy(config.anisotropy));
  if (known[0] <= 1.5 && config.grid.z == 1 && config.grid.y > 1) {
    observer.on_note("note: objects look about as deep as wide; --grid " +
                     std::to_string(config.grid.y) + "," + std::to_string(config.grid.y) + "," +
                     std::to_string(config.grid.x) + " would be faster");
  }
  return {};
}

/// After each epoch, besides what the inner observer does: notes what reading the files brought up
/// and, where asked for, writes the labels of one validation image.
class EpochObserver : public TrainObserver {
 public:
  EpochObserver(TrainObserver& inner, const TrainRequest& request, const DatasetPair& pair,
                ImageCache& cache, const StarDistModel& model, const Device& device)
      : inner_(inner),
        request_(request),
        pair_(pair),
        cache_(cache),
        model_(model),
        device_(device) {}

  void on_note(const std::string& text) override { inner_.on_note(text); }
  void on_step(const TrainStepEvent& event) override { inner_.on_step(event); }
  void on_epoch(const TrainEpochEvent& event) override {
    inner_.on_epoch(event);
    note_warnings(cache_.take_findings(), inner_);
    if (request_.preview.empty()) return;
    if (const auto outcome = write_preview(event.epoch); !outcome) {
      inner_.on_note("preview: " + outcome.error().what);
    }
  }

 private:
  Result<void> write_preview(std::int64_t epoch) {
    KARYO_TRY(const auto image, read_image(pair_.image));
    TaskControl control;
    PlaneSettings settings;
    KARYO_TRY(settings.scales,
              input_scales(image, 0, -1, model_.config().n_channel_in,
                           request_.config.percentile_low, request_.config.percentile_high));
    char name[64];
    std::snprintf(name, sizeof name, "epoch_%04lld.tif", static_cast<long long>(epoch));
    const auto write = [&](const LabelArray& labels) {
      return write_labels(request_.preview / name, labels, image.grid);
    };
    if (model_.config().n_dim == 3) {
      KARYO_TRY(const auto volume,
                predict_volume(model_, image, 0, settings, device_, Precision::kFloat32, control));
      return write(volume.labels);
    }
    KARYO_TRY(const auto plane,
              predict_plane(model_, image, 0, 0, settings, device_, Precision::kFloat32, control));
    return write(plane.labels);
  }

  TrainObserver& inner_;
  const TrainRequest& request_;
  const DatasetPair& pair_;
  ImageCache& cache_;
  const StarDistModel& model_;
  const Device& device_;
};

}  // namespace

Result<TunedThresholds> tune_stardist(const StarDistModel& model,
                                      const std::vector<DatasetPair>& pairs, double pmin,
                                      double pmax, const Device& device, Precision precision,
                                      TaskControl& control) {
  const auto& config = model.config();
  stardist::ThresholdOptions options;
  stardist::Rays3d rays;
  if (config.n_dim == 3) {
    KARYO_TRY(rays, stardist::rays_from_json(config.rays_json));
  } else {
    options.grid = {config.grid[0], config.grid[1]};
  }
  stardist::ThresholdOptimizer optimizer(options);
  bool any_object = false;
  for (const auto& pair : pairs) {
    if (control.cancelled()) return cancelled_error("the search for thresholds");
    KARYO_TRY(const auto image, read_image(pair.image));
    KARYO_TRY(auto truth, read_labels(pair.mask));
    for (const auto& finding : check_contents(pair, image, truth.view())) {
      if (finding.severity == Severity::kError) return finding.as_error();
    }
    const auto scales = input_scales(image, 0, -1, config.n_channel_in, pmin, pmax);
    if (!scales) {
      return Error(scales.error().code, pair.image.string() + ": " + scales.error().what,
                   "Give images with the channels that the model was trained with.");
    }
    any_object = any_object || std::any_of(truth.begin(), truth.end(),
                                           [](auto id) { return id != 0 && id != kIgnoredLabel; });
    const auto input = network_image(image, 0, 0, image.shape().z, -1, *scales);
    if (config.n_dim == 3) {
      KARYO_TRY(const auto dense, predict_dense_3d(model, input, optimizer.largest_probability(),
                                                   device, precision, control));
      optimizer.add(std::move(truth), dense.candidates, dense.largest, rays);
      continue;
    }
    const auto maps = predict_maps(model, input, device, precision);
    const std::int64_t h = maps.shape.y, w = maps.shape.x;
    KARYO_CHECK_OK(optimizer.add(
        std::move(truth), stardist::ProbabilityMap::contiguous(maps.prob.data(), h, w),
        stardist::DistanceMap::channel_last(maps.dist.data(), maps.rays, h, w)));
  }
  // Every threshold is as good as any other where nothing is to be found.
  if (!any_object) return TunedThresholds{Thresholds{}, 0, 0};
  KARYO_TRY(auto best, optimizer.optimize(&control));
  // The search may end outside (0, 1), which no reader of thresholds.json accepts.
  best.thresholds.prob = std::clamp(best.thresholds.prob, 0.01, 0.99);
  return TunedThresholds{best.thresholds, best.score, static_cast<std::int64_t>(pairs.size())};
}

Result<TrainSummary> train_stardist(const TrainRequest& request, TrainObserver& observer,
                                    TaskControl& control) {
  const auto start = std::chrono::steady_clock::now();
  TrainConfig config = request.config;
  KARYO_TRY(const auto device, choose_device(request.device));
  KARYO_TRY(const auto precision, choose_precision(config.precision, device, true));
  observer.on_note("device: " + device.reason +
                   (precision == Precision::kBFloat16 ? ", bfloat16" : ", float32"));

  KARYO_TRY(const auto dataset, open_dataset(request.data, config.dims, request.only));
  KARYO_CHECK_OK(dataset.usable());
  note_warnings(dataset.findings, observer);
  KARYO_TRY(const auto split,
            split_dataset(static_cast<std::int64_t>(dataset.pairs.size()), config.val,
                          static_cast<std::uint64_t>(config.seed)));
  const auto training_pairs = chosen(dataset.pairs, split.train);
  const auto validation_pairs = chosen(dataset.pairs, split.validation);
  observer.on_note(std::to_string(training_pairs.size()) + " images to train on, " +
                   std::to_string(validation_pairs.size()) + " to validate with" +
                   (split.shared ? " (the same one: scores will look too good)" : ""));
  KARYO_CHECK_OK(resolve_anisotropy(config, training_pairs, observer, control));
  const auto cache = make_image_cache(config);
  KARYO_TRY(auto training, StarDistBatchMaker::create(training_pairs, config, cache,
                                                      StarDistBatchMaker::Use::kTraining));
  KARYO_TRY(auto validation, StarDistBatchMaker::create(validation_pairs, config, cache,
                                                        StarDistBatchMaker::Use::kValidation));

  const StarDistConfig network = network_config(config, training.channels());
  Random random(static_cast<std::uint64_t>(config.seed));
  KARYO_TRY(auto model, StarDistModel::create(network, random));
  if (!request.pretrained.empty()) {
    KARYO_TRY(const auto base, ModelFolder::open(request.pretrained));
    KARYO_CHECK_OK(model.load_weights(base.weights));
    observer.on_note("starting from the weights in " + base.weights.string());
  }
  if (!request.preview.empty()) {  // found out now, not after the first epoch
    const auto probe = AtomicFile::create(request.preview / "epoch_0001.tif");
    if (!probe) return probe.error();
  }
  KARYO_TRY(auto folder, prepare_folder(request, network));
  KARYO_CHECK_OK(folder.save_settings(to_json(config)));
  ModelRecord record;
  record.pmin = config.percentile_low;
  record.pmax = config.percentile_high;
  record.data_fingerprint = fingerprint(dataset);
  record.program_version = KARYOSCOPE_VERSION;
  record.torch_version = TORCH_VERSION;
  record.device = device.reason;
  record.started = utc_now();
  KARYO_CHECK_OK(folder.save_record(record));

  StarDistLearner learner(model, std::move(training), std::move(validation), config, device,
                          precision, request.model);
  EpochObserver epochs(observer, request, validation_pairs.front(), *cache, model, device);
  TrainPlan plan{config.epochs, config.steps, config.lr,
                 {config.reduce_lr_factor, config.reduce_lr_patience}, request.model,
                 request.resume};
  KARYO_TRY(const auto outcome, train(learner, plan, epochs, control));

  TrainSummary summary;
  summary.epochs_done = outcome.epochs_done;
  summary.best_epoch = outcome.best_epoch;
  summary.best_val_loss = outcome.best_val_loss;
  summary.stopped = outcome.stopped;
  if (!outcome.stopped) {
    observer.on_note("searching the thresholds on the validation images");
    KARYO_CHECK_OK(model.load_weights(folder.best_weights()));
    KARYO_TRY(const auto tuned,
              tune_stardist(model, validation_pairs, config.percentile_low,
                            config.percentile_high, device, Precision::kFloat32, control));
    if (tuned.images == 0) {
      observer.on_note("note: there is no object in the validation images; the thresholds are the "
                       "usual ones, not tuned");
    }
    KARYO_CHECK_OK(folder.save_thresholds(tuned.thresholds));
    summary.prob_threshold = tuned.thresholds.prob;
    summary.nms_threshold = tuned.thresholds.nms;
  }
  summary.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  summary.peak_memory_bytes = peak_memory_bytes();
  record.finished = utc_now();
  record.training_seconds = summary.seconds;
  record.more["peak_memory_bytes"] = summary.peak_memory_bytes;
  record.more["best_epoch"] = summary.best_epoch;
  KARYO_CHECK_OK(folder.save_record(record));
  return summary;
}

}  // namespace karyo
