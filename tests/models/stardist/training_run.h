#pragma once

/// A short training of a small StarDist network, and what it said.

#include <string>
#include <vector>

#include "models/model.h"
#include "tests/support/temp_dir.h"

namespace karyo::test {

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

inline TrainRequest request_in(const TempDir& dir, const std::string& model) {
  TrainRequest request;
  request.data = dir / "data";
  request.model = dir / model;
  request.device = "cpu";
  request.config.epochs = 3;
  request.config.steps = 4;
  request.config.batch = 2;
  request.config.patch = {1, 48, 48};
  request.config.rays = 8;
  request.config.unet_depth = 1;
  request.config.filters = 8;
  request.config.features = 16;
  request.config.lr = 3e-3;
  request.config.val = 0.25;
  request.config.precision = "float32";
  return request;
}

}  // namespace karyo::test
