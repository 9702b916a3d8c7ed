#include "models/restoration/restoration_learner.h"

#include <optional>

#include "models/nn/conv.h"
#include "models/nn/restoration_loss.h"

namespace karyo {
namespace {

/// A tensor (N, C, [Z,] Y, X) over the batch's own memory; the batch must outlive it.
torch::Tensor view_of(const std::vector<float>& values, const RestorationBatch& batch,
                      std::int64_t channels, int n_dim) {
  std::vector<std::int64_t> shape{batch.batch, channels};
  if (n_dim == 3) shape.push_back(batch.size.z);
  shape.push_back(batch.size.y);
  shape.push_back(batch.size.x);
  return torch::from_blob(const_cast<float*>(values.data()), shape, torch::kFloat32);
}

}  // namespace

RestorationLearner::RestorationLearner(RestorationModel& model, RestorationBatches batches,
                                       const Device& device, Precision precision,
                                       std::filesystem::path folder, Workers* workers)
    : model_(model),
      batches_(std::move(batches)),
      device_(torch_device(device)),
      precision_(precision),
      folder_(std::move(folder)),
      workers_(workers) {
  model_.net().to(device_);
  if (workers_ != nullptr && !workers_->alone()) {
    model_.net().share_norms([workers](torch::Tensor& tensor) { workers->add_up(tensor); });
  }
}

Result<BatchLoss> RestorationLearner::loss_of(const RestorationBatch& batch, Pass pass) const {
  const auto& config = model_.config();
  const auto x = view_of(batch.image, batch, batch.channels_in, config.n_dim).to(device_);
  const auto y = view_of(batch.target, batch, batch.channels_out, config.n_dim).to(device_);
  const auto output = model_.net().forward(x, precision_, pass);
  if (config.n2v) {
    const auto mask = view_of(batch.mask, batch, batch.channels_out, config.n_dim).to(device_);
    std::optional<double> hidden;
    if (pass == Pass::kTraining && workers_ != nullptr && !workers_->alone()) {
      double shared = mask.sum().item<double>();
      KARYO_CHECK_OK(workers_->average({&shared, 1}));
      hidden = shared;
    }
    const auto loss = n2v_loss(output, y, mask, config.train_loss, hidden);
    return BatchLoss{loss.total, {{"n2v_mse", loss.mse}, {"n2v_abs", loss.mae}}, batch.batch};
  }
  const auto loss = care_loss(output, y, config.train_loss);
  return BatchLoss{loss.total, {{"mse", loss.mse}, {"mae", loss.mae}}, batch.batch};
}

Result<BatchLoss> RestorationLearner::training_loss() {
  // Kept until the next call: backward reads the first layer's input from the batch's memory.
  KARYO_TRY(current_, batches_.training->next());
  return loss_of(current_, Pass::kTraining);
}

std::vector<std::string> RestorationLearner::renew() {
  std::vector<std::string> notes;
  if (!batches_.renewed) return notes;
  if (auto training = batches_.renewed(notes)) {
    training->seek(batches_.training->position());
    batches_.training = std::move(training);
  }
  return notes;
}

Result<BatchLoss> RestorationLearner::validation_loss(std::int64_t number) {
  KARYO_TRY(const auto batch, batches_.validation(number));
  return loss_of(batch, Pass::kPrediction);
}

Result<void> RestorationLearner::save_weights(const std::string& file_name) {
  return model_.save_weights(folder_ / file_name);
}

}  // namespace karyo
