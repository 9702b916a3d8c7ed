#pragma once

/// What training says while it runs; the command line and the window show it.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace karyo {

struct TrainStepEvent {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t step = 0;   ///< within the epoch, from 1
  std::int64_t epochs = 0, steps = 0;
  double loss = 0;
  double ms = 0;           ///< wall time since the step before
};

struct TrainEpochEvent {
  std::int64_t epoch = 0, epochs = 0;
  double loss = 0, val_loss = 0;
  double learning_rate = 0;  ///< used in this epoch
  double seconds = 0;
  double memory_mib = 0;     ///< that the process holds at its end; NaN: not known
  bool best = false;         ///< lowest validation loss so far: weights_best.h5 was written
  std::vector<std::pair<std::string, double>> parts, val_parts;  ///< named terms of the losses
};

/// Called on the thread that trains.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void on_note(const std::string& text) = 0;
  virtual void on_step(const TrainStepEvent& event) = 0;
  virtual void on_epoch(const TrainEpochEvent& event) = 0;
};

}  // namespace karyo
