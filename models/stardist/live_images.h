#pragma once

/// The images of a StarDist training that follows a person: those that come while it goes on.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/dataset/train_list.h"
#include "models/train/batch_maker.h"

namespace karyo {

/// Each pair as often as the list says; one that it does not name once. The cache reads it once.
std::vector<DatasetPair> repeated(const std::vector<DatasetPair>& pairs,
                                  const std::vector<TrainImage>& list);

/// Reads the list of images again and takes up what has changed in it. Images that judge stay those
/// of the beginning: none is trained on that did, whatever the list says later, and those that come
/// to judge wait for the next training. One thread at a time.
class LiveImages {
 public:
  /// `config` with numbers in the place of all "auto". `classes`: names that are learned.
  LiveImages(std::filesystem::path data, std::filesystem::path list, TrainConfig config,
             std::vector<TrainImage> known, std::vector<std::string> validation,
             std::vector<std::string> classes, std::shared_ptr<ImageCache> cache);

  /// Nothing unless the list has changed. What cannot be used (a list, an image) is said in
  /// `notes`, and the training goes on with what it has.
  std::optional<StarDistBatchMaker> renewed(std::vector<std::string>& notes);

  /// Makes of pairs as they lie in the folder those that are read, where these are others.
  std::function<Result<std::vector<DatasetPair>>(const std::vector<DatasetPair>&)> prepare;
  /// Hears which pairs came, before they are trained on; its problem is said in the notes.
  std::function<Result<void>(const std::vector<DatasetPair>&)> on_came;

 private:
  Result<StarDistBatchMaker> maker_of(const std::vector<DatasetPair>& wanted,
                                      const std::vector<TrainImage>& times) const;

  std::filesystem::path data_, list_;
  TrainConfig config_;
  std::vector<TrainImage> known_;
  std::set<std::string> validation_;
  std::vector<std::string> classes_;
  std::shared_ptr<ImageCache> cache_;
  std::string last_problem_;
};

}  // namespace karyo
