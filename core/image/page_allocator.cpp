#include "core/image/page_allocator.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace karyo {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
/// From here on the up to 2 MiB lost to alignment matter little.
constexpr std::size_t kLarge = std::size_t{16} << 20;

}  // namespace

void* allocate_voxels(std::size_t bytes) {
  if (bytes < kLarge) return ::operator new(bytes);
  void* memory = ::operator new (bytes, std::align_val_t{kHugePage});
#ifdef __linux__
  // A wish: where it is refused the memory is as good, only slower across planes.
  (void)madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void free_voxels(void* memory, std::size_t bytes) noexcept {
  if (bytes < kLarge) {
    ::operator delete(memory);
  } else {
    ::operator delete (memory, std::align_val_t{kHugePage});
  }
}

}  // namespace karyo
