#pragma once

/// Functions that are compiled for the processor and, by nvcc, for the GPU as well.

#include <cstdint>

#ifdef __CUDACC__
#define KARYO_HOST_DEVICE __host__ __device__
#else
#define KARYO_HOST_DEVICE
#endif

namespace karyo::stardist {

// What several threads of a kernel do to one number; on the processor kernels run one index after
// another.

KARYO_HOST_DEVICE inline void add_to(std::uint32_t* number, std::uint32_t value) {
#ifdef __CUDA_ARCH__
  atomicAdd(number, value);
#else
  *number += value;
#endif
}

KARYO_HOST_DEVICE inline void lower_to(std::uint32_t* number, std::uint32_t value) {
#ifdef __CUDA_ARCH__
  atomicMin(number, value);
#else
  if (value < *number) *number = value;
#endif
}

KARYO_HOST_DEVICE inline std::uint32_t bits_in(std::uint32_t word) {
#ifdef __CUDA_ARCH__
  return static_cast<std::uint32_t>(__popc(word));
#else
  return static_cast<std::uint32_t>(__builtin_popcount(word));
#endif
}

}  // namespace karyo::stardist
