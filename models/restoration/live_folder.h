#pragma once

/// The folder of a CARE or Noise2Void training that goes on: pairs and images that come into it.
///
/// What came is read once before it is taken up, so that a file that is still being copied waits
/// for a later epoch and cannot end the training; what cannot be used is said once. Images that
/// judge stay those of the beginning, and files that are there already are not read again.
/// Threads  one at a time.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/care/care_batches.h"
#include "models/n2v/n2v_batches.h"
#include "models/train/training_data.h"

namespace karyo {

/// Tells whether files of some folders came, went or changed, by names, sizes and times.
class FolderWatch {
 public:
  explicit FolderWatch(std::vector<std::filesystem::path> folders);
  /// Since the last call, or since it was made.
  bool changed();

 private:
  std::string listing() const;
  std::vector<std::filesystem::path> folders_;
  std::string last_;
};

/// What both kinds say of what came.
class CameNotes {
 public:
  /// Hears which files came, before they are trained on.
  std::function<Result<void>(const std::vector<TrainingFile>&)> on_came;

 protected:
  void refuse(const std::string& name, const Error& error, std::vector<std::string>& notes);
  void say(const std::vector<std::string>& names, const std::vector<TrainingFile>& files,
           std::size_t now, std::vector<std::string>& notes);

 private:
  std::set<std::string> refused_;
};

/// Of CARE: low/ and high/.
class LivePairs : public CameNotes {
 public:
  /// `training` are learned from, `known` beside them is not (validation). `config` with numbers in
  /// the place of all "auto"; `shared` as for CareBatchMaker.
  LivePairs(std::filesystem::path data, TrainConfig config, std::vector<RestorationPair> training,
            std::set<std::string> known, bool shared, std::shared_ptr<PairCache> cache);

  /// Batches of all pairs there are by now; nothing unless some came.
  std::optional<CareBatchMaker> renewed(std::vector<std::string>& notes);

 private:
  Result<void> try_pair(const RestorationPair& pair) const;

  std::filesystem::path data_;
  TrainConfig config_;
  std::vector<RestorationPair> training_;
  std::set<std::string> known_;
  bool shared_;
  std::shared_ptr<PairCache> cache_;
  FolderWatch watch_;
};

/// Of Noise2Void: images.
class LiveStacks : public CameNotes {
 public:
  /// `known`: all images of the beginning, which `images` holds in this order.
  LiveStacks(std::filesystem::path data, TrainConfig config, const std::vector<ImageFile>& known,
             const N2vSplit& split, ChannelStatistics statistics,
             std::shared_ptr<N2vImages> images);

  std::optional<N2vBatchMaker> renewed(std::vector<std::string>& notes);

 private:
  Result<std::vector<N2vUnit>> try_image(const ImageFile& image);

  std::filesystem::path data_;
  TrainConfig config_;
  std::set<std::filesystem::path> known_;
  std::vector<N2vUnit> units_;  // to learn from
  std::int64_t first_, files_;  // patch to learn from first; files that images_ holds
  ChannelStatistics statistics_;
  std::shared_ptr<N2vImages> images_;
  FolderWatch watch_;
};

/// Of images in a training's folder those that it began with, and those that came to it later,
/// where it is resumed; by what its model folder says (data.json).
struct BeginningSplit {
  std::set<std::string> validation, came;  ///< file names of the inputs
};
BeginningSplit beginning_of(const std::filesystem::path& model);

}  // namespace karyo
