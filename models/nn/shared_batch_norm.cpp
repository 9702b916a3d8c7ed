#include "models/nn/shared_batch_norm.h"

#include <vector>

namespace karyo {
namespace {

/// All axes but the channels'.
std::vector<std::int64_t> others(const torch::Tensor& x) {
  std::vector<std::int64_t> axes{0};
  for (std::int64_t axis = 2; axis < x.dim(); ++axis) axes.push_back(axis);
  return axes;
}

/// (C) beside x.
torch::Tensor beside(const torch::Tensor& of_channel, const torch::Tensor& x) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[1] = -1;
  return of_channel.reshape(shape);
}

class SharedNorm : public torch::autograd::Function<SharedNorm> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, torch::Tensor x,
                               torch::Tensor gamma, torch::Tensor beta, torch::Tensor mean,
                               torch::Tensor variance, double momentum, double epsilon,
                               const AddUp* add_up) {
    const auto values = x.to(torch::kFloat32);
    const auto axes = others(x);
    // Count, sums, then squares about the common mean, which loses no digits.
    const auto channels = x.size(1);
    auto sums = torch::cat({values.sum(axes, false, torch::kDouble),
                            torch::full({1}, static_cast<double>(x.numel() / channels),
                                        torch::TensorOptions(x.device()).dtype(torch::kDouble))});
    (*add_up)(sums);
    const double count = sums[channels].item<double>();
    const auto middle = sums.narrow(0, 0, channels) / count;
    const auto off = values - beside(middle.to(torch::kFloat32), x);
    auto squares = off.square().sum(axes, false, torch::kDouble);
    (*add_up)(squares);
    const auto spread = squares / count;
    const auto scale = torch::rsqrt(spread + epsilon).to(torch::kFloat32);
    mean.mul_(1 - momentum).add_(middle.to(torch::kFloat32), momentum);
    variance.mul_(1 - momentum).add_((squares / (count - 1)).to(torch::kFloat32), momentum);

    const auto normal = off * beside(scale, x);
    context->save_for_backward({normal, gamma, scale});
    context->saved_data["count"] = count;
    context->saved_data["add_up"] = reinterpret_cast<std::int64_t>(add_up);
    return (normal * beside(gamma, x) + beside(beta, x)).to(x.scalar_type());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list outer) {
    const auto saved = context->get_saved_variables();
    const auto &normal = saved[0], &gamma = saved[1], &scale = saved[2];
    const double count = context->saved_data["count"].toDouble();
    const auto& add_up = *reinterpret_cast<const AddUp*>(context->saved_data["add_up"].toInt());
    const auto along = outer[0].to(torch::kFloat32);
    const auto axes = others(along);
    const auto of_beta = along.sum(axes), of_gamma = (along * normal).sum(axes);
    auto sums = torch::cat({of_beta, of_gamma}).to(torch::kDouble);
    add_up(sums);
    const auto means = (sums / count).to(torch::kFloat32);
    const auto channels = along.size(1);
    const auto of_x = beside(gamma * scale, along) *
                      (along - beside(means.narrow(0, 0, channels), along) -
                       normal * beside(means.narrow(0, channels, channels), along));
    return {of_x.to(outer[0].scalar_type()), of_gamma, of_beta, {}, {}, {}, {}, {}};
  }
};

}  // namespace

torch::Tensor shared_batch_norm(const torch::Tensor& x, const torch::Tensor& gamma,
                                const torch::Tensor& beta, torch::Tensor mean,
                                torch::Tensor variance, double momentum, double epsilon,
                                const AddUp& add_up) {
  return SharedNorm::apply(x, gamma, beta, std::move(mean), std::move(variance), momentum, epsilon,
                           &add_up);
}

}  // namespace karyo
