#include "models/nn/restoration_loss.h"

#include <algorithm>
#include <cmath>

namespace karyo {

RestorationLoss care_loss(const torch::Tensor& prediction, const torch::Tensor& target,
                          const std::string& loss) {
  const std::int64_t channels = target.size(1);
  const auto expected = prediction.narrow(1, 0, channels);
  const auto off = expected - target;
  const auto mse = off.square().mean(), mae = off.abs().mean();
  RestorationLoss result{loss == "mse" ? mse : mae, mse.item<double>(), mae.item<double>()};
  if (loss == "laplace") {
    const auto scale = prediction.narrow(1, channels, channels);
    result.total = (off.abs() / scale + scale.log()).mean() + std::log(2.0);
  }
  return result;
}

RestorationLoss n2v_loss(const torch::Tensor& prediction, const torch::Tensor& target,
                         const torch::Tensor& mask, const std::string& loss,
                         std::optional<double> hidden) {
  const double count = std::max(hidden ? *hidden : mask.sum().item<double>(), 1.0);
  const auto off = target - prediction * mask;
  const auto mse = off.square().sum() / count, mae = off.abs().sum() / count;
  return {loss == "mse" ? mse : mae, mse.item<double>(), mae.item<double>()};
}

}  // namespace karyo
