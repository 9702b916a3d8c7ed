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
      source_(make_training_source(std::move(training), config,
                                   workers != nullptr ? workers->share() : BatchShare{})),
      validation_(std::move(validation)),
      settings_{config.background_reg, config.weight_prob, config.weight_dist, config.weight_class},
      device_(torch_device(device)),
      precision_(precision),
      folder_(std::move(folder)),
      workers_(workers) {
  model_.net().to(device_);
}

Result<BatchLoss> StarDistLearner::loss_of(const StarDistBatch& batch, bool together) const {
  const std::int64_t n = batch.batch;
  std::vector<std::int64_t> image{n, batch.channels, batch.depth, batch.height, batch.width};
  std::vector<std::int64_t> grid{n, batch.grid_depth, batch.grid_height, batch.grid_width};
  if (model_.config().n_dim == 2) {
    image.erase(image.begin() + 2);
    grid.erase(grid.begin() + 1);
  }
  auto rays = grid;
  rays.push_back(batch.rays);
  const auto x = view_of(batch.image, image);
  StarDistTarget target{view_of(batch.prob, grid).to(device_),
                        view_of(batch.dist, rays).to(device_),
                        view_of(batch.mask, grid).to(device_)};
  const bool classes = !batch.classes.empty();
  if (classes) {
    target.classes =
        torch::from_blob(const_cast<std::int64_t*>(batch.classes.data()), grid, torch::kInt64)
            .to(device_);
  }
  std::optional<StarDistCounts> counts;
  if (together && workers_ != nullptr && !workers_->alone()) {
    const auto own = counts_of(target);
    std::array<double, 2> shared{own.known, own.mean_mask};
    KARYO_CHECK_OK(workers_->average(shared));
    counts = StarDistCounts{shared[0], shared[1]};
  }
  const auto output = model_.net().forward(x.to(device_), precision_);
  const auto loss = stardist_loss(output, target, settings_, counts);
  BatchLoss result{loss.total, {{"prob_loss", loss.prob}, {"dist_loss", loss.dist}}, n};
  if (classes) result.parts.emplace_back("prob_class_loss", loss.of_class);
  return result;
}

std::vector<std::string> StarDistLearner::renew() {
  std::vector<std::string> notes;
  if (!live_) return notes;
  if (auto maker = live_->renewed(notes)) {
    const std::int64_t place = source_->position();
    source_ = make_training_source(*std::move(maker), config_);
    source_->seek(place);
  }
  return notes;
}

Result<BatchLoss> StarDistLearner::training_loss() {
  // Kept until the next call: backward reads the first layer's input from the batch's memory.
  KARYO_TRY(current_, source_->next());
  return loss_of(current_, true);
}

Result<BatchLoss> StarDistLearner::validation_loss(std::int64_t number) {
  KARYO_TRY(const auto batch, validation_.make(number));
  return loss_of(batch, false);
}

Result<void> StarDistLearner::save_weights(const std::string& file_name) {
  return model_.save_weights(folder_ / file_name);
}

}  // namespace karyo
