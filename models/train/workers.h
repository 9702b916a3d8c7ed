#pragma once

/// The processes that train one model together, each on its share of every batch.
///
/// They find each other as torchrun's environment says and speak by LibTorch's own c10d, over Gloo;
/// tensors of a GPU go through main memory. All of them have to make the same calls in the same
/// order. A process that ends, or does not answer for ten minutes, is an error in all others.
///
/// A Workers of its own, alone, costs nothing: every call returns at once.
///
/// Threads  one at a time. Source  Li et al., VLDB 2020 (PyTorch Distributed).

#include <torch/torch.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/device.h"
#include "models/train/worker_place.h"

namespace karyo {

/// Thrown by Workers::add_up where a Result has no way out, within autograd; trainer.cpp catches
/// it.
struct WorkerLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What is said of it.
Error worker_lost(const std::string& reason);

class Workers {
 public:
  Workers();
  ~Workers();
  Workers(Workers&&) noexcept;
  Workers& operator=(Workers&&) = delete;
  Workers(const Workers&) = delete;

  /// Waits up to five minutes for the others. Errors: kNotFound (they did not come, with the
  /// address that was tried).
  static Result<Workers> join(const WorkerPlace& place);

  const WorkerPlace& place() const { return place_; }
  bool first() const { return place_.first(); }
  bool alone() const { return place_.alone(); }
  BatchShare share() const { return {place_.rank, place_.count}; }
  /// The device of this process: of several GPUs the one of its number on this machine, where
  /// `wanted` names none. Errors: as choose_device.
  Result<Device> device(const std::string& wanted) const;

  // Errors of all below: kIo when a process was lost.

  /// Each number becomes its sum, or its mean, over all processes.
  Result<void> sum(std::span<double> numbers);
  Result<void> average(std::span<double> numbers);
  /// Whether it is so in any process.
  Result<bool> any(bool here);
  /// Each gradient becomes its mean over all processes.
  Result<void> average_gradients(const std::vector<torch::Tensor>& parameters);
  /// The tensors take the values of the first process's.
  Result<void> take_first(const std::vector<torch::Tensor>& tensors);
  /// That `text` is the same in all. Error: kInvalidArgument, about `what`, in all processes.
  Result<void> check_same(const std::string& text, const std::string& what);
  /// In place. Throws WorkerLost.
  void add_up(torch::Tensor& tensor);

 private:
  struct Group;
  WorkerPlace place_;
  std::unique_ptr<Group> group_;
};

}  // namespace karyo
