#pragma once

/// Which of several processes that train one model together this one is.
///
/// Source: torchrun's environment variables (PyTorch, torch.distributed.elastic), as its env://
/// rendezvous reads them.

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/result.h"

namespace karyo {

struct WorkerPlace {
  int rank = 0, count = 1;              ///< RANK, WORLD_SIZE
  int local_rank = 0, local_count = 1;  ///< of the processes on this machine
  std::string address;                  ///< MASTER_ADDR: where rank 0, or torchrun itself, listens
  std::uint16_t port = 0;               ///< MASTER_PORT
  bool agent_listens = false;           ///< torchrun listens there, so rank 0 need not
  std::string attempt = "0";            ///< torchrun starts processes anew; they must not mix

  bool first() const { return rank == 0; }
  bool alone() const { return count == 1; }
};

/// A variable's value; empty where it is not set.
using Environment = std::function<std::string(const char* name)>;

/// Alone where WORLD_SIZE is not set or 1. Errors: kInvalidArgument naming the variable that is
/// missing or no number.
Result<WorkerPlace> worker_place(const Environment& environment);
/// Of this process.
Result<WorkerPlace> worker_place();

/// A process's share of the batches: batch n of it is batch n * of + number of a training that
/// makes them all. So `of` processes with a batch of B see what one with a batch of of * B sees.
struct BatchShare {
  std::int64_t number = 0, of = 1;
  std::int64_t batch(std::int64_t n) const { return n * of + number; }
};

}  // namespace karyo
