#include "models/restoration/live_folder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "models/train/came_text.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

fs::path folder_of_images(const fs::path& data) {
  std::error_code ec;
  return fs::is_directory(data / "images", ec) ? data / "images" : data;
}

}  // namespace

FolderWatch::FolderWatch(std::vector<fs::path> folders) : folders_(std::move(folders)) {
  last_ = listing();
}

std::string FolderWatch::listing() const {
  std::vector<std::string> lines;
  std::error_code ec;
  for (const fs::path& folder : folders_) {
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
      const auto size = entry.is_regular_file(ec) ? entry.file_size(ec) : 0;
      const auto time = fs::last_write_time(entry.path(), ec).time_since_epoch().count();
      lines.push_back(entry.path().string() + " " + std::to_string(size) + " " +
                      std::to_string(time) + "\n");
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

bool FolderWatch::changed() {
  std::string now = listing();
  return now != std::exchange(last_, now);
}

void CameNotes::refuse(const std::string& name, const Error& error,
                       std::vector<std::string>& notes) {
  if (!refused_.insert(name + ": " + error.what).second) return;
  notes.push_back(name + " stays out: " + error.what + " (" + error.fix + ")");
}

void CameNotes::say(const std::vector<std::string>& names, const std::vector<TrainingFile>& files,
                    std::size_t now, std::vector<std::string>& notes) {
  if (on_came) {
    if (const auto kept = on_came(files); !kept) notes.push_back(kept.error().what);
  }
  notes.push_back(came_text(names) + ": " + std::to_string(now) + " to train on now");
}

LivePairs::LivePairs(fs::path data, TrainConfig config, std::vector<RestorationPair> training,
                     std::set<std::string> known, bool shared, std::shared_ptr<PairCache> cache)
    : data_(std::move(data)),
      config_(std::move(config)),
      training_(std::move(training)),
      known_(std::move(known)),
      shared_(shared),
      cache_(std::move(cache)),
      watch_({data_ / "low", data_ / "high"}) {
  for (const RestorationPair& pair : training_) known_.insert(pair.name);
}

Result<void> LivePairs::try_pair(const RestorationPair& pair) const {
  const RestorationPair& first = training_.front();
  if (pair.low_shape.c != first.low_shape.c || pair.high_shape.c != first.high_shape.c) {
    return Error(ErrorCode::kInvalidArgument, "it has other channels than the others",
                 "Give all pairs the same channels.");
  }
  KARYO_TRY(const auto alone, CareBatchMaker::create({pair}, config_, cache_,
                                                     CareBatchMaker::Use::kTraining, shared_));
  static_cast<void>(alone);
  const auto read = cache_->get(pair);
  return read ? Result<void>() : read.error();
}

std::optional<CareBatchMaker> LivePairs::renewed(std::vector<std::string>& notes) {
  if (!watch_.changed()) return std::nullopt;
  const auto dataset = open_restoration(data_, config_.dims);
  if (!dataset) return std::nullopt;  // all went: those that were read are still learned from
  std::vector<std::string> names;
  std::vector<TrainingFile> files;
  auto training = training_;
  for (const RestorationPair& pair : dataset->pairs) {
    if (known_.contains(pair.name)) continue;
    if (const auto usable = try_pair(pair); !usable) {
      refuse(pair.name, usable.error(), notes);
      continue;
    }
    training.push_back(pair);
    names.push_back(pair.name);
    files.push_back({pair.low, pair.high, TrainingRole::kTraining});
  }
  if (names.empty()) return std::nullopt;
  auto maker =
      CareBatchMaker::create(training, config_, cache_, CareBatchMaker::Use::kTraining, shared_);
  if (!maker) {
    refuse(names.front(), maker.error(), notes);
    return std::nullopt;
  }
  training_ = std::move(training);
  known_.insert(names.begin(), names.end());
  say(names, files, training_.size(), notes);
  return *std::move(maker);
}

LiveStacks::LiveStacks(fs::path data, TrainConfig config, const std::vector<ImageFile>& known,
                       const N2vSplit& split, ChannelStatistics statistics,
                       std::shared_ptr<N2vImages> images)
    : data_(std::move(data)),
      config_(std::move(config)),
      units_(split.training_units),
      first_(split.first_training),
      files_(static_cast<std::int64_t>(known.size())),
      statistics_(std::move(statistics)),
      images_(std::move(images)),
      watch_({folder_of_images(data_)}) {
  for (const ImageFile& image : known) known_.insert(image.path);
}

Result<std::vector<N2vUnit>> LiveStacks::try_image(const ImageFile& image) {
  if (image.shape.c != images_->channels()) {
    return Error(ErrorCode::kInvalidArgument, "it has other channels than the others",
                 "Give all images the same channels.");
  }
  const std::array<ImageSize, 1> size{{{image.path.string(), image.shape.zyx()}}};
  KARYO_CHECK_OK(validate_against(config_, size));
  images_->add(image);
  const std::int64_t number = files_++;
  KARYO_TRY(const auto read, images_->get(number));
  static_cast<void>(read);
  auto units = n2v_units({image}, config_.dims);
  for (N2vUnit& unit : units) unit.file = number;
  return units;
}

std::optional<N2vBatchMaker> LiveStacks::renewed(std::vector<std::string>& notes) {
  if (!watch_.changed()) return std::nullopt;
  const auto dataset = open_images(data_, config_.dims);
  if (!dataset) return std::nullopt;
  std::vector<std::string> names;
  std::vector<TrainingFile> files;
  auto all = units_;
  for (const ImageFile& image : dataset->images) {
    if (known_.contains(image.path)) continue;
    const std::string name = image.path.filename().string();
    const auto units = try_image(image);
    if (!units) {
      refuse(name, units.error(), notes);
      continue;
    }
    all.insert(all.end(), units->begin(), units->end());
    known_.insert(image.path);
    names.push_back(name);
    files.push_back({image.path, {}, TrainingRole::kTraining});
  }
  if (names.empty()) return std::nullopt;
  const N2vPatches patches(all, config_);
  auto maker = N2vBatchMaker::create(patches, first_, patches.count() - first_, config_,
                                     statistics_, images_, N2vBatchMaker::Use::kTraining);
  if (!maker) {
    refuse(names.front(), maker.error(), notes);
    return std::nullopt;
  }
  units_ = std::move(all);
  say(names, files, known_.size(), notes);
  return *std::move(maker);
}

BeginningSplit beginning_of(const fs::path& model) {
  BeginningSplit split;
  const auto seen = read_training_data(model);
  if (!seen || !*seen) return split;
  bool judged = false;
  for (const SeenImage& image : (*seen)->images) {
    const std::string name = image.input.filename().string();
    judged = judged || image.role == TrainingRole::kBoth;
    if (image.role == TrainingRole::kValidation) split.validation.insert(name);
  }
  // Where images serve for both, those that came serve for training alone.
  for (const SeenImage& image : (*seen)->images) {
    if (judged && image.role == TrainingRole::kTraining) {
      split.came.insert(image.input.filename().string());
    }
  }
  return split;
}

}  // namespace karyo
