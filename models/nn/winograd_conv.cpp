#include "models/nn/winograd_conv.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <tuple>

#include "models/nn/channels_last.h"
#include "models/nn/resample.h"
#include "models/nn/winograd.h"

namespace karyo {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool readable(const torch::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == torch::kFloat32 &&
         x.is_contiguous(channels_last_of(x.dim()));
}

winograd::Extent extent_of(const torch::Tensor& x) {
  if (x.dim() == 4) return {x.size(0), x.size(2), x.size(3), 1};
  return {x.size(0) * x.size(2), x.size(3), x.size(4), x.size(2)};
}

winograd::Source source_of(const torch::Tensor& x, bool doubled) {
  return {x.const_data_ptr<float>(), x.size(1), doubled};
}

/// What is read as one picture: x, or x doubled and then skip.
template <typename Job>
void set_sources(Job& job, const torch::Tensor& x, const torch::Tensor& skip) {
  job.first = source_of(x, skip.defined());
  if (skip.defined()) job.second = source_of(skip, false);
}

/// On all threads, each taking the next few blocks when it has done its last ones: a thread that
/// another program slows down holds nobody up.
void run_blocks(const winograd::Convolution& job) {
  const std::int64_t blocks = winograd::block_count(job), threads = at::get_num_threads();
  const std::int64_t piece = std::max<std::int64_t>(1, blocks / (8 * threads));
  std::atomic<std::int64_t> next{0};
  at::parallel_for(0, threads, 1, [&](std::int64_t, std::int64_t) {
    for (std::int64_t first; (first = next.fetch_add(piece)) < blocks;) {
      winograd::run(job, first, std::min(blocks, first + piece));
    }
  });
}

void convolve(winograd::Convolution job, const winograd::PackedWeights& weights) {
  job.weights = &weights;
  run_blocks(job);
}

/// weight (out, in, 3, 3) as it lies in channels_last memory.
torch::Tensor taps(const torch::Tensor& weight) {
  return weight.detach().contiguous(channels_last_of(weight.dim()));
}

winograd::Taps taps_of(const torch::Tensor& weight) {
  return {weight.dim() == 5 ? weight.size(2) : 1, weight.size(-1)};
}

winograd::PackedWeights packed(const torch::Tensor& weight) {
  return winograd::pack(taps(weight).const_data_ptr<float>(), weight.size(0), weight.size(1),
                        taps_of(weight));
}

/// Not initialised; as large as `like`.
torch::Tensor empty_like(const torch::Tensor& like, std::int64_t channels) {
  auto shape = like.sizes().vec();
  shape[1] = channels;
  return torch::empty(
      shape, like.options().requires_grad(false).memory_format(channels_last_of(like.dim())));
}

torch::Tensor forward_pass(const torch::Tensor& x, const torch::Tensor& skip,
                           const torch::Tensor& weight, const torch::Tensor& bias, bool relu) {
  const auto& picture = skip.defined() ? skip : x;
  auto y = empty_like(picture, weight.size(0));
  winograd::Convolution job;
  job.extent = extent_of(picture);
  set_sources(job, x, skip);
  job.bias = bias.const_data_ptr<float>();
  job.relu = relu;
  job.result = y.mutable_data_ptr<float>();
  convolve(job, packed(weight));
  return y;
}

/// With respect to the picture that was read, all channels.
torch::Tensor input_gradient(const torch::Tensor& outer, const torch::Tensor& weight) {
  auto inner = empty_like(outer, weight.size(1));
  winograd::Convolution job;
  job.extent = extent_of(outer);
  job.first = source_of(outer, false);
  job.result = inner.mutable_data_ptr<float>();
  convolve(job, winograd::pack_backward(taps(weight).const_data_ptr<float>(), weight.size(0),
                                        weight.size(1), taps_of(weight)));
  return inner;
}

/// With respect to weight and bias. Threads add up a part of the picture each, the parts are added
/// in their order: the result depends on the number of threads, not on their speed.
variable_list weight_gradient(const torch::Tensor& x, const torch::Tensor& skip,
                              const torch::Tensor& outer, const torch::Tensor& weight) {
  winograd::WeightGradient job;
  job.extent = extent_of(outer);
  set_sources(job, x, skip);
  job.outer = outer.const_data_ptr<float>();
  job.out = outer.size(1);
  job.taps = taps_of(weight);
  const std::int64_t blocks = winograd::block_count(job), parts = at::get_num_threads();
  const auto sums = torch::zeros({parts, winograd::sums_size(job)});
  at::parallel_for(0, parts, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t part = first; part < last; ++part) {
      winograd::add(job, blocks * part / parts, blocks * (part + 1) / parts,
                    sums[part].mutable_data_ptr<float>());
    }
  });
  const auto all = sums.sum(0);
  auto for_weight = torch::empty(
      weight.sizes(),
      weight.options().requires_grad(false).memory_format(channels_last_of(weight.dim())));
  auto for_bias = torch::empty({job.out});
  winograd::finish(job, all.const_data_ptr<float>(), for_weight.mutable_data_ptr<float>(),
                   for_bias.mutable_data_ptr<float>());
  return {for_weight, for_bias};
}

