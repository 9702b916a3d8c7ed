#pragma once

/// StarDist for the training loop: batches from a dataset folder, network, loss.

#include <memory>
#include <optional>

#include "models/device.h"
#include "models/nn/device_sender.h"
#include "models/nn/stardist_loss.h"
#include "models/stardist/live_images.h"
#include "models/stardist/stardist_model.h"
#include "models/train/batch_maker.h"
#include "models/train/learner.h"
#include "models/train/train_config.h"
#include "models/train/workers.h"

namespace karyo {

class StarDistLearner : public Learner {
 public:
  /// `model` and `workers` must outlive the learner; null: a training by one process.
  StarDistLearner(StarDistModel& model, StarDistBatchMaker training, StarDistBatchMaker validation,
                  const TrainConfig& config, const Device& device, Precision precision,
                  std::filesystem::path folder, Workers* workers = nullptr);

  /// Takes up the images that come while training goes on.
  void follow(LiveImages images) { live_.emplace(std::move(images)); }

  std::vector<torch::Tensor> parameters() const override { return model_.net().parameters(); }
  Result<BatchLoss> training_loss() override;
  void seek(std::int64_t step) override;
  std::vector<std::string> renew() override;
  std::int64_t validation_batches() const override { return validation_.batch_count(); }
  Result<BatchLoss> validation_loss(std::int64_t number) override;
  Result<void> save_weights(const std::string& file_name) override;

 private:
  /// A batch as tensors.
  struct Tensors {
    torch::Tensor image;
    StarDistTarget target;
    DeviceSender::Arrival arrival = {};

    std::int64_t samples() const { return image.size(0); }
    std::vector<torch::Tensor*> all() {
      return {&image, &target.prob, &target.dist, &target.mask, &target.classes};
    }
  };
  /// Over the batch's own memory; the batch must outlive them.
  Tensors views_of(const StarDistBatch& batch) const;
  /// `together`: of a batch that other processes have parts of.
  Result<BatchLoss> loss_of(const Tensors& batch, bool together) const;
  void train_on(StarDistBatchMaker maker, const BatchShare& share);

  StarDistModel& model_;
  TrainConfig config_;
  std::unique_ptr<StarDistBatchSource> source_;
  DeviceSender sender_;
  std::unique_ptr<BatchSource<Tensors>> sent_;  ///< of source_; where a GPU is trained on
  std::optional<LiveImages> live_;
  StarDistBatch current_;
  StarDistBatchMaker validation_;
  StarDistLossSettings settings_;
  torch::Device device_;
  std::shared_ptr<stardist::ShapeDevice> shapes_;
  Precision precision_;
  std::filesystem::path folder_;
  Workers* workers_;
};

}  // namespace karyo
