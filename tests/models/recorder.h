#pragma once

/// What a training said.

#include <string>
#include <vector>

#include "models/model.h"

namespace karyo::test {

/// Wishes it to stop after `stop_after` steps, where that is not negative.
class Recorder : public TrainObserver {
 public:
  void on_note(const std::string& text) override { notes.push_back(text); }
  void on_step(const TrainStepEvent& event) override {
    losses.push_back(event.loss);
    if (static_cast<int>(losses.size()) == stop_after) control.request_cancel();
  }
  void on_epoch(const TrainEpochEvent& event) override { epochs.push_back(event); }

  std::vector<std::string> notes;
  std::vector<double> losses;
  std::vector<TrainEpochEvent> epochs;
  int stop_after = -1;
  TaskControl control;
};

}  // namespace karyo::test
