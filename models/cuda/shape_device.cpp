#include "models/cuda/shape_device.h"

#include <dlfcn.h>

#include <utility>

namespace karyo::stardist {
namespace {

namespace fs = std::filesystem;

/// Of the GPU's memory; masks of 27 000 nuclei 30 voxels across.
constexpr std::int64_t kBudgetBytes = std::int64_t{256} << 20;

constexpr char kFileName[] = "karyoscope_cuda.so";

Error not_usable(ErrorCode code, const std::string& why) {
  return {code, why,
          "Build with nvcc (docs/architecture.md, \"On a GPU\"), or leave it: shapes are "
          "computed on the processor, with the same result."};
}

}  // namespace

ShapeDevice::ShapeDevice(std::unique_ptr<ShapeKernels> kernels, ShapeWorth worth,
                         std::shared_ptr<void> library)
    : library_(std::move(library)), kernels_(std::move(kernels)), worth_(worth) {}

bool ShapeDevice::did(std::int64_t size, std::int64_t least,
                      const std::function<Result<void>(ShapeKernels&)>& job) {
  if (size < least || given_up_.load(std::memory_order_relaxed)) return false;
  const auto outcome = job(*kernels_);
  if (outcome) {
    jobs_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  if (outcome.error().code != ErrorCode::kTooLarge) given_up_ = true;
  const std::lock_guard lock(mutex_);
  if (trouble_.empty()) trouble_ = outcome.error().what + "; the CPU does it";
  return false;
}

std::string ShapeDevice::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

Result<std::shared_ptr<ShapeDevice>> open_shape_device(int gpu) {
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const fs::path& folder : {here, here.parent_path() / "lib" / "karyoscope"}) {
    if (fs::exists(folder / kFileName, ignored)) return open_shape_device(gpu, folder / kFileName);
  }
  return not_usable(ErrorCode::kNotFound,
                    std::string("there is no ") + kFileName + " beside the program");
}

Result<std::shared_ptr<ShapeDevice>> open_shape_device(int gpu, const fs::path& library,
                                                       ShapeWorth worth) {
  const std::shared_ptr<void> handle(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL),
                                     [](void* opened) {
                                       if (opened != nullptr) dlclose(opened);
                                     });
  if (handle == nullptr) {
    const char* why = dlerror();
    return not_usable(ErrorCode::kUnsupported,
                      library.filename().string() + " does not load: " + (why ? why : "no reason"));
  }
  const auto version =
      reinterpret_cast<ShapeKernelsVersion>(dlsym(handle.get(), kShapeKernelsVersionName));
  const auto open = reinterpret_cast<OpenShapeKernels>(dlsym(handle.get(), kOpenShapeKernelsName));
  if (version == nullptr || open == nullptr || version() != kShapeKernelsVersion) {
    return not_usable(ErrorCode::kUnsupported,
                      library.filename().string() + " is of another version of the program");
  }
  std::unique_ptr<ShapeKernels> kernels;
  std::string problem;
  open(gpu, kBudgetBytes, &kernels, &problem);
  if (kernels == nullptr) return not_usable(ErrorCode::kInternal, problem);
  return std::make_shared<ShapeDevice>(std::move(kernels), worth, handle);
}

}  // namespace karyo::stardist
