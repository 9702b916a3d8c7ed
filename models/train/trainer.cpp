#include "models/train/trainer.h"

#include <array>
#include <chrono>
#include <cmath>
#include <optional>

#include "models/io/history.h"
#include "models/nn/adam.h"
#include "models/nn/weight_average.h"
#include "models/process.h"

namespace karyo {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

constexpr std::size_t kMostParts = 8;  // of a loss

/// Running mean of losses and their parts, weighted by samples.
class LossMean {
 public:
  explicit LossMean(LossSums sums = {}) : sums_(std::move(sums)) {}

  void add(const BatchLoss& loss, double total) {
    const auto weight = static_cast<double>(loss.samples);
    sums_.weight += weight;
    sums_.total += weight * total;
    sums_.parts.resize(loss.parts.size());
    names_.clear();
    for (std::size_t i = 0; i < loss.parts.size(); ++i) {
      names_.push_back(loss.parts[i].first);
      sums_.parts[i] += weight * loss.parts[i].second;
    }
  }
  double total() const { return sums_.total / sums_.weight; }
  std::vector<std::pair<std::string, double>> parts() const {
    std::vector<std::pair<std::string, double>> means;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      means.emplace_back(names_[i], sums_.parts[i] / sums_.weight);
    }
    return means;
  }
  const LossSums& sums() const { return sums_; }

  /// Over all processes. One without a batch of its own knows no parts, and keeps none.
  Result<void> join(Workers& workers) {
    std::array<double, 2 + kMostParts> all{sums_.weight, sums_.total};
    for (std::size_t i = 0; i < sums_.parts.size(); ++i) all[2 + i] = sums_.parts[i];
    KARYO_CHECK_OK(workers.sum(all));
    sums_.weight = all[0];
    sums_.total = all[1];
    for (std::size_t i = 0; i < sums_.parts.size(); ++i) sums_.parts[i] = all[2 + i];
    return {};
  }

 private:
  LossSums sums_;
  std::vector<std::string> names_;
};

Error not_finite(std::int64_t epoch, std::int64_t step) {
  return {ErrorCode::kNumeric,
          "the loss became NaN or infinite in epoch " + std::to_string(epoch) + ", step " +
              std::to_string(step),
          "Lower the learning rate (--lr, for example to a third) and use --resume to go on from "
          "the last good epoch; check the images for NaN and extreme values."};
}

void add_row(History& history, const TrainEpochEvent& event) {
  std::vector<std::pair<std::string, double>> cells{{"epoch", static_cast<double>(event.epoch)},
                                                    {"loss", event.loss},
                                                    {"val_loss", event.val_loss},
                                                    {"learning_rate", event.learning_rate},
                                                    {"seconds", event.seconds},
                                                    {"memory_mib", event.memory_mib}};
  cells.insert(cells.end(), event.parts.begin(), event.parts.end());
  for (const auto& [name, value] : event.val_parts) cells.emplace_back("val_" + name, value);
  history.add_row(cells);
}

Result<LossMean> validate(Learner& learner, Workers& workers) {
  const torch::NoGradGuard no_grad;
  LossMean mean;
  const BatchShare share = workers.share();
  for (std::int64_t i = share.number; i < learner.validation_batches(); i += share.of) {
    KARYO_TRY(const auto loss, learner.validation_loss(i));
    mean.add(loss, loss.total.item<double>());
  }
  KARYO_CHECK_OK(mean.join(workers));
  return mean;
}

/// The next batch: its loss over all processes, and the gradient of that. `total` is the loss.
Result<BatchLoss> learn_batch(Learner& learner, Workers& workers,
                              const std::vector<torch::Tensor>& parameters, double& total) {
  try {
    KARYO_TRY(auto loss, learner.training_loss());
    total = loss.total.item<double>();
    std::array<double, 1 + kMostParts> all{total};
    for (std::size_t i = 0; i < loss.parts.size(); ++i) all[1 + i] = loss.parts[i].second;
    KARYO_CHECK_OK(workers.average(all));
    total = all[0];
    for (std::size_t i = 0; i < loss.parts.size(); ++i) loss.parts[i].second = all[1 + i];
    loss.samples *= workers.share().of;
    if (!std::isfinite(total)) return loss;
    loss.total.backward();
    KARYO_CHECK_OK(workers.average_gradients(parameters));
    return loss;
  } catch (const WorkerLost& failure) {
    return worker_lost(failure.what());
  }
}

}  // namespace

Result<TrainOutcome> train(Learner& learner, const TrainPlan& plan, TrainObserver& observer,
                           TaskControl& control) {
  Workers alone;
  return train(learner, plan, observer, control, alone);
}

