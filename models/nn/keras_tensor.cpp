#include "models/nn/keras_tensor.h"

#include <vector>

#include "models/nn/channels_last.h"

namespace karyo {
namespace {

bool is_kernel(const std::string& name) {
  return name == "kernel" || name == "blur_kernel";
}

/// Which axis of the Keras kernel each axis of LibTorch's is.
std::vector<std::int64_t> kernel_axes(const std::string& name, std::int64_t axes) {
  const bool depthwise = name == "blur_kernel";
  std::vector<std::int64_t> order{depthwise ? axes - 2 : axes - 1, depthwise ? axes - 1 : axes - 2};
  for (std::int64_t axis = 0; axis + 2 < axes; ++axis) order.push_back(axis);
  return order;
}

}  // namespace

torch::Tensor tensor_from_keras(const NamedArray& array) {
  const auto tensor = torch::tensor(array.values).reshape(array.shape);
  if (!is_kernel(array.name)) return tensor;
  const auto kernel = tensor.permute(kernel_axes(array.name, tensor.dim()));
  return kernel.contiguous(channels_last_of(kernel.dim()));
}

NamedArray array_for_keras(const std::string& name, const torch::Tensor& tensor) {
  auto array = tensor.detach().to(torch::kCPU);
  if (is_kernel(name)) {
    const auto order = kernel_axes(name, array.dim());
    std::vector<std::int64_t> back(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    }
    array = array.permute(back);
  }
  array = array.contiguous();
  return {name,
          array.sizes().vec(),
          {array.data_ptr<float>(), array.data_ptr<float>() + array.numel()}};
}

}  // namespace karyo
