#include "tests/models/stardist/training_run.h"

namespace karyo::test {

TrainRequest request_in(const TempDir& dir, const std::string& model) {
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
