#pragma once

/// Settings of the whole process that tensor work wants, and what it has used.

#include <cstdint>

namespace karyo {

/// Sets the number of threads tensors use (0: all cores) and keeps freed pages with the process:
/// glibc otherwise returns large blocks at every step, and the page faults cost 20-35 % of it.
/// Call once, before other work.
void tune_process(int threads);

/// Resident size now; 0 where the system does not say.
std::int64_t memory_bytes();
/// Largest resident size so far.
std::int64_t peak_memory_bytes();

}  // namespace karyo
