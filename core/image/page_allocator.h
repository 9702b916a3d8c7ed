#pragma once

/// Memory for voxels, in huge pages where the system has them.
///
/// A plane across a stack (YZ) touches another 4 KiB page every few voxels; with 2 MiB pages the
/// processor's address cache holds the whole stack. Such memory is also faster to ask for.

#include <cstddef>
#include <new>

namespace karyo {

/// Large blocks begin at a huge page and are marked for it; small ones are ordinary.
void* allocate_voxels(std::size_t bytes);
void free_voxels(void* memory, std::size_t bytes) noexcept;

/// The above as an allocator for standard containers.
template <typename T>
struct PageAllocator {
  using value_type = T;
  PageAllocator() = default;
  template <typename U>
  PageAllocator(const PageAllocator<U>&) {}

  T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(allocate_voxels(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept { free_voxels(memory, count * sizeof(T)); }
  friend bool operator==(const PageAllocator&, const PageAllocator&) { return true; }
};

}  // namespace karyo
