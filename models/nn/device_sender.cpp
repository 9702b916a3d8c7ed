#include "models/nn/device_sender.h"

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace karyo {

DeviceSender::DeviceSender(torch::Device device) : device_(device) {
  if (!device.is_cuda()) return;
  stream_ = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

DeviceSender::Arrival DeviceSender::send(const std::vector<torch::Tensor*>& tensors) const {
  if (!stream_) {
    for (torch::Tensor* tensor : tensors) {
      if (tensor->defined()) *tensor = tensor->clone();
    }
    return nullptr;
  }
  const c10::StreamGuard guard(*stream_);
  for (torch::Tensor* tensor : tensors) {
    // LibTorch keeps the page-locked memory until the copy is done.
    if (tensor->defined()) *tensor = tensor->pin_memory().to(device_, /*non_blocking=*/true);
  }
  auto arrival = std::make_shared<c10::Event>(device_.type());
  arrival->record(*stream_);
  return arrival;
}

void DeviceSender::receive(const Arrival& arrival,
                           const std::vector<torch::Tensor*>& tensors) const {
  if (!arrival) return;
  const c10::Stream here = c10::impl::VirtualGuardImpl(device_.type()).getStream(device_);
  arrival->block(here);
  for (const torch::Tensor* tensor : tensors) {
    // Made for the other stream: its memory is not to be given away before this one is done.
    if (tensor->defined()) tensor->record_stream(here);
  }
}

}  // namespace karyo
