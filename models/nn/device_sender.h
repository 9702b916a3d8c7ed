#pragma once

/// Brings batches to a GPU beside its work, so that a training step does not wait for them.

#include <torch/torch.h>

#include <memory>
#include <optional>
#include <vector>

namespace karyo {

/// Copies from page-locked memory, on a stream of its own. One thread may send while another
/// receives.
class DeviceSender {
 public:
  explicit DeviceSender(torch::Device device);

  /// What has to happen before what was sent is used.
  using Arrival = std::shared_ptr<c10::Event>;

  /// Each tensor becomes its copy on the device, on its way when this returns; undefined ones stay.
  /// What they were may then go. On the CPU: copies.
  Arrival send(const std::vector<torch::Tensor*>& tensors) const;
  /// To be called by the thread that computes: its work waits for what was sent.
  void receive(const Arrival& arrival, const std::vector<torch::Tensor*>& tensors) const;

 private:
  torch::Device device_;
  std::optional<c10::Stream> stream_;  ///< of a GPU
};

}  // namespace karyo
