#pragma once

/// The images of a training restored before it begins: once, into files, and all that reads
/// training images reads those.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/task.h"
#include "core/dataset/dataset_folder.h"
#include "models/io/model_before.h"
#include "models/model.h"

namespace karyo {

/// What comes before the model that a request trains: what it asks for, what the folder to go on in
/// has, or what the model to start from has. Errors: of find_restoration, of opening the others and
/// of check_comes_before; kInvalidArgument (asked for where a training goes on; a new one's folder
/// has one already).
Result<FoundRestoration> restoration_for(const TrainRequest& request);

/// One thread at a time.
class RestoredImages {
 public:
  /// Files are written into a hidden folder of `model` when images come, and go with this object;
  /// of an earlier one that did not end well, now. Of processes that train together each has its
  /// `rank`. Null: images stay as they are.
  RestoredImages(std::shared_ptr<const ModelFolder> restoration, const std::filesystem::path& model,
                 std::string device, int rank = 0);
  ~RestoredImages();
  RestoredImages(const RestoredImages&) = delete;
  RestoredImages& operator=(const RestoredImages&) = delete;

  /// The same pairs with their images restored; each image once, however often it comes. All
  /// channels of an image are taken. Errors: of opening the model, of reading, restoring and
  /// writing.
  Result<std::vector<DatasetPair>> of(const std::vector<DatasetPair>& pairs, TaskControl& control);

 private:
  std::shared_ptr<const ModelFolder> restoration_;
  std::filesystem::path folder_;
  std::string device_;
  std::map<std::filesystem::path, DatasetPair> done_;  // by the image as it was
};

}  // namespace karyo
