#include "models/stardist/live_images.h"

#include <algorithm>
#include <map>
#include <utility>

#include "models/train/came_text.h"

namespace karyo {

std::vector<DatasetPair> repeated(const std::vector<DatasetPair>& pairs,
                                  const std::vector<TrainImage>& list) {
  std::map<std::string, std::int64_t> times;
  for (const TrainImage& image : list) times[image.name] = image.times;
  std::vector<DatasetPair> all;
  for (const DatasetPair& pair : pairs) {
    const auto found = times.find(pair.name);
    all.insert(all.end(), static_cast<std::size_t>(found != times.end() ? found->second : 1), pair);
  }
  return all;
}

LiveImages::LiveImages(std::filesystem::path data, std::filesystem::path list, TrainConfig config,
                       std::vector<TrainImage> known, std::vector<std::string> validation,
                       std::vector<std::string> classes, std::shared_ptr<ImageCache> cache)
    : data_(std::move(data)),
      list_(std::move(list)),
      config_(std::move(config)),
      known_(std::move(known)),
      validation_(validation.begin(), validation.end()),
      classes_(std::move(classes)),
      cache_(std::move(cache)) {}

std::optional<StarDistBatchMaker> LiveImages::renewed(std::vector<std::string>& notes) {
  const auto problem = [&](const Error& error) {
    if (std::exchange(last_problem_, error.what) != error.what) {
      notes.push_back("the images stay as they were: " + error.what + " (" + error.fix + ")");
    }
    return std::nullopt;
  };
  auto wanted = read_train_list(list_);
  if (!wanted) return problem(wanted.error());
  std::erase_if(*wanted, [&](const TrainImage& image) {
    return image.validation || validation_.contains(image.name);
  });
  if (*wanted == known_ || wanted->empty()) return std::nullopt;
  const auto dataset = open_dataset(data_, config_.dims, names_of(*wanted));
  if (!dataset) return problem(dataset.error());
  if (const auto usable = dataset->usable(); !usable) return problem(usable.error());
  const auto prepared = prepare ? prepare(dataset->pairs) : dataset->pairs;
  if (!prepared) return problem(prepared.error());
  auto maker = maker_of(*prepared, *wanted);
  if (!maker) return problem(maker.error());

  std::set<std::string> before;
  for (const TrainImage& image : known_) before.insert(image.name);
  std::vector<std::string> came;
  for (const TrainImage& image : *wanted) {
    if (!before.contains(image.name)) came.push_back(image.name);
  }
  if (!came.empty()) {
    std::vector<DatasetPair> pairs;
    for (const DatasetPair& pair : dataset->pairs) {
      if (std::find(came.begin(), came.end(), pair.name) != came.end()) pairs.push_back(pair);
    }
    if (on_came) {
      if (const auto kept = on_came(pairs); !kept) notes.push_back(kept.error().what);
    }
    notes.push_back(came_text(came) + ": " + std::to_string(wanted->size()) + " to train on now");
  }
  known_ = *std::move(wanted);
  last_problem_.clear();
  return *std::move(maker);
}

Result<StarDistBatchMaker> LiveImages::maker_of(const std::vector<DatasetPair>& wanted,
                                                const std::vector<TrainImage>& times) const {
  const auto pairs = repeated(wanted, times);
  std::vector<ClassNumbers> classes;
  if (!classes_.empty()) {
    KARYO_TRY(auto known, read_classes(pairs, classes_));
    classes = std::move(known.numbers);
  }
  return StarDistBatchMaker::create(pairs, config_, cache_, StarDistBatchMaker::Use::kTraining,
                                    std::move(classes));
}

}  // namespace karyo
