#include "models/restoration/restoration_training.h"

#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "core/base/atomic_file.h"
#include "models/care/care_batches.h"
#include "models/n2v/n2v_batches.h"
#include "models/process.h"
#include "models/restoration/live_folder.h"
#include "models/restoration/restoration_config.h"
#include "models/restoration/restoration_epochs.h"
#include "models/restoration/restoration_learner.h"
#include "models/restoration/restore_volume.h"
#include "models/train/epoch_pictures.h"
#include "models/train/train_folder.h"
#include "models/train/trainer.h"

namespace karyo {
namespace {

/// What makes a network; the last eight are its body, which another output can stand upon.
constexpr std::array<NetworkKey, 11> kNetworkKeys{
    {{"n_channel_out", "the number of channels to learn"},
     {"probabilistic", "--probabilistic"},
     {"unet_residual", "--residual"},
     {"n_dim", "--dims"},
     {"n_channel_in", "the number of channels"},
     {"unet_n_depth", "--unet-depth"},
     {"unet_n_first", "--filters"},
     {"unet_kern_size", "--kernel"},
     {"batch_norm", "--batch-norm"},
     {"single_net_per_channel", "--net-per-channel"},
     {"blurpool", "--n2v2"}}};

/// What has to be the same where a training begins with another model's weights.
constexpr std::span<const NetworkKey> kBodyKeys = std::span(kNetworkKeys).last(8);

/// What a kind of model brings to the run that both have in common.
struct Run {
  CsbdeepConfig network;
  RestorationBatches batches;
  std::string data_fingerprint;
  std::vector<TrainingFile> files;
  DataLook look;
  TrainConfig config;                   ///< with numbers in the place of "auto"
  std::filesystem::path preview_image;  ///< restored after each epoch where that was asked for
  std::function<std::vector<Finding>()> take_findings;
};

Result<ModelFolder> prepare_folder(const TrainRequest& request, const CsbdeepConfig& network) {
  if (!request.resume) {
    KARYO_CHECK_OK(check_untrained(request));
    return ModelFolder::create(request.model, network, true);
  }
  KARYO_TRY(auto folder, folder_to_resume(request));
  KARYO_CHECK_OK(check_same_network(folder, to_json(network), kNetworkKeys));
  KARYO_CHECK_OK(folder.save_config(network));
  return folder;
}

struct Chosen {
  Device device;
  Precision precision = Precision::kFloat32;
};

Result<Chosen> choose(const TrainRequest& request, TrainObserver& observer,
                      const Workers& workers) {
  KARYO_TRY(const auto device, workers.device(request.device));
  KARYO_TRY(const auto precision, choose_precision(request.config.precision, device, true));
  observer.on_note("device: " + device.reason +
                   (precision == Precision::kBFloat16 ? ", bfloat16" : ", float32"));
  return Chosen{device, precision};
}

/// The weights of another model, and what is to be said of it.
Result<void> begin_with(const std::filesystem::path& folder, const DataLook& look,
                        RestorationModel& model, TrainObserver& observer) {
  KARYO_TRY(const auto base, ModelFolder::open(folder));
  if (!base.csbdeep) {
    return Error(ErrorCode::kInvalidArgument, folder.string() + " is a StarDist model",
                 "Give a CARE or Noise2Void model to --pretrained, or start without.");
  }
  KARYO_CHECK_OK(
      check_pretrained(base, to_json(*base.csbdeep), to_json(model.config()), kBodyKeys));
  KARYO_TRY(const auto fresh, model.take_weights(base));
  observer.on_note("starting from the weights in " + base.weights.string());
  note_fresh(fresh, observer);
  note_differences(base, look, observer);
  return {};
}

/// Extents that every image has, and what all of them take.
template <typename Shapes>
Index3 smallest_of(const Shapes& shapes) {
  Index3 smallest{INT64_MAX, INT64_MAX, INT64_MAX};
  for (const Index3& size : shapes) {
    smallest = {std::min(smallest.z, size.z), std::min(smallest.y, size.y),
                std::min(smallest.x, size.x)};
  }
  return smallest;
}

Result<TrainSummary> train_network(const TrainRequest& request, Run run, const Chosen& chosen,
                                   TrainObserver& observer, TaskControl& control,
                                   Workers& workers) {
  const auto start = std::chrono::steady_clock::now();
  const TrainConfig& config = run.config;
  Random random(static_cast<std::uint64_t>(config.seed));
  KARYO_TRY(auto model, RestorationModel::create(run.network, random));
  if (!request.pretrained.empty()) {
    KARYO_CHECK_OK(begin_with(request.pretrained, run.look, model, observer));
  }
  if (!request.preview.empty()) {  // found out now, not after the first epoch
    const auto probe = AtomicFile::create(request.preview / "epoch_0001.tif");
    if (!probe) return probe.error();
  }
  KARYO_CHECK_OK(workers.check_same(to_json(config).dump() + run.data_fingerprint,
                                    "their settings or images"));
  std::optional<ModelFolder> folder;  // of the first process, which alone writes
  if (workers.first()) {
    KARYO_TRY(folder, prepare_folder(request, run.network));
    KARYO_CHECK_OK(folder->save_settings(to_json(config)));
  }
  ModelRecord record;
  record.pmin = kRestorationLowPercent;
  record.pmax = kRestorationHighPercent;
  record.data_fingerprint = run.data_fingerprint;
  record.program_version = KARYOSCOPE_VERSION;
  record.torch_version = TORCH_VERSION;
  record.device = chosen.device.reason;
  record.started = utc_now();
  record.more[kLookKey] = to_json(run.look);
  if (folder) {
    if (!request.resume) forget_epoch_pictures(request.model);
    KARYO_CHECK_OK(folder->save_record(record));
    KARYO_CHECK_OK(keep_training_data(request, run.files, false, observer, control));
  }

  RestorationLearner learner(model, std::move(run.batches), chosen.device, chosen.precision,
                             request.model, &workers);
  RestorationEpochs epochs(observer, request, {run.preview_image, run.take_findings}, model,
                           chosen.device);
  const TrainPlan plan = plan_of(request, config, run.network.train_reduce_lr->min_delta);
  KARYO_TRY(const auto outcome, train(learner, plan, epochs, control, workers));

  TrainSummary summary;
  summary.epochs_done = outcome.epochs_done;
  summary.best_epoch = outcome.best_epoch;
  summary.best_val_loss = outcome.best_val_loss;
  summary.stopped = outcome.stopped;
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  summary.peak_memory_bytes = peak_memory_bytes();
  if (!folder) return summary;
  record.finished = utc_now();
  record.training_seconds = summary.seconds;
  record.more["peak_memory_bytes"] = summary.peak_memory_bytes;
  record.more["best_epoch"] = summary.best_epoch;
  KARYO_CHECK_OK(folder->save_record(record));
  return summary;
}

/// What the patches of a pair take in memory, at most the pair itself for a patch of "auto".
double patch_bytes(const RestorationPair& pair, const TrainConfig& config) {
  const auto voxel = static_cast<std::size_t>(pair.low_shape.c) * bytes_of(pair.low_type) +
                     static_cast<std::size_t>(pair.high_shape.c) * bytes_of(pair.high_type);
  return static_cast<double>(voxel) * static_cast<double>(config.patch.count()) *
         static_cast<double>(config.patches_per_image);
}

/// Says so where files will be read again and again.
void note_cache(double bytes, const TrainConfig& config, TrainObserver& observer) {
  const double mib = bytes / (1 << 20);
  if (mib <= static_cast<double>(config.cache_mib)) return;
  observer.on_note("note: the patches take " + std::to_string(std::llround(mib)) +
                   " MiB, more than --cache-mib " + std::to_string(config.cache_mib) +
                   "; files are read again and again, which may take longer than the training");
}

/// Which pairs judge: drawn from all, but those of the beginning where a training that follows its
/// folder goes on.
Result<DatasetSplit> split_of(const RestorationFolder& dataset, const TrainRequest& request) {
  const auto count = static_cast<std::int64_t>(dataset.pairs.size());
  if (request.resume && !request.follow.empty()) {
    const auto judges = beginning_of(request.model).validation;
    DatasetSplit split;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto& pair = dataset.pairs[static_cast<std::size_t>(i)];
      const bool judge = judges.contains(pair.low.filename().string());
      (judge ? split.validation : split.train).push_back(i);
    }
    if (!split.train.empty() && !split.validation.empty()) return split;
  }
  return split_dataset(count, request.config.val, static_cast<std::uint64_t>(request.config.seed));
}

/// Of the images of a folder those that a training began with, and behind them what came to it.
std::vector<ImageFile> as_they_came(std::vector<ImageFile> images,
                                    const std::set<std::string>& came, std::size_t& beginning) {
  const auto later = std::stable_partition(images.begin(), images.end(), [&](const ImageFile& i) {
    return !came.contains(i.path.filename().string());
  });
  beginning = static_cast<std::size_t>(later - images.begin());
  if (beginning == 0) beginning = images.size();
  return images;
}

/// Has the batches renewed before each epoch by `live`, a LivePairs or LiveStacks.
template <typename Live>
void follow(RestorationBatches& batches, const std::shared_ptr<Live>& live,
            const TrainRequest& request, const TrainConfig& config, TaskControl& control) {
  live->on_came = [&request, &control](const std::vector<TrainingFile>& files) {
    return add_training_data(request, files, false, control);
  };
  batches.renewed =
      [live, config](std::vector<std::string>& notes) -> std::unique_ptr<RestorationBatchSource> {
    auto maker = live->renewed(notes);
    return maker ? make_training_source(*std::move(maker), config) : nullptr;
  };
}

}  // namespace

