#include "models/nn/conv.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "models/nn/channels_last.h"
#include "models/nn/winograd_conv.h"

namespace karyo {
namespace {

using FusedConv = torch::Tensor(const torch::Tensor&, const torch::Tensor&,
                                const std::optional<torch::Tensor>&, at::IntArrayRef,
                                at::IntArrayRef, at::IntArrayRef, std::int64_t, std::string_view,
                                at::List<std::optional<at::Scalar>>,
                                std::optional<std::string_view>);

/// LibTorch registers the operator with oneDNN builds only; null without it.
const c10::TypedOperatorHandle<FusedConv>* fused_conv() {
  static const auto handle = [] {
    std::optional<c10::TypedOperatorHandle<FusedConv>> found;
    if (auto schema =
            c10::Dispatcher::singleton().findSchema({"mkldnn::_convolution_pointwise", ""})) {
      found = schema->typed<FusedConv>();
    }
    return found;
  }();
  return handle ? &*handle : nullptr;
}

std::vector<std::int64_t> padding_of(const torch::Tensor& weight) {
  std::vector<std::int64_t> padding;
  for (std::int64_t axis = 2; axis < weight.dim(); ++axis) padding.push_back(weight.size(axis) / 2);
  return padding;
}

/// One number for each spatial axis.
std::vector<std::int64_t> each_axis(const torch::Tensor& weight, std::int64_t number) {
  return std::vector<std::int64_t>(static_cast<std::size_t>(weight.dim() - 2), number);
}

torch::Tensor run_fused(const torch::Tensor& x, const torch::Tensor& weight,
                        const torch::Tensor& bias, bool relu) {
  const auto ones = each_axis(weight, 1);
  const at::List<std::optional<at::Scalar>> no_scalars;
  return fused_conv()->call(x, weight, bias, padding_of(weight), ones, ones, 1,
                            relu ? "relu" : "none", no_scalars, std::nullopt);
}

/// oneDNN refuses bfloat16 on processors without AVX-512; LibTorch's own convolution takes it on
/// all of them, slowly. Asked by doing it once, as the library's conditions are its own.
bool can_fuse(at::ScalarType type) {
  if (fused_conv() == nullptr) return false;
  if (type != torch::kBFloat16) return true;
  static const bool fuses = [] {
    const torch::NoGradGuard no_grad;
    try {
      const auto options = torch::TensorOptions(torch::kBFloat16);
      run_fused(torch::zeros({1, 1, 4, 4}, options), torch::zeros({1, 1, 3, 3}, options),
                torch::zeros({1}, options), true);
      return true;
    } catch (const c10::Error&) {
      return false;
    }
  }();
  return fuses;
}

/// The fused operator has no gradient of its own: ReLU passes it where its output is above 0.
class ConvRelu : public torch::autograd::Function<ConvRelu> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias) {
    auto y = run_fused(x, weight, bias, true);
    context->save_for_backward({x, weight, y});
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list outer) {
    const auto saved = context->get_saved_variables();
    const auto gradient = at::threshold_backward(outer[0], saved[2], 0);
    const auto ones = each_axis(saved[1], 1), zeros = each_axis(saved[1], 0);
    auto [for_x, for_weight, for_bias] = at::convolution_backward(
        gradient, saved[0], saved[1], std::vector<std::int64_t>{saved[1].size(0)}, ones,
        padding_of(saved[1]), ones, false, zeros, 1, {context->needs_input_grad(0), true, true});
    return {for_x, for_weight, for_bias};
  }
};

/// oneDNN's gradient of a kernel over volumes of one channel comes out NaN in bfloat16 with AMX (of
/// LibTorch 2.15; CARE 3D's first layer, 8 x 8x80x80, within five steps). ReLU hides it from the
/// loss. Such layers cost little in float32.
bool gradient_fails(const torch::Tensor& x) {
  constexpr std::int64_t kFewChannels = 16;
  return torch::GradMode::is_enabled() && x.is_cpu() && x.dim() == 5 &&
         x.scalar_type() == torch::kBFloat16 && x.size(1) < kFewChannels;
}

// Strips of this many pixels keep a layer's 32 float32 channels (8 MiB) within the caches.
constexpr std::int64_t kStripPixels = 1 << 16;

}  // namespace

