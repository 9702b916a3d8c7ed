#include "models/device.h"

#include <dlfcn.h>
#include <torch/torch.h>

#include <filesystem>
#include <fstream>

#include "models/cuda/shape_device.h"

namespace karyo {
namespace {

/// Why CUDA cannot be used, or "" when it can. LibTorch is asked last: its first answer holds for
/// the whole run, and without the library opened it would be no.
std::string cuda_obstacle() {
  if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    return "no NVIDIA driver on this machine";
  }
  // The library registers its kernels when it is opened; it lies beside libtorch_cpu.so.
  Dl_info info;
  std::filesystem::path folder;
  if (dladdr(reinterpret_cast<void*>(&torch::get_num_threads), &info) != 0) {
    folder = std::filesystem::path(info.dli_fname).parent_path();
  }
  if (dlopen((folder / "libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    return std::string("LibTorch's CUDA libraries are not installed (") + dlerror() + ")";
  }
  return torch::cuda::is_available() ? "" : "the NVIDIA driver shows no GPU";
}

Device cpu_device(const std::string& why) {
  return {false, 0, "CPU, " + std::to_string(torch::get_num_threads()) + " threads: " + why};
}

bool cpu_has_amx() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("flags", 0) == 0) return line.find(" amx_bf16") != std::string::npos;
  }
  return false;
}

}  // namespace

Result<Device> choose_device(const std::string& wanted) {
  if (wanted == "cpu") return cpu_device("asked for");
  const bool any = wanted == "auto";
  int index = 0;
  if (!any && wanted != "cuda") {
    const bool numbered = wanted.rfind("cuda:", 0) == 0 && wanted.size() > 5 && wanted.size() < 8 &&
                          wanted.find_first_not_of("0123456789", 5) == std::string::npos;
    if (!numbered) {
      return Error(ErrorCode::kInvalidArgument, "unknown device \"" + wanted + "\"",
                   "Use auto, cpu, cuda or cuda:K.");
    }
    index = std::stoi(wanted.substr(5));
  }
  const std::string obstacle = cuda_obstacle();
  if (!obstacle.empty()) {
    if (any) return cpu_device(obstacle);
    return Error(ErrorCode::kNotFound, "a GPU was asked for, but " + obstacle,
                 "Install the driver and run `bash tools/setup.sh --cuda`, or use --device cpu.");
  }
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (index >= count) {
    return Error(ErrorCode::kInvalidArgument,
                 "GPU " + std::to_string(index) + " was asked for, there are " +
                     std::to_string(count),
                 "Use cuda:0 to cuda:" + std::to_string(count - 1) + ".");
  }
  // Convolutions of 10-bit mantissas would move outlines; where less precision is wanted it is
  // bfloat16, and said.
  at::globalContext().setAllowTF32CuDNN(false);
  return Device{true, index, "GPU " + std::to_string(index) + (any ? ": found" : ": asked for")};
}

void add_shapes(Device& device) {
  if (!device.cuda) return;
  auto opened = stardist::open_shape_device(device.index);
  if (opened) {
    device.shapes = *std::move(opened);
    device.reason += ", shapes of objects too";
  } else {
    device.reason += ", shapes of objects on the CPU (" + opened.error().what + ")";
  }
}

std::string statement(const Device& device) {
  const std::string trouble = device.shapes ? device.shapes->trouble() : "";
  return trouble.empty() ? device.reason : device.reason + " (" + trouble + ")";
}

Result<Precision> choose_precision(const std::string& wanted, const Device& device, bool training) {
  if (wanted == "float32") return Precision::kFloat32;
  if (wanted == "bfloat16") return Precision::kBFloat16;
  if (wanted != "auto") {
    return Error(ErrorCode::kInvalidArgument, "unknown precision \"" + wanted + "\"",
                 "Use float32, bfloat16 or auto.");
  }
  if (!training) return Precision::kFloat32;
  return device.cuda || cpu_has_amx() ? Precision::kBFloat16 : Precision::kFloat32;
}

}  // namespace karyo
