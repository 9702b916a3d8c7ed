#include "models/stardist/stardist_training.h"

#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/dataset/class_table.h"
#include "core/dataset/dataset_folder.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "models/io/model_before.h"
#include "models/process.h"
#include "models/stardist/anisotropy.h"
#include "models/stardist/stardist_epochs.h"
#include "models/stardist/stardist_learner.h"
#include "models/stardist/stardist_network.h"
#include "models/stardist/stardist_predict.h"
#include "models/train/epoch_pictures.h"
#include "models/train/restored_images.h"
#include "models/train/train_folder.h"
#include "models/train/trainer.h"

namespace karyo {
namespace {

constexpr std::array<NetworkKey, 13> kNetworkKeys{{{"n_dim", "--dims"},
                                                   {"backbone", "--backbone"},
                                                   {"n_channel_in", "the number of channels"},
                                                   {"n_classes", "the number of --classes"},
                                                   {"n_rays", "--rays"},
                                                   {"anisotropy", "--anisotropy"},
                                                   {"grid", "--grid"},
                                                   {"unet_n_depth", "--unet-depth"},
                                                   {"unet_n_filter_base", "--filters"},
                                                   {"net_conv_after_unet", "--features"},
                                                   {"resnet_n_blocks", "--blocks"},
                                                   {"resnet_n_filter_base", "--filters"},
                                                   {"net_conv_after_resnet", "--features"}}};

/// What has to be the same where a training begins with another model's weights: all but the heads.
constexpr std::array<NetworkKey, 8> kBodyKeys{{{"n_dim", "--dims"},
                                               {"backbone", "--backbone"},
                                               {"n_channel_in", "the number of channels"},
                                               {"grid", "--grid"},
                                               {"unet_n_depth", "--unet-depth"},
                                               {"unet_n_filter_base", "--filters"},
                                               {"resnet_n_blocks", "--blocks"},
                                               {"resnet_n_filter_base", "--filters"}}};

std::vector<DatasetPair> chosen(const std::vector<DatasetPair>& pairs,
                                const std::vector<std::int64_t>& positions) {
  std::vector<DatasetPair> part;
  for (const auto position : positions) part.push_back(pairs[static_cast<std::size_t>(position)]);
  return part;
}

/// Images that judge: those marked so, or drawn from all.
Result<DatasetSplit> split_of(const DatasetFolder& dataset, const TrainRequest& request) {
  std::set<std::string> judges;
  for (const TrainImage& image : request.only) {
    if (image.validation) judges.insert(image.name);
  }
  const auto count = static_cast<std::int64_t>(dataset.pairs.size());
  if (judges.empty()) {
    return split_dataset(count, request.config.val,
                         static_cast<std::uint64_t>(request.config.seed));
  }
  DatasetSplit split;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool judge = judges.contains(dataset.pairs[static_cast<std::size_t>(i)].name);
    (judge ? split.validation : split.train).push_back(i);
  }
  if (split.train.empty()) {
    return Error(ErrorCode::kInvalidArgument, "every image is one to validate with",
                 "Leave one at least to train on.");
  }
  return split;
}

/// Both parts are the same where a single pair has to serve as both.
std::vector<TrainingFile> files_of(const std::vector<DatasetPair>& training,
                                   const std::vector<DatasetPair>& validation) {
  const bool shared = training.front().name == validation.front().name;
  std::vector<TrainingFile> files;
  for (const auto& pair : training) {
    files.push_back(
        {pair.image, pair.mask, shared ? TrainingRole::kBoth : TrainingRole::kTraining});
  }
  if (shared) return files;
  for (const auto& pair : validation) {
    files.push_back({pair.image, pair.mask, TrainingRole::kValidation});
  }
  return files;
}

/// The folder to train into: the one to resume, or a new one with config.json and what comes before
/// the model.
Result<ModelFolder> prepare_folder(const TrainRequest& request, const StarDistConfig& network,
                                   const FoundRestoration& restoration) {
  if (request.resume) {
    // Nothing in the folder may change before it is sure that training can go on from it.
    KARYO_TRY(auto folder, folder_to_resume(request));
    KARYO_CHECK_OK(check_same_network(folder, to_json(network), kNetworkKeys));
    KARYO_CHECK_OK(folder.save_config(network));
    return folder;
  }
  KARYO_CHECK_OK(check_untrained(request));
  KARYO_TRY(auto folder, ModelFolder::create(request.model, network, true));
  if (!restoration.folder) return folder;
  return put_before(request.model, restoration);
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

/// The classes to learn, of all pairs, where there are any; puts names in the place of "auto".
Result<DatasetClasses> resolve_classes(TrainConfig& config, const std::vector<DatasetPair>& pairs,
                                       TrainObserver& observer) {
  if (config.classes == "none") {
    const bool any = std::any_of(pairs.begin(), pairs.end(), [](const DatasetPair& pair) {
      return !class_table_of(pair.mask).empty();
    });
    if (any) observer.on_note("note: the images have classes; --classes auto learns them");
    return DatasetClasses{};
  }
  KARYO_TRY(auto classes, read_classes(pairs, class_names(config)));
  std::string names, counts;
  for (std::size_t i = 0; i < classes.names.size(); ++i) {
    names += (i > 0 ? "," : "") + classes.names[i];
    counts += (i > 0 ? ", " : "") + std::to_string(classes.counts[i]) + " " + classes.names[i];
  }
  config.classes = names;
  KARYO_CHECK_OK(validate(config));  // of names that the tables brought
  observer.on_note("classes: " + counts);
  return classes;
}

/// Puts a number in the place of "auto", by the objects: in 3D 1 along axes that show them shorter
/// and 2 along the others (stardist's 3D example); in 2D 2, but 1 where they are so small that
/// every second pixel loses their shape, and 4 or 8 where they are larger than what the network
/// sees of a plane on grid 2 at its usual depth, about 90 pixels.
void resolve_grid(TrainConfig& config, const DataLook& look, TrainObserver& observer) {
  if (!is_auto(config.grid)) return;
  constexpr double kSmall = 10, kSeen = 90, kShorter = 1.5;
  if (config.dims == 3) {
    const auto known = stardist::parse_anisotropy(config.anisotropy);
    const auto step = [&](int axis) -> std::int64_t {
      return known && (*known)[static_cast<std::size_t>(axis)] > kShorter ? 1 : 2;
    };
    config.grid = {step(0), step(1), step(2)};
    observer.on_note("grid: " + std::to_string(config.grid.z) + "," +
                     std::to_string(config.grid.y) + "," + std::to_string(config.grid.x) +
                     ", by the anisotropy " + config.anisotropy);
    return;
  }
  std::int64_t step = look.diameter > 0 && look.diameter < kSmall ? 1 : 2;
  while (step < 8 && look.diameter > kSeen * static_cast<double>(step) / 2) step *= 2;
  config.grid = {1, step, step};
  observer.on_note("grid: " + std::to_string(step) + ", by the objects' median diameter of " +
                   std::to_string(std::lround(look.diameter)) + " px");
}

/// The weights of another model, and what is to be said of it.
Result<void> begin_with(const std::filesystem::path& folder, const DataLook& look,
                        StarDistModel& model, TrainObserver& observer) {
  KARYO_TRY(const auto base, ModelFolder::open(folder));
  if (!base.stardist) {
    return Error(ErrorCode::kInvalidArgument, folder.string() + " is no StarDist model",
                 "Give one to --pretrained, or start without.");
  }
  KARYO_CHECK_OK(
      check_pretrained(base, to_json(*base.stardist), to_json(model.config()), kBodyKeys));
  KARYO_TRY(const auto fresh, model.take_weights(base));
  observer.on_note("starting from the weights in " + base.weights.string());
  note_fresh(fresh, observer);
  note_differences(base, look, observer);
  return {};
}

}  // namespace

Result<TrainSummary> train_stardist(const TrainRequest& request, TrainObserver& observer,
                                    TaskControl& control, Workers& workers) {
  const auto start = std::chrono::steady_clock::now();
  TrainConfig config = request.config;
  KARYO_TRY(auto device, workers.device(request.device));
  add_shapes(device);
  KARYO_TRY(const auto precision, choose_precision(config.precision, device, true));
  observer.on_note("device: " + device.reason +
                   (precision == Precision::kBFloat16 ? ", bfloat16" : ", float32"));

  KARYO_TRY(const auto dataset, open_dataset(request.data, config.dims, names_of(request.only)));
  KARYO_CHECK_OK(dataset.usable());
  note_warnings(dataset.findings, observer);
  KARYO_TRY(const auto split, split_of(dataset, request));
  KARYO_TRY(const auto restoration, restoration_for(request));
  if (restoration.folder) {
    observer.on_note("restoring the images first, with \"" + restoration.name + "\" (" +
                     method_of(*restoration.folder) + ")");
  }
  RestoredImages restored(restoration.folder, request.model, request.device, request.place.rank);
  KARYO_TRY(const auto pairs, restored.of(dataset.pairs, control));
  const auto training_pairs = chosen(pairs, split.train);
  const auto validation_pairs = chosen(pairs, split.validation);
  observer.on_note(std::to_string(training_pairs.size()) + " images to train on, " +
                   std::to_string(validation_pairs.size()) + " to validate with" +
                   (split.shared ? " (the same one: scores will look too good)" : ""));
  std::vector<std::filesystem::path> images, masks;
  DataSize data;
  Index3 smallest{INT64_MAX, INT64_MAX, INT64_MAX};
  for (const auto& pair : pairs) {
    const Index3 size = pair.shape.zyx();
    smallest = {std::min(smallest.z, size.z), std::min(smallest.y, size.y),
                std::min(smallest.x, size.x)};
    data.channels = pair.shape.c;
    data.bytes +=
        static_cast<double>(size.count()) *
        static_cast<double>(pair.shape.c * static_cast<std::int64_t>(bytes_of(pair.type)) + 2);
  }
  for (const auto& pair : training_pairs) {
    images.push_back(pair.image);
    masks.push_back(pair.mask);
  }
  KARYO_TRY(const DataLook look, look_at(images, masks, control));
  KARYO_CHECK_OK(resolve_anisotropy(config, training_pairs, observer, control));
  resolve_grid(config, look, observer);
  KARYO_TRY(const auto classes, resolve_classes(config, dataset.pairs, observer));
  data.classes = static_cast<std::int64_t>(classes.names.size());
  KARYO_CHECK_OK(
      settle_memory(request, config, data, smallest, precision == Precision::kBFloat16, observer));
  KARYO_CHECK_OK(workers.check_same(to_json(config).dump() + fingerprint(dataset),
                                    "their settings or images"));
  const auto classes_of = [&](const std::vector<DatasetPair>& pairs) {
    std::vector<ClassNumbers> part;
    if (classes.names.empty()) return part;
    for (const auto& pair : pairs) {
      const auto at = std::find_if(dataset.pairs.begin(), dataset.pairs.end(),
                                   [&](const auto& other) { return other.name == pair.name; });
      part.push_back(classes.numbers[static_cast<std::size_t>(at - dataset.pairs.begin())]);
    }
    return part;
  };
  const auto cache = make_image_cache(config);
  const auto sampled = repeated(training_pairs, request.only);
  KARYO_TRY(auto training,
            StarDistBatchMaker::create(sampled, config, cache, StarDistBatchMaker::Use::kTraining,
                                       classes_of(sampled)));
  KARYO_TRY(auto validation, StarDistBatchMaker::create(validation_pairs, config, cache,
                                                        StarDistBatchMaker::Use::kValidation,
                                                        classes_of(validation_pairs)));

  const StarDistConfig network =
      network_config(config, training.channels(), static_cast<int>(classes.names.size()));
  Random random(static_cast<std::uint64_t>(config.seed));
  KARYO_TRY(auto model, StarDistModel::create(network, random));
  if (!request.pretrained.empty()) {
    KARYO_CHECK_OK(begin_with(request.pretrained, look, model, observer));
  }
  if (!request.preview.empty()) {  // found out now, not after the first epoch
    const auto probe = AtomicFile::create(request.preview / "epoch_0001.tif");
    if (!probe) return probe.error();
  }
  std::optional<ModelFolder> folder;  // of the first process, which alone writes
  if (workers.first()) {
    KARYO_TRY(folder, prepare_folder(request, network, restoration));
    KARYO_CHECK_OK(folder->save_settings(to_json(config)));
  }
  ModelRecord record;
  record.pmin = config.percentile_low;
  record.pmax = config.percentile_high;
  record.data_fingerprint = fingerprint(dataset);
  record.program_version = KARYOSCOPE_VERSION;
  record.torch_version = TORCH_VERSION;
  record.device = device.reason;
  record.started = utc_now();
  record.more[kLookKey] = to_json(look);
  if (!classes.names.empty()) record.more["classes"] = classes.names;
  record.before = restoration.name;
  if (folder) {
    if (!request.resume) forget_epoch_pictures(request.model);
    KARYO_CHECK_OK(folder->save_record(record));
    const auto files =
        files_of(chosen(dataset.pairs, split.train), chosen(dataset.pairs, split.validation));
    KARYO_CHECK_OK(keep_training_data(request, files, true, observer, control));
  }

  StarDistLearner learner(model, std::move(training), std::move(validation), config, device,
                          precision, request.model, &workers);
  if (!request.follow.empty()) {
    std::vector<std::string> judges;
    for (const auto& pair : validation_pairs) judges.push_back(pair.name);
    auto known = request.only;
    std::erase_if(known, [&](const TrainImage& image) {
      return std::find(judges.begin(), judges.end(), image.name) != judges.end();
    });
    LiveImages live(request.data, request.follow, config, std::move(known), std::move(judges),
                    classes.names, cache);
    live.prepare = [&](const std::vector<DatasetPair>& came) { return restored.of(came, control); };
    live.on_came = [&](const std::vector<DatasetPair>& pairs) {
      std::vector<TrainingFile> files;
      for (const auto& pair : pairs) files.push_back({pair.image, pair.mask});
      return add_training_data(request, files, true, control);
    };
    learner.follow(std::move(live));
  }
  StarDistEpochs epochs(observer, request, validation_pairs.front(), *cache, model, device);
  const TrainPlan plan = plan_of(request, config);
  KARYO_TRY(const auto outcome, train(learner, plan, epochs, control, workers));

  TrainSummary summary;
  summary.epochs_done = outcome.epochs_done;
  summary.best_epoch = outcome.best_epoch;
  summary.best_val_loss = outcome.best_val_loss;
  summary.stopped = outcome.stopped;
  if (!outcome.stopped && folder) {
    observer.on_note("searching the thresholds on the validation images");
    KARYO_CHECK_OK(model.load_weights(folder->best_weights()));
    KARYO_TRY(const auto tuned,
              tune_stardist(model, validation_pairs, config.percentile_low,
                            config.percentile_high, device, Precision::kFloat32, control));
    if (tuned.images == 0) {
      observer.on_note("note: there is no object in the validation images; the thresholds are the "
                       "usual ones, not tuned");
    }
    KARYO_CHECK_OK(folder->save_thresholds(tuned.thresholds));
    KARYO_CHECK_OK(write_threshold_search(folder->path, tuned.tried));
    summary.prob_threshold = tuned.thresholds.prob;
    summary.nms_threshold = tuned.thresholds.nms;
  }
  summary.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  summary.peak_memory_bytes = peak_memory_bytes();
  if (!folder) return summary;
  record.device = statement(device);
  record.finished = utc_now();
  record.training_seconds = summary.seconds;
  record.more["peak_memory_bytes"] = summary.peak_memory_bytes;
  record.more["best_epoch"] = summary.best_epoch;
  KARYO_CHECK_OK(folder->save_record(record));
  return summary;
}

}  // namespace karyo
