// The kernels on an NVIDIA GPU: a library of its own, which the program opens where it is there
// (kernel_library.h). Compiled with --fmad=false, so that products and sums are rounded one by one
// as the processor's are.

#include <cuda_runtime.h>

#include <memory>
#include <string>
#include <utility>

#include "models/cuda/shape_kernels_on.h"

namespace karyo::stardist {
namespace {

constexpr int kThreads = 128;  // a block; bodies take up to 100 registers

void check(cudaError_t status, const char* doing) {
  if (status == cudaSuccess) return;
  throw DeviceFailure(std::string(doing) + ": " + cudaGetErrorString(status) + " (" +
                      cudaGetErrorName(status) + ")");
}

template <typename Body>
__global__ void __launch_bounds__(kThreads) run_body(Body body, std::int64_t count) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i < count) body(i);
}

/// A stream of its own: neither waits for LibTorch's work nor makes it wait.
class CudaBackend {
 public:
  explicit CudaBackend(int device) : device_(device) {
    check(cudaSetDevice(device_), "choosing the GPU");
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device_), "asking the GPU for its name");
    name_ = properties.name;
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
  }
  CudaBackend(CudaBackend&& other) noexcept
      : device_(other.device_),
        name_(std::move(other.name_)),
        stream_(std::exchange(other.stream_, nullptr)) {}
  CudaBackend& operator=(CudaBackend&&) = delete;
  ~CudaBackend() {
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
  }

  void* allocate(std::size_t bytes) {
    use();
    void* block = nullptr;
    const cudaError_t status = cudaMalloc(&block, bytes);
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // said; the next call is not to hear of it
      throw std::bad_alloc();
    }
    check(status, "asking for memory");
    return block;
  }
  void release(void* block) { cudaFree(block); }

  void upload(void* to, const void* from, std::size_t bytes) {
    use();
    if (bytes == 0) return;
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "copying to the GPU");
    // The caller may free what it came from.
    check(cudaStreamSynchronize(stream_), "copying to the GPU");
  }
  void download(void* to, const void* from, std::size_t bytes) {
    use();
    if (bytes == 0) return;
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_),
          "copying from the GPU");
    check(cudaStreamSynchronize(stream_), "computing on the GPU");
  }
  void fill(void* to, int byte, std::size_t bytes) {
    use();
    check(cudaMemsetAsync(to, byte, bytes, stream_), "clearing memory");
  }
  template <typename Body>
  void launch(std::int64_t count, const Body& body) {
    use();
    if (count == 0) return;
    const std::int64_t blocks = (count + kThreads - 1) / kThreads;
    if (blocks > 0x7FFFFFFF) throw DeviceFailure("a job of too many parts");
    run_body<<<static_cast<unsigned>(blocks), kThreads, 0, stream_>>>(body, count);
    check(cudaGetLastError(), "starting a kernel");
  }
  std::string name() const { return name_; }

 private:
  /// Which GPU is meant is kept by thread; loaders call from many.
  void use() const { check(cudaSetDevice(device_), "choosing the GPU"); }

  int device_;
  std::string name_;
  cudaStream_t stream_ = nullptr;
};

}  // namespace
}  // namespace karyo::stardist

#define KARYO_EXPORTED extern "C" __attribute__((visibility("default")))

KARYO_EXPORTED int karyoscope_cuda_version() {
  return karyo::stardist::kShapeKernelsVersion;
}

KARYO_EXPORTED void karyoscope_cuda_open(int device, std::int64_t budget_bytes,
                                         std::unique_ptr<karyo::stardist::ShapeKernels>* kernels,
                                         std::string* problem) {
  using namespace karyo::stardist;
  try {
    *kernels = std::make_unique<ShapeKernelsOn<CudaBackend>>(CudaBackend(device), budget_bytes);
  } catch (const std::exception& failure) {
    *problem = failure.what();
  }
}
