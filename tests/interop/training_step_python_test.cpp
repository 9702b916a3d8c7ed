// Weights after steps of training, against those of Python StarDist from the same start on the same
// batch. Runs where KARYOSCOPE_PYTHON names a Python that has stardist and TensorFlow.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "models/nn/adam.h"
#include "models/nn/stardist_loss.h"
#include "models/stardist/stardist_model.h"
#include "tests/models/nn/golden_model.h"
#include "tests/support/shared_data.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class PythonTraining : public testing::TestWithParam<const char*> {};

TEST_P(PythonTraining, GivesOurWeightsAfterEachStep) {
  KARYO_NEEDS_SHARED();
  const char* python = std::getenv("KARYOSCOPE_PYTHON");
  if (python == nullptr) {
    GTEST_SKIP() << "KARYOSCOPE_PYTHON names no Python with stardist (pip install stardist "
                    "tensorflow tifffile)";
  }
  const auto golden = test::shared_dir() / "golden" / GetParam();
  auto model = test::load_model(golden);
  const auto batch = test::golden_batch(golden);
  Adam adam(model.net().parameters());
  const test::TempDir dir;
  std::string command =
      test::quoted(python) + " " +
      test::quoted(KARYOSCOPE_SOURCE_DIR "/tests/interop/check_training_step.py") + " " +
      test::quoted(golden);
  for (int step = 1; step <= 5; ++step) {
    stardist_loss(model.net().forward(batch.image, Precision::kFloat32), batch.target, {})
        .total.backward();
    adam.step(3e-4);
    const auto file = dir / ("after_" + std::to_string(step) + ".h5");
    ASSERT_TRUE(model.save_weights(file));
    command.append(" ").append(test::quoted(file));
  }
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << python << " has no stardist";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

INSTANTIATE_TEST_SUITE_P(Networks, PythonTraining,
                         testing::Values("stardist2d", "stardist2d_grid1"));

}  // namespace
}  // namespace karyo
