#pragma once

/// Which processor runs the network, in which precision, and why. Nothing falls back in silence.

#include <string>

#include "core/base/result.h"

namespace karyo {

struct Device {
  bool cuda = false;
  int index = 0;       ///< which GPU
  std::string reason;  ///< one line for people: "CPU, 2 threads: no NVIDIA driver on this machine"
};

enum class Precision { kFloat32, kBFloat16 };

/// "auto", "cpu", "cuda" or "cuda:K". `auto` takes the first GPU when its driver and LibTorch's
/// CUDA libraries are there, else the CPU. Opens LibTorch's CUDA library at run time, so a machine
/// without one loses nothing. Errors: kInvalidArgument (name), kNotFound (a GPU was asked for and
/// there is none, with the cause).
Result<Device> choose_device(const std::string& wanted);

/// True when the processor computes bfloat16 convolutions in hardware (avx512_bf16, AMX).
bool cpu_has_bfloat16();

/// "auto", "float32" or "bfloat16". `auto` is bfloat16 for training where the device computes it
/// in hardware: float32 is kept for weights, heads, loss and optimizer, and the scores are the same
/// (docs/validation.md). For prediction `auto` is float32, which gives the reference's labels.
Result<Precision> choose_precision(const std::string& wanted, const Device& device, bool training);

}  // namespace karyo