Result<TrainSummary> train_care(const TrainRequest& request, TrainObserver& observer,
                                TaskControl& control, Workers& workers) {
  TrainConfig config = request.config;
  KARYO_TRY(const auto chosen, choose(request, observer, workers));
  KARYO_TRY(const auto dataset, open_restoration(request.data, config.dims));
  KARYO_CHECK_OK(dataset.usable());
  note_warnings(dataset.findings, observer);
  KARYO_TRY(const auto split, split_of(dataset, request));
  const auto part = [&](const std::vector<std::int64_t>& positions) {
    std::vector<RestorationPair> pairs;
    for (const auto at : positions) pairs.push_back(dataset.pairs[static_cast<std::size_t>(at)]);
    return pairs;
  };
  const auto validation_pairs = part(split.validation);
  std::vector<std::filesystem::path> lows;
  std::vector<Index3> sizes;
  DataSize data;
  for (const auto& pair : dataset.pairs) {
    lows.push_back(pair.low);
    sizes.push_back(pair.low_shape.zyx());
    data.channels = pair.low_shape.c;
    data.channels_out = pair.high_shape.c;
    data.bytes += patch_bytes(pair, config);
  }
  KARYO_TRY(const DataLook look, look_at(lows, {}, control));
  KARYO_CHECK_OK(settle_memory(request, config, data, smallest_of(sizes),
                               chosen.precision == Precision::kBFloat16, observer));
  const auto cache = std::make_shared<PairCache>(config);
  KARYO_TRY(auto training, CareBatchMaker::create(part(split.train), config, cache,
                                                  CareBatchMaker::Use::kTraining, split.shared));
  KARYO_TRY(auto validation,
            CareBatchMaker::create(validation_pairs, config, cache,
                                   CareBatchMaker::Use::kValidation, split.shared));
  observer.on_note(std::to_string(training.patch_count()) + " patches to train on, " +
                   std::to_string(validation.patch_count()) + " to validate with" +
                   (split.shared ? " (of the same pair: scores will look too good)" : ""));
  note_cache(data.bytes, config, observer);

  Run run;
  run.network = care_config(config, training.channels_in(), training.channels_out());
  run.data_fingerprint = fingerprint(dataset);
  for (const auto& pair : part(split.train)) {
    run.files.push_back(
        {pair.low, pair.high, split.shared ? TrainingRole::kBoth : TrainingRole::kTraining});
  }
  for (const auto& pair : validation_pairs) {
    if (!split.shared) run.files.push_back({pair.low, pair.high, TrainingRole::kValidation});
  }
  run.look = look;
  run.config = config;
  run.preview_image = validation_pairs.front().low;
  run.take_findings = [cache] { return cache->take_findings(); };
  run.batches.validation_batches = validation.batch_count();
  run.batches.training = make_training_source(std::move(training), config, workers.share());
  run.batches.validation = [maker = std::move(validation)](std::int64_t number) {
    return maker.make(number);
  };
  if (!request.follow.empty()) {
    std::set<std::string> judges;
    for (const auto& pair : validation_pairs) judges.insert(pair.name);
    const auto live = std::make_shared<LivePairs>(request.data, config, part(split.train),
                                                  std::move(judges), split.shared, cache);
    follow(run.batches, live, request, config, control);
  }
  return train_network(request, std::move(run), chosen, observer, control, workers);
}

