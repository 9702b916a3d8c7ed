#include "models/nn/stardist_loss.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace karyo {
namespace {

constexpr float kEpsilon = 1e-7f;  // Keras' epsilon()

struct Sums {
  double prob = 0, dist = 0;
};

/// Loss terms of the pixels of one row and their gradient with respect to the head's output.
Sums row_loss(const float* head, const float* prob, const float* dist, const float* mask,
              float* gradient, std::int64_t width, std::int64_t rays, float prob_scale,
              float masked_scale, float background_scale) {
  Sums sums;
  for (std::int64_t x = 0; x < width; ++x) {
    const float truth = prob[x];
    if (truth < 0) {  // ignored
      std::fill_n(gradient, 1 + rays, 0.f);
      head += 1 + rays;
      gradient += 1 + rays;
      dist += rays;
      continue;
    }
    const float p = 1 / (1 + std::exp(-head[0]));
    const float clipped = std::clamp(p, kEpsilon, 1 - kEpsilon);
    sums.prob -= truth * std::log(clipped) + (1 - truth) * std::log(1 - clipped);
    gradient[0] = clipped == p ? (p - truth) * prob_scale : 0;
    const float inside = mask[x] * masked_scale;
    const float outside = (1 - mask[x]) * background_scale;
    float term = 0;
    for (std::int64_t k = 0; k < rays; ++k) {
      const float predicted = head[1 + k];
      const float difference = predicted - dist[k];
      term += inside * std::abs(difference) + outside * std::abs(predicted);
      gradient[1 + k] = inside * static_cast<float>((difference > 0) - (difference < 0)) +
                        outside * static_cast<float>((predicted > 0) - (predicted < 0));
    }
    sums.dist += term;
    head += 1 + rays;
    gradient += 1 + rays;
    dist += rays;
  }
  return sums;
}

/// Loss with its gradient computed on the way: backward only scales it.
class FusedLoss : public torch::autograd::Function<FusedLoss> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, torch::Tensor head,
                               const StarDistTarget& target, const StarDistLossSettings& settings,
                               const StarDistCounts& counts, StarDistLoss* terms) {
    const auto values = head.movedim(1, -1).contiguous();  // a view when channels_last
    const std::int64_t rays = values.size(-1) - 1;
    const std::int64_t width = values.size(-2);
    const std::int64_t rows = values.numel() / (width * (1 + rays));
    const auto pixels = static_cast<double>(rows * width);
    const double known = std::max(counts.known, 1.0);
    const double per_value = settings.dist_weight / (pixels * static_cast<double>(rays));
    const auto prob_scale = static_cast<float>(settings.prob_weight / known);
    const auto masked_scale = static_cast<float>(per_value / (counts.mean_mask + kEpsilon));
    const auto background_scale = static_cast<float>(per_value * settings.background_reg);

    auto gradient = torch::empty_like(values);
    std::vector<Sums> sums(static_cast<std::size_t>(rows));
    const float* head_data = values.data_ptr<float>();
    const float* prob = target.prob.data_ptr<float>();
    const float* dist = target.dist.data_ptr<float>();
    const float* mask = target.mask.data_ptr<float>();
    float* gradient_data = gradient.data_ptr<float>();
    at::parallel_for(0, rows, 16, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t row = first; row < last; ++row) {
        const std::int64_t at = row * width;
        sums[static_cast<std::size_t>(row)] =
            row_loss(head_data + at * (1 + rays), prob + at, dist + at * rays, mask + at,
                     gradient_data + at * (1 + rays), width, rays, prob_scale, masked_scale,
                     background_scale);
      }
    });
    Sums total;  // in row order, so that threads do not change the last digit
    for (const auto& row : sums) {
      total.prob += row.prob;
      total.dist += row.dist;
    }
    terms->prob = total.prob / known;
    terms->dist = settings.dist_weight > 0 ? total.dist / settings.dist_weight : 0;
    context->saved_data["gradient"] = gradient.movedim(-1, 1);
    return torch::tensor(settings.prob_weight * terms->prob + settings.dist_weight * terms->dist,
                         torch::kFloat32);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list outer) {
    const auto gradient = context->saved_data["gradient"].toTensor();
    const auto factor = outer[0].item<float>();
    return {factor == 1 ? gradient : gradient * factor, {}, {}, {}, {}};
  }
};

/// Adds the classes' part. Pixels that say nothing add nothing, and count in the mean as in the
/// reference.
void add_class_loss(const StarDistOutput& output, const StarDistTarget& target, double weight,
                    StarDistLoss& loss) {
  if (output.classes == 0 || !target.classes.defined()) return;
  const auto p = output.class_prob().clamp(kEpsilon, 1 - kEpsilon);
  const auto truth = target.classes.unsqueeze(1);
  const auto of_truth = p.gather(1, truth.clamp_min(0)).log();
  const auto mean = -torch::where(truth.ge(0), of_truth, 0).mean();
  loss.of_class = mean.item<double>();
  loss.total = loss.total + weight * mean;
}

}  // namespace

StarDistCounts counts_of(const StarDistTarget& target) {
  return {target.prob.ge(0).sum().item<double>(), target.mask.mean(torch::kDouble).item<double>()};
}

StarDistLoss stardist_loss(const StarDistOutput& output, const StarDistTarget& target,
                           const StarDistLossSettings& settings,
                           const std::optional<StarDistCounts>& counts) {
  if (!output.head.is_cpu()) return stardist_loss_reference(output, target, settings, counts);
  StarDistLoss loss;
  const auto head = output.head.narrow(1, 0, 1 + output.rays());
  loss.total = FusedLoss::apply(head, target, settings, counts.value_or(counts_of(target)), &loss);
  add_class_loss(output, target, settings.class_weight, loss);
  return loss;
}

StarDistLoss stardist_loss_reference(const StarDistOutput& output, const StarDistTarget& target,
                                     const StarDistLossSettings& settings,
                                     const std::optional<StarDistCounts>& counts) {
  const auto [count, mean_mask] = counts.value_or(counts_of(target));
  const auto truth = target.prob.unsqueeze(1);
  const auto known = truth.ge(0);
  const auto p = output.prob().clamp(kEpsilon, 1 - kEpsilon);
  const auto cross_entropy = -(truth * p.log() + (1 - truth) * (1 - p).log());
  // Where all is ignored there is no loss, not 0 / 0.
  const auto prob = torch::where(known, cross_entropy, 0).sum() / std::max(count, 1.0);

  const auto predicted = output.dist();
  const auto mask = target.mask.unsqueeze(1);
  const auto difference = (predicted - target.dist.movedim(-1, 1)).abs();
  const auto masked = torch::where(known, mask * difference, 0).mean() / (mean_mask + kEpsilon);
  const auto background = torch::where(known, (1 - mask) * predicted.abs(), 0).mean();
  const auto dist = masked + settings.background_reg * background;

  StarDistLoss loss{settings.prob_weight * prob + settings.dist_weight * dist, prob.item<double>(),
                    dist.item<double>()};
  add_class_loss(output, target, settings.class_weight, loss);
  return loss;
}

}  // namespace karyo
