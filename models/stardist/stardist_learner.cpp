#include "models/stardist/stardist_learner.h"

#include <array>

#include "models/nn/conv.h"
#include "models/nn/stardist_loss.h"

namespace karyo {
namespace {

/// A tensor over the batch's own memory; the batch must outlive it.
torch::Tensor view_of(const std::vector<float>& values, at::IntArrayRef shape) {
  return torch::from_blob(const_cast<float*>(values.data()), shape, torch::kFloat32);
}

}  // namespace

StarDistLearner::StarDistLearner(StarDistModel& model, StarDistBatchMaker training,
                                 StarDistBatchMaker validation, const TrainConfig& config,
                                 const Device& device, Precision precision,
                                 std::filesystem::path folder, Workers* workers)
    : model_(model),
      config_(config),
      sender_(torch_device(device)),
      validation_(std::move(validation)),
      settings_{config.background_reg, config.weight_prob, config.weight_dist, config.weight_class},
      device_(torch_device(device)),
      shapes_(device.shapes),
      precision_(precision),
      folder_(std::move(folder)),
      workers_(workers) {
  model_.net().to(device_);
  validation_.use(shapes_);
  train_on(std::move(training), workers != nullptr ? workers->share() : BatchShare{});
}

void StarDistLearner::train_on(StarDistBatchMaker maker, const BatchShare& share) {
  maker.use(shapes_);
  sent_.reset();  // before the source that it asks
  source_ = make_training_source(std::move(maker), config_, share);
  if (!device_.is_cuda()) return;
  sent_ = prepared_ahead<Tensors, StarDistBatch>(
      *source_, [this](const StarDistBatch& batch) -> Result<Tensors> {
        Tensors tensors = views_of(batch);
        tensors.arrival = sender_.send(tensors.all());
        return tensors;
      });
}

StarDistLearner::Tensors StarDistLearner::views_of(const StarDistBatch& batch) const {
  const std::int64_t n = batch.batch;
  std::vector<std::int64_t> image{n, batch.channels, batch.depth, batch.height, batch.width};
  std::vector<std::int64_t> grid{n, batch.grid_depth, batch.grid_height, batch.grid_width};
  if (model_.config().n_dim == 2) {
    image.erase(image.begin() + 2);
    grid.erase(grid.begin() + 1);
  }
  auto rays = grid;
  rays.push_back(batch.rays);
  Tensors tensors{
      view_of(batch.image, image),
      {view_of(batch.prob, grid), view_of(batch.dist, rays), view_of(batch.mask, grid)}};
  if (!batch.classes.empty()) {
    tensors.target.classes =
        torch::from_blob(const_cast<std::int64_t*>(batch.classes.data()), grid, torch::kInt64);
  }
  return tensors;
}

Result<BatchLoss> StarDistLearner::loss_of(const Tensors& batch, bool together) const {
  const StarDistTarget& target = batch.target;
  std::optional<StarDistCounts> counts;
  if (together && workers_ != nullptr && !workers_->alone()) {
    const auto own = counts_of(target);
    std::array<double, 2> shared{own.known, own.mean_mask};
    KARYO_CHECK_OK(workers_->average(shared));
    counts = StarDistCounts{shared[0], shared[1]};
  }
  const auto output = model_.net().forward(batch.image, precision_);
  const auto loss = stardist_loss(output, target, settings_, counts);
  BatchLoss result{
      loss.total, {{"prob_loss", loss.prob}, {"dist_loss", loss.dist}}, batch.samples()};
  if (target.classes.defined()) result.parts.emplace_back("prob_class_loss", loss.of_class);
  return result;
}

std::vector<std::string> StarDistLearner::renew() {
  std::vector<std::string> notes;
  if (!live_) return notes;
  if (auto maker = live_->renewed(notes)) {
    const std::int64_t place = sent_ ? sent_->position() : source_->position();
    train_on(*std::move(maker), {});
    seek(place);
  }
  return notes;
}

void StarDistLearner::seek(std::int64_t step) {
  sent_ ? sent_->seek(step) : source_->seek(step);
}

Result<BatchLoss> StarDistLearner::training_loss() {
  if (sent_) {
    KARYO_TRY(Tensors batch, sent_->next());
    sender_.receive(batch.arrival, batch.all());
    return loss_of(batch, true);
  }
  // Kept until the next call: backward reads the first layer's input from the batch's memory.
  KARYO_TRY(current_, source_->next());
  return loss_of(views_of(current_), true);
}

Result<BatchLoss> StarDistLearner::validation_loss(std::int64_t number) {
  KARYO_TRY(const auto batch, validation_.make(number));
  Tensors tensors = views_of(batch);
  for (torch::Tensor* tensor : tensors.all()) {
    if (tensor->defined()) *tensor = tensor->to(device_);
  }
  return loss_of(tensors, false);
}

Result<void> StarDistLearner::save_weights(const std::string& file_name) {
  return model_.save_weights(folder_ / file_name);
}

}  // namespace karyo
