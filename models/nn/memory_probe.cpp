#include "models/nn/memory_probe.h"

#include <ATen/Context.h>
#include <c10/core/Allocator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <memory>

#include "core/io/limits.h"

namespace karyo {
namespace {

constexpr std::int64_t kMostOnCpu = std::int64_t{2} << 30;
constexpr std::int64_t kMostOnGpu = std::int64_t{16} << 30;

/// LibTorch's profilers are told of every allocation; this one only adds up.
class Meter : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, std::int64_t size, std::size_t, std::size_t, c10::Device) override {
    now_ += size;
    peak_ = std::max(peak_, now_);
  }
  bool memoryProfilingEnabled() const override { return true; }
  std::int64_t peak() const { return peak_; }

 private:
  std::int64_t now_ = 0, peak_ = 0;
};

}  // namespace

std::int64_t peak_tensor_bytes(const std::function<void()>& work) {
  const auto meter = std::make_shared<Meter>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, meter);
  work();
  return meter->peak();
}

std::int64_t tile_budget_bytes(const Device& device) {
  if (!device.cuda) {
    return std::min(kMostOnCpu, static_cast<std::int64_t>(io::memory_budget_bytes() / 2));
  }
  const auto free = at::getDeviceAllocator(c10::kCUDA)
                        ->getMemoryInfo(static_cast<c10::DeviceIndex>(device.index))
                        .first;
  return std::min(kMostOnGpu, static_cast<std::int64_t>(free / 2));
}

}  // namespace karyo
