#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace karyo {

int default_threads() {
  static const int count = [] {
    if (const char* text = std::getenv("KARYOSCOPE_THREADS")) {
      const int wanted = std::atoi(text);
      if (wanted >= 1) return std::min(wanted, 1024);
    }
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }();
  return count;
}

void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body, int threads) {
  if (begin >= end) return;
  grain = std::max<std::int64_t>(1, grain);
  const std::int64_t pieces_at_most = (end - begin + grain - 1) / grain;
  const std::int64_t workers =
      std::min<std::int64_t>(threads > 0 ? threads : default_threads(), pieces_at_most);
  if (workers <= 1) {
    body(begin, end);
    return;
  }
  // Four pieces a thread even out unequal work without many hand-outs.
  const std::int64_t piece = std::max(grain, (end - begin) / (workers * 4));
  std::atomic<std::int64_t> next{begin};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&] {
    try {
      for (;;) {
        const std::int64_t first = next.fetch_add(piece);
        if (first >= end) return;
        body(first, std::min(first + piece, end));
      }
    } catch (...) {
      next.store(end);
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  helpers.reserve(static_cast<std::size_t>(workers - 1));
  for (std::int64_t i = 1; i < workers; ++i) helpers.emplace_back(run);
  run();
  for (auto& helper : helpers) helper.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace karyo
