#include "models/process.h"

#include <malloc.h>
#include <sys/resource.h>
#include <torch/torch.h>
#include <unistd.h>

#include <fstream>

#include "core/base/parallel.h"

namespace karyo {

void tune_process(int threads) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2000000000);
  torch::set_num_threads(threads > 0 ? threads : default_threads());
}

std::int64_t memory_bytes() {
  std::ifstream status("/proc/self/statm");  // in pages: all, resident, ...
  std::int64_t all = 0, resident = 0;
  return status >> all >> resident ? resident * sysconf(_SC_PAGESIZE) : 0;
}

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace karyo