Result<TrainSummary> train_n2v(const TrainRequest& request, TrainObserver& observer,
                               TaskControl& control, Workers& workers) {
  TrainConfig config = request.config;
  KARYO_TRY(const auto chosen, choose(request, observer, workers));
  KARYO_TRY(auto dataset, open_images(request.data, config.dims));
  KARYO_CHECK_OK(dataset.usable());
  std::size_t beginning = dataset.images.size();
  if (request.resume && !request.follow.empty()) {
    dataset.images =
        as_they_came(std::move(dataset.images), beginning_of(request.model).came, beginning);
  }
  std::vector<std::filesystem::path> paths;
  std::vector<Index3> sizes;
  DataSize data;
  for (const auto& image : dataset.images) {
    paths.push_back(image.path);
    sizes.push_back(image.shape.zyx());
    data.channels = data.channels_out = image.shape.c;
    data.bytes +=
        static_cast<double>(image.shape.count()) * static_cast<double>(bytes_of(image.type));
  }
  KARYO_TRY(const DataLook look, look_at(paths, {}, control));
  KARYO_CHECK_OK(settle_memory(request, config, data, smallest_of(sizes),
                               chosen.precision == Precision::kBFloat16, observer));
  KARYO_TRY(auto split,
            split_patches({dataset.images.begin(),
                           dataset.images.begin() + static_cast<std::ptrdiff_t>(beginning)},
                          config));
  for (N2vUnit unit : n2v_units(dataset.images, config.dims)) {
    if (unit.file >= static_cast<std::int64_t>(beginning)) split.training_units.push_back(unit);
  }
  split.training = N2vPatches(split.training_units, config);
  const std::int64_t training_count = split.training.count() - split.first_training;
  observer.on_note(std::to_string(training_count) + " patches to train on, " +
                   std::to_string(split.validation_count) + " to validate with");
  note_cache(data.bytes, config, observer);
  const auto images =
      std::make_shared<N2vImages>(dataset.images, static_cast<std::size_t>(config.cache_mib) << 20);
  ChannelStatistics statistics;
  if (request.resume) {
    KARYO_TRY(const auto folder, folder_to_resume(request));
    if (folder.csbdeep && folder.csbdeep->n2v) {
      const N2vConfig& n2v = *folder.csbdeep->n2v;
      statistics.means.assign(n2v.means.begin(), n2v.means.end());
      statistics.deviations.assign(n2v.stds.begin(), n2v.stds.end());
    }
  }
  if (static_cast<int>(statistics.means.size()) != images->channels()) {
    KARYO_TRY(statistics, measure(split.training, split.first_training, *images, control));
  }
  KARYO_TRY(auto training,
            N2vBatchMaker::create(split.training, split.first_training, training_count, config,
                                  statistics, images, N2vBatchMaker::Use::kTraining));
  KARYO_TRY(auto validation,
            N2vBatchMaker::create(split.validation, 0, split.validation_count, config, statistics,
                                  images, N2vBatchMaker::Use::kValidation));
  Run run;
  KARYO_TRY(run.network, n2v_config(config, statistics));
  run.data_fingerprint = fingerprint(dataset);
  for (std::size_t i = 0; i < dataset.images.size(); ++i) {
    const auto role = i < beginning ? TrainingRole::kBoth : TrainingRole::kTraining;
    run.files.push_back({dataset.images[i].path, {}, role});
  }
  run.look = look;
  run.config = config;
  run.preview_image = dataset.images[static_cast<std::size_t>(split.validation.at(0).file)].path;
  run.take_findings = [images] { return images->take_findings(); };
  run.batches.validation_batches = validation.batch_count();
  run.batches.training = make_training_source(std::move(training), config, workers.share());
  run.batches.validation = [maker = std::move(validation)](std::int64_t number) {
    return maker.make(number);
  };
  if (!request.follow.empty()) {
    const auto live = std::make_shared<LiveStacks>(request.data, config, dataset.images, split,
                                                   statistics, images);
    follow(run.batches, live, request, config, control);
  }
  return train_network(request, std::move(run), chosen, observer, control, workers);
}

}  // namespace karyo
