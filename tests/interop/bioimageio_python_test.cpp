// Packages written here pass the model test of bioimageio.core. Runs where KARYOSCOPE_PYTHON names
// a Python that has bioimageio.core and TensorFlow.

#include <gtest/gtest.h>

#include "models/network_sample.h"
#include "tests/interop/python_check.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

/// Below the shared folder.
class PythonBioimageio : public ::testing::TestWithParam<const char*> {};

TEST_P(PythonBioimageio, ItsModelTestAgreesWithOurNetwork) {
  KARYO_NEEDS_SHARED();
  const auto model = ModelFolder::open(test::shared_dir() / GetParam());
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

INSTANTIATE_TEST_SUITE_P(Kinds, PythonBioimageio,
                         ::testing::Values("models/stardist2d/dsb2018_30x50", "golden/stardist3d",
                                           "models/care2d/care2d_residual",
                                           "models/care3d/care3d_residual", "golden/care2d_prob",
                                           "models/n2v2d/n2v_custom_2D", "models/n2v3d/n2v_3D",
                                           "golden/n2v2d_rgb_joint"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) c = c == '/' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace karyo