Result<TrainOutcome> train(Learner& learner, const TrainPlan& plan, TrainObserver& observer,
                           TaskControl& control, Workers& workers) {
  const NetworkState network{learner.parameters(), learner.buffers()};
  Adam optimizer(network.parameters);
  WeightAverage average(network.parameters, plan.ema);
  TrainState state;
  state.learning_rate = plan.learning_rate;
  state.reduce = plan.reduce;
  if (plan.resume) {
    KARYO_TRY(state, load_checkpoint(plan.folder, network, optimizer, average));
    learner.seek(state.epoch * plan.steps + state.step);
  }
  KARYO_CHECK_OK(workers.take_first(network.parameters));
  KARYO_CHECK_OK(workers.take_first(network.buffers));

  const auto rate_of_next_step = [&] {
    const std::int64_t step = state.epoch * plan.steps + state.step;
    const double rate = plan.cosine
                            ? cosine_rate(plan.learning_rate, step, plan.epochs * plan.steps)
                            : state.learning_rate;
    return rate * warmup_share(step, plan.warmup);
  };
  auto saved = Clock::now();
  const auto save = [&]() -> Result<void> {
    saved = Clock::now();
    if (!workers.first()) return {};
    return save_checkpoint(plan.folder, network, optimizer, average, state);
  };
  const auto save_weights = [&](const char* name) -> Result<void> {
    return workers.first() ? learner.save_weights(name) : Result<void>();
  };

  TrainOutcome outcome;
  while (state.epoch < plan.epochs) {
    const auto epoch_start = Clock::now();
    auto step_start = epoch_start;
    LossMean mean(state.sums);
    if (state.step == 0) {
      for (const std::string& note : learner.renew()) observer.on_note(note);
    }
    double rate = rate_of_next_step();
    while (state.step < plan.steps) {
      // Of a step that fails nothing has come into the weights: what is saved then is whole.
      const auto keep = [&](const Error& lost) {
        state.sums = mean.sums();
        const auto kept = workers.alone() ? Result<void>() : save();
        return kept ? lost : kept.error();
      };
      const auto stop = workers.any(control.cancelled());
      if (!stop) return keep(stop.error());
      if (*stop) {
        state.sums = mean.sums();
        KARYO_CHECK_OK(save());
        const WeightAverage::Shown shown(average);
        KARYO_CHECK_OK(save_weights("weights_last.h5"));
        outcome.stopped = true;
        break;
      }
      double total = 0;
      const auto loss = learn_batch(learner, workers, network.parameters, total);
      if (!loss) return keep(loss.error());
      if (!std::isfinite(total)) return not_finite(state.epoch + 1, state.step + 1);
      rate = rate_of_next_step();
      optimizer.step(rate, plan.weight_decay);
      average.update(optimizer.steps());
      mean.add(*loss, total);
      ++state.step;
      observer.on_step({state.epoch + 1, state.step, plan.epochs, plan.steps, total,
                        ms_since(step_start)});
      step_start = Clock::now();
      if (plan.checkpoint_seconds > 0 && state.step < plan.steps &&
          ms_since(saved) > 1000 * plan.checkpoint_seconds) {
        state.sums = mean.sums();
        KARYO_CHECK_OK(save());
      }
    }
    if (outcome.stopped) break;

    auto shown = std::make_optional<WeightAverage::Shown>(average);
    KARYO_TRY(const auto validation, validate(learner, workers));
    if (!std::isfinite(validation.total())) return not_finite(state.epoch + 1, state.step);
    ++state.epoch;
    state.step = 0;
    state.sums = {};
    const bool best = validation.total() < state.best_val_loss;
    if (best) {
      state.best_val_loss = validation.total();
      state.best_epoch = state.epoch;
      KARYO_CHECK_OK(save_weights("weights_best.h5"));
    }
    const TrainEpochEvent event{state.epoch,
                                plan.epochs,
                                mean.total(),
                                validation.total(),
                                rate,
                                ms_since(epoch_start) / 1000,
                                static_cast<double>(memory_bytes()) / (1 << 20),
                                best,
                                mean.parts(),
                                validation.parts()};
    if (!plan.cosine) {
      state.learning_rate = state.reduce.next_rate(state.learning_rate, validation.total());
    }
    add_row(state.history, event);
    if (workers.first()) {
      KARYO_CHECK_OK(write_history(plan.folder / "history.csv", state.history));
    }
    observer.on_epoch(event);
    shown.reset();
    KARYO_CHECK_OK(save());
  }

  if (!outcome.stopped) {
    const WeightAverage::Shown shown(average);
    KARYO_CHECK_OK(save_weights("weights_last.h5"));
  }
  outcome.epochs_done = state.epoch;
  outcome.best_epoch = state.best_epoch;
  outcome.best_val_loss = state.best_val_loss;
  return outcome;
}

}  // namespace karyo
