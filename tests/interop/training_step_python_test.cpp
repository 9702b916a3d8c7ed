// Weights after steps of training, against those of Python StarDist from the same start on the same
// batch. Runs where KARYOSCOPE_PYTHON names a Python that has stardist and TensorFlow.

#include <gtest/gtest.h>

#include <string>

#include "models/nn/adam.h"
#include "models/nn/stardist_loss.h"
#include "models/stardist/stardist_model.h"
#include "tests/interop/python_check.h"
#include "tests/models/nn/golden_model.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class PythonTraining : public testing::TestWithParam<const char*> {};

TEST_P(PythonTraining, GivesOurWeightsAfterEachStep) {
  KARYO_NEEDS_SHARED();
  const auto golden = test::shared_dir() / "golden" / GetParam();
  auto model = test::load_model(golden);
  const auto batch = test::golden_batch(golden);
  Adam adam(model.net().parameters());
  const test::TempDir dir;
  std::string arguments = test::quoted(golden);
  for (int step = 1; step <= 5; ++step) {
    stardist_loss(model.net().forward(batch.image, Precision::kFloat32), batch.target, {})
        .total.backward();
    adam.step(3e-4);
    const auto file = dir / ("after_" + std::to_string(step) + ".h5");
    ASSERT_TRUE(model.save_weights(file));
    arguments.append(" ").append(test::quoted(file));
  }
  test::expect_python_agrees("check_training_step.py", arguments);
}

INSTANTIATE_TEST_SUITE_P(Networks, PythonTraining,
                         testing::Values("stardist2d", "stardist2d_grid1"));

}  // namespace
}  // namespace karyo
