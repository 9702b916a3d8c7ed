#include "models/nn/shared_batch_norm.h"

#include <gtest/gtest.h>

#include <array>
#include <barrier>
#include <mutex>
#include <thread>

namespace karyo {
namespace {

/// What two processes do, by two threads.
class Meeting {
 public:
  void add_up(torch::Tensor& tensor) {
    {
      const std::lock_guard lock(mutex_);
      sum_ = sum_.defined() ? sum_ + tensor : tensor.clone();
    }
    all_came_.arrive_and_wait();
    tensor.copy_(sum_);
    all_came_.arrive_and_wait();
    {
      const std::lock_guard lock(mutex_);
      sum_ = torch::Tensor();
    }
    all_came_.arrive_and_wait();
  }

 private:
  std::mutex mutex_;
  std::barrier<> all_came_{2};
  torch::Tensor sum_;
};

struct Norm {
  torch::Tensor gamma = torch::tensor({1.5, 0.5, 2.0}, torch::kFloat32).requires_grad_();
  torch::Tensor beta = torch::tensor({0.1, -0.2, 0.3}, torch::kFloat32).requires_grad_();
  torch::Tensor mean = torch::zeros({3}), variance = torch::ones({3});
};

TEST(SharedBatchNorm, TwoHalvesEqualTheWholeBatchInResultGradientAndWhatIsLearnt) {
  torch::manual_seed(3);
  for (const auto& shape : {std::vector<std::int64_t>{4, 3, 6, 5}, {2, 3, 4, 3, 5}}) {
    const auto x = torch::randn(shape) * 3 + 7;
    const auto weight = torch::randn(shape);
    Norm whole;
    const auto all = x.clone().requires_grad_();
    const auto expected = torch::batch_norm(all, whole.gamma, whole.beta, whole.mean,
                                            whole.variance, true, 0.01, 1e-3, false);
    (expected * weight).mean().backward();

    Meeting meeting;
    const AddUp add_up = [&](torch::Tensor& tensor) { meeting.add_up(tensor); };
    const std::int64_t half = shape[0] / 2;
    std::array<Norm, 2> norms;
    std::array<torch::Tensor, 2> parts, results;
    std::vector<std::thread> processes;
    for (std::size_t i = 0; i < 2; ++i) {
      processes.emplace_back([&, i] {
        const auto from = static_cast<std::int64_t>(i) * half;
        Norm& norm = norms[i];
        parts[i] = x.narrow(0, from, half).clone().requires_grad_();
        results[i] = shared_batch_norm(parts[i], norm.gamma, norm.beta, norm.mean, norm.variance,
                                       0.01, 1e-3, add_up);
        (results[i] * weight.narrow(0, from, half)).mean().backward();
      });
    }
    for (auto& process : processes) process.join();

    EXPECT_TRUE(torch::allclose(torch::cat({results[0], results[1]}), expected, 1e-5, 1e-5));
    // The whole's loss is the mean of the halves'.
    const auto of_x = torch::cat({parts[0].grad(), parts[1].grad()}) / 2;
    EXPECT_TRUE(torch::allclose(of_x, all.grad(), 1e-4, 1e-7));
    EXPECT_TRUE(torch::allclose((norms[0].gamma.grad() + norms[1].gamma.grad()) / 2,
                                whole.gamma.grad(), 1e-4, 1e-6));
    EXPECT_TRUE(torch::allclose((norms[0].beta.grad() + norms[1].beta.grad()) / 2,
                                whole.beta.grad(), 1e-4, 1e-6));
    for (const Norm& norm : norms) {
      EXPECT_TRUE(torch::allclose(norm.mean, whole.mean, 1e-5, 1e-6));
      EXPECT_TRUE(torch::allclose(norm.variance, whole.variance, 1e-5, 1e-6));
    }
  }
}

}  // namespace
}  // namespace karyo
