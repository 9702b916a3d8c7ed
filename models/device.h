#pragma once

/// Which processor runs the network, in which precision, and why. Nothing falls back in silence.

#include <memory>
#include <string>

#include "core/base/result.h"

namespace karyo {

namespace stardist {
class ShapeDevice;
}

struct Device {
  bool cuda = false;
  int index = 0;       ///< which GPU
  std::string reason;  ///< one line for people: "CPU, 2 threads: no NVIDIA driver on this machine"
  /// Of a GPU: computes star-convex shapes as well (models/cuda/shape_device.h). Null: the CPU
  /// does.
  std::shared_ptr<stardist::ShapeDevice> shapes = {};
};

enum class Precision { kFloat32, kBFloat16 };

/// "auto", "cpu", "cuda" or "cuda:K". `auto` takes the first GPU when its driver and LibTorch's
/// CUDA libraries are there, else the CPU. Opens LibTorch's CUDA library at run time, so a machine
/// without one loses nothing. Errors: kInvalidArgument (name), kNotFound (a GPU was asked for and
/// there is none, with the cause).
Result<Device> choose_device(const std::string& wanted);

/// For StarDist: on a GPU opens its kernels for shapes where they are installed; the reason then
/// says which processor does the shapes, and why.
void add_shapes(Device& device);
/// `reason`, and what went wrong with shapes on the GPU since, if anything did.
std::string statement(const Device& device);

/// "auto", "float32" or "bfloat16". `auto` trains in bfloat16 on a GPU and on processors with AMX,
/// whose matrix units make 16 multiplications where the others make one; weights, heads, loss and
/// optimizer stay float32, and the scores are the same (docs/validation.md). On other processors
/// float32 is faster: winograd.h saves more than avx512_bf16 does, which only has direct
/// convolutions. For prediction `auto` is float32, which gives the reference's labels.
Result<Precision> choose_precision(const std::string& wanted, const Device& device, bool training);

}  // namespace karyo
