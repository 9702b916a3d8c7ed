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
      sender_(torch_device(device)),
      device_(torch_device(device)),
      precision_(precision),
      folder_(std::move(folder)),
      workers_(workers) {
  model_.net().to(device_);
  if (workers_ != nullptr && !workers_->alone()) {
    model_.net().share_norms([workers](torch::Tensor& tensor) { workers->add_up(tensor); });
  }
  train_on(std::move(batches_.training));
}

void RestorationLearner::train_on(std::unique_ptr<RestorationBatchSource> batches) {
  sent_.reset();  // before the source that it asks
  batches_.training = std::move(batches);
  if (!device_.is_cuda()) return;
  sent_ = prepared_ahead<Tensors, RestorationBatch>(
      *batches_.training, [this](const RestorationBatch& batch) -> Result<Tensors> {
        Tensors tensors = views_of(batch);
        tensors.arrival = sender_.send(tensors.all());
        return tensors;
      });
}

RestorationLearner::Tensors RestorationLearner::views_of(const RestorationBatch& batch) const {
  const auto& config = model_.config();
  Tensors tensors{view_of(batch.image, batch, batch.channels_in, config.n_dim),
                  view_of(batch.target, batch, batch.channels_out, config.n_dim)};
  if (config.n2v) tensors.mask = view_of(batch.mask, batch, batch.channels_out, config.n_dim);
  return tensors;
}

Result<BatchLoss> RestorationLearner::loss_of(const Tensors& batch, Pass pass) const {
  const auto& config = model_.config();
  const std::int64_t samples = batch.image.size(0);
  const auto output = model_.net().forward(batch.image, precision_, pass);
  if (config.n2v) {
    std::optional<double> hidden;
    if (pass == Pass::kTraining && workers_ != nullptr && !workers_->alone()) {
      double shared = batch.mask.sum().item<double>();
      KARYO_CHECK_OK(workers_->average({&shared, 1}));
      hidden = shared;
    }
    const auto loss = n2v_loss(output, batch.target, batch.mask, config.train_loss, hidden);
    return BatchLoss{loss.total, {{"n2v_mse", loss.mse}, {"n2v_abs", loss.mae}}, samples};
  }
  const auto loss = care_loss(output, batch.target, config.train_loss);
  return BatchLoss{loss.total, {{"mse", loss.mse}, {"mae", loss.mae}}, samples};
}

void RestorationLearner::seek(std::int64_t step) {
  sent_ ? sent_->seek(step) : batches_.training->seek(step);
}

Result<BatchLoss> RestorationLearner::training_loss() {
  if (sent_) {
    KARYO_TRY(Tensors batch, sent_->next());
    sender_.receive(batch.arrival, batch.all());
    return loss_of(batch, Pass::kTraining);
  }
  // Kept until the next call: backward reads the first layer's input from the batch's memory.
  KARYO_TRY(current_, batches_.training->next());
  return loss_of(views_of(current_), Pass::kTraining);
}

std::vector<std::string> RestorationLearner::renew() {
  std::vector<std::string> notes;
  if (!batches_.renewed) return notes;
  if (auto training = batches_.renewed(notes)) {
    const std::int64_t place = sent_ ? sent_->position() : batches_.training->position();
    train_on(std::move(training));
    seek(place);
  }
  return notes;
}

Result<BatchLoss> RestorationLearner::validation_loss(std::int64_t number) {
  KARYO_TRY(const auto batch, batches_.validation(number));
  Tensors tensors = views_of(batch);
  for (torch::Tensor* tensor : tensors.all()) {
    if (tensor->defined()) *tensor = tensor->to(device_);
  }
  return loss_of(tensors, Pass::kPrediction);
}

Result<void> RestorationLearner::save_weights(const std::string& file_name) {
  return model_.save_weights(folder_ / file_name);
}

}  // namespace karyo