class WinogradConv : public torch::autograd::Function<WinogradConv> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const std::optional<torch::Tensor>& optional_skip,
                               const torch::Tensor& weight, const torch::Tensor& bias, bool relu) {
    const auto skip = optional_skip.value_or(torch::Tensor());
    auto y = forward_pass(x, skip, weight, bias, relu);
    context->save_for_backward({x, skip, weight, relu ? y : torch::Tensor()});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &skip = saved[1], &weight = saved[2], &y = saved[3];
    auto gradient = outer[0].contiguous(channels_last_of(outer[0].dim()));
    // ReLU passes a gradient where its result is above 0.
    if (y.defined()) gradient = at::threshold_backward(gradient, y, 0);
    const auto parameters = weight_gradient(x, skip, gradient, weight);
    torch::Tensor for_x, for_skip;
    if (context->needs_input_grad(0) || (skip.defined() && context->needs_input_grad(1))) {
      for_x = input_gradient(gradient, weight);
      if (skip.defined()) std::tie(for_x, for_skip) = upsample_concat_backward(for_x, x.sizes());
    }
    return {for_x, for_skip, parameters[0], parameters[1], torch::Tensor()};
  }
};

}  // namespace

bool winograd_fits(const torch::Tensor& x, const torch::Tensor& skip, const torch::Tensor& weight) {
  const auto kernel = weight.sizes().slice(2);
  const auto span = kernel.back();
  if (span != 3 && span != 5) return false;
  if (std::any_of(kernel.begin(), kernel.end(), [&](auto extent) { return extent != span; })) {
    return false;
  }
  if (!readable(x) || !winograd::can_run(weight.size(1), weight.size(0))) return false;
  if (!skip.defined()) return true;
  if (x.dim() != 4) return false;
  return readable(skip) && x.size(1) % 8 == 0 && skip.size(2) == 2 * x.size(2) &&
         skip.size(3) == 2 * x.size(3);
}

torch::Tensor winograd_conv(const torch::Tensor& x, const torch::Tensor& skip,
                            const torch::Tensor& weight, const torch::Tensor& bias, bool relu) {
  if (torch::GradMode::is_enabled()) {
    // LibTorch takes an absent tensor as an optional only.
    const auto optional_skip = skip.defined() ? std::optional(skip) : std::nullopt;
    return WinogradConv::apply(x, optional_skip, weight, bias, relu);
  }
  return forward_pass(x, skip, weight, bias, relu);
}

torch::Tensor winograd_conv_pool(const torch::Tensor& x, const torch::Tensor& weight,
                                 const torch::Tensor& bias) {
  auto pooled = empty_picture(x, weight.size(0), x.size(2) / 2, x.size(3) / 2);
  winograd::Convolution job;
  job.extent = extent_of(x);
  job.first = source_of(x, false);
  job.bias = bias.const_data_ptr<float>();
  job.relu = true;
  job.pooled = pooled.mutable_data_ptr<float>();
  convolve(job, packed(weight));
  return pooled;
}

}  // namespace karyo
