#include "core/image/page_allocator.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstdint>

namespace karyo {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
/// From here on the up to 2 MiB lost to alignment matter little.
constexpr std::size_t kLarge = std::size_t{16} << 20;

std::size_t rounded_up(std::size_t bytes) {
  return (bytes + kHugePage - 1) / kHugePage * kHugePage;
}

}  // namespace

#ifdef __linux__

// Straight from the system: malloc's heap grows with every aligned block that is asked for and
// freed (glibc before 2.38), 1.7 GiB in 100 planes of 32 MiB.
void* allocate_voxels(std::size_t bytes) {
  if (bytes < kLarge) return ::operator new(bytes);
  if (bytes > SIZE_MAX - 2 * kHugePage) throw std::bad_alloc();
  const std::size_t size = rounded_up(bytes);
  void* area =
      mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) throw std::bad_alloc();
  // What lies before and after the first huge pages goes back.
  const auto begin = reinterpret_cast<std::uintptr_t>(area);
  const std::uintptr_t first = (begin + kHugePage - 1) / kHugePage * kHugePage;
  if (first > begin) munmap(area, first - begin);
  if (const std::size_t rest = begin + kHugePage - first; rest > 0) {
    munmap(reinterpret_cast<void*>(first + size), rest);
  }
  void* memory = reinterpret_cast<void*>(first);
  // A wish: where it is refused the memory is as good, only slower across planes.
  (void)madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}

void free_voxels(void* memory, std::size_t bytes) noexcept {
  if (bytes < kLarge) {
    ::operator delete(memory);
  } else {
    munmap(memory, rounded_up(bytes));
  }
}

#else

void* allocate_voxels(std::size_t bytes) {
  return bytes < kLarge ? ::operator new(bytes)
                        : ::operator new (rounded_up(bytes), std::align_val_t{kHugePage});
}

void free_voxels(void* memory, std::size_t bytes) noexcept {
  if (bytes < kLarge) {
    ::operator delete(memory);
  } else {
    ::operator delete (memory, std::align_val_t{kHugePage});
  }
}

#endif

}  // namespace karyo
