#pragma once

/// Memory in huge pages that is not cleared when asked for, which would take longer than a frame
/// has.

#include <cstddef>
#include <memory>

#include "core/image/page_allocator.h"

namespace karyo {

struct FreeUncleared {
  std::size_t bytes = 0;
  void operator()(void* memory) const { free_voxels(memory, bytes); }
};

template <typename T>
using Uncleared = std::unique_ptr<T[], FreeUncleared>;

template <typename T>
Uncleared<T> uncleared(std::size_t count) {
  const std::size_t bytes = count * sizeof(T);
  return {static_cast<T*>(allocate_voxels(bytes)), FreeUncleared{bytes}};
}

}  // namespace karyo
