#pragma once

/// A GPU that computes shapes where that pays. Whoever has work asks it first and does the work on
/// the processor otherwise, with the same numbers: functions of models/stardist that take one
/// (null: the processor alone) do so.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/result.h"
#include "models/cuda/shape_kernels.h"

namespace karyo::stardist {

/// From where on a job is given to the GPU: below, moving it there takes longer than doing it.
struct ShapeWorth {
  std::int64_t distances = 1 << 18;  ///< star distances, 1 ms of one core
  std::int64_t candidates = 256;     ///< of a volume that suppress one another
  std::int64_t pairs = 32;           ///< of them in one round
  std::int64_t polyhedra = 64;       ///< drawn
  std::int64_t polygons = 4096;      ///< drawn
};

/// Threads  any.
class ShapeDevice {
 public:
  /// `library`: keeps the code of `kernels` in memory.
  explicit ShapeDevice(std::unique_ptr<ShapeKernels> kernels, ShapeWorth worth = {},
                       std::shared_ptr<void> library = {});

  std::string name() const { return kernels_->name(); }
  const ShapeWorth& worth() const { return worth_; }

  /// Whether it did a job of `size` that pays from `least` on. False: nothing was done. A job that
  /// does not fit its memory is left to the processor; a GPU that fails is not asked again.
  bool did(std::int64_t size, std::int64_t least,
           const std::function<Result<void>(ShapeKernels&)>& job);

  /// Jobs that it did.
  std::int64_t jobs() const { return jobs_.load(std::memory_order_relaxed); }
  /// What went wrong first, and that the processor went on; empty: nothing did.
  std::string trouble() const;

 private:
  std::shared_ptr<void> library_;
  std::unique_ptr<ShapeKernels> kernels_;
  ShapeWorth worth_;
  std::atomic<bool> given_up_{false};
  std::atomic<std::int64_t> jobs_{0};
  mutable std::mutex mutex_;
  std::string trouble_;
};

/// On GPU number `gpu`, by karyoscope_cuda.so beside the program or in ../lib/karyoscope of it.
/// Errors: kNotFound (no such file), kUnsupported (of another version, or it does not load),
/// kInternal (the GPU or its driver refuses, with CUDA's words).
Result<std::shared_ptr<ShapeDevice>> open_shape_device(int gpu);
Result<std::shared_ptr<ShapeDevice>> open_shape_device(int gpu,
                                                       const std::filesystem::path& library,
                                                       ShapeWorth worth = {});

}  // namespace karyo::stardist
