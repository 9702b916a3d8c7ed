// Folders written here are opened by Python StarDist. Runs where KARYOSCOPE_PYTHON names a Python
// that has stardist and TensorFlow.

#include <gtest/gtest.h>

#include <string>

#include "models/io/model_folder.h"
#include "models/io/stardist_layout.h"
#include "tests/interop/python_check.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

class PythonStarDist : public testing::TestWithParam<const char*> {};

TEST_P(PythonStarDist, PredictsTheReferenceLabelsFromOurFolder) {
  KARYO_NEEDS_SHARED();
  const auto golden = test::shared_dir() / "golden" / GetParam();
  const auto original = ModelFolder::open(golden);
  ASSERT_TRUE(original) << original.error().what;
  const auto weights = read_stardist_weights(original->weights, *original->stardist);
  ASSERT_TRUE(weights) << weights.error().what;

  const test::TempDir dir;
  auto ours = ModelFolder::create(dir / "nuclei", *original->stardist);
  ASSERT_TRUE(ours) << ours.error().what;
  ASSERT_TRUE(ours->save_thresholds(original->thresholds));
  ASSERT_TRUE(ours->save_record(ModelRecord{}));
  ASSERT_TRUE(write_keras_weights(ours->best_weights(), *weights));

  // The stored labels were made on another processor: convolutions there round otherwise, which
  // moves single pixels of an outline (Python itself: 2 of 60 750 of "stardist2d" with AVX2).
  test::expect_python_agrees("check_model_folder.py", test::quoted(ours->path) + " " +
                                                          test::quoted(golden / "input.npy") + " " +
                                                          test::quoted(golden / "labels.npy") +
                                                          " --no-normalize --tolerance 0.0001");
}

INSTANTIATE_TEST_SUITE_P(Networks, PythonStarDist,
                         testing::Values("stardist2d", "stardist2d_rgb_multiclass", "stardist3d",
                                         "stardist3d_resnet"));

}  // namespace
}  // namespace karyo
