// Packages written here pass the model test of bioimageio.core. Runs where KARYOSCOPE_PYTHON names
// a Python that has bioimageio.core and TensorFlow.

#include <gtest/gtest.h>

#include "models/network_sample.h"
#include "tests/interop/python_check.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

TEST(PythonBioimageio, ItsModelTestAgreesWithOurNetwork) {
  KARYO_NEEDS_SHARED();
  const auto model =
      ModelFolder::open(test::shared_dir() / "models" / "stardist2d" / "dsb2018_30x50");
  ASSERT_TRUE(model) << model.error().what;
  const auto sample = sample_network(*model, std::nullopt, "cpu");
  ASSERT_TRUE(sample) << sample.error().what;
  const test::TempDir dir;
  const ExportDetails details{"Nuclei (test)", "Finds nuclei.", "CC0-1.0",
                              {"Nobody"},      "0.0.0",         "2026-01-31T09:30:00Z"};
  const auto exported = export_bioimageio(*model, *sample, details, dir / "package.zip");
  ASSERT_TRUE(exported) << exported.error().what;
  test::expect_python_agrees("check_bioimageio.py", test::quoted(dir / "package.zip"));
}

}  // namespace
}  // namespace karyo
