#include "core/metrics/psnr.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/npy.h"
#include "tests/support/shared_data.h"

namespace karyo {
namespace {

TEST(Psnr, EqualsTheNotebooks) {
  KARYO_NEEDS_SHARED();
  const auto arrays = test::read_npz(test::shared_dir() / "golden/functions/qc_metrics.npz");
  const auto image = [&](const char* name) {
    const auto& array = arrays.at(name);
    Array3<float> result({1, array.shape[0], array.shape[1]});
    const auto values = array.as<float>();
    std::copy(values.begin(), values.end(), result.begin());
    return result;
  };
  const auto truth = image("gt");
  EXPECT_NEAR(psnr(truth, image("source")), 17.95596396711676, 1e-4);
  EXPECT_NEAR(psnr(truth, image("prediction")), 29.733904860357747, 1e-4);
}

TEST(Psnr, BrightnessDoesNotMatter) {
  Array3<float> truth({2, 8, 8}), image(truth.shape()), brighter(truth.shape());
  for (std::int64_t i = 0; i < truth.count(); ++i) {
    truth.data()[i] = static_cast<float>(i % 11);
    image.data()[i] = truth.data()[i] + static_cast<float>(i % 3);
    brighter.data()[i] = 7 * image.data()[i] + 30;
  }
  EXPECT_NEAR(psnr(truth, brighter), psnr(truth, image), 1e-3);
  EXPECT_GT(psnr(truth, image), 10);
}

}  // namespace
}  // namespace karyo
