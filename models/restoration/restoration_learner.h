#pragma once

/// CARE and Noise2Void for the training loop: batches, network, loss.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/device.h"
#include "models/nn/device_sender.h"
#include "models/restoration/restoration_model.h"
#include "models/train/batch_source.h"
#include "models/train/learner.h"
#include "models/train/workers.h"

namespace karyo {

/// Batches as the makers of care_batches.h and n2v_batches.h give them. Which loss they are for is
/// the model's config: of hidden pixels where it is Noise2Void's, of all otherwise.
struct RestorationBatches {
  std::unique_ptr<RestorationBatchSource> training;
  std::function<Result<RestorationBatch>(std::int64_t number)> validation;
  std::int64_t validation_batches = 0;
  /// Called before each epoch, where images may come: training batches of what is there by now, or
  /// null where nothing has changed. What is to be said of it is added to `notes`.
  std::function<std::unique_ptr<RestorationBatchSource>(std::vector<std::string>& notes)> renewed = {};
};

class RestorationLearner : public Learner {
 public:
  /// `model` and `workers` must outlive the learner; null: a training by one process. `batches` are
  /// this process's share.
  RestorationLearner(RestorationModel& model, RestorationBatches batches, const Device& device,
                     Precision precision, std::filesystem::path folder, Workers* workers = nullptr);

  std::vector<torch::Tensor> parameters() const override { return model_.net().parameters(); }
  std::vector<torch::Tensor> buffers() const override { return model_.net().buffers(); }
  Result<BatchLoss> training_loss() override;
  void seek(std::int64_t step) override;
  std::vector<std::string> renew() override;
  std::int64_t validation_batches() const override { return batches_.validation_batches; }
  Result<BatchLoss> validation_loss(std::int64_t number) override;
  Result<void> save_weights(const std::string& file_name) override;

 private:
  /// A batch as tensors; the mask is Noise2Void's.
  struct Tensors {
    torch::Tensor image, target, mask = {};
    DeviceSender::Arrival arrival = {};

    std::vector<torch::Tensor*> all() { return {&image, &target, &mask}; }
  };
  void train_on(std::unique_ptr<RestorationBatchSource> batches);
  /// Over the batch's own memory; the batch must outlive them.
  Tensors views_of(const RestorationBatch& batch) const;
  Result<BatchLoss> loss_of(const Tensors& batch, Pass pass) const;

  RestorationModel& model_;
  RestorationBatches batches_;
  DeviceSender sender_;
  std::unique_ptr<BatchSource<Tensors>> sent_;  ///< of batches_; where a GPU is trained on
  RestorationBatch current_;
  torch::Device device_;
  Precision precision_;
  std::filesystem::path folder_;
  Workers* workers_;
};

}  // namespace karyo
