#pragma once

/// Splits a loop over the machine's cores.

#include <cstdint>
#include <functional>

namespace karyo {

/// Threads that parallel loops use: KARYOSCOPE_THREADS where set, else the cores of the machine.
int default_threads();

/// Calls body(first, last) for consecutive pieces of [begin, end), of at least `grain` items each,
/// on up to `threads` threads (0: default_threads()); returns when all are done.
/// Pieces are handed out as threads come free, so uneven work balances.
/// The first exception thrown by a body is rethrown here after all threads have stopped.
void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body, int threads = 0);

}  // namespace karyo