torch::Device torch_device(const Device& device) {
  return device.cuda ? torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(device.index))
                     : torch::Device(torch::kCPU);
}

torch::Tensor to_channels_last(const torch::Tensor& x) {
  const auto y = x.contiguous(channels_last_of(x.dim()));
  std::vector<std::int64_t> strides(static_cast<std::size_t>(y.dim()));
  std::int64_t step = y.size(1);
  for (std::int64_t axis = y.dim() - 1; axis > 1; step *= y.size(axis--)) {
    strides[static_cast<std::size_t>(axis)] = step;
  }
  strides[0] = step;
  strides[1] = 1;
  return y.as_strided(y.sizes(), strides);
}

torch::Tensor conv_same(const torch::Tensor& x, const torch::Tensor& weight,
                        const torch::Tensor& bias, bool relu) {
  if (winograd_fits(x, {}, weight)) return winograd_conv(x, {}, weight, bias, relu);
  if (gradient_fails(x)) {
    return conv_same(x.to(torch::kFloat32), weight, bias, relu).to(x.scalar_type());
  }
  const auto w = weight.to(x.scalar_type());
  const auto b = bias.to(x.scalar_type());
  if (x.is_cpu() && can_fuse(x.scalar_type())) {
    if (!torch::GradMode::is_enabled()) return run_fused(x, w, b, relu);
    if (relu) return ConvRelu::apply(x, w, b);
  }
  const auto ones = each_axis(weight, 1);
  auto y =
      torch::convolution(x, w, b, ones, padding_of(weight), ones, false, each_axis(weight, 0), 1);
  return relu ? y.relu_() : y;
}

torch::Tensor conv_upsampled(const torch::Tensor& x, const torch::Tensor& skip,
                             const torch::Tensor& weight, const torch::Tensor& bias, bool relu) {
  if (winograd_fits(x, skip, weight)) return winograd_conv(x, skip, weight, bias, relu);
  return conv_same(upsample_concat(x, skip), weight, bias, relu);
}

torch::Tensor conv_pool(const torch::Tensor& x, const torch::Tensor& weight,
                        const torch::Tensor& bias, const PoolWindow& window) {
  const bool halves =
      x.dim() == 4 && window == PoolWindow{2, 2} && x.size(2) % 2 == 0 && x.size(3) % 2 == 0;
  if (halves && !torch::GradMode::is_enabled() && winograd_fits(x, {}, weight)) {
    return winograd_conv_pool(x, weight, bias);
  }
  return max_pool(conv_same(x, weight, bias, true), window);
}

torch::Tensor in_strips(const torch::Tensor& x, std::int64_t halo, std::int64_t scale,
                        const std::function<torch::Tensor(const torch::Tensor&)>& layers) {
  const std::int64_t height = x.size(2);
  const std::int64_t in_row = x.numel() / (x.size(0) * x.size(1) * height);
  // A plane of a stack holds many pixels: slabs so thin would be halo mostly.
  const std::int64_t fewest = x.dim() == 5 ? std::max(scale, 16 * halo) : scale;
  const std::int64_t rows = std::max(fewest / scale * scale, kStripPixels / in_row / scale * scale);
  if (rows >= height) return layers(x);
  const std::int64_t margin = (halo + scale - 1) / scale * scale;
  torch::Tensor joined;
  for (std::int64_t first = 0; first < height; first += rows) {
    const std::int64_t last = std::min(height, first + rows);
    const std::int64_t from = std::max<std::int64_t>(0, first - margin);
    const std::int64_t to = std::min(height, last + margin);
    // Rows next to a cut see zeros instead of their neighbours; the halo is what they spoil.
    const auto y = layers(x.narrow(2, from, to - from))
                       .narrow(2, (first - from) / scale, (last - first) / scale);
    if (!joined.defined()) {
      auto shape = y.sizes().vec();
      shape[2] = height / scale;
      joined = torch::empty(shape, y.options().memory_format(channels_last_of(y.dim())));
    }
    joined.narrow(2, first / scale, (last - first) / scale).copy_(y);
  }
  return joined;
}

}  // namespace karyo
