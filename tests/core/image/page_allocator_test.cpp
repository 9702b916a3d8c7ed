#include "core/image/page_allocator.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

namespace karyo {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TEST(PageAllocator, LargeBlocksBeginAtAHugePage) {
  for (const std::size_t bytes : {16 * kMiB, 16 * kMiB + 1, 33 * kMiB + 7}) {
    auto* memory = static_cast<char*>(allocate_voxels(bytes));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % (2 * kMiB), 0U);
    memory[0] = memory[bytes - 1] = 1;  // all of it is there
    free_voxels(memory, bytes);
  }
}

TEST(PageAllocator, WhatNoMemoryHoldsIsRefused) {
  EXPECT_THROW(allocate_voxels(SIZE_MAX), std::bad_alloc);
  EXPECT_THROW(allocate_voxels(SIZE_MAX / 2), std::bad_alloc);
}

#ifdef __linux__
std::size_t resident_bytes() {
  std::ifstream status("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  status >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Restoring a stack plane by plane took 13 MiB more a plane.
TEST(PageAllocator, FreedBlocksGoBackToTheSystem) {
  const std::size_t before = resident_bytes();
  std::vector<std::unique_ptr<char[]>> kept;
  for (int i = 0; i < 20; ++i) {
    void* memory = allocate_voxels(33 * kMiB);
    std::memset(memory, 1, 33 * kMiB);
    kept.push_back(std::make_unique<char[]>(1000));  // malloc cannot give back what lies below it
    free_voxels(memory, 33 * kMiB);
  }
  EXPECT_LT(resident_bytes(), before + 33 * kMiB);
}
#endif

}  // namespace
}  // namespace karyo
